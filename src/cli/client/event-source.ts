import { Unreachable } from './connection.js';

/** An event that has come (HTML, 9.2.6). */
export interface SourceEvent {
  readonly event: string;
  readonly data: string;
}

/** Server-sent events out of an answer's body. */
export class EventSource {
  /** The last `id` that came: where another connection goes on. */
  lastId: string | null = null;
  /** How long the server asks to wait before that, in milliseconds; null: it did not say. */
  retry: number | null = null;
  readonly #response: Response;
  readonly #server: string;

  constructor(response: Response, server: string) {
    this.#response = response;
    this.#server = server;
  }

  /** The events that carry data, until the server ends them. @throws Unreachable when the connection breaks off */
  async *events(): AsyncGenerator<SourceEvent> {
    let event = '';
    let data: string[] = [];
    let id: string | null = null;
    for await (const line of this.#lines()) {
      if (line === '') {
        if (id !== null) this.lastId = id;
        if (data.length > 0) yield { event: event === '' ? 'message' : event, data: data.join('\n') };
        event = '';
        data = [];
        id = null;
        continue;
      }
      const [, field = '', value = ''] = /^([^:]*)(?:: ?(.*))?$/s.exec(line) ?? [];
      if (field === 'event') event = value;
      else if (field === 'data') data.push(value);
      else if (field === 'id') id = value;
      else if (field === 'retry' && /^\d{1,8}$/.test(value)) this.retry = Number(value);
    }
  }

  async *#lines(): AsyncGenerator<string> {
    const { body } = this.#response;
    if (body === null) return;
    const decoder = new TextDecoder();
    let rest = '';
    try {
      for await (const chunk of body) {
        const lines = (rest + decoder.decode(chunk as Uint8Array, { stream: true })).split('\n');
        rest = lines.pop() ?? '';
        for (const line of lines) yield line.endsWith('\r') ? line.slice(0, -1) : line;
      }
    } catch (error) {
      throw new Unreachable(`the connection to ${this.#server} broke off: ${(error as Error).message}`);
    }
  }
}
