import { Engine } from '../src/engine/engine.js';
import type { Row as Event } from '../src/event/row.js';
import { Draws } from './draws.js';
import { KeyedLoop } from './keyed.js';
import { atLeast, type Figure, figureOf, type Line, shown } from './line.js';
import { schemaOf, Template } from './plan.js';
import { heldBy, liveBytes, play, timed } from './rounds.js';
import type { Row } from './row.js';
import { TICKS } from './ticks.js';

const WARM_UP = 2;
const ROUNDS = 5;
/** 2026-01-01T00:00:00Z in milliseconds. */
const START = 1_767_225_600_000;
const KEYS = 10_000;
const PROBABLE = 10;

/** A kind of rule, of which each has its own constants. What `peers/` runs too: the same events, the same rules. */
export interface Family {
  readonly name: string;
  /** The text of rule number `i`, with `:n` and others for its constants. */
  readonly texts: readonly string[];
  readonly parameters: (i: number) => Readonly<Record<string, number>>;
  /** The least share of one rule's events/s at 10,000 and at 100,000 rules. */
  readonly goals: readonly [number, number];
}

export const FAMILIES: readonly Family[] = [
  {
    name: 'equality',
    texts: ['SELECT code FROM ticks WHERE code = :n'],
    parameters: (n) => ({ n }),
    goals: [0.5, 0.25],
  },
  {
    name: 'ranges',
    texts: ['SELECT level FROM ticks WHERE level >= :n AND level < :m'],
    parameters: (i) => ({ n: i, m: i + 1 }),
    goals: [0.5, 0.25],
  },
  {
    name: 'mixed',
    texts: [
      'SELECT code FROM ticks WHERE code = :n',
      'SELECT level FROM ticks WHERE level >= :n AND level < :m',
      'SELECT code, value FROM ticks WHERE code = :n AND value < 1000',
    ],
    parameters: (i) => ({ n: i, m: i + 1 }),
    goals: [0.5, 0.25],
  },
  {
    name: 'keyed three steps',
    texts: [
      `SELECT a.value AS a, b.value AS b, c.value AS c FROM ticks MATCH_RECOGNIZE (
        PARTITION BY key
        AFTER MATCH SKIP TO NEXT ROW
        PATTERN (a -> b -> c) WITHIN INTERVAL '10' MINUTE
        DEFINE
          a AS code = :n AND kind = 'A' AND value < 50,
          b AS code = :n AND kind = 'B' AND value < 50,
          c AS code = :n AND kind = 'C' AND value < 50)`,
    ],
    parameters: (n) => ({ n }),
    goals: [0.25, 0.05],
  },
];

export function ruleWork({ name }: Family, count: number): string {
  return `${name}, ${shown(count)} rule${count === 1 ? '' : 's'}`;
}

/** Events of a round: fewer where there are so many rules that a scan over them would take minutes. */
export function ruleEvents(rules: number, quick: boolean): number {
  if (quick) return 20_000;
  return rules > 10_000 ? 10_000 : 50_000;
}

/** Events of which a tenth concern one rule each, however many rules there are. */
export class RuleTicks {
  readonly #draws = new Draws(4);
  readonly #rules: number;
  readonly #isKeyed: boolean;
  #count = 0;

  constructor(rules: number, isKeyed: boolean) {
    this.#rules = rules;
    this.#isKeyed = isKeyed;
  }

  take(count: number): Event[] {
    return Array.from({ length: count }, () => this.#next());
  }

  #next(): Event {
    const rules = this.#rules;
    const draws = this.#draws;
    const offset = this.#count++;
    const at = START + offset * 5;
    const key = draws.skewed(KEYS);
    const kind = 'ABCD'[draws.below(4)]!;
    const value = draws.below(10_000) / 100;
    const isHit = draws.below(PROBABLE) === 0;
    const target = draws.next();
    const beside = draws.next();
    // Keyed rules are each about keys of their own; of the others any may be the one, or none.
    const code = this.#isKeyed ? key % rules : (target % rules) + (isHit ? 0 : rules);
    const level = (beside % rules) + (isHit ? 0 : rules) + value / 100;
    return {
      ...{ stream: 'ticks', offset, time: at, arrival: at },
      values: { key: `key-${key}`, kind, code, level, value, at },
    };
  }
}

export const rules: Row = {
  title: '1 to 100,000 rules on one stream, hits per event the same at every count',
  *measure({ quick, wants, say }) {
    const counts = quick ? [1, 100, 1_000] : [1, 100, 1_000, 10_000, 100_000];
    for (const family of FAMILIES) {
      let one: Figure | null = null;
      for (const count of counts) {
        const work = ruleWork(family, count);
        if (!wants(work)) continue;
        say(work);
        const line = measureRules(work, family, count, ruleEvents(count, quick));
        one ??= line.figure;
        const [at10k, at100k] = family.goals;
        const least = count === 10_000 ? at10k : count === 100_000 ? at100k : null;
        const reference = count === 1 ? null : { name: 'one rule', median: one.median };
        yield { ...line, reference, goal: least === null ? null : atLeast(least, line.figure, one.median) };
      }
    }
  },
};

function measureRules(work: string, family: Family, rules: number, count: number): Line {
  const schema = schemaOf(TICKS);
  const templates = family.texts.map((text) => new Template(text, schema));
  const before = liveBytes();
  const engine = new Engine({ mode: 'stream' });
  engine.putStream(schema);
  for (let i = 0; i < rules; i++) {
    const template = templates[i % templates.length]!;
    engine.addRule(template.plan(`rule-${i}`, family.parameters(i)));
  }
  const { figure, matches } = rounds(engine, rules, family, count);
  return {
    work,
    figure,
    unit: 'events/s',
    reference: null,
    memory: heldBy(engine, before),
    proof: `${shown(matches)} matches, as counted without an index`,
    goal: null,
  };
}

function rounds(engine: Engine, rules: number, family: Family, count: number) {
  const isKeyed = family.name.startsWith('keyed');
  const ticks = new RuleTicks(rules, isKeyed);
  const rates: number[] = [];
  const ask = new Asked(family, rules);
  let [matches, expected] = [0, 0];
  for (let round = -WARM_UP; round < ROUNDS; round++) {
    const rows = ticks.take(count);
    const took = timed(() => {
      matches += play(engine, rows);
    });
    for (const row of rows) expected += ask.matches(row);
    if (round >= 0) rates.push((count / took) * 1_000);
  }
  if (matches !== expected) throw new Error(`${matches} matches, without an index ${expected}`);
  return { figure: figureOf(rates), matches };
}

/** What asking every rule comes to, counted without any index: the rules' conditions are solved for their number. */
class Asked {
  readonly #family: Family;
  readonly #rules: number;
  readonly #loop = new KeyedLoop(600_000);

  constructor(family: Family, rules: number) {
    this.#family = family;
    this.#rules = rules;
  }

  matches(row: Event): number {
    const { code, level, value } = row.values as { code: number; level: number; value: number };
    const rules = this.#rules;
    switch (this.#family.name) {
      case 'equality':
        return code < rules ? 1 : 0;
      case 'ranges':
        return level < rules ? 1 : 0;
      case 'mixed': {
        const byLevel = level < rules && Math.floor(level) % 3 === 1 ? 1 : 0;
        const byCode = code < rules && code % 3 === 0 ? 1 : 0;
        const byBoth = code < rules && code % 3 === 2 && value < 1_000 ? 1 : 0;
        return byLevel + byCode + byBoth;
      }
      default:
        // Each key concerns one rule: the three steps of the key are those of its rule.
        return this.#loop.play([row]);
    }
  }
}
