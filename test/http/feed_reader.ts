import { type ClientRequest, get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';

/** An event as it came: fields by name, comments left out. */
export interface Received {
  readonly id?: string;
  readonly event?: string;
  readonly data?: string;
  readonly retry?: string;
}

/** Reads server-sent events line by line, as plainly as the specification has it (HTML, 9.2.6). */
export class FeedReader {
  readonly comments: string[] = [];
  private constructor(
    readonly request: ClientRequest,
    readonly response: IncomingMessage,
  ) {}

  static open(url: string, headers: Readonly<Record<string, string>> = {}): Promise<FeedReader> {
    return new Promise((resolve, reject) => {
      const request = get(url, { headers, agent: false }, (response) =>
        resolve(new FeedReader(request, response)),
      );
      request.on('error', reject);
    });
  }

  /** Events until the server ends the stream, or the caller stops asking: then the connection is cut. */
  async *events(): AsyncGenerator<Received> {
    let fields: Record<string, string> = {};
    try {
      for await (const line of createInterface({
        input: this.response,
        crlfDelay: Number.POSITIVE_INFINITY,
      })) {
        if (line === '') {
          if (Object.keys(fields).length > 0) yield fields;
          fields = {};
        } else if (line.startsWith(':')) this.comments.push(line);
        else {
          const [, name = '', value = ''] = /^([^:]*):? ?(.*)$/.exec(line) ?? [];
          fields[name] = value;
        }
      }
    } finally {
      this.close();
    }
  }

  close(): void {
    this.request.on('error', () => undefined);
    this.request.destroy();
  }
}
