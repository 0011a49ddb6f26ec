import { setTimeout as wait } from 'node:timers/promises';
import { type Change, type Event, WINDOW } from './workload.js';

/** How long one request may be repeated, in milliseconds: a start on Redis waits for the lease of the server before. */
const PATIENCE = 180_000;
const PAUSE = 10;

interface Request {
  readonly method: string;
  readonly path: string;
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
}

/** Posts to a server that comes and goes, and repeats what was not answered. */
export class Producer {
  /** Events with a number below this are acknowledged. */
  acknowledged = 0;
  /** Requests that had to be repeated. */
  repeats = 0;
  /** Set when something else failed: nothing is repeated any more. */
  isStopped = false;
  readonly #url: () => string | null;

  /** `url`: where the server is now; null: nowhere. */
  constructor(url: () => string | null) {
    this.#url = url;
  }

  /** Posts events in batches of `size`, a few at a time, none far ahead of the oldest that is not acknowledged. */
  async post(events: readonly Event[], size: number): Promise<void> {
    const batches: (readonly Event[])[] = [];
    for (let at = 0; at < events.length; at += size) batches.push(events.slice(at, at + size));
    const ahead = Math.max(1, Math.floor(WINDOW / size));
    const underway: Promise<void>[] = [];
    for (const batch of batches) {
      if (underway.length === ahead) await underway.shift();
      const before = underway.at(-1);
      underway.push(
        this.#batch(batch).then(async () => {
          await before;
          this.acknowledged = (batch.at(-1)?.number ?? 0) + 1;
        }),
      );
    }
    await Promise.all(underway);
  }

  async change({ method, path, body, done }: Change): Promise<void> {
    const type = typeof body === 'string' ? 'application/sql' : 'application/json';
    const sent = typeof body === 'object' ? JSON.stringify(body) : body;
    await this.insist(
      {
        ...{ method, path },
        ...(sent === undefined ? {} : { body: sent, headers: { 'content-type': type } }),
      },
      done,
    );
  }

  /** Asks until one of these statuses comes. Throws when another one does that is not for now only, or none for too long. */
  async insist(request: Request, done: readonly number[]): Promise<Answer> {
    const deadline = Date.now() + PATIENCE;
    for (let last = 'no server'; ; ) {
      const url = this.#url();
      try {
        if (url !== null) {
          const answer = await ask(url, request);
          if (done.includes(answer.status)) return answer;
          last = `${answer.status} ${JSON.stringify(answer.body)}`;
          if (answer.status !== 503 && answer.status !== 429)
            throw new Refusal(`${request.method} ${request.path}: ${last}`);
        }
      } catch (error) {
        if (error instanceof Refusal) throw error;
        // Cut off: whether it was taken, nobody knows.
        last = String((error as Error).cause ?? error);
      }
      if (this.isStopped || Date.now() > deadline)
        throw new Error(`${request.method} ${request.path} has no answer: ${last}`);
      this.repeats++;
      await wait(PAUSE);
    }
  }

  async #batch(batch: readonly Event[]): Promise<void> {
    const post = async (stream: Event['stream'], headers: Readonly<Record<string, string>>) => {
      const events = batch.filter((event) => event.stream === stream);
      if (events.length === 0) return;
      const body = events.map(({ data }) => JSON.stringify(data)).join('\n');
      const type = { 'content-type': 'application/x-ndjson' };
      const path = `/v1/streams/${stream}/events`;
      const answer = await this.insist(
        { method: 'POST', path, body, headers: { ...type, ...headers } },
        [202],
      );
      const { accepted, duplicates } = answer.body;
      if (Number(accepted) + Number(duplicates) !== events.length) {
        throw new Refusal(`of ${events.length} events of ${stream}: ${JSON.stringify(answer.body)}`);
      }
    };
    await Promise.all([
      post('payments', {}),
      post('logins', { 'idempotency-key': `batch ${batch[0]?.number}` }),
    ]);
  }
}

class Refusal extends Error {}

async function ask(url: string, { method, path, body, headers = {} }: Request): Promise<Answer> {
  const response = await fetch(url + path, {
    ...{ method, headers },
    ...(body === undefined ? {} : { body }),
    signal: AbortSignal.timeout(60_000),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? {} : (JSON.parse(text) as Answer['body']) };
}
