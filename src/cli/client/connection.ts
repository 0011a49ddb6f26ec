import type { JsonValue } from '../../event/json.js';
import { Failure, type Terminal, UsageError } from '../terminal.js';
import { type JsonObject, ProblemAnswer } from './problem.js';

const DEFAULT_SERVER = 'http://127.0.0.1:8080';
/** How long an answer may take to begin, in milliseconds. */
const PATIENCE = 60_000;

/** What a request says besides its method and path. */
export interface Asking {
  /** Parameters that are undefined are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** A string is sent as `type`, anything else as JSON. */
  readonly body?: JsonValue;
  readonly type?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** How long the answer may take to begin, in milliseconds; a minute when absent. */
  readonly patience?: number;
}

/** The server did not answer, or the answer broke off: the same request may do better in a moment. */
export class Unreachable extends Failure {}

/** A server, and the key to it. */
export class Connection {
  readonly server: string;
  readonly #key: string | null;

  /** @throws UsageError for what is no address of a server */
  constructor({ server, key }: { readonly server?: string; readonly key?: string }, env: Terminal['env']) {
    const given = server ?? env['TOCSIN_SERVER'] ?? '';
    this.server = addressOf(given === '' ? DEFAULT_SERVER : given);
    const bearer = key ?? env['TOCSIN_KEY'] ?? '';
    if (!/^[\x21-\x7e]*$/.test(bearer)) throw new UsageError('the key holds characters that no key has');
    this.#key = bearer === '' ? null : bearer;
  }

  /**
   * Sends a request and reads the answer, null where it has no body.
   * @throws ProblemAnswer where the server refuses
   * @throws Unreachable where there is none
   */
  async send(method: string, path: string, asking: Asking = {}): Promise<JsonValue> {
    const response = await this.open(method, path, asking);
    const text = await this.#read(response);
    return text === '' ? null : this.#json(response, text);
  }

  /** Sends a request and gives the answer whose body is still to be read. Throws as `send`. */
  async open(
    method: string,
    path: string,
    { query = {}, body, type, headers = {}, patience: wait = PATIENCE }: Asking,
  ): Promise<Response> {
    const url = new URL(this.server + path);
    for (const [name, value] of Object.entries(query)) {
      if (value !== undefined) url.searchParams.set(name, value);
    }
    const patience = new AbortController();
    const timer = setTimeout(() => patience.abort(), wait);
    let response: Response;
    try {
      response = await fetch(url, {
        ...{ method, redirect: 'manual', signal: patience.signal },
        headers: {
          ...(this.#key === null ? {} : { authorization: `Bearer ${this.#key}` }),
          ...(body === undefined ? {} : { 'content-type': type ?? 'application/json' }),
          ...headers,
        },
        ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
      });
    } catch (error) {
      throw new Unreachable(`cannot reach ${this.server}: ${why(error, wait)}`);
    } finally {
      clearTimeout(timer);
    }
    if (response.ok) return response;
    throw await this.#problem(response);
  }

  async #problem(response: Response): Promise<Error> {
    const text = await this.#read(response);
    if (!response.headers.get('content-type')?.startsWith('application/problem+json')) {
      return this.#stranger(response);
    }
    const retryAfter = Number(response.headers.get('retry-after') ?? 0) * 1_000;
    return new ProblemAnswer(response.status, this.#json(response, text) as JsonObject, retryAfter);
  }

  async #read(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      throw new Unreachable(`the answer of ${this.server} broke off: ${why(error)}`);
    }
  }

  #json(response: Response, text: string): JsonValue {
    try {
      return JSON.parse(text) as JsonValue;
    } catch {
      throw this.#stranger(response);
    }
  }

  #stranger({ status, headers }: Response): Failure {
    const type = headers.get('content-type') ?? 'no type';
    return new Failure(`${this.server} does not answer like a Tocsin server: ${status} with ${type}`);
  }
}

function addressOf(text: string): string {
  const full = /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
  const url = URL.canParse(full) ? new URL(full) : null;
  if (url === null || !/^https?:$/.test(url.protocol) || url.search !== '' || url.hash !== '') {
    throw new UsageError(`'${text}' is no address of a server: write it as http://host:port`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new UsageError(
      'the address of the server must hold no user or password: a key goes into TOCSIN_KEY',
    );
  }
  return url.href.replace(/\/+$/, '');
}

/** Why a connection failed, in words for what people meet. */
function why(error: unknown, patience = PATIENCE): string {
  const { name, cause } = error as { name?: string; cause?: { code?: string; message?: string } };
  if (name === 'AbortError') return `no answer within ${patience / 1_000} seconds`;
  switch (cause?.code) {
    case 'ECONNREFUSED':
      return "nothing listens there; is 'tocsin serve' running? --server names another address";
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'there is no host of that name';
    case 'ECONNRESET':
    case 'UND_ERR_SOCKET':
      return 'the connection was closed';
    case 'DEPTH_ZERO_SELF_SIGNED_CERT':
    case 'SELF_SIGNED_CERT_IN_CHAIN':
    case 'UNABLE_TO_VERIFY_LEAF_SIGNATURE':
      return 'its certificate is not trusted here; NODE_EXTRA_CA_CERTS=FILE names one more authority';
    default:
      return cause?.message ?? (error as Error).message;
  }
}
