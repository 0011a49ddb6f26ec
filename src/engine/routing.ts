import type { Row } from '../event/row.js';
import { KeyGroup } from './key_group.js';
import { PredicateIndex } from './predicate/predicate_index.js';
import type { RunningRule } from './rule.js';

/** The rules that read a stream. */
interface StreamRules {
  /** Those that a row can begin a match of. */
  readonly index: PredicateIndex<RunningRule>;
  /** Those to which every row goes. */
  readonly always: Set<RunningRule>;
}

/**
 * Which rules a row concerns: those that hold partial matches of its key, those that it may begin a match of by the predicate
 * index, and those of which neither can be told. The others would do nothing with it, and are not touched.
 */
export class Routing {
  readonly #streams = new Map<string, StreamRules>();
  readonly #groups = new Map<string, KeyGroup<RunningRule>>();
  /** The groups as a list. */
  #groupList: readonly KeyGroup<RunningRule>[] = [];
  #visit = 0;
  #found: RunningRule[] = [];
  /** The stream of the last row, of which the next one mostly is too. */
  #last: StreamRules | null = null;

  constructor(private readonly streams: readonly string[]) {
    for (const stream of streams)
      this.#streams.set(stream, { index: new PredicateIndex(stream), always: new Set() });
  }

  add(rule: RunningRule): void {
    for (const stream of this.streams) {
      const tests = rule.startTests(stream);
      const { index, always } = this.#streams.get(stream)!;
      if (tests === null) always.add(rule);
      else index.add(tests, rule);
    }
    if (rule.groupKey === null) return;
    let group = this.#groups.get(rule.groupKey);
    if (group === undefined) {
      group = new KeyGroup();
      this.#groups.set(rule.groupKey, group);
      this.#groupList = [...this.#groups.values()];
    }
    group.add(rule);
    rule.group = group;
  }

  remove(rule: RunningRule): void {
    for (const stream of this.streams) {
      const tests = rule.startTests(stream);
      const { index, always } = this.#streams.get(stream)!;
      if (tests === null) always.delete(rule);
      else index.remove(tests, rule);
    }
    if (rule.groupKey === null) return;
    const group = this.#groups.get(rule.groupKey);
    group?.remove(rule);
    if (group?.isEmpty) {
      this.#groups.delete(rule.groupKey);
      this.#groupList = [...this.#groups.values()];
    }
    rule.group = null;
  }

  /** The rules that the row concerns, each once. */
  concerned(row: Row): readonly RunningRule[] {
    this.#visit++;
    if (this.#found.length > 0) this.#found = [];
    const rules = this.#last?.index.stream === row.stream ? this.#last : this.#streams.get(row.stream);
    if (rules !== undefined) {
      this.#last = rules;
      rules.index.visit(row, this.#add);
      if (rules.always.size > 0) for (const rule of rules.always) this.#add(rule);
    }
    const groups = this.#groupList;
    for (let i = 0; i < groups.length; i++) groups[i]!.visit(row, this.#add);
    return this.#found;
  }

  readonly #add = (rule: RunningRule): void => {
    if (rule.visited === this.#visit) return;
    rule.visited = this.#visit;
    this.#found.push(rule);
  };
}
