import { createHash, randomBytes } from 'node:crypto';
import { parseTimestamp } from '../event/timestamp.js';
import { isScope, SCOPE_NAMES, type Scope } from './scope.js';

/** What is known of a key: never the key itself. */
export interface Key {
  /** Who uses it, for histories and logs. */
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** SHA-256 of the key's text. A key is 32 random bytes: no salt and no slow hash would add anything. */
  readonly hash: Buffer;
  /** From when on it is refused, milliseconds since the epoch; null: never. */
  readonly expires: number | null;
}

/** A key as the file of keys has it, one JSON object. */
export interface KeyEntry {
  readonly name: string;
  readonly scopes: readonly Scope[];
  /** Hex. */
  readonly sha256: string;
  /** ISO 8601. */
  readonly expires?: string;
}

/** A text that is no file of keys. The message says where and what; it holds nothing of the text that may be secret. */
export class KeyFileError extends Error {}

/** How many keys a file may hold: each request is compared with all of them. */
const MOST_KEYS = 256;
/** RFC 6750, 2.1: b64token. Shorter ones are no 32 random bytes. */
const TOKEN = /^[A-Za-z0-9._~+/-]{32,256}=*$/;
const NAME = /^[\p{L}\p{N}_][\p{L}\p{N}_.@-]{0,63}$/u;
const FIELDS = ['name', 'scopes', 'sha256', 'expires'];

/** A new key: 32 random bytes as text, with a word before them by which scanners for secrets know it. */
export function newKey(): string {
  return `tocsin_${randomBytes(32).toString('base64url')}`;
}

export function hashOf(key: string): Buffer {
  return createHash('sha256').update(key).digest();
}

/** The key in an Authorization header (RFC 6750, 2.1), or null where there is none, or what can be none. */
export function bearerOf(header: string | undefined): string | null {
  const token = /^Bearer +(\S+) *$/i.exec(header ?? '')?.[1];
  return token !== undefined && TOKEN.test(token) ? token : null;
}

/** Whether a text can name a key. */
export function isKeyName(text: string): boolean {
  return NAME.test(text);
}

/** Reads a file of keys: a JSON array of entries. @throws KeyFileError for the first thing that is wrong */
export function readKeys(text: string): readonly Key[] {
  let list: unknown;
  try {
    list = JSON.parse(text);
  } catch {
    throw new KeyFileError('it is not JSON');
  }
  if (!Array.isArray(list)) throw new KeyFileError('it is not a JSON array of keys');
  if (list.length > MOST_KEYS) throw new KeyFileError(`it holds more than ${MOST_KEYS} keys`);
  const keys = list.map((entry: unknown, at) => {
    try {
      return readKey(entry);
    } catch (error) {
      throw new KeyFileError(`key ${at + 1}: ${(error as Error).message}`);
    }
  });
  checkDistinct(keys);
  return keys;
}

function readKey(entry: unknown): Key {
  if (entry === null || typeof entry !== 'object' || Array.isArray(entry)) {
    throw new KeyFileError('it is not an object');
  }
  const { name, scopes, sha256, expires } = entry as Readonly<Record<string, unknown>>;
  const strange = Object.keys(entry).find((field) => !FIELDS.includes(field));
  if (strange !== undefined) {
    throw new KeyFileError(`it has a field that is not known: a key has ${FIELDS.join(', ')}`);
  }
  if (typeof name !== 'string' || !isKeyName(name)) {
    throw new KeyFileError("its name must be 1 to 64 letters, digits, '_', '-', '.' or '@'");
  }
  if (!Array.isArray(scopes) || scopes.length === 0 || !scopes.every((each) => isScopeText(each))) {
    throw new KeyFileError(`its scopes must be a list of ${SCOPE_NAMES.join(', ')}`);
  }
  if (typeof sha256 !== 'string' || !/^[0-9a-f]{64}$/i.test(sha256)) {
    throw new KeyFileError('its sha256 must be the SHA-256 of the key as 64 hex digits');
  }
  const until = expires === undefined ? null : typeof expires === 'string' ? parseTimestamp(expires) : null;
  if (expires !== undefined && until === null) {
    throw new KeyFileError('its expires must be ISO 8601, for instance 2027-11-23T00:00:00Z');
  }
  return { name, scopes, hash: Buffer.from(sha256, 'hex'), expires: until };
}

function isScopeText(value: unknown): value is Scope {
  return typeof value === 'string' && isScope(value);
}

function checkDistinct(keys: readonly Key[]): void {
  const names = new Set<string>();
  const hashes = new Set<string>();
  for (const [at, { name, hash }] of keys.entries()) {
    if (names.has(name)) throw new KeyFileError(`key ${at + 1}: the name ${name} is taken by another key`);
    if (hashes.has(hash.toString('hex'))) throw new KeyFileError(`key ${at + 1}: it is the same as another`);
    names.add(name);
    hashes.add(hash.toString('hex'));
  }
}
