import type { Row } from '../event/row.js';
import type { Subject } from '../event/subject.js';
import { Deadlines } from './deadlines.js';
import type { Emission } from './emission.js';
import { MatchOperator } from './match/operator.js';
import { byTime, type RowOrder } from './order.js';
import { PriorityQueue } from './queue.js';
import { Routing } from './routing.js';
import type { RunningRule } from './rule.js';
import type { StreamClock } from './watermark.js';

/** A row that waits for its watermark. */
export interface WaitingRow {
  readonly row: Row;
  /** When it was appended. */
  readonly sequence: number;
  /** It was erased: its place stays, and no rule sees it. Left out: it was not. */
  readonly isErased?: boolean;
}

/** A sequencer's state as plain data. */
export interface SequencerHead {
  readonly key: string;
  readonly watermark: number;
  readonly released: number;
  readonly waiting: readonly WaitingRow[];
}

/**
 * The rules that read the same streams in the same order: their rows wait here until the watermark reaches them, then go to
 * the rules that they concern in order of (event time, offset), deadlines between them closed in their turn. The order of what
 * comes out depends on the rows alone, not on how they arrived.
 */
export class Sequencer {
  /** In order of registration. */
  readonly rules = new Set<RunningRule>();
  /** The smallest watermark of the streams that are not idle; never goes back. Milliseconds. */
  watermark = Number.NEGATIVE_INFINITY;
  readonly waiting: PriorityQueue<WaitingRow>;
  readonly #routing: Routing;
  readonly #deadlines = new Deadlines();
  /** Rows that went to the rules. */
  #released = 0;
  /** Rows appended before this went past a rule that is here now. */
  #latestSince = 0;
  /** Rules with pending matches. */
  readonly #touched: RunningRule[] = [];

  constructor(
    readonly key: string,
    readonly clocks: readonly StreamClock[],
    readonly order: RowOrder,
    private readonly out: (emission: Emission) => void,
  ) {
    this.waiting = new PriorityQueue((a, b) => order(a.row, b.row) < 0);
    this.#routing = new Routing([...new Set(clocks.map(({ schema }) => schema.name))]);
    this.watermark = this.#smallest();
  }

  /** Starts a rule: it sees the rows appended from `rule.since` on. */
  add(rule: RunningRule): void {
    this.rules.add(rule);
    this.#routing.add(rule);
    rule.rowsAhead = -this.#released;
    rule.onDeadline = (deadline) => this.#deadlines.schedule(rule, deadline);
    this.#latestSince = Math.max(this.#latestSince, rule.since);
  }

  remove(rule: RunningRule): void {
    this.rules.delete(rule);
    this.#routing.remove(rule);
    rule.isRemoved = true;
  }

  /** How many rows a rule saw. */
  rowsOf({ rowsAhead }: RunningRule): number {
    return this.#released + rowsAhead;
  }

  /** Its state as plain data, apart from its rules. */
  head(): SequencerHead {
    const { key, watermark, waiting } = this;
    return { key, watermark, released: this.#released, waiting: [...waiting.values()] };
  }

  restoreHead({ watermark, released, waiting }: SequencerHead): void {
    this.watermark = watermark;
    this.#released = released;
    for (const row of waiting) this.waiting.push(row);
  }

  /** A rule's `since` is another than when it was added. */
  noteSince({ since }: RunningRule): void {
    this.#latestSince = Math.max(this.#latestSince, since);
  }

  /** Takes a row that was just seen by its stream's clock. */
  append(row: Row, sequence: number, isErased = false): void {
    if (row.time < this.watermark) {
      if (isErased) return;
      const rules = [...this.rules];
      for (const rule of rules) {
        rule.late++;
        rule.isChanged = true;
      }
      this.out({
        kind: 'late',
        row,
        watermark: this.watermark,
        rules: rules.map(({ plan }) => plan.name),
      });
      return;
    }
    this.watermark = Math.max(this.watermark, this.#smallest());
    if (this.waiting.size === 0 && this.#isReady(row)) {
      this.closeBefore(row.time);
      this.#release(row, sequence, isErased);
      // What the row began ends no earlier than itself.
      if (this.watermark > row.time) this.closeBefore(this.watermark);
    } else {
      this.waiting.push(isErased ? { row, sequence, isErased } : { row, sequence });
      this.advance();
    }
  }

  /** Goes on as far as the streams' clocks allow. */
  advance(): void {
    this.watermark = Math.max(this.watermark, this.#smallest());
    for (
      let next = this.waiting.peek();
      next !== undefined && this.#isReady(next.row);
      next = this.waiting.peek()
    ) {
      this.waiting.pop();
      this.closeBefore(next.row.time);
      this.#release(next.row, next.sequence, next.isErased === true);
    }
    this.closeBefore(this.watermark);
  }

  /** Bounded input: the next row in order, which every rule sees. */
  play(row: Row): void {
    this.closeBefore(row.time);
    this.#released++;
    for (const rule of this.rules) this.#process(rule, row);
    this.#flush();
  }

  /** Lets go of what is held of a subject; what waited for it alone comes out. */
  erase(subject: Subject): void {
    const waiting = [...this.waiting.values()];
    this.waiting.retain(() => false);
    for (const each of waiting) {
      const { row, sequence } = each;
      const isErased = subject.has(row);
      this.waiting.push(isErased ? { row: { ...row, values: {} }, sequence, isErased } : each);
    }
    for (const rule of this.rules) {
      rule.erase(subject);
      if (rule.pending.length > 0) this.#touched.push(rule);
    }
    this.#flush();
  }

  /** The streams have ended: releases everything, closes every deadline, then the tails. */
  end(): void {
    this.watermark = Number.POSITIVE_INFINITY;
    for (let next = this.waiting.pop(); next !== undefined; next = this.waiting.pop()) {
      this.closeBefore(next.row.time);
      this.#release(next.row, next.sequence, next.isErased === true);
    }
    this.closeBefore(Number.POSITIVE_INFINITY);
    for (const rule of this.rules) {
      if (rule.operator instanceof MatchOperator) rule.operator.end();
      this.#touched.push(rule);
    }
    this.#flush();
  }

  /** The earliest event time that something waits for: a row, or a deadline. Null: nothing waits. */
  nextDeadline(): number | null {
    const row = this.waiting.peek()?.row.time ?? Number.POSITIVE_INFINITY;
    const least = Math.min(row, this.#deadlines.next() ?? Number.POSITIVE_INFINITY);
    return least === Number.POSITIVE_INFINITY ? null : least;
  }

  /** Closes the deadlines strictly before `time`, earliest first, then in order of start and of rule. */
  closeBefore(time: number): void {
    for (;;) {
      const next = this.#deadlines.next();
      if (next === null || next >= time) return;
      for (const rule of this.#deadlines.due(next)) {
        rule.isChanged = true;
        const operator = rule.operator as MatchOperator;
        while (operator.nextDeadline() === next) operator.closeNext();
        const later = operator.nextDeadline();
        if (later !== null) this.#deadlines.schedule(rule, later);
        this.#touched.push(rule);
      }
      this.#flush();
    }
  }

  #release(row: Row, sequence: number, isErased: boolean): void {
    this.#released++;
    if (isErased) for (const rule of this.rules) rule.pass(row, sequence);
    else if (sequence < this.#latestSince) this.#releaseOld(row, sequence);
    else {
      const concerned = this.#routing.concerned(row);
      for (let i = 0; i < concerned.length; i++) this.#process(concerned[i]!, row);
    }
    if (this.#touched.length > 0) this.#flush();
  }

  /** A row that waited while a rule came: the rule does not see it. */
  #releaseOld(row: Row, sequence: number): void {
    for (const rule of this.rules) {
      if (sequence >= rule.since) this.#process(rule, row);
      else {
        rule.rowsAhead--;
        rule.isChanged = true;
      }
    }
  }

  #process(rule: RunningRule, row: Row): void {
    rule.process(row);
    if (rule.pending.length > 0) this.#touched.push(rule);
  }

  /** A row exactly at the watermark can be followed by others of its time: where columns break ties they are waited for. */
  #isReady(row: Row): boolean {
    return this.order === byTime ? row.time <= this.watermark : row.time < this.watermark;
  }

  #smallest(): number {
    let least = Number.POSITIVE_INFINITY;
    let isAnySpeaking = false;
    for (const { idle, watermark } of this.clocks) {
      if (idle) continue;
      isAnySpeaking = true;
      if (watermark < least) least = watermark;
    }
    return isAnySpeaking ? least : Number.NEGATIVE_INFINITY;
  }

  /** What became final at once goes out in order of start, then of rule. */
  #flush(): void {
    const touched = this.#touched;
    const [only] = touched;
    if (only === undefined) return;
    if (touched.length === 1 && only.pending.length === 1) {
      touched.length = 0;
      this.out({ kind: 'match', rule: only.plan.name, match: only.pending.pop()! });
      return;
    }
    const emissions = touched.flatMap((rule) => rule.pending.splice(0).map((match) => ({ rule, match })));
    touched.length = 0;
    if (emissions.length > 1) {
      emissions.sort((a, b) => this.order(a.match.start, b.match.start) || a.rule.order - b.rule.order);
    }
    for (const { rule, match } of emissions) this.out({ kind: 'match', rule: rule.plan.name, match });
  }
}
