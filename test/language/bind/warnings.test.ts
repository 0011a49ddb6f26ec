import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { Engine } from '../../../src/engine/engine.js';
import { STREAM_LIMITS } from '../../../src/engine/limits.js';
import { MOST_ROUNDS } from '../../../src/language/bind/counted_loops.js';
import { bindRule, bindStream } from '../../../src/language/bind.js';
import { parse } from '../../../src/language/parser.js';
import { bound, diagnosed, inMatch } from './marked.js';

/** The codes of the warnings that a text gets. */
function warned(text: string, input: 'stream' | 'bounded' = 'stream'): readonly string[] {
  const found = diagnosed(text, { input });
  assert.deepEqual(
    found.filter(({ severity }) => severity === 'error'),
    [],
    text,
  );
  return found.map(({ code }) => code);
}

const NEXT = 'AFTER MATCH SKIP TO NEXT ROW';
const READS = 'DEFINE b AS amount > a.amount';
const HOUR = "WITHIN INTERVAL '1' HOUR";

/** What comes of a pattern alone, with what its DEFINE says. */
const EXPECTED: readonly (readonly [clauses: string, codes: readonly string[], why: string])[] = [
  ['PATTERN (a b c)', [], 'strict neighbours are over with the next row'],
  ['PATTERN (a b{2,5} c)', [], 'bounded loops end by themselves'],
  ['PATTERN (a+ b)', ['unbounded_pattern'], 'a row of a after the other'],
  ['PATTERN (a -> b)', ['unbounded_pattern'], 'a gap has no end'],
  ['PATTERN ((a b){2,}? c)', ['unbounded_pattern'], 'an open loop, reluctant or not'],
  [`PATTERN (a -> b) ${HOUR}`, [], 'WITHIN limits it; the earliest start completes first'],
  [`PATTERN (a -> b -> c) ${HOUR}`, [], 'what a later start can do the earlier one in its gap can too'],
  [`PATTERN ((a ->){3,} b) ${HOUR}`, [], 'the same'],
  [`PATTERN (a -> NOT n -> b) ${HOUR} DEFINE n AS flagged`, [], 'the same'],
  [`PATTERN (a -> NOT n) ${HOUR} DEFINE n AS flagged`, [], 'absence is out at its deadline'],
  [`PATTERN (a b+ -> NOT n) ${HOUR} DEFINE n AS flagged`, [], 'the deadline is what it waits for'],
  [`PATTERN (a b+) ${HOUR}`, ['greedy_end'], 'it waits for one more b'],
  [`PATTERN (a b?) ${HOUR}`, ['greedy_end'], 'the same'],
  [`PATTERN (a (b c)*) ${HOUR}`, ['greedy_end'], 'the same'],
  [`PATTERN (a+ b*?) ${HOUR}`, ['greedy_end'], 'behind the greedy loop there may be nothing'],
  [`PATTERN (a (b | c+)) ${HOUR}`, ['greedy_end'], 'one of the branches ends so'],
  [`PATTERN (a b+?) ${HOUR}`, [], 'reluctant: the first b ends it'],
  [`PATTERN (a b{3}) ${HOUR}`, [], 'a fixed number'],
  [`PATTERN (a b+ c) ${HOUR}`, [], 'c ends it'],
  [`PATTERN (a b+) ${HOUR} EMIT EARLIEST`, [], 'it does not wait'],
  [`AFTER MATCH NO SKIP PATTERN (a b+) ${HOUR}`, [], 'every match is out as it is complete'],
  [`PATTERN (a (-> b){2,}) ${HOUR}`, ['greedy_end', 'greedy_gap_loop'], 'it takes every b'],
  [`PATTERN (a (-> b)+ -> c) ${HOUR}`, ['greedy_gap_loop'], 'up to the last c'],
  [`PATTERN (a (-> b){2,}?) ${HOUR}`, [], 'reluctant'],
  [`PATTERN (a (-> b){2}) ${HOUR}`, [], 'a fixed number'],
  [`PATTERN (a (-> b)?) ${HOUR}`, ['greedy_end', 'held_match'], 'no loop, but it waits for b'],
  [`PATTERN (a (-> b){2,}) ${HOUR} EMIT EARLIEST`, [], 'ends at the second b'],
  [`AFTER MATCH NO SKIP PATTERN (a (-> b){2,}) ${HOUR}`, [], 'every number of b is out'],
  [
    `PATTERN (a -> b) ${HOUR} DEFINE b AS amount > a.amount`,
    ['held_match'],
    'it may still come true for an earlier a',
  ],
  [`PATTERN (a+ b) ${HOUR} DEFINE b AS SUM(a.amount) > 9`, ['held_match'], 'the same'],
  [
    `PATTERN (a -> b) ${HOUR} DEFINE b AS amount > PREV(amount)`,
    [],
    'PREV of the row itself is the same for all',
  ],
  [`PATTERN (a b) ${HOUR} DEFINE b AS amount > a.amount`, [], 'an earlier start is over by then'],
  [`PATTERN (a -> b) ${HOUR} EMIT EARLIEST DEFINE b AS amount > a.amount`, [], 'it does not wait'],
  [
    `AFTER MATCH SKIP TO NEXT ROW PATTERN (a -> b) ${HOUR} DEFINE b AS amount > a.amount`,
    [],
    'starts are independent',
  ],
  [`PATTERN (a -> d | b c) ${HOUR}`, ['held_match'], 'a start in the gap holds b c back'],
  [`PATTERN (a (b -> c)? d) ${HOUR}`, ['held_match'], 'the same in a part that may be left out'],
  [`PATTERN ((a ->)*? b) ${HOUR}`, [], 'behind the gap comes what comes anyway'],
  [
    `PATTERN (PERMUTE(a -> b, c)) ${HOUR}`,
    ['held_match'],
    'c a b can be complete while a b still lacks its c',
  ],
  [`PATTERN (PERMUTE(a -> b, a -> b)) ${HOUR}`, [], 'there is one order'],
  [
    `PATTERN (PERMUTE(a, b) -> c) ${HOUR}`,
    [],
    'what a later start can do the earlier one in its gap can too',
  ],
  [`${NEXT} PATTERN ((a ->){99} b) ${HOUR} ${READS}`, [], 'what a key may hold'],
  [`${NEXT} PATTERN ((a ->){100} b) ${HOUR} ${READS}`, ['counted_gap_loop'], 'more than a key may hold'],
  [`PATTERN ((a ->){100} b) ${HOUR}`, [], 'where conditions read the row alone one way is enough'],
  [
    `${NEXT} PATTERN (((a ->){10} b ->){10,} c) ${HOUR} ${READS}`,
    ['counted_gap_loop'],
    'loops in loops multiply',
  ],
  [`${NEXT} PATTERN (a{100} -> b) ${HOUR} ${READS}`, [], 'the loop has no gap'],
  [`${NEXT} PATTERN (a (-> b){100}) ${HOUR} ${READS}`, [], 'a start for each a only'],
];

for (const [clauses, codes, why] of EXPECTED) {
  test(`${codes.join(', ') || 'no warning'}: ${clauses} (${why})`, () => {
    assert.deepEqual([...warned(inMatch(clauses))].sort(), [...codes].sort());
  });
}

test('counted_gap_loop: at so many rounds the limit of a key is reached before the first match', () => {
  const matchesOf = (rounds: number, condition: string) => {
    const pattern = `PATTERN ((a ->){${rounds - 1}} a) ${HOUR} DEFINE a AS ${condition}`;
    const { plan } = bound(inMatch(`${NEXT} ${pattern}`));
    const engine = new Engine({ mode: 'stream' });
    engine.addRule(plan!);
    for (let offset = 0; offset < rounds; offset++)
      engine.append({ stream: 'payments', offset, time: offset, arrival: offset, values: { at: offset } });
    engine.end();
    return [engine.take().length, engine.counts('r')!.dropped > 0];
  };
  assert.equal(MOST_ROUNDS ** 2, STREAM_LIMITS.partialMatchesPerKey);
  const reading = 'COUNT(*) > 0';
  assert.deepEqual(matchesOf(MOST_ROUNDS, reading), [1, false]);
  assert.deepEqual(matchesOf(MOST_ROUNDS + MOST_ROUNDS / 2, reading), [0, true]);
  // One way of each start is enough.
  assert.deepEqual(matchesOf(MOST_ROUNDS * 3, 'amount IS NULL'), [1, false]);
});

test('bounded input has an end: nothing waits and nothing is kept for ever', () => {
  for (const clauses of [
    'PATTERN (a+ b)',
    'PATTERN (a b+)',
    'PATTERN (a (-> b)+)',
    'PATTERN (a -> b) DEFINE b AS amount > a.amount',
  ])
    assert.deepEqual(warned(inMatch(clauses), 'bounded'), []);
});

test('never_true: the candidate counts as labelled', () => {
  const never = [
    'a.amount > LAST(a.amount)',
    'amount < a.amount',
    'a.amount <> amount',
    'amount > LAST(amount)',
    'amount > MAX(a.amount)',
    'MIN(amount) > amount',
    'amount < MIN(amount)',
    'flagged AND a.units > units',
    'FALSE',
    'NULL',
    'amount > 1 AND amount > amount',
  ];
  for (const condition of never)
    assert.deepEqual(warned(inMatch(`PATTERN (a) DEFINE a AS ${condition}`)), ['never_true'], condition);
  const may = [
    'a.amount > LAST(a.amount, 1)',
    'amount > PREV(a.amount)',
    'amount >= LAST(amount)',
    'amount > FIRST(amount)',
    'amount >= MAX(amount)',
    'amount > MIN(amount)',
    'amount > AVG(a.amount)',
    'amount > 2.5',
    'units > 9223372036854775807',
    'price <> -0.01',
    'amount = amount',
    'TRUE',
  ];
  for (const condition of may)
    assert.deepEqual(warned(inMatch(`PATTERN (a) DEFINE a AS ${condition}`)), [], condition);
  assert.deepEqual(
    warned(inMatch(`PATTERN (a b) ${HOUR} DEFINE b AS amount > a.amount AND amount > LAST(a.amount)`)),
    [],
  );
});

test('never_true: a comparison with NULL, wherever it stands', () => {
  for (const condition of [
    'country = NULL',
    'NULL <> country',
    'NOT amount > NULL',
    'CASE amount WHEN NULL THEN TRUE END',
  ])
    assert.deepEqual(warned(`SELECT card FROM payments WHERE ${condition}`), ['never_true'], condition);
  for (const condition of [
    'country IS NULL',
    'country IS NOT DISTINCT FROM NULL',
    'COALESCE(country, NULL) = card',
  ])
    assert.deepEqual(warned(`SELECT card FROM payments WHERE ${condition}`), [], condition);
});

test('undeclared_stream: only of a stream that nobody knows', () => {
  assert.deepEqual(warned('SELECT a FROM unknown'), ['undeclared_stream']);
  const { plan } = bound('SELECT a FROM unknown');
  assert.equal(plan?.sources[0]?.schema.declared, false);
  assert.deepEqual(
    plan?.warnings.map(({ code }) => code),
    ['undeclared_stream'],
  );
  const known = bound('SELECT a FROM UNKNOWN', { streams: [plan!.sources[0]!.schema] });
  assert.deepEqual([known.diagnostics, known.plan?.sources[0]?.stream], [[], 'unknown']);
});

test('the example rules: no condition that is never true, no pattern without an end, and no warning but these', () => {
  const warnings = readdirSync('rules')
    .filter((file) => file.endsWith('.sql'))
    .flatMap((file) => {
      const { statements } = parse(readFileSync(join('rules', file), 'utf8'));
      const streams = statements.flatMap((each) =>
        each.kind === 'create_stream' ? [bindStream(each).schema!] : [],
      );
      return statements.flatMap((statement) => {
        if (statement.kind === 'create_stream') return [];
        const { diagnostics } = bindRule(statement, 'r', {
          ...{
            streams,
            input: streams.length > 0 ? 'stream' : 'bounded',
            destinations: null,
            parameters: {},
          },
          unknownStreams: 'create',
        });
        return diagnostics.map(({ code }) => `${file}: ${code}`);
      });
    });
  assert.deepEqual(warnings, [
    // Files that leave the declaration out on purpose.
    ...['badge_missing.sql: undeclared_stream', 'badge_missing.sql: undeclared_stream'],
    'bearing_overheating.sql: greedy_end',
    // Their conditions add up over earlier rows: an earlier start could, as far as the text tells, come true later.
    ...['exfiltration.sql: held_match', 'merchant_burst.sql: held_match'],
    ...['pressure_dip.sql: undeclared_stream', 'structuring.sql: held_match'],
  ]);
});
