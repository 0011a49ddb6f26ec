import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { explanationSchema } from '../../src/http/explanation_schema.js';
import { tocsin } from './capture.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-explain-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const CARD_TESTING = `CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND) WITH (key = 'card');
CREATE RULE card_testing AS
SELECT cashout.card, COUNT(probe.*) AS probes
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (probe{2,} -> cashout) WITHIN INTERVAL '10' MINUTE
  DEFINE probe AS amount < 2, cashout AS amount > 500
);
`;

const LEFT_OPEN = `CREATE STREAM doors (door VARCHAR NOT NULL, state VARCHAR, at TIMESTAMP, WATERMARK FOR at AS at);
CREATE RULE left_open AS
SELECT opened.door
FROM doors MATCH_RECOGNIZE (
  PARTITION BY door
  PATTERN (opened -> NOT (closed | locked)) WITHIN INTERVAL '2' MINUTE
  DEFINE opened AS state = 'open', closed AS state IN ('closed', 'shut'), locked AS state LIKE 'lock%'
);
`;

const SLIDE = `CREATE RULE slide AS
SELECT symbol, FIRST(down.price) AS top, LAST(down.price) AS bottom
FROM trades MATCH_RECOGNIZE (
  PARTITION BY symbol
  ORDER BY at
  PATTERN (high down{3,}) 
  DEFINE down AS price < PREV(price) AND price < AVG(high.price) * 0.9
);
`;

test('a loop, a gap and a deadline', async () => {
  const { code, stdout, stderr } = await tocsin(['explain', file('card_testing.sql', CARD_TESTING)]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(
    stdout,
    `rule card_testing

streams
  payments  event time at, watermark 2 seconds behind the latest event; key card

pattern
  (probe{2,} -> cashout) WITHIN INTERVAL '10' MINUTE
  for each card

conditions
  probe  amount < 2
    reads the row alone; a match can begin with it: rows are looked up by this
  cashout  amount > 500
    reads the row alone; no match begins with it: it is asked where the key of a row holds a partial match

rows that are looked at
  payments  amount < 2
    a row that passes none of these begins no match, and is looked at only where its key holds a partial match

automaton of 10 instructions; where several follow, in order of preference
  start           s0
  s0     probe    then s1; 3 rows to go
  s1     probe    then s3, s8, s6; 2 rows to go
  s3     probe    then s3, s8, s6; 2 rows to go
  s8     cashout  then s9; 1 row to go
  s6     any row  then s8, s6; 1 row to go
  s9     match

when a match is out
  A match is final on the row that completes it: nothing can be preferred to it.
  The starts of a key are decided in the order of their rows: a complete match is held while an earlier start
    of its key can still become one.
  WITHIN ends what has not matched: when the watermark is past the first row's time plus 10 minutes.

what is kept
  A partial match is kept until the watermark is past its first row's time plus 10 minutes.
  Conditions read the row alone: what matters of a start is its states, and one look into a table moves all of
    them.
  Of the rows of a key only those with a label are kept.
  A key without a partial match takes no memory.
  At most 10,000 partial matches a key, 1,000,000 for the rule and 1,000,000 keys: past that the oldest are
    dropped, and counted.

skip
  AFTER MATCH SKIP PAST LAST ROW
  After a match the search goes on behind its last row: starts of its key up to there end.

output
  card    cashout.card
  probes  COUNT(probe.*)
`,
  );
});

test('what must not come', async () => {
  const { code, stdout, stderr } = await tocsin(['explain', file('left_open.sql', LEFT_OPEN)]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(
    stdout,
    `rule left_open

streams
  doors  event time at, watermark at the latest event

pattern
  (opened -> NOT (closed | locked)) WITHIN INTERVAL '2' MINUTE
  for each door

conditions
  opened  state = 'open'
    reads the row alone; a match can begin with it: rows are looked up by this
  NOT closed  state IN ('closed', 'shut')
    reads the row alone; no match begins with it: it is asked where the key of a row holds a partial match
  NOT locked  state LIKE 'lock%'
    reads the row alone; no match begins with it: it is asked where the key of a row holds a partial match

rows that are looked at
  doors  state = 'open'
    a row that passes none of these begins no match, and is looked at only where its key holds a partial match

automaton of 2 instructions; where several follow, in order of preference
  start                                s0
  s0     opened                        then s1; 1 row to go
  s1     any row but closed or locked  then s1, match when WITHIN is over; 0 rows to go

when a match is out
  A match is complete, and final, when the watermark is past the first row's time plus 2 minutes and no closed
    or locked came.
  The starts of a key are decided in the order of their rows: a complete match is held while an earlier start
    of its key can still become one.

what is kept
  A partial match is kept until the watermark is past its first row's time plus 2 minutes.
  Conditions read the row alone: what matters of a start is its states, and one look into a table moves all of
    them.
  Of the rows of a key only those with a label are kept.
  A key without a partial match takes no memory.
  At most 10,000 partial matches a key, 1,000,000 for the rule and 1,000,000 keys: past that the oldest are
    dropped, and counted.

skip
  AFTER MATCH SKIP PAST LAST ROW
  After a match the search goes on behind its last row: starts of its key up to there end.

output
  door  opened.door
`,
  );
});

test('conditions on earlier rows, a greedy end, on input that ends', async () => {
  const { code, stdout, stderr } = await tocsin(['explain', file('slide.sql', SLIDE)]);
  assert.deepEqual([code, stderr], [0, '']);
  assert.equal(
    stdout,
    `rule slide, on input that ends: a server does not take it

streams
  trades  not declared; event time is the arrival

pattern
  (high down{3,})
  for each symbol, rows in order of at

conditions
  high  any row
    reads the row alone; it has no condition: every row can be it
  down  price < PREV(price) AND price < AVG(high.price) * 0.9
    reads earlier rows: PREV(price), AVG(high.price); no match begins with it: it is asked where the key of a
      row holds a partial match

rows that are looked at
  trades  every row
    the input is read to its end before it is matched

automaton of 8 instructions; where several follow, in order of preference
  start         s0
  s0     high   then s1; 4 rows to go
  s1     down   then s2; 3 rows to go
  s2     down   then s3; 2 rows to go
  s3     down   then s5, s7; 1 row to go
  s5     down   then s5, s7; 1 row to go
  s7     match

when a match is out
  A complete match waits as long as further rows can make it longer; it is final when that has failed.
  The starts of a key are decided in the order of their rows: a complete match is held while an earlier start
    of its key can still become one.

what is kept
  Without WITHIN a partial match is kept until a row of its key ends it.
  Of each partial match is kept what conditions can still read of its rows: PREV(price), AVG(high.price).
    Those that agree in it are one.
  All rows are kept: the input is read to its end.
  At most 1,000,000 partial matches a key, 5,000,000 for the rule and 10,000,000 keys: past that the oldest
    are dropped, and counted.

skip
  AFTER MATCH SKIP PAST LAST ROW
  After a match the search goes on behind its last row: starts of its key up to there end.

output
  symbol  symbol
  top     FIRST(down.price)
  bottom  down.price
`,
  );
});

test('mermaid: the automaton as a state diagram', async () => {
  const { code, stdout } = await tocsin(['explain', file('m.sql', LEFT_OPEN), '--format', 'mermaid']);
  assert.equal(code, 0);
  assert.equal(
    stdout,
    `stateDiagram-v2
  direction LR
  state "opened#58; state = 'open'" as s0
  state "any row but closed or locked, until WITHIN is over" as s1
  [*] --> s0
  s0 --> s1
  s1 --> s1
  s1 --> [*] : WITHIN is over
`,
  );
});

test('json: an array with an object a rule, of the form that the API gives', async () => {
  const both = file(
    'both.sql',
    `${CARD_TESTING}\n${LEFT_OPEN}\nSELECT door FROM doors WHERE state = 'open';`,
  );
  const { code, stdout } = await tocsin(['explain', both, '--format', 'json']);
  assert.equal(code, 0);
  const explained = explanationSchema.array().parse(JSON.parse(stdout));
  assert.deepEqual(
    explained.map(({ rule, match }) => [rule, match?.pattern ?? null]),
    [
      ['card_testing', "(probe{2,} -> cashout) WITHIN INTERVAL '10' MINUTE"],
      ['left_open', "(opened -> NOT (closed | locked)) WITHIN INTERVAL '2' MINUTE"],
      ['both', null],
    ],
  );
  assert.deepEqual(explained[2]?.indexes, [
    {
      stream: 'doors',
      indexed: true,
      tests: ["state = 'open'"],
      reason: 'a row that passes none of these is not looked at',
    },
  ]);
});

test('--rule chooses one of several; a diagram is of one', async () => {
  const both = file('two.sql', `${CARD_TESTING}\n${LEFT_OPEN}`);
  const one = await tocsin(['explain', both, '--rule', 'LEFT_OPEN', '--format', 'mermaid']);
  assert.equal(one.code, 0);
  assert.match(one.stdout, /^stateDiagram-v2\n/);
  const none = await tocsin(['explain', both, '--rule', 'left']);
  assert.deepEqual([none.code, none.stdout], [2, '']);
  assert.match(none.stderr, /the files have no rule of that name \(there are card_testing, left_open\)/);
  const many = await tocsin(['explain', both, '--format', 'mermaid']);
  assert.equal(many.code, 2);
  assert.match(many.stderr, /choose one with --rule \(there are card_testing, left_open\)/);
  const plain = await tocsin(['explain', file('p.sql', 'SELECT a FROM s'), '--format', 'mermaid']);
  assert.equal(plain.code, 2);
  assert.match(plain.stderr, /rule 'p' is a plain SELECT/);
});

test('a rule that is wrong is told so, and not explained', async () => {
  const path = file('wrong.sql', LEFT_OPEN.replace('SELECT opened.door', 'SELECT opened.dor'));
  const { code, stdout, stderr } = await tocsin(['explain', path]);
  assert.deepEqual([code, stdout], [1, '']);
  assert.match(stderr, /wrong\.sql:3:15: error\[unknown_column\]/);
  const { code: empty, stderr: said } = await tocsin([
    'explain',
    file('e.sql', 'CREATE STREAM s (a BIGINT);'),
  ]);
  assert.equal(empty, 2);
  assert.match(said, /declare streams but hold no rule/);
});

test('warnings come with their reasons', async () => {
  const greedy = CARD_TESTING.replace('-> cashout', '-> cashout+');
  const { stdout } = await tocsin(['explain', file('greedy.sql', greedy)]);
  assert.match(
    stdout,
    /^warnings\n {2}7:12 greedy_end: .*\n {4}why: The longer match is preferred, .*\n(.*\n)?(.*\n)? {4}hint: EMIT EARLIEST/m,
  );
});
