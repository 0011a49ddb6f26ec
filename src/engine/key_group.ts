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
  #rules: T[] = [];
  /** The rules that hold a key; null while there are few. */
  #byKey: Map<string, Set<T>> | null = null;
  #row: Row | null = null;
  #key = '';

  get isEmpty(): boolean {
    return this.#rules.length === 0;
  }

  add(rule: T): void {
    this.#rules.push(rule);
    if (this.#byKey !== null) this.#enter(rule);
    else if (this.#rules.length > FEW) {
      this.#byKey = new Map();
      for (const each of this.#rules) this.#enter(each);
    }
  }

  remove(rule: T): void {
    this.#rules = this.#rules.filter((each) => each !== rule);
    for (const key of rule.keys()) this.#leave(key, rule);
  }

  /** The key that the row has for every rule of the group. */
  keyOf(row: Row): string {
    if (this.#row !== row) {
      this.#key = this.#rules[0]?.keyOf(row) ?? '';
      this.#row = row;
    }
    return this.#key;
  }

  /** The rules that hold partial matches of the row's key. */
  visit(row: Row, found: (rule: T) => void): void {
    const key = this.keyOf(row);
    if (this.#byKey === null) {
      const rules = this.#rules;
      for (let i = 0; i < rules.length; i++) if (rules[i]!.holds(key)) found(rules[i]!);
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
