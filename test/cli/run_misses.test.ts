import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tocsin } from './capture.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-misses-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const TESTING = file(
  'testing.sql',
  `CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at);
CREATE RULE testing AS
SELECT cashout.card FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (probe{2} -> cashout) WITHIN INTERVAL '10' MINUTE
  DEFINE probe AS amount < 2, cashout AS amount > 500
);`,
);

/** Payments as lines: card, minute, amount. The third line cannot be read, so that lines and offsets differ. */
function payments(...events: readonly (readonly [card: string, minute: number, amount: number])[]): string {
  const lines = events.map(([card, minute, amount]) =>
    JSON.stringify({ card, amount, at: `2026-11-24T10:${String(minute).padStart(2, '0')}:00Z` }),
  );
  lines.splice(2, 0, 'nonsense');
  return `${lines.join('\n')}\n`;
}

const EVENTS = payments(
  ['x', 0, 1],
  ['x', 1, 1.5],
  ['x', 5, 450],
  ['y', 6, 1],
  ['y', 7, 30],
  ['z', 20, 1],
  ['z', 21, 1],
  ['z', 22, 600],
  ['x', 30, 1],
);

test('what stopped each start is told on standard error, the nearest first', async () => {
  const { code, stdout, stderr } = await tocsin(['run', TESTING, '--explain-misses'], EVENTS);
  assert.equal(code, 0);
  assert.equal(stdout, '{"card":"z"}\n');
  const [refused, ...told] = stderr.split('\n');
  assert.match(refused ?? '', /^tocsin run: line 3: /);
  assert.deepEqual(told, [
    "tocsin run: rule 'testing': 5 starts gave no match, the nearest first:",
    '  card x: began on line 1 at 2026-11-24T10:00:00.000Z, came to probe 2; 1 more row needed',
    '    WITHIN was over at 2026-11-24T10:10:00.000Z, waiting for cashout',
    '    last of its key came line 4 at 2026-11-24T10:05:00.000Z: no cashout (amount > 500; amount = 450)',
    '  card x: began on line 2 at 2026-11-24T10:01:00.000Z, came to probe 1; 2 more rows needed',
    '    ended by line 4 at 2026-11-24T10:05:00.000Z: no probe (amount < 2; amount = 450)',
    '  card y: began on line 5 at 2026-11-24T10:06:00.000Z, came to probe 1; 2 more rows needed',
    '    ended by line 6 at 2026-11-24T10:07:00.000Z: no probe (amount < 2; amount = 30)',
    '  card x: began on line 10 at 2026-11-24T10:30:00.000Z, came to probe 1; 2 more rows needed',
    '    open when the input ended, waiting for probe',
    '  card z: began on line 8 at 2026-11-24T10:21:00.000Z, came to probe 1; 2 more rows needed',
    '    passed over by the match that began on line 7 at 2026-11-24T10:20:00.000Z',
    '  rows on which a condition held, where it was asked: probe on 6, cashout on 1',
    'tocsin run: 9 events, 1 row out, 1 line refused',
    '',
  ]);
});

test('--misses N lists so many, and counts the rest', async () => {
  const { stderr } = await tocsin(['run', TESTING, '--misses', '1'], EVENTS);
  assert.match(
    stderr,
    /rule 'testing': 5 starts gave no match; those that came nearest:\n {2}card x: began on line 1 /,
  );
  assert.match(stderr, /\n {2}and 4 more\n {2}rows on which/);
  assert.equal(stderr.match(/ began on line /g)?.length, 1);
  for (const wrong of ['0', 'x', '1001', '-1']) {
    const { code, stderr: said } = await tocsin(['run', TESTING, `--misses=${wrong}`], '');
    assert.equal(code, 2);
    assert.match(said, /it is a whole number from 1 to 1000/);
  }
});

test('where nothing began, the conditions and how often they held', async () => {
  const { stderr } = await tocsin(['run', TESTING, '--explain-misses'], payments(['x', 0, 9], ['x', 1, 700]));
  assert.match(
    stderr,
    /rule 'testing': no match began that was not completed\n {2}probe is amount < 2\n {2}cashout is amount > 500\n {2}rows on which a condition held, where it was asked: probe on 0, cashout on 0\n/,
  );
});

test('what a condition read of earlier rows is told, on input that is sorted first', async () => {
  const rise = file(
    'rise.sql',
    `SELECT FIRST(b.v) AS v FROM readings MATCH_RECOGNIZE (ORDER BY at
       PATTERN (a b b) DEFINE a AS v < 10, b AS v > PREV(v) AND v > a.v + 5)`,
  );
  const input = [3, 1, 2].map((at) => `${JSON.stringify({ at, v: [0, 1, 20, 18][at] })}\n`).join('');
  const { stdout, stderr } = await tocsin(['run', rise, '--explain-misses'], input);
  assert.equal(stdout, '');
  assert.match(
    stderr,
    /began on line 2 at \S+, came to a 1, b 1; 1 more row needed\n {4}ended by line 1 at \S+: no b \(v > PREV\(v\) AND v > a.v \+ 5; v = 18, PREV\(v\) = 20, a.v = 1\)/,
  );
});

test('a rule without a pattern has no starts, and without the option nothing is said', async () => {
  const large = file('large.sql', 'SELECT card FROM payments WHERE amount > 500');
  const plain = await tocsin(['run', large, '--explain-misses'], '{"card": "x", "amount": 1}\n');
  assert.deepEqual(plain, { code: 0, stdout: '', stderr: '' });
  const silent = await tocsin(['run', TESTING], '{"card": "x", "amount": 1, "at": "2026-11-24T10:00:00Z"}\n');
  assert.deepEqual(silent, { code: 0, stdout: '', stderr: '' });
});
