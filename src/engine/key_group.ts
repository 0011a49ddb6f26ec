import type { Row } from '../event/row.js';

/** What keeps partial matches by key: a rule at work. */
export interface Keyed {
  /** The key of a row. */
  keyOf(row: Row): string;
  /** Whether there is state of a key. */
  holds(key: string): boolean;
  /** The keys that there is state of. */
  keys(): Iterable<string>;
}

/** Up to so many rules are asked one by one whether they hold the key. */
const FEW = 4;

/** Rules with equal PARTITION BY: a row's key is made once for them all, and those that hold partial matches of it are found by it. */
export class KeyGroup<T extends Keyed> {
  readonly #rules = new Set<T>();
  /** The rules that hold a key; null while there are few. */
  #byKey: Map<string, Set<T>> | null = null;

  get isEmpty(): boolean {
    return this.#rules.size === 0;
  }

  add(rule: T): void {
    this.#rules.add(rule);
    if (this.#byKey !== null) this.#enter(rule);
    else if (this.#rules.size > FEW) {
      this.#byKey = new Map();
      for (const each of this.#rules) this.#enter(each);
    }
  }

  remove(rule: T): void {
    this.#rules.delete(rule);
    for (const key of rule.keys()) this.#leave(key, rule);
  }

  /** The rules that hold partial matches of the row's key. Leaves the key with every rule of the group that is found. */
  visit(row: Row, found: (rule: T) => void): void {
    const [any] = this.#rules;
    if (any === undefined) return;
    const key = any.keyOf(row);
    if (this.#byKey === null) {
      for (const rule of this.#rules) if (rule.holds(key)) found(rule);
      return;
    }
    const holding = this.#byKey.get(key);
    if (holding !== undefined) for (const rule of holding) found(rule);
  }

  /** A rule begins or ceases to hold a key. */
  note(rule: T, key: string, isHeld: boolean): void {
    if (this.#byKey === null) return;
    if (!isHeld) {
      this.#leave(key, rule);
      return;
    }
    const holding = this.#byKey.get(key);
    if (holding === undefined) this.#byKey.set(key, new Set([rule]));
    else holding.add(rule);
  }

  #enter(rule: T): void {
    for (const key of rule.keys()) this.note(rule, key, true);
  }

  #leave(key: string, rule: T): void {
    const holding = this.#byKey?.get(key);
    if (holding === undefined) return;
    holding.delete(rule);
    if (holding.size === 0) this.#byKey?.delete(key);
  }
}
