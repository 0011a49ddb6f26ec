import { Engine } from '../src/engine/engine.js';
import type { Row as Event } from '../src/event/row.js';
import { type Line, shown } from './line.js';
import { schemaOf, Template } from './plan.js';
import { type Compared, compare, heldBy, liveBytes, play } from './rounds.js';
import type { Row } from './row.js';
import { TICKS, Ticks } from './ticks.js';

/** What `peers/` runs too: the same names there. */
export const WINDOWS = [
  { name: '10 s', milliseconds: 10_000 },
  { name: '10 min', milliseconds: 600_000 },
  { name: '2 h', milliseconds: 7_200_000 },
] as const;
export const KEYS = [100, 10_000, 100_000] as const;
export const STEP = 5;
export const KINDS = 'ABCD';

/** Events of a round. */
export function keyedEvents(quick: boolean): number {
  return quick ? 50_000 : 200_000;
}

/** The rule: each A of a key is followed by the first B after it and the first C after that, all of small value. */
export function keyedRule(milliseconds: number): string {
  return `SELECT a.value AS a, b.value AS b, c.value AS c FROM ticks MATCH_RECOGNIZE (
    PARTITION BY key
    AFTER MATCH SKIP TO NEXT ROW
    PATTERN (a -> b -> c) WITHIN INTERVAL '${milliseconds / 1_000}' SECOND
    DEFINE
      a AS kind = 'A' AND value < 50,
      b AS kind = 'B' AND value < 50,
      c AS kind = 'C' AND value < 50)`;
}

/** The same rule as a loop that can do nothing else: what counts the matches a second time, and the least it can cost. */
export class KeyedLoop {
  readonly #window: number;
  readonly #open = new Map<string, { readonly until: number; hasB: boolean }[]>();

  constructor(milliseconds: number) {
    this.#window = milliseconds;
  }

  play(rows: readonly Event[]): number {
    let matches = 0;
    for (const row of rows) {
      const { key, kind, value } = row.values as { key: string; kind: string; value: number };
      if (value >= 50 || kind === 'D') continue;
      const open = this.#open.get(key)?.filter(({ until }) => until >= row.time) ?? [];
      if (kind === 'A') open.push({ until: row.time + this.#window, hasB: false });
      else if (kind === 'B') for (const each of open) each.hasB = true;
      else matches += open.filter(({ hasB }) => hasB).length;
      const left = kind === 'C' ? open.filter(({ hasB }) => !hasB) : open;
      if (left.length > 0) this.#open.set(key, left);
      else this.#open.delete(key);
    }
    return matches;
  }
}

export const keyed: Row = {
  title: 'keyed A -> B -> C, value conditions, events already parsed',
  *measure({ quick, wants, say }) {
    const count = keyedEvents(quick);
    for (const keys of quick ? KEYS.slice(0, 2) : KEYS) {
      for (const window of WINDOWS) {
        const work = `${shown(keys)} keys, ${window.name}`;
        if (!wants(work)) continue;
        say(work);
        yield measureKeyed(work, keys, window.milliseconds, count);
      }
    }
  },
};

function measureKeyed(work: string, keys: number, window: number, count: number): Line {
  const schema = schemaOf(TICKS);
  const ticks = new Ticks({ seed: 1, keys, kinds: KINDS, step: STEP });
  const before = liveBytes();
  const engine = new Engine({ mode: 'stream' });
  engine.putStream(schema);
  engine.addRule(new Template(keyedRule(window), schema).plan('keyed'));
  const { ours, other, matches } = withLoop(engine, ticks, window, count);
  return {
    work,
    figure: ours,
    unit: 'events/s',
    reference: { name: 'a loop for this rule', median: other.median },
    memory: heldBy(engine, before),
    proof: `${shown(matches)} matches, as the loop`,
    goal: null,
  };
}

/** In a function of its own, so that the loop's state and the last rows do not count as the engine's memory. */
function withLoop(engine: Engine, ticks: Ticks, window: number, count: number): Compared {
  const loop = new KeyedLoop(window);
  return compare(
    () => ticks.take(count),
    (rows) => play(engine, rows),
    (rows) => loop.play(rows),
  );
}
