/** Which keys of a rule have other state than the last checkpoint. */
export class ChangedKeys {
  /** Keys whose state is not in the checkpoint as it is; null: there is no checkpoint yet, so that it is all of them, */
  #changed: Set<string> | null = null;
  /** and those that stand there and have none any more. */
  readonly #gone = new Set<string>();

  /** How many there are of a rule that has state of `keys` keys. */
  count(keys: number): number {
    return (this.#changed?.size ?? keys) + this.#gone.size;
  }

  /** The key has other state than before. */
  note(key: string): void {
    this.#changed?.add(key);
  }

  /** The key has the state that the checkpoint holds. From a checkpoint come all keys, or none. */
  restored(): void {
    this.#changed ??= new Set();
  }

  /** The key has no state any more; `isSaved`: the checkpoint has. */
  forget(key: string, isSaved: boolean): void {
    this.#changed?.delete(key);
    if (isSaved) this.#gone.add(key);
  }

  /** What changed since the last call; `keys`: all that have state. */
  take(keys: ReadonlyMap<string, unknown>): {
    readonly gone: readonly string[];
    readonly changed: readonly string[];
  } {
    const gone = [...this.#gone].filter((key) => !keys.has(key));
    const changed = [...(this.#changed ?? keys.keys())].filter((key) => keys.has(key));
    this.#gone.clear();
    this.#changed = new Set();
    return { gone, changed };
  }
}
