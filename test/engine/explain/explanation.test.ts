import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Engine } from '../../../src/engine/engine.js';
import { type Explanation, explain } from '../../../src/engine/explain/explanation.js';
import { Automaton, type State } from '../../../src/engine/match/automaton.js';
import { compileProgram } from '../../../src/engine/match/program.js';
import type { MatchPlan, RulePlan } from '../../../src/language/plan.js';
import { arbitraryPlan, arbitraryRows } from '../../support/arbitrary_plan.js';
import { describePlan } from '../../support/describe_plan.js';
import { hold, runsOf } from '../../support/property.js';
import { bound } from './bound.js';

const RUNS = runsOf(1_500);

const STREAM = `CREATE STREAM s (k VARCHAR, t VARCHAR, n BIGINT, at TIMESTAMP, WATERMARK FOR at AS at);`;

function matchOf(text: string): NonNullable<Explanation['match']> {
  const [plan] = bound(`${STREAM}\nSELECT 1 AS one FROM s MATCH_RECOGNIZE (PARTITION BY k ${text})`);
  assert.ok(plan);
  const { match } = explain(plan, 'stream');
  assert.ok(match);
  return match;
}

/** DEFINE of the variables that stand in a pattern. */
function defining(pattern: string, conditions: Readonly<Record<string, string>>): string {
  const used = Object.entries(conditions).filter(([name]) => new RegExp(`\\b${name}\\b`).test(pattern));
  return `DEFINE ${used.map(([name, condition]) => `${name} AS ${condition}`).join(', ')}`;
}

/** The states that can be reached, counted over the automaton itself. */
function reachable({ pattern, absentAfter }: MatchPlan): number {
  const automaton = new Automaton(compileProgram(pattern, absentAfter));
  const seen = new Set<State>(automaton.start(true));
  for (const state of seen) {
    if (!state.kind.startsWith('match')) for (const next of automaton.follow(state)) seen.add(next);
  }
  return seen.size;
}

for (const input of ['stream', 'bounded'] as const) {
  test(`${input}: every rule can be explained, and its diagram has a node for each state`, (t) => {
    hold(
      t,
      fc.property(arbitraryPlan({ input }), (plan) => {
        const { match } = explain(plan, input);
        assert.ok(match);
        const { automaton, mermaid } = match;
        const text = describePlan(plan, []);
        const ids = automaton.states.map(({ id }) => id);
        assert.equal(new Set(ids).size, ids.length, text);
        const nodes = [...mermaid.matchAll(/^ {2}state "[^"\n]*" as (\w+)$/gm)].map(([, id]) => id);
        assert.deepEqual(nodes, ids, text);
        if (automaton.notes.length === 0) assert.equal(ids.length, reachable(plan.operator), text);
        // Nothing but what a diagram is made of, and arrows between its nodes only.
        const end = String.raw`(?:\[\*\]|\w+)`;
        const line = new RegExp(
          String.raw`^(stateDiagram-v2| {2}direction LR| {2}state "[^"]*" as \w+| {2}${end} --> ${end}( : [^:;]+)?| {2}note right of \w+| {4}[^:"]+| {2}end note)$`,
        );
        for (const each of mermaid.trimEnd().split('\n')) assert.match(each, line, text);
        for (const [, from, to] of mermaid.matchAll(/^ {2}(\S+) --> (\S+)/gm)) {
          for (const each of [from ?? '', to ?? '']) assert.ok(each === '[*]' || ids.includes(each), text);
        }
        for (const { needs, next } of automaton.states) {
          assert.ok(Number.isInteger(needs) && needs >= 0, text);
          for (const each of next) assert.ok(ids.includes(each), text);
        }
      }),
      { numRuns: RUNS },
    );
  });
}

test('the rows that a state needs are those of the shortest way to a match', () => {
  const needs = (pattern: string) => matchOf(pattern).automaton.states.map((state) => state.needs);
  assert.deepEqual(needs('PATTERN (a b c)'), [3, 2, 1, 0]);
  assert.deepEqual(needs('PATTERN (a (b | c d) e)'), [3, 2, 3, 1, 2, 0]);
  assert.deepEqual(needs('PATTERN (a{2,} b?)'), [2, 1, 1, 1, 0]);
  assert.deepEqual(needs("PATTERN (a -> NOT b) WITHIN INTERVAL '1' HOUR DEFINE b AS n > 1"), [1, 0]);
});

test('a large loop is drawn once, a large automaton in part, and both are said', () => {
  const folded = matchOf('PATTERN (a{100} b{2,1000}? c)').automaton;
  assert.deepEqual(folded.notes, [
    'a{100} is drawn as a loop; it goes round 100 times',
    'b{2,1000}? is drawn as a loop; it goes round 2 to 1000 times',
  ]);
  assert.deepEqual(
    folded.states.map(({ variable, next }) => [variable, next.length]),
    [
      ['a', 2],
      ['a', 2],
      ['b', 2],
      ['c', 1],
      ['b', 2],
      [null, 0],
    ],
  );
  assert.ok(folded.instructions > 1_000);
  const names = Array.from({ length: 60 }, (_, i) => `v${i}`);
  const { automaton, mermaid } = matchOf(`PATTERN (${names.join(' ')})`);
  assert.equal(automaton.states.length, 40);
  assert.deepEqual(automaton.notes, ['the first 40 states are drawn, there are more']);
  assert.match(
    mermaid,
    / {2}note right of s0\n {4}the first 40 states are drawn, there are more\n {2}end note/,
  );
  const small = matchOf('PATTERN (a{3} b)').automaton;
  assert.deepEqual([small.notes, small.states.length], [[], 5]);
});

test('a label is made of plain characters, whatever is in a condition', () => {
  const { mermaid } = matchOf(`PATTERN ("a;b" c) DEFINE "a;b" AS t = '"%%{}#\n→'`);
  assert.match(mermaid, /state "#34;a#59;b#34;#58; t = '#34;#37;#37;#123;#125;#35;#10;#8594;'" as s0/);
});

test('a pattern is written as it was', () => {
  const within = " WITHIN INTERVAL '10' MINUTE";
  for (const pattern of [
    '(a b+ c*? d??)',
    '((a b | c){2,5} (d | ()))',
    '(a -> b -> NOT (c | d) -> e)',
    '(^ a PERMUTE(b, c d) {- e -})',
    '((a -> b){3,} (c{2})+)',
    `(NOT c -> a)${within}`,
    `((a | d) -> NOT (b | c))${within}`,
    `(a -> b)${within} EMIT EARLIEST`,
  ]) {
    const conditions = { a: 'n = 0', b: 'n = 1', c: 'n > 1', d: 'n > 2' };
    assert.equal(matchOf(`PATTERN ${pattern} ${defining(pattern, conditions)}`).pattern, pattern);
  }
});

test('why a condition is not looked up in an index', () => {
  const note = (condition: string) => {
    const [plan] = bound(`${STREAM}\nSELECT k FROM s WHERE ${condition}`);
    assert.ok(plan);
    const [use] = explain(plan, 'stream').indexes;
    return use?.isIndexed === true ? use.tests.join(' | ') : use?.reason;
  };
  assert.equal(note("t = 'x'"), "t = 'x'");
  assert.equal(note('n > 3 AND n <= 7'), 'n > 3 AND n <= 7');
  assert.equal(note("t IN ('x', 'y') OR n < 2"), "t IN ('x', 'y') | n < 2");
  assert.equal(
    note('n > n + 1'),
    'nothing in it compares a column of the row with a constant by =, IN, <, <=, > or >=',
  );
  assert.equal(
    note("t = 'x' OR t LIKE 'y%'"),
    "a side of OR cannot be looked up, t LIKE 'y%': nothing in it compares a column of the row with a constant by =, IN, <, <=, > or >=",
  );
  assert.equal(
    note("10 / n > 2 AND t = 'x'"),
    "10 / n > 2 stands before t = 'x' and can fail, which has to be counted: write the comparison with a constant first",
  );
});

test('why every row goes to a rule', () => {
  const reason = (text: string) => {
    const [plan] = bound(`${STREAM}\nSELECT 1 AS one FROM s MATCH_RECOGNIZE (PARTITION BY k ${text})`);
    assert.ok(plan);
    const [use] = explain(plan, 'stream').indexes;
    assert.equal(use?.isIndexed, false);
    return use.reason;
  };
  const define = 'DEFINE a AS n = 1, b AS n = 2';
  assert.match(reason(`PATTERN (a b) DEFINE a AS n = 1, b AS n > PREV(n)`), /PREV looks back/);
  assert.match(reason(`PATTERN (^ a b) ${define}`), /\^ has to know the first row/);
  assert.match(reason(`PATTERN (NOT b -> a) WITHIN INTERVAL '1' HOUR ${define}`), /NOT at the start/);
  assert.match(reason('PATTERN (a b) DEFINE a AS n = 1, b AS MATCH_NUMBER() > 1'), /MATCH_NUMBER\(\) counts/);
  assert.match(reason('PATTERN (a*) DEFINE a AS n = 1'), /can match no row at all/);
  assert.match(
    reason('PATTERN (x a) DEFINE a AS n = 1'),
    /x can begin a match, and its condition cannot be looked up: it has no condition/,
  );
  assert.match(
    reason(`ALL ROWS PER MATCH WITH UNMATCHED ROWS PATTERN (a b) ${define}`),
    /WITH UNMATCHED ROWS/,
  );
});

test('what conditions read, and what is kept for it', () => {
  const { predicates, keeping } = matchOf(
    `PATTERN (a b+ c) DEFINE a AS n > 1, b AS n > PREV(n, 2), c AS n > SUM(b.n) AND t = a.t AND b.n > 1`,
  );
  assert.deepEqual(
    predicates.map(({ variable, readsRowAlone, columns, earlier, canBegin }) => ({
      ...{ variable, readsRowAlone, columns, earlier, canBegin },
    })),
    [
      { variable: 'a', readsRowAlone: true, columns: ['n'], earlier: [], canBegin: true },
      { variable: 'b', readsRowAlone: false, columns: ['n'], earlier: ['PREV(n, 2)'], canBegin: false },
      {
        ...{ variable: 'c', readsRowAlone: false, columns: ['n', 't'] },
        ...{ earlier: ['SUM(b.n)', 'a.t', 'b.n'], canBegin: false },
      },
    ],
  );
  assert.deepEqual(
    {
      lookback: keeping.lookback,
      rows: keeping.keepsRows,
      keys: keeping.keepsKeys,
      merged: keeping.isMerged,
    },
    { lookback: 2, rows: true, keys: true, merged: false },
  );
});

test('NO SKIP keeps rows where conditions read the row alone, else each partial match', () => {
  const keptBy = (define: string) =>
    matchOf(`AFTER MATCH NO SKIP PATTERN (a -> (b ->)+ c) DEFINE a AS n = 1, b AS ${define}, c AS n = 3`)
      .keeping;
  const [byRow, byMatch] = [keptBy('n = 2'), keptBy('n > a.n')];
  assert.deepEqual([byRow.isMerged, byMatch.isMerged], [true, false]);
  assert.match(byRow.sentences.join(' '), /rows that a match can take are kept once.* such rows a key/);
  assert.match(byMatch.sentences.join(' '), /partial match of its own.* partial matches a key/);
});

test('what a complete match waits for', () => {
  const waits = (text: string) => matchOf(text).finality.waits;
  const of = (pattern: string) => {
    const clause = `PATTERN (${pattern})`;
    return waits(`${clause} ${defining(clause, { a: "t = 'a'", b: "t = 'b'", c: "t = 'c'" })}`);
  };
  assert.deepEqual(of('a b'), []);
  assert.deepEqual(of('a -> b'), []);
  assert.deepEqual(of('a b+'), ['longer']);
  assert.deepEqual(of('a b+?'), []);
  assert.deepEqual(of('a (x -> b | c)'), ['preferred']);
  assert.deepEqual(of('a (b x | b)'), ['preferred']);
  // On the first row of a key the empty match is preferred, on no other.
  assert.deepEqual(of('^ | a b | a'), ['preferred']);
  // A row that is both would let the loop go on.
  assert.deepEqual(waits('PATTERN (a+ b) DEFINE a AS n < 5, b AS n > 3'), ['preferred']);
  assert.deepEqual(waits('PATTERN (a+ b) DEFINE a AS n < 5, b AS n >= 5'), []);
  // Which b it is decides whether c fits: a later one may fit first.
  assert.deepEqual(
    waits(`PATTERN (a -> b -> c) DEFINE a AS t = 'a', b AS t = 'b', c AS t = 'c' AND n > b.n`),
    ['preferred'],
  );
});

test('a row that ORDER BY holds is said to wait', () => {
  const ordered = matchOf("ORDER BY at, n PATTERN (a b) DEFINE a AS t = 'a'");
  assert.ok(ordered.finality.sentences.some((sentence) => sentence.startsWith('ORDER BY puts rows')));
  const plain = matchOf("PATTERN (a b) DEFINE a AS t = 'a'");
  assert.ok(!plain.finality.sentences.some((sentence) => sentence.startsWith('ORDER BY')));
});

/** Whether every match of the rule comes out on the row that it ends with. */
function isAtOnce(plan: RulePlan, rows: Parameters<typeof describePlan>[1]): boolean {
  const engine = new Engine({ mode: 'stream' });
  engine.addRule(plan);
  return rows.every((row) => {
    engine.append(row);
    return engine
      .take()
      .every(
        (each) =>
          each.kind !== 'match' ||
          each.match.kind !== 'match' ||
          each.match.status !== 'MATCHED' ||
          each.match.events.at(-1)?.row === row,
      );
  });
}

test('where nothing is to be waited for, matches come out on the row that completes them', (t) => {
  let told = 0;
  hold(
    t,
    fc.property(arbitraryPlan({ input: 'stream' }), arbitraryRows(12), (plan, rows) => {
      const { finality } = explain(plan, 'stream').match!;
      // Elsewhere an earlier start can hold a match back.
      if (!['independent', 'earliest', 'any'].includes(finality.discipline)) return;
      if (finality.completes !== 'row' || finality.waits?.length !== 0) return;
      // What comes at the same time may stand before it.
      if (plan.operator.orderBy.length > 0) return;
      told++;
      assert.ok(isAtOnce(plan, rows), describePlan(plan, rows));
    }),
    { numRuns: RUNS * 3 },
  );
  assert.ok(told > RUNS / 4, `${told} rules were tried`);
});
