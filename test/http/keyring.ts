import { hashOf, type Key, newKey } from '../../src/http/key.js';
import type { Keys } from '../../src/http/key_file.js';
import type { Scope } from '../../src/http/scope.js';

/** Keys that a test makes and takes back. */
export class Keyring implements Keys {
  readonly #keys = new Map<string, Key>();

  find(hash: Buffer): Key | null {
    return this.#keys.get(hash.toString('hex')) ?? null;
  }

  /** Makes a key and gives its text. */
  add(name: string, scopes: readonly Scope[], expires: number | null = null): string {
    const key = newKey();
    const hash = hashOf(key);
    this.#keys.set(hash.toString('hex'), { name, scopes, hash, expires });
    return key;
  }

  remove(key: string): void {
    this.#keys.delete(hashOf(key).toString('hex'));
  }
}
