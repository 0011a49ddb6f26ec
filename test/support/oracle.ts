import { accumulator } from '../../src/engine/expression/aggregate.js';
import { compile, type Evaluator, type MatchNode, type Scope } from '../../src/engine/expression/compile.js';
import { Faults } from '../../src/engine/expression/faults.js';
import type { Row } from '../../src/event/row.js';
import type { Value } from '../../src/event/value.js';
import type { Bound, MatchPlan, PatternPlan } from '../../src/language/plan.js';

/**
 * The slow, obvious matcher: backtracking over all rows of one partition, one start row after the other, everything
 * evaluated afresh from the labels. It shares with the engine the scalar expressions and nothing else: no automaton, no
 * registers, no threads, no time but the rows' own.
 */

export interface Label {
  readonly position: number;
  readonly variable: number;
  readonly excluded: boolean;
}

export interface OracleMatch {
  readonly kind: 'match' | 'empty' | 'unmatched';
  readonly status: 'MATCHED' | 'TIMED OUT';
  readonly start: number;
  readonly labels: readonly Label[];
  readonly number: number;
  /** The measures: one list under ONE ROW, one a row under ALL ROWS. */
  readonly output: readonly (readonly Value[])[];
}

interface Way {
  readonly at: number;
  /** `$` was passed: no row can follow. */
  readonly ended?: true;
  readonly labels: readonly Label[];
}

/** All matches of one partition, in order of start; under EMIT EARLIEST in order of emission. */
export function oracle(
  plan: MatchPlan,
  rows: readonly Row[],
  options: { observedFrom: number },
): OracleMatch[] {
  return new Oracle(plan, rows, options.observedFrom).run();
}

class Oracle {
  readonly found: Omit<OracleMatch, 'output'>[] = [];
  number = 1;
  /** The first path, in preference order, that only the lack of rows stopped. */
  blocked: readonly Label[] | null = null;

  constructor(
    readonly plan: MatchPlan,
    readonly rows: readonly Row[],
    readonly observedFrom: number,
  ) {}

  run(): OracleMatch[] {
    if (this.plan.skip.mode === 'no_skip') this.any();
    else if (this.plan.emitEarliest) this.earliest();
    else this.standard();
    if (this.plan.unmatchedRows) this.unmatched();
    return this.found
      .map((match) => ({ ...match, output: this.output(match) }))
      .filter(({ output }) => output.length > 0);
  }

  // ---------------------------------------------------------------- search

  standard(): void {
    let start = 0;
    while (start < this.rows.length) {
      const way = this.first(this.complete(start));
      if (way === null) {
        this.timeOut(start);
        start++;
      } else if (way.labels.length === 0) {
        this.found.push({ kind: 'empty', status: 'MATCHED', start, labels: [], number: this.number++ });
        start++;
      } else {
        this.found.push({
          kind: 'match',
          status: 'MATCHED',
          start,
          labels: way.labels,
          number: this.number++,
        });
        start = this.resume(start, way.labels);
      }
    }
  }

  any(): void {
    for (let start = 0; start < this.rows.length; start++) {
      const seen = new Set<string>();
      for (const { labels } of this.complete(start)) {
        const text = labels.map(({ position, variable }) => `${position}:${variable}`).join();
        if (labels.length === 0 || seen.has(text)) continue;
        seen.add(text);
        this.found.push({ kind: 'match', status: 'MATCHED', start, labels, number: this.number++ });
      }
      if (seen.size === 0) this.timeOut(start);
    }
  }

  /** Row by row; before each row the starts whose WITHIN has passed are closed. */
  earliest(): void {
    const gone = new Set<number>();
    const emit = (start: number, labels: readonly Label[]) => {
      this.found.push({ kind: 'match', status: 'MATCHED', start, labels, number: this.number++ });
      gone.add(start);
      if (this.plan.skip.mode === 'to_next_row') return;
      const resume = this.resume(start, labels);
      for (let other = 0; other < resume; other++) gone.add(other);
    };
    const close = (before: number) => {
      for (let start = 0; start < this.rows.length; start++) {
        if (gone.has(start) || this.deadline(start) >= before) continue;
        const way =
          this.plan.absentAfter.length > 0
            ? this.first(this.complete(start), ({ labels }) => labels.length > 0)
            : null;
        if (way !== null) {
          emit(start, way.labels);
        } else {
          if (this.first(this.complete(start), ({ labels }) => labels.length > 0) === null)
            this.timeOut(start);
          gone.add(start);
        }
      }
    };
    this.rows.forEach((row, at) => {
      close(row.time);
      if (this.plan.absentAfter.length > 0) return;
      for (let start = 0; start <= at; start++) {
        if (gone.has(start)) continue;
        const way = this.first(this.complete(start), ({ labels }) => labels.at(-1)?.position === at);
        if (way !== null) emit(start, way.labels);
      }
    });
    close(Number.POSITIVE_INFINITY);
  }

  timeOut(start: number): void {
    if (!this.plan.timedOut || this.plan.within === null) return;
    this.blocked = null;
    // All ways are walked: an empty one completes nothing under EMIT EARLIEST and NO SKIP.
    for (const _ of this.complete(start));
    if (this.blocked === null) return;
    this.found.push({ kind: 'match', status: 'TIMED OUT', start, labels: this.blocked, number: 0 });
  }

  /** A row is unmatched when no non-empty match spans it and no empty match starts at it. */
  unmatched(): void {
    const matches = [...this.found];
    this.rows.forEach((_, at) => {
      const isTaken = matches.some(
        ({ kind, status, start, labels }) =>
          status === 'MATCHED' &&
          (kind === 'empty' ? start === at : labels[0]!.position <= at && at <= labels.at(-1)!.position),
      );
      if (!isTaken)
        this.found.push({ kind: 'unmatched', status: 'MATCHED', start: at, labels: [], number: 0 });
    });
    this.found.sort((a, b) => a.start - b.start);
  }

  resume(start: number, labels: readonly Label[]): number {
    const past = labels.at(-1)!.position + 1;
    const { skip } = this.plan;
    if (skip.mode === 'to_next_row') return start + 1;
    if (skip.mode === 'to_first' || skip.mode === 'to_last') {
      const taken = labels.filter(({ variable }) => skip.set.includes(variable));
      const target = skip.mode === 'to_first' ? taken[0] : taken.at(-1);
      return target === undefined || target.position === start ? past : target.position;
    }
    return past;
  }

  // ---------------------------------------------------------------- ways to match

  first(ways: Iterable<Way>, fits: (way: Way) => boolean = () => true): Way | null {
    for (const way of ways) if (fits(way)) return way;
    return null;
  }

  deadline(start: number): number {
    return this.plan.within === null ? Number.POSITIVE_INFINITY : this.rows[start]!.time + this.plan.within;
  }

  *complete(start: number): Generator<Way> {
    const { absentBefore, absentAfter, within } = this.plan;
    if (absentBefore.length > 0) {
      const from = this.rows[start]!.time - within!;
      if (from < this.observedFrom) return;
      for (let at = 0; at < start; at++) {
        if (this.rows[at]!.time >= from && absentBefore.some((variable) => this.holds(variable, at, [])))
          return;
      }
    }
    for (const way of this.ways(this.plan.pattern, { at: start, labels: [] }, start, false)) {
      if (absentAfter.length > 0) {
        if (way.labels.length === 0) continue;
        let isAbsent = true;
        for (let at = way.at; at < this.rows.length && this.rows[at]!.time <= this.deadline(start); at++) {
          if (absentAfter.some((variable) => this.holds(variable, at, way.labels))) isAbsent = false;
        }
        if (!isAbsent) continue;
      }
      yield way;
    }
  }

  /** Whether a row can be taken at all: there is one, and WITHIN has not passed. */
  isOpen(way: Way, start: number): boolean {
    if (way.at < this.rows.length && this.rows[way.at]!.time <= this.deadline(start)) return true;
    if (way.ended === undefined && way.labels.length > 0) this.blocked ??= way.labels;
    return false;
  }

  /** The ways to match `pattern` from where `way` ends, most preferred first (ISO/IEC 9075-2, 7.7). */
  *ways(pattern: PatternPlan, way: Way, start: number, excluded: boolean): Generator<Way> {
    switch (pattern.kind) {
      case 'empty':
        yield way;
        return;
      case 'variable':
        if (!this.isOpen(way, start) || !this.holds(pattern.variable, way.at, way.labels)) return;
        yield {
          at: way.at + 1,
          labels: [...way.labels, { position: way.at, variable: pattern.variable, excluded }],
        };
        return;
      case 'concatenation':
        yield* this.inOrder(pattern.elements, way, start, excluded);
        return;
      case 'alternation':
        for (const branch of pattern.branches) yield* this.ways(branch, way, start, excluded);
        return;
      case 'exclusion':
        yield* this.ways(pattern.body, way, start, true);
        return;
      case 'permute':
        for (const order of permutations(pattern.elements)) yield* this.inOrder(order, way, start, excluded);
        return;
      case 'anchor':
        if (pattern.at === 'start' && way.at === 0) yield way;
        if (pattern.at === 'end' && way.at === this.rows.length) yield { ...way, ended: true };
        return;
      case 'quantified':
        yield* this.repeat(pattern, 0, way, start, excluded);
        return;
      case 'gap':
        yield way;
        if (way.labels.length === 0) return;
        for (let at = way.at; this.isOpen({ ...way, at }, start); at++) {
          if (pattern.absent.some((variable) => this.holds(variable, at, way.labels))) return;
          yield { at: at + 1, labels: way.labels };
        }
        return;
    }
  }

  *inOrder(elements: readonly PatternPlan[], way: Way, start: number, excluded: boolean): Generator<Way> {
    const [head, ...tail] = elements;
    if (head === undefined) {
      yield way;
      return;
    }
    for (const next of this.ways(head, way, start, excluded))
      yield* this.inOrder(tail, next, start, excluded);
  }

  *repeat(
    pattern: PatternPlan & { kind: 'quantified' },
    done: number,
    way: Way,
    start: number,
    excluded: boolean,
  ): Generator<Way> {
    const mayStop = done >= pattern.min;
    const mayGoOn = pattern.max === null || done < pattern.max;
    if (mayStop && !pattern.greedy) yield way;
    if (mayGoOn) {
      for (const next of this.ways(pattern.body, way, start, excluded)) {
        if (mayStop && next.at === way.at) yield next;
        else yield* this.repeat(pattern, done + 1, next, start, excluded);
      }
    }
    if (mayStop && pattern.greedy) yield way;
  }

  // ---------------------------------------------------------------- conditions and measures

  holds(variable: number, at: number, before: readonly Label[]): boolean {
    const { condition, stream } = this.plan.variables[variable]!;
    const row = this.rows[at]!;
    if (stream !== null && stream !== row.stream) return false;
    if (condition === null) return true;
    const labels = [...before, { position: at, variable, excluded: false }];
    return (
      this.evaluate(condition, {
        row,
        at,
        labels,
        running: labels.length,
        number: this.number,
        status: 'MATCHED',
      }) === true
    );
  }

  output(match: Omit<OracleMatch, 'output'>): Value[][] {
    const { labels, start, number, status } = match;
    const { measures, where, emptyMatches, rowsPerMatch } = this.plan;
    /** No row where WHERE is not true of it. */
    const rowOf = (at: number, running: number): Value[][] => {
      const view = { row: this.rows[at]!, at, labels, running, number, status };
      const outputs = measures.map(({ expression }) =>
        match.kind === 'unmatched' && expression.kind !== 'column' ? null : this.evaluate(expression, view),
      );
      return where === null || this.evaluate(where, { ...view, outputs }) === true ? [outputs] : [];
    };
    if (match.kind === 'empty') return emptyMatches === 'show' ? rowOf(start, 0) : [];
    if (match.kind === 'unmatched') return rowOf(start, 0);
    if (rowsPerMatch === 'one') return rowOf(labels.at(-1)!.position, labels.length);
    return labels.flatMap(({ excluded, position }, i) => (excluded ? [] : rowOf(position, i + 1)));
  }

  evaluate(bound: Bound, view: View): Value {
    const scope: NaiveScope = { row: view.row, faults: new Faults(), view };
    return compile<NaiveScope>(bound, (node) => this.ofMatch(node))(scope);
  }

  ofMatch(node: MatchNode): Evaluator<NaiveScope> {
    return ({ view }) => {
      const names = this.plan.variables;
      const visible = (semantics: 'running' | 'final') =>
        semantics === 'final' ? view.labels : view.labels.slice(0, view.running);
      const of = (set: readonly number[] | null, labels: readonly Label[]) =>
        labels.filter(({ variable }) => set === null || set.includes(variable));
      switch (node.kind) {
        case 'match_number':
          return view.number;
        case 'match_status':
          return view.status;
        case 'match_rowtime':
          return view.running === 0 ? null : this.rows[view.labels[view.running - 1]!.position]!.time;
        case 'output':
          return view.outputs?.[node.index] ?? null;
        case 'classifier': {
          if (view.pointed !== undefined) {
            const [label] = of(node.set, view.labels).filter(({ position }) => position === view.pointed);
            return label === undefined ? null : names[label.variable]!.name;
          }
          const last = of(node.set, visible(node.semantics)).at(-1);
          return last === undefined ? null : names[last.variable]!.name;
        }
        case 'navigation': {
          const labels = of(node.set, visible(node.semantics));
          const label =
            node.from === 'first' ? labels[node.logical] : labels[labels.length - 1 - node.logical];
          if (label === undefined) return null;
          const at = label.position + node.physical;
          const row = this.rows[at];
          return row === undefined ? null : this.evaluate(node.operand, { ...view, row, at, pointed: at });
        }
        case 'aggregate': {
          const accumulate = accumulator(node);
          let state = accumulate.initial;
          for (const { position } of of(node.set, visible(node.semantics))) {
            const row = this.rows[position]!;
            const value =
              node.operand === null
                ? true
                : this.evaluate(node.operand, { ...view, row, at: position, pointed: position });
            state = accumulate.add(state, value);
          }
          return accumulate.result(state);
        }
      }
    };
  }
}

/** Where an expression stands: a row of the partition, the labels known, how many of them RUNNING sees. */
interface View {
  readonly row: Row;
  readonly at: number;
  readonly labels: readonly Label[];
  readonly running: number;
  readonly number: number;
  readonly status: 'MATCHED' | 'TIMED OUT';
  /** Inside a navigation or aggregate: the place pointed to. */
  readonly pointed?: number;
  /** Behind MATCH_RECOGNIZE: the measures. */
  readonly outputs?: readonly Value[];
}

interface NaiveScope extends Scope {
  readonly view: View;
}

/** In list order: abc, acb, bac, bca, cab, cba. */
function* permutations<T>(items: readonly T[]): Generator<T[]> {
  if (items.length === 0) yield [];
  for (const [i, item] of items.entries()) {
    for (const rest of permutations(items.filter((_, j) => j !== i))) yield [item, ...rest];
  }
}
