import { Agent, type Dispatcher as HttpClient } from 'undici';
import { formatDuration } from '../event/duration.js';
import { RuntimeError } from '../runtime/error.js';
import type { Destination, Message, Outcome, Sink } from '../runtime/sink.js';
import { AddressGuard } from './address_guard.js';
import { Connector, type Lookup, RefusedAddress, systemAddresses } from './connector.js';
import { answerWords, failureWords } from './failure.js';
import { retryAfter } from './retry_after.js';
import { signatureHeaders } from './signature.js';

export interface WebhookOptions {
  /** Ranges of loopback and private addresses that may be sent to, as CIDR. */
  readonly allow: readonly string[];
  /** How host names are resolved; the system's way when left out. */
  readonly lookup?: Lookup;
}

/** Bytes of an answer that are read at most, and that are kept to be shown. */
const MOST_READ = 64 * 1024;
const MOST_SHOWN = 1_024;
/** Milliseconds that a registration waits for a name server. */
const CHECK_PATIENCE = 5_000;
/** Milliseconds that a connection is kept for the next webhook, whatever the receiver offers. */
const KEEP_ALIVE = 60_000;
/** Headers that say how a message is carried: they are undici's, not the destination's. */
const CARRIAGE = /^(expect|upgrade|keep-alive|te|trailer|proxy-.*)$/i;

/** What came back so far. */
interface Answer {
  status: number | null;
  retryAfter: number | null;
  readonly shown: Buffer[];
}

/** Posts alerts as Standard Webhooks over HTTP/1.1. Follows no redirect, uses no proxy, reaches no address inside. */
export class WebhookSink implements Sink {
  readonly #connector: Connector;
  readonly #agent: Agent;

  /** Throws Error for an `allow` that is no range. */
  constructor({ allow, lookup = systemAddresses }: WebhookOptions) {
    this.#connector = new Connector(new AddressGuard(allow), lookup);
    this.#agent = new Agent({
      connect: this.#connector.connect,
      // An attempt has one timeout for all of it.
      headersTimeout: 0,
      bodyTimeout: 0,
      keepAliveMaxTimeout: KEEP_ALIVE,
    });
  }

  /** A name that cannot be resolved now passes: each attempt checks again. Throws RuntimeError `bad_destination`. */
  async check({ url, headers }: Destination): Promise<void> {
    const carriage = Object.keys(headers).find((name) => CARRIAGE.test(name));
    if (carriage !== undefined) throw bad('headers', `'${carriage}' cannot be a header of a webhook`);
    const { hostname } = new URL(url);
    try {
      await inTime(this.#connector.addresses(hostname), CHECK_PATIENCE);
    } catch (error) {
      if (!(error instanceof RefusedAddress)) return;
      const message = `'${hostname}' leads to ${error.kind}, and webhooks go to public addresses only; start the server with --allow-destinations to allow others`;
      throw bad('url', message);
    }
  }

  async send(destination: Destination, message: Message, at: number, signal: AbortSignal): Promise<Outcome> {
    const began = performance.now();
    const answer: Answer = { status: null, retryAfter: null, shown: [] };
    const failure = await this.#attempt(destination, message, at, answer, signal);
    const { status, shown } = answer;
    const wrong = status === null ? null : answerWords(status);
    return {
      // A success that was cut off is none: the receiver may have failed in the middle of it.
      status: failure !== null && wrong === null ? null : status,
      error:
        wrong ??
        (failure !== null && status !== null ? `${failure}, in the middle of an answer ${status}` : failure),
      duration: Math.round(performance.now() - began),
      retryAfter: answer.retryAfter,
      answer: status === null ? null : textOf(Buffer.concat(shown)),
    };
  }

  async close(): Promise<void> {
    this.#connector.close();
    await this.#agent.destroy();
  }

  /** Posts and reads into `answer`; gives what went wrong on the way, in words, or null. */
  async #attempt(
    destination: Destination,
    message: Message,
    at: number,
    answer: Answer,
    signal: AbortSignal,
  ): Promise<string | null> {
    const { timeout } = destination;
    const over = new AbortController();
    const abort = (): void => over.abort();
    const timer = setTimeout(() => over.abort('timeout'), timeout);
    signal.addEventListener('abort', abort, { once: true });
    if (signal.aborted) over.abort();
    // undici does not give a request up while its connection is being made.
    const aborted = new Promise<never>((_, reject) => {
      const stop = (): void => reject(new Error('aborted'));
      if (over.signal.aborted) stop();
      else over.signal.addEventListener('abort', stop, { once: true });
    });
    try {
      await Promise.race([aborted, this.#post(destination, message, at, answer, over.signal)]);
      return null;
    } catch (error) {
      if (over.signal.reason === 'timeout') return `timed out after ${formatDuration(timeout).toLowerCase()}`;
      return over.signal.aborted ? 'broken off by the server' : failureWords(error);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', abort);
    }
  }

  async #post(
    destination: Destination,
    message: Message,
    at: number,
    answer: Answer,
    signal: AbortSignal,
  ): Promise<void> {
    signal.throwIfAborted();
    const { origin, pathname, search } = new URL(destination.url);
    const request: HttpClient.RequestOptions & { readonly origin: string } = {
      ...{ origin, path: pathname + search, method: 'POST', signal },
      headers: headersOf(destination, message, at),
      body: message.body,
    };
    const { statusCode, headers, body } = await this.#agent.request(request);
    answer.status = statusCode;
    answer.retryAfter = retryAfter(headers['retry-after'], at);
    let [read, shown] = [0, 0];
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (shown < MOST_SHOWN) answer.shown.push(chunk.subarray(0, MOST_SHOWN - shown));
      shown += Math.min(chunk.length, MOST_SHOWN - shown);
      read += chunk.length;
      // Leaving the loop destroys the body, and with it the connection.
      if (read >= MOST_READ) break;
    }
  }
}

function headersOf(destination: Destination, message: Message, at: number): Record<string, string> {
  const own = Object.entries(destination.headers).map(
    ([name, value]) => [name.toLowerCase(), value] as const,
  );
  return {
    'user-agent': 'Tocsin',
    ...Object.fromEntries(own),
    'content-type': 'application/json',
    ...signatureHeaders(destination, message, at),
  };
}

/** UTF-8, without the character that the end cut in two. */
function textOf(bytes: Buffer): string {
  return new TextDecoder().decode(bytes, { stream: true });
}

/** Rejects when `answer` is not there after `patience` milliseconds. */
async function inTime<T>(answer: Promise<T>, patience: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('too late')), patience);
  });
  try {
    return await Promise.race([answer, late]);
  } finally {
    clearTimeout(timer);
  }
}

function bad(field: string, message: string): RuntimeError {
  return new RuntimeError('bad_destination', message, { field });
}
