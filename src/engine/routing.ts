import type { Row } from '../event/row.js';
import { KeyGroup } from './key_group.js';
import { PredicateIndex } from './predicate/predicate_index.js';
import type { RunningRule } from './rule.js';

/**
 * Which rules a row concerns: those that hold partial matches of its key, those that it may begin a match of by the predicate
 * index, and those of which neither can be told. The others would do nothing with it, and are not touched.
 */
export class Routing {
  readonly #indexes = new Map<string, PredicateIndex<RunningRule>>();
  /** Rules to which every row of a stream goes. */
  readonly #always = new Map<string, Set<RunningRule>>();
  readonly #groups = new Map<string, KeyGroup<RunningRule>>();
  #visit = 0;
  #found: RunningRule[] = [];

  constructor(private readonly streams: readonly string[]) {
    for (const stream of streams) {
      this.#indexes.set(stream, new PredicateIndex(stream));
      this.#always.set(stream, new Set());
    }
  }

  add(rule: RunningRule): void {
    for (const stream of this.streams) {
      const tests = rule.startTests(stream);
      if (tests === null) this.#always.get(stream)!.add(rule);
      else this.#indexes.get(stream)!.add(tests, rule);
    }
    if (rule.groupKey === null) return;
    let group = this.#groups.get(rule.groupKey);
    if (group === undefined) {
      group = new KeyGroup();
      this.#groups.set(rule.groupKey, group);
    }
    group.add(rule);
    rule.group = group;
  }

  remove(rule: RunningRule): void {
    for (const stream of this.streams) {
      const tests = rule.startTests(stream);
      if (tests === null) this.#always.get(stream)!.delete(rule);
      else this.#indexes.get(stream)!.remove(tests, rule);
    }
    if (rule.groupKey === null) return;
    const group = this.#groups.get(rule.groupKey);
    group?.remove(rule);
    if (group?.isEmpty) this.#groups.delete(rule.groupKey);
    rule.group = null;
  }

  /** The rules that the row concerns, each once. The list is reused by the next call. */
  concerned(row: Row): readonly RunningRule[] {
    this.#visit++;
    this.#found.length = 0;
    this.#indexes.get(row.stream)?.visit(row, this.#add);
    for (const rule of this.#always.get(row.stream) ?? []) this.#add(rule);
    for (const group of this.#groups.values()) group.visit(row, this.#add);
    return this.#found;
  }

  readonly #add = (rule: RunningRule): void => {
    if (rule.visited === this.#visit) return;
    rule.visited = this.#visit;
    this.#found.push(rule);
  };
}
