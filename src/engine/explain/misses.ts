import type { JsonValue } from '../../event/json.js';
import type { Row } from '../../event/row.js';
import type { MatchPlan } from '../../language/plan.js';
import { rowsNeeded } from '../match/distance.js';
import type { Matcher } from '../match/matcher.js';
import type { Ending, Place, StartObserver } from '../match/observer.js';
import type { Partition } from '../match/partition.js';
import type { Start, Thread } from '../match/thread.js';
import { type Asked, Candidates, type Verdict } from './candidate.js';
import { type Names, nameOf } from './sql.js';

/** Where a row stands in the log. Times in milliseconds. */
export interface RowPlace {
  readonly stream: string;
  readonly offset: number;
  readonly time: number;
}

/** What a partial match waited for, and how the row did. */
export interface Attempt extends Asked {
  /** False: the row had to be it. True: it must not be it (NOT). */
  readonly isAbsent: boolean;
  /** Of `Miss.row`; null where there is none. */
  readonly verdict: Verdict | null;
}

/** A start that gave no match. */
export interface Miss {
  readonly key: Readonly<Record<string, JsonValue>>;
  readonly start: RowPlace;
  /** How far it came: the labels it gave, in order of their first rows, with how many rows have each. */
  readonly labels: readonly { readonly variable: string; readonly rows: number }[];
  /** Rows that were still needed, at least. */
  readonly needs: number;
  /** `row`: none of what it waited for was true of `row`. The others: as of `Ending`. */
  readonly how: 'row' | Ending;
  /** The row that ended it; else the last row of its key, where that is known and was none of its own. */
  readonly row: RowPlace | null;
  /** When WITHIN ends it; null without one. */
  readonly deadline: number | null;
  readonly attempts: readonly Attempt[];
  /** The start whose match passed over it. */
  readonly by: RowPlace | null;
}

export interface MissOptions {
  /** How many are kept. */
  readonly most: number;
  /**
   * `first`: of equally near ones those that ended first. `newest`: those that ended last, one a key, a newer one taken at
   * most once a second of arrival: what a busy rule costs is bounded.
   */
  readonly ties: 'first' | 'newest';
  /** The last row of each key is remembered, so that what WITHIN ended can say how that did: memory for each key. */
  readonly keepsLastRows: boolean;
}

interface Entry {
  /** A key that had no state for a while counts its rows anew, in another partition. */
  readonly partition: Partition | undefined;
  readonly position: number;
  readonly level: number;
  readonly miss: Miss;
}

/** Nearness: how many rows were needed, up to this; what a match passed over comes last. */
const FARTHEST = 16;
const PASSED_OVER = FARTHEST + 1;
/** Milliseconds of arrival between two that are no nearer than what is kept. */
const PAUSE = 1_000;
/** Variables that are told of one miss. */
const MOST_ATTEMPTS = 8;

/** The starts that came nearest to a match and gave none. Not part of the rule's state. */
export class NearestMisses implements StartObserver {
  /** Starts that gave no match, kept or not. */
  total = 0;
  /** In the order in which they ended. */
  readonly #entries = new Map<Start | string, Entry>();
  readonly took: ((key: string, row: Row) => void) | null;
  readonly #candidates: Candidates;
  readonly #lastRows = new Map<string, Row>();
  /** The greatest level that is kept, where as many are kept as may be; else beyond all. */
  #worst = Number.POSITIVE_INFINITY;
  /** No arrival before it brings one that is no nearer. */
  #resume = Number.NEGATIVE_INFINITY;
  #needed: Float64Array | null = null;

  constructor(
    private readonly plan: MatchPlan,
    private readonly matcher: Matcher,
    private readonly partitions: ReadonlyMap<string, Partition>,
    /** PARTITION BY of a row, as an alert shows it. */
    private readonly columnsOf: (row: Row) => Miss['key'],
    names: Names,
    private readonly options: MissOptions,
  ) {
    this.#candidates = new Candidates(plan, matcher.conditions, names);
    this.took = options.keepsLastRows ? (key, row) => void this.#lastRows.set(key, row) : null;
  }

  /** Nearest first; equally near ones in the order of `ties`. */
  list(): readonly Miss[] {
    const entries = [...this.#entries.values()];
    if (this.options.ties === 'newest') entries.reverse();
    return entries.sort((a, b) => a.level - b.level).map(({ miss }) => miss);
  }

  /** Lets go of all of them; the count stays. */
  forget(): void {
    this.#entries.clear();
    this.#lastRows.clear();
    this.#measure();
  }

  failed(start: Start, before: readonly Thread[], at: Place): void {
    this.#note(start, before, 'row', at, null);
  }

  ended(start: Start, left: readonly Thread[], how: Ending, by: Start | null): void {
    const row = how === 'within' || how === 'end' ? this.#lastRows.get(start.key) : undefined;
    const partition = this.partitions.get(start.key);
    const position = partition === undefined ? -1 : partition.count - 1;
    const isOther = row !== undefined && partition !== undefined && this.#nearest(left)?.path?.row !== row;
    this.#note(
      start,
      left,
      how,
      isOther ? { row, position, rowAt: (at: number) => partition.rowAt(at) } : null,
      by,
    );
  }

  /** What failed within the rows that a match takes was no miss. */
  skipped(start: Start, resume: number): void {
    const partition = this.partitions.get(start.key);
    for (const [id, { position, level, miss, partition: own }] of this.#entries) {
      if (own !== partition || position < start.position || position >= resume || level === PASSED_OVER)
        continue;
      const passed: Miss = { ...miss, how: 'passed_over', row: null, attempts: [], by: placeOf(start.row) };
      this.#entries.set(id, { position, level: PASSED_OVER, miss: passed, partition });
      this.#measure();
    }
  }

  #note(
    start: Start,
    threads: readonly Thread[],
    how: Miss['how'],
    at: Place | null,
    by: Start | null,
  ): void {
    this.total++;
    const nearest = this.#nearest(threads);
    const needs = nearest === null ? 0 : this.#needs(nearest);
    const level = how === 'passed_over' ? PASSED_OVER : Math.min(needs, FARTHEST);
    const { key, position, row, deadline } = start;
    const id = this.options.ties === 'newest' ? key : start;
    if (!this.#makeRoom(id, level, (at?.row ?? row).arrival)) return;
    const partition = this.partitions.get(key);
    const miss: Miss = {
      key: this.columnsOf(row),
      start: placeOf(row),
      labels: this.#labels(nearest ?? start.best),
      needs,
      how,
      row: at === null ? null : placeOf(at.row),
      deadline: Number.isFinite(deadline) ? deadline : null,
      attempts: how === 'passed_over' ? [] : this.#attempts(threads, how, at, (partition?.matches ?? 0) + 1),
      by: by === null ? null : placeOf(by.row),
    };
    this.#entries.set(id, { position, level, miss, partition });
    this.#measure();
  }

  /** False: it is not to be kept. */
  #makeRoom(id: Start | string, level: number, arrival: number): boolean {
    const { ties, most } = this.options;
    const mayReplace = ties === 'newest' && arrival >= this.#resume;
    if (level > this.#worst || (level === this.#worst && !mayReplace)) return false;
    const known = this.#entries.get(id);
    if (known !== undefined) {
      if (known.level < level || (known.level === level && !mayReplace)) return false;
      if (known.level === level) this.#resume = arrival + PAUSE;
      this.#entries.delete(id);
      return true;
    }
    if (this.#entries.size < most) return true;
    if (level === this.#worst) this.#resume = arrival + PAUSE;
    for (const [other, entry] of this.#entries) {
      if (entry.level !== this.#worst) continue;
      this.#entries.delete(other);
      break;
    }
    return true;
  }

  #measure(): void {
    this.#worst = Number.POSITIVE_INFINITY;
    if (this.#entries.size < this.options.most) return;
    let worst = 0;
    for (const { level } of this.#entries.values()) worst = Math.max(worst, level);
    this.#worst = worst;
  }

  #nearest(threads: readonly Thread[]): Thread | null {
    let nearest: Thread | null = null;
    for (const thread of threads)
      if (nearest === null || this.#needs(thread) < this.#needs(nearest)) nearest = thread;
    return nearest;
  }

  #needs({ state }: Thread): number {
    this.#needed ??= rowsNeeded(this.matcher.automaton.program);
    return this.#needed[state.pc]!;
  }

  #labels(way: Pick<Thread, 'path'> | null): Miss['labels'] {
    const labels = new Map<number, { rows: number; first: number }>();
    for (let step = way?.path ?? null; step !== null; step = step.previous) {
      const known = labels.get(step.variable);
      // Newest first: the first row of a label is the last that is met.
      labels.set(step.variable, { rows: (known?.rows ?? 0) + 1, first: step.position });
    }
    return [...labels]
      .sort(([, a], [, b]) => a.first - b.first)
      .map(([variable, { rows }]) => ({ variable: nameOf(this.plan.variables[variable]!.name), rows }));
  }

  /** What the threads waited for, each variable once, by the nearest that did. */
  #attempts(
    threads: readonly Thread[],
    how: Miss['how'],
    at: Place | null,
    matchNumber: number,
  ): readonly Attempt[] {
    const waiting = new Map<number, Thread>();
    const attempts: Attempt[] = [];
    for (const thread of threads) {
      const { instruction } = thread.state;
      if (instruction.op === 'label') {
        const known = waiting.get(instruction.variable);
        if (known === undefined || this.#needs(thread) < this.#needs(known))
          waiting.set(instruction.variable, thread);
      } else if ((instruction.op === 'gap' || instruction.op === 'wait') && how === 'row' && at !== null) {
        for (const variable of instruction.absent) {
          if (attempts.some((each) => each.variable === this.#candidates.asked(variable).variable)) continue;
          const verdict = this.#candidates.judge(variable, thread, at, matchNumber);
          if (verdict.held) attempts.push({ ...this.#candidates.asked(variable), isAbsent: true, verdict });
        }
      }
    }
    const byNearness = [...waiting].sort(([, a], [, b]) => this.#needs(a) - this.#needs(b));
    for (const [variable, thread] of byNearness.slice(0, MOST_ATTEMPTS)) {
      // A thread that stands behind the row took it.
      const isAsked = at !== null && thread.path?.row !== at.row;
      const verdict = isAsked ? this.#candidates.judge(variable, thread, at, matchNumber) : null;
      attempts.push({ ...this.#candidates.asked(variable), isAbsent: false, verdict });
    }
    return attempts;
  }
}

function placeOf({ stream, offset, time }: Row): RowPlace {
  return { stream, offset, time };
}
