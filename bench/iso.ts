import { Engine } from '../src/engine/engine.js';
import type { Row as Event } from '../src/event/row.js';
import { keyedEvents } from './keyed.js';
import { shown } from './line.js';
import { schemaOf, Template } from './plan.js';
import { type Compared, compare, heldBy, liveBytes, play } from './rounds.js';
import type { Row } from './row.js';
import { TICKS, Ticks } from './ticks.js';

export const ISO_KEYS = 1_000;
export const ISO_KINDS = 'ABBBC';

/** Strict neighbours, and conditions on an earlier row. */
export const ISO_RULE = `SELECT a.value AS a, COUNT(b.*) AS bs, c.value AS c FROM ticks MATCH_RECOGNIZE (
  PARTITION BY key
  PATTERN (a b+ c)
  DEFINE
    a AS kind = 'A',
    b AS kind = 'B' AND value < a.value,
    c AS kind = 'C' AND value > a.value)`;

/** The same rule as a loop. */
class IsoLoop {
  readonly #open = new Map<string, { readonly a: number; hasB: boolean }>();

  play(rows: readonly Event[]): number {
    let matches = 0;
    for (const { values } of rows) {
      const { key, kind, value } = values as { key: string; kind: string; value: number };
      const open = this.#open.get(key);
      if (kind === 'A') this.#open.set(key, { a: value, hasB: false });
      else if (open !== undefined) {
        if (kind === 'B' && value < open.a) open.hasB = true;
        else {
          if (kind === 'C' && open.hasB && value > open.a) matches++;
          this.#open.delete(key);
        }
      }
    }
    return matches;
  }
}

export const iso: Row = {
  title: 'ISO PATTERN (A B+ C), conditions on an earlier row',
  *measure({ quick, say }) {
    const count = keyedEvents(quick);
    const work = `${shown(ISO_KEYS)} keys`;
    say(work);
    const schema = schemaOf(TICKS);
    const ticks = new Ticks({ seed: 2, keys: ISO_KEYS, kinds: ISO_KINDS, step: 5 });
    const before = liveBytes();
    const engine = new Engine({ mode: 'stream' });
    engine.putStream(schema);
    engine.addRule(new Template(ISO_RULE, schema).plan('iso'));
    const { ours, other, matches } = withLoop(engine, ticks, count);
    yield {
      work,
      figure: ours,
      unit: 'events/s',
      reference: { name: 'a loop for this rule', median: other.median },
      memory: heldBy(engine, before),
      proof: `${shown(matches)} matches, as the loop`,
      goal: null,
    };
  },
};

function withLoop(engine: Engine, ticks: Ticks, count: number): Compared {
  const loop = new IsoLoop();
  return compare(
    () => ticks.take(count),
    (rows) => play(engine, rows),
    (rows) => loop.play(rows),
  );
}
