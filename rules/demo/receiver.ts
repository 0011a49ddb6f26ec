import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** The body of a webhook, as far as the demo reads it. */
export interface Alert {
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly id: string;
    readonly rule: string;
    readonly severity: string;
    readonly key: Readonly<Record<string, string>>;
    readonly row: Readonly<Record<string, unknown>>;
    readonly window: { readonly start: string; readonly end: string };
    readonly events: readonly {
      readonly variable: string;
      readonly time: string;
      readonly data: Readonly<Record<string, unknown>>;
    }[];
  };
}

/** A receiver of webhooks as a user would write it: verify, remember the id, answer 2xx. */
export class Receiver {
  readonly #server: Server;
  readonly #seen = new Set<string>();
  #webhook: Webhook | null = null;
  /** Deliveries whose signature did not fit, and repeats of an id. */
  refused = 0;
  repeated = 0;

  constructor(onAlert: (alert: Alert) => void) {
    this.#server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        try {
          if (this.#webhook === null) throw new Error('no secret yet');
          const headers = request.headers as Record<string, string>;
          const alert = this.#webhook.verify(Buffer.concat(chunks), headers) as Alert;
          if (this.#seen.has(alert.data.id)) this.repeated++;
          else onAlert(alert);
          this.#seen.add(alert.data.id);
          response.writeHead(204).end();
        } catch {
          this.refused++;
          response.writeHead(401).end();
        }
      });
    });
  }

  /** Listens on a free port of the loopback and gives its address. */
  async listen(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}/alerts`;
  }

  /** The secret that the server made for this destination (`whsec_...`). */
  trust(secret: string): void {
    this.#webhook = new Webhook(secret);
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
