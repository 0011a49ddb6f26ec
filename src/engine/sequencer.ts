import type { Row } from '../event/row.js';
import type { Emission } from './emission.js';
import { MatchOperator } from './match/operator.js';
import { byTime, type RowOrder } from './order.js';
import { PriorityQueue } from './queue.js';
import type { RunningRule } from './rule.js';
import type { StreamClock } from './watermark.js';

/** A row that waits for its watermark. `sequence`: when it was appended. */
export interface WaitingRow {
  readonly row: Row;
  readonly sequence: number;
}

/**
 * The rules that read the same streams in the same order: their rows wait here until the watermark reaches them, then go to
 * every rule in order of (event time, offset), deadlines between them closed in their turn. The order of what comes out
 * depends on the rows alone, not on how they arrived.
 */
export class Sequencer {
  /** In order of registration. */
  readonly rules: RunningRule[] = [];
  /** The smallest watermark of the streams that are not idle; never goes back. Milliseconds. */
  watermark = Number.NEGATIVE_INFINITY;
  readonly waiting: PriorityQueue<WaitingRow>;

  constructor(
    readonly key: string,
    readonly clocks: readonly StreamClock[],
    readonly order: RowOrder,
    private readonly out: (emission: Emission) => void,
  ) {
    this.waiting = new PriorityQueue((a, b) => order(a.row, b.row) < 0);
    this.watermark = this.#smallest();
  }

  /** Takes a row that was just seen by its stream's clock. */
  append(row: Row, sequence: number): void {
    if (row.time < this.watermark) {
      for (const rule of this.rules) rule.late++;
      this.out({
        kind: 'late',
        row,
        watermark: this.watermark,
        rules: this.rules.map(({ plan }) => plan.name),
      });
    } else {
      this.waiting.push({ row, sequence });
    }
    this.advance();
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
      this.release(next);
    }
    this.closeBefore(this.watermark);
  }

  /** The streams have ended: releases everything, closes every deadline, then the tails. */
  end(): void {
    this.watermark = Number.POSITIVE_INFINITY;
    for (let next = this.waiting.pop(); next !== undefined; next = this.waiting.pop()) {
      this.closeBefore(next.row.time);
      this.release(next);
    }
    this.closeBefore(Number.POSITIVE_INFINITY);
    for (const rule of this.rules) if (rule.operator instanceof MatchOperator) rule.operator.end();
    this.#flush();
  }

  /** The earliest event time that something waits for: a row, or a deadline. Null: nothing waits. */
  nextDeadline(): number | null {
    let least = this.waiting.peek()?.row.time ?? Number.POSITIVE_INFINITY;
    for (const rule of this.rules) least = Math.min(least, rule.nextDeadline() ?? Number.POSITIVE_INFINITY);
    return least === Number.POSITIVE_INFINITY ? null : least;
  }

  release({ row, sequence }: WaitingRow): void {
    for (const rule of this.rules) if (sequence >= rule.since) rule.process(row);
    this.#flush();
  }

  /** Closes the deadlines strictly before `time`, earliest first, then in order of start and of rule. */
  closeBefore(time: number): void {
    for (;;) {
      let next = time;
      let due: RunningRule[] = [];
      for (const rule of this.rules) {
        const deadline = rule.nextDeadline();
        if (deadline === null || deadline > next || deadline >= time) continue;
        if (deadline < next) due = [];
        next = deadline;
        due.push(rule);
      }
      if (due.length === 0) return;
      for (const rule of due) {
        const operator = rule.operator as MatchOperator;
        while (operator.nextDeadline() === next) operator.closeNext();
      }
      this.#flush();
    }
  }

  /** A row exactly at the watermark can be followed by others of its time: where columns break ties they are waited for. */
  #isReady(row: Row): boolean {
    return this.order === byTime ? row.time <= this.watermark : row.time < this.watermark;
  }

  #smallest(): number {
    const speaking = this.clocks.filter(({ idle }) => !idle);
    if (speaking.length === 0) return Number.NEGATIVE_INFINITY;
    return Math.min(...speaking.map(({ watermark }) => watermark));
  }

  /** What became final at once goes out in order of start, then of rule. */
  #flush(): void {
    let count = 0;
    let last: RunningRule | null = null;
    for (const rule of this.rules) {
      if (rule.pending.length === 0) continue;
      count += rule.pending.length;
      last = rule;
    }
    if (last === null) return;
    if (count === 1) {
      this.out({ kind: 'match', rule: last.plan.name, match: last.pending.pop()! });
      return;
    }
    const emissions = this.rules.flatMap((rule) => rule.pending.splice(0).map((match) => ({ rule, match })));
    emissions.sort((a, b) => this.order(a.match.start, b.match.start) || a.rule.order - b.rule.order);
    for (const { rule, match } of emissions) this.out({ kind: 'match', rule: rule.plan.name, match });
  }
}
