import { Engine } from '../src/engine/engine.js';
import type { Limits } from '../src/engine/limits.js';
import type { Row as Event } from '../src/event/row.js';
import { atLeast, figureOf, type Line, shown } from './line.js';
import { schemaOf, Template } from './plan.js';
import { heldBy, liveBytes, play } from './rounds.js';
import type { Row } from './row.js';
import { TICKS, Ticks } from './ticks.js';

/** A tenth each of A, B and C; what else comes has no place in the pattern. */
const KINDS = 'ABCDDDDDDD';
const ROUNDS = 5;
/** Milliseconds of one round, and for filling the window at most. */
const ROUND = 400;
const PATIENCE = { quick: 1_000, full: 6_000 };
const LISTING_GOAL = 5_000_000;

/** The window is as many events as milliseconds: one event comes each millisecond. */
function anyRule(window: number): string {
  return `SELECT a.value AS a, COUNT(b.*) AS bs, c.value AS c FROM ticks MATCH_RECOGNIZE (
    AFTER MATCH NO SKIP
    PATTERN (a -> (b ->)+ c) WITHIN INTERVAL '${(window - 1) / 1_000}' SECOND
    DEFINE a AS kind = 'A', b AS kind = 'B', c AS kind = 'C')`;
}

export const any: Row = {
  title: 'A -> (B ->)+ C with NO SKIP: every match, window in events',
  *measure({ quick, say }) {
    say('against brute force');
    yield againstBruteForce();
    let small = Number.NaN;
    for (const window of quick ? [100, 1_000] : [100, 1_000, 10_000, 100_000, 1_000_000]) {
      const work = `${shown(window)} events, update only`;
      say(work);
      const { line, figure, isWhole } = measureAny(work, window, 0, quick);
      if (window === 100) small = figure.median;
      const reference = window === 100 ? null : { name: 'a window of 100', median: small };
      // A cost at most 1.5 times as high is a rate of two thirds; of a window that was not filled it says nothing.
      const goal = window === 100 ? null : atLeast(2 / 3, figure, small);
      yield { ...line, reference, goal: goal && { ...goal, isMet: goal.isMet && isWhole } };
    }
    for (const window of quick ? [100] : [100, 1_000_000]) {
      for (const most of quick ? [10] : [1, 10, 100]) {
        const work = `${shown(window)} events, at most ${most} listed a row`;
        say(work);
        const { line, listed, isWhole } = measureAny(work, window, most, quick);
        const goal = {
          text: `at least ${shown(LISTING_GOAL)}`,
          isMet: isWhole && listed.median >= LISTING_GOAL,
        };
        yield { ...line, figure: listed, unit: 'matches/s', goal };
      }
    }
  },
};

function engineFor(window: number, limits: Partial<Limits>): Engine {
  const schema = schemaOf(TICKS);
  const engine = new Engine({ mode: 'stream', limits });
  engine.putStream(schema);
  engine.addRule(new Template(anyRule(window), schema).plan('any'));
  return engine;
}

function measureAny(work: string, window: number, most: number, quick: boolean) {
  const before = liveBytes();
  // The window is whole: what a match can take of it is no more than its events.
  const engine = engineFor(window, { matchesPerRow: most, partialMatchesPerKey: 2 * window });
  const ticks = new Ticks({ seed: 3, keys: 1, kinds: KINDS, step: 1 });
  const patience = quick ? PATIENCE.quick : PATIENCE.full;
  const until = performance.now() + patience;
  const ending = new Ending(window, most);
  const filling = { matches: 0, expected: 0, rows: 0 };
  // Nothing is completed while the window is filled: to list it would take longer than to measure.
  while (filling.rows < window && performance.now() < until)
    add(filling, playFor(engine, ticks, ending, 0, window - filling.rows, true));
  const [events, matches]: [number[], number[]] = [[], []];
  const total = { matches: 0, expected: 0, rows: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const played = playFor(engine, ticks, ending, ROUND, Number.POSITIVE_INFINITY);
    events.push((played.rows / played.took) * 1_000);
    matches.push((played.matches / played.took) * 1_000);
    add(total, played);
  }
  const { rows } = filling;
  const short = rows < window ? `; filled with ${shown(rows)} events only in ${patience / 1_000} s` : '';
  const figure = figureOf(events);
  const line: Line = {
    work,
    figure,
    unit: 'events/s',
    reference: null,
    memory: heldBy(engine, before),
    proof: `${shown(total.matches)} of ${shown(total.expected)} matches in ${shown(total.rows)} events${short}`,
    goal: null,
  };
  const isWhole = rows >= window && total.matches === total.expected;
  return { line, figure, listed: figureOf(matches), isWhole };
}

interface Played {
  matches: number;
  /** Matches that there are to list. */
  expected: number;
  rows: number;
}

function add(sum: Played, { matches, expected, rows }: Played): void {
  sum.matches += matches;
  sum.expected += expected;
  sum.rows += rows;
}

/** Plays until so many milliseconds of matching have passed, or so many rows; making the events does not count. */
function playFor(
  engine: Engine,
  ticks: Ticks,
  ending: Ending,
  milliseconds: number,
  mostRows: number,
  isFilling = false,
): Played & { readonly took: number } {
  const played = { took: 0, matches: 0, expected: 0, rows: 0 };
  do {
    const taken = ticks.take(Math.min(100, mostRows));
    const rows = isFilling ? taken.map(uncompleting) : taken;
    const began = performance.now();
    const matches = play(engine, rows);
    played.took += performance.now() - began;
    add(played, { matches, expected: ending.count(rows), rows: rows.length });
  } while (played.took < milliseconds && played.rows < mostRows);
  return played;
}

/** The event, or in place of a C one that has no place in the pattern. */
function uncompleting(row: Event): Event {
  return row.values['kind'] === 'C' ? { ...row, values: { ...row.values, kind: 'D' } } : row;
}

/** Counts the matches that end at each row, up to the most that are listed: every set of Bs behind an A, but the empty one. */
class Ending {
  readonly #window: number;
  readonly #most: number;
  readonly #kinds: unknown[] = [];

  constructor(window: number, most: number) {
    this.#window = window;
    this.#most = most;
  }

  count(rows: readonly Event[]): number {
    let sum = 0;
    for (const { values } of rows) {
      this.#kinds.push(values['kind']);
      if (values['kind'] === 'C') sum += this.#last();
    }
    return sum;
  }

  #last(): number {
    const end = this.#kinds.length - 1;
    let [matches, bs] = [0, 0];
    for (let at = end - 1; at >= 0 && end - at < this.#window && matches < this.#most; at--) {
      if (this.#kinds[at] === 'B') bs++;
      else if (this.#kinds[at] === 'A') matches += 2 ** bs - 1;
    }
    return Math.min(matches, this.#most);
  }
}

/** Small windows, where all matches can be counted: each one must come, and none twice. */
function againstBruteForce(): Line {
  let compared = 0;
  const began = performance.now();
  for (let seed = 0; seed < 20; seed++) {
    const window = 10 + seed;
    const rows = new Ticks({ seed, keys: 1, kinds: 'ABCDD', step: 1 }).take(40);
    const engine = engineFor(window, { matchesPerRow: 1_000_000, partialMatchesPerKey: 1_000_000 });
    for (const row of rows) engine.append(row);
    const found = engine
      .take()
      .map((emission) =>
        emission.kind === 'late' ? 'late' : emission.match.events.map(({ row }) => row.offset).join(),
      );
    const expected = everyMatch(rows, window);
    if (expected.length > 200_000) continue;
    if (new Set(found).size !== found.length || found.sort().join(' ') !== expected.sort().join(' '))
      throw new Error(`seed ${seed}: ${found.length} matches, by brute force ${expected.length}`);
    compared += found.length;
  }
  return {
    work: 'windows of 10 to 29 events against brute force',
    figure: figureOf([performance.now() - began]),
    unit: 'ms',
    reference: null,
    memory: null,
    proof: `${shown(compared)} matches, all equal`,
    goal: null,
  };
}

function everyMatch(rows: readonly Event[], window: number): string[] {
  const found: string[] = [];
  const extend = (taken: readonly number[], from: number, start: number): void => {
    for (let at = from; at < rows.length && at - start < window; at++) {
      const kind = rows[at]!.values['kind'];
      if (kind === 'B') extend([...taken, at], at + 1, start);
      if (kind === 'C' && taken.length > 1) found.push([...taken, at].join());
    }
  };
  rows.forEach((row, at) => {
    if (row.values['kind'] === 'A') extend([at], at + 1, at);
  });
  return found;
}
