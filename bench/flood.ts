import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Flood {
  readonly url: string;
  readonly connections: number;
  /** The next request's bytes, header included; null: that was all. */
  readonly next: () => Buffer | null;
}

const REFUSED_WAIT = 20;

/** A connection that takes one request at a time: as little as a client can do, since what it takes is taken from the server. */
export class Connection {
  /** Answers 429 and 503: each request was sent again a little later. */
  refused = 0;
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
  }

  static async open(url: string): Promise<Connection> {
    const { hostname, port } = new URL(url);
    const socket = connect(Number(port), hostname);
    socket.setNoDelay(true);
    await once(socket, 'connect');
    return new Connection(socket);
  }

  /** Sends until it is accepted. Throws Error for an answer that is neither 202 nor a refusal for now. */
  async post(request: Buffer): Promise<void> {
    for (;;) {
      const status = await exchange(this.#socket, request);
      if (status === 202) return;
      if (status !== 429 && status !== 503) throw new Error(`answered ${status}`);
      this.refused++;
      await new Promise((resolve) => setTimeout(resolve, REFUSED_WAIT));
    }
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Sends on some connections until there is nothing more; gives how often requests were refused for now. */
export async function flood({ url, connections, next }: Flood): Promise<number> {
  const refused = await Promise.all(
    Array.from({ length: connections }, async () => {
      const connection = await Connection.open(url);
      for (let request = next(); request !== null; request = next()) await connection.post(request);
      connection.close();
      return connection.refused;
    }),
  );
  return refused.reduce((sum, each) => sum + each, 0);
}

/** One request; resolves with the status when the whole answer is there. */
function exchange(socket: Socket, request: Buffer): Promise<number> {
  return new Promise((resolve, reject) => {
    let got = '';
    const end = (settle: () => void): void => {
      socket.off('data', data);
      socket.off('close', closed);
      settle();
    };
    const closed = (): void => end(() => reject(new Error('the server closed the connection')));
    const data = (chunk: Buffer): void => {
      got += chunk.toString('latin1');
      const head = got.indexOf('\r\n\r\n');
      if (head < 0) return;
      const length = Number(/content-length: *(\d+)/i.exec(got)?.[1] ?? 0);
      if (got.length < head + 4 + length) return;
      end(() => resolve(Number(got.slice(9, 12))));
    };
    socket.on('data', data);
    socket.on('close', closed);
    socket.write(request);
  });
}

/** A request's bytes. */
export function postOf(path: string, type: string, body: string): Buffer {
  const length = Buffer.byteLength(body);
  return Buffer.from(
    `POST ${path} HTTP/1.1\r\nhost: 127.0.0.1\r\ncontent-type: ${type}\r\ncontent-length: ${length}\r\n\r\n${body}`,
  );
}
