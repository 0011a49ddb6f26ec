import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type Captured, tocsin } from './capture.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-run-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function rows({ stdout }: Captured): unknown[] {
  return stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as unknown);
}

function ndjson(...events: unknown[]): string {
  return events.map((event) => `${JSON.stringify(event)}\n`).join('');
}

const STREAM = `CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND);\n`;
const LARGE = file('large.sql', 'SELECT card, amount FROM payments WHERE amount > 500');
const DECLARED = file(
  'declared.sql',
  `${STREAM}CREATE RULE big AS SELECT card, amount FROM payments WHERE amount > 500;`,
);
/** Two rises in a row, on input that is sorted first. */
const RISE = file(
  'rise.sql',
  `SELECT * FROM readings MATCH_RECOGNIZE (ORDER BY at
     MEASURES FIRST(a.v) AS low, LAST(b.v) AS high
     PATTERN (a b b) DEFINE b AS v > PREV(v))`,
);

test('events in, matches out, on standard input', async () => {
  const input = ndjson({ card: 'x', amount: 10 }, { card: 'y', amount: 900 });
  assert.deepEqual(await tocsin(['run', LARGE], input), {
    code: 0,
    stdout: '{"card":"y","amount":900}\n',
    stderr: '',
  });
});

test('--input reads a file; a missing one and a directory are failures', async () => {
  const events = file('events.ndjson', ndjson({ card: 'y', amount: 900 }));
  assert.deepEqual(rows(await tocsin(['run', LARGE, '--input', events])), [{ card: 'y', amount: 900 }]);
  assert.deepEqual(rows(await tocsin(['run', LARGE, '--input', '-'], ndjson({ card: 'z', amount: 501 }))), [
    { card: 'z', amount: 501 },
  ]);
  const missing = await tocsin(['run', LARGE, '--input', 'nowhere.ndjson']);
  assert.equal(missing.code, 3);
  assert.match(missing.stderr, /cannot read nowhere\.ndjson: there is no such file/);
  const directory = await tocsin(['run', LARGE, '--input', folder]);
  assert.equal(directory.code, 3);
  assert.match(directory.stderr, /it is a directory/);
});

test('without a watermark the input is read to its end and sorted', async () => {
  const readings = [3, 1, 2].map((v) => ({ v, at: `2026-01-01T00:00:0${v}Z` }));
  assert.deepEqual(rows(await tocsin(['run', RISE], ndjson(...readings))), [{ low: 1, high: 3 }]);
});

test('--follow takes rows as they come and reports the late ones', async () => {
  const readings = [3, 1, 4, 5].map((v) => ({ v, at: `2026-01-01T00:00:0${v}Z` }));
  const result = await tocsin(['run', RISE, '--follow'], ndjson(...readings));
  assert.deepEqual(rows(result), [{ low: 3, high: 5 }]);
  assert.match(
    result.stderr,
    /^tocsin run: line 2: late: 'readings' at 2026-01-01T00:00:01\.000Z, after the watermark 2026-01-01T00:00:03\.000Z\n/,
  );
  assert.match(result.stderr, /4 events, 1 row out, 1 late/);
  assert.equal(result.code, 0);
});

test('a declared watermark lets rows within its delay come in any order, and reports what is later', async () => {
  const path = file(
    'order.sql',
    `${STREAM}CREATE RULE rises AS SELECT FIRST(a.amount) AS low, b.amount AS high FROM payments MATCH_RECOGNIZE (
       PARTITION BY card PATTERN (a b) DEFINE b AS amount > a.amount);`,
  );
  const at = (second: string, amount: number) => ({ card: 'x', amount, at: `2026-01-01T00:00:${second}Z` });
  const result = await tocsin(['run', path], ndjson(at('02', 20), at('01', 10), at('10', 5), at('07', 1)));
  assert.deepEqual(rows(result), [{ low: 10, high: 20 }]);
  assert.match(result.stderr, /line 4: late: 'payments' at 2026-01-01T00:00:07\.000Z/);
});

test('bad lines are said with their number and counted; the rest is matched', async () => {
  const input = '{"card":"a","amount":600}\n{"card":\n\n[1]\n7\n{"card":"b","amount":700}';
  const result = await tocsin(['run', LARGE], input);
  assert.deepEqual(rows(result), [
    { card: 'a', amount: 600 },
    { card: 'b', amount: 700 },
  ]);
  assert.equal(result.code, 0);
  const said = result.stderr.split('\n');
  assert.match(said[0] ?? '', /^tocsin run: line 2: .* \[\w+\]$/);
  assert.match(
    said[1] ?? '',
    /^tocsin run: line 4: an event is a JSON object; NDJSON has one object a line, not an array/,
  );
  assert.match(said[2] ?? '', /^tocsin run: line 5: an event is a JSON object \[not_an_object\]$/);
  assert.equal(said[3], 'tocsin run: 2 events, 2 rows out, 3 lines refused');
  assert.equal((await tocsin(['run', LARGE, '--strict'], input)).code, 3);
  assert.equal((await tocsin(['run', LARGE, '--strict'], '{"card":"a","amount":600}')).code, 0);
});

test('values of a declared stream are checked', async () => {
  const at = '2026-01-01T00:00:00Z';
  const result = await tocsin(
    ['run', DECLARED],
    ndjson(
      { card: 'a', amount: '600', at },
      { amount: 600, at },
      { card: 'a', amount: 600 },
      { card: 'a', amount: 600, at },
    ),
  );
  assert.deepEqual(rows(result), [{ card: 'a', amount: 600 }]);
  assert.match(
    result.stderr,
    /line 1: .*amount.*\[wrong_type\]\n.*line 2: .*card.*\[missing_value\]\n.*line 3: .*at.*\[missing_time\]/,
  );
});

test('--exit-code is 1 when there was no match', async () => {
  assert.equal((await tocsin(['run', LARGE, '--exit-code'], ndjson({ card: 'a', amount: 1 }))).code, 1);
  assert.equal((await tocsin(['run', LARGE, '--exit-code'], ndjson({ card: 'a', amount: 501 }))).code, 0);
  assert.equal((await tocsin(['run', LARGE], ndjson({ card: 'a', amount: 1 }))).code, 0);
});

test('an invalid rule: its diagnostics on standard error, exit 1, no event read', async () => {
  const path = file('invalid.sql', `${STREAM}SELECT crd FROM payments;`);
  const { code, stdout, stderr } = await tocsin(['run', path, '--input', 'nowhere.ndjson']);
  assert.equal(code, 1);
  assert.equal(stdout, '');
  assert.match(stderr, /invalid\.sql:3:8: error\[/);
});

test('several rules: their rows in order of emission, --tag says whose; a SELECT has its file as name', async () => {
  const small = file(
    'small.sql',
    'SELECT card FROM payments WHERE amount < 1; SELECT card FROM payments WHERE amount < 0;',
  );
  const input = ndjson({ card: 'a', amount: 0.5 }, { card: 'b', amount: 600 }, { card: 'c', amount: -1 });
  assert.deepEqual(rows(await tocsin(['run', LARGE, small, '--tag', 'rule'], input)), [
    { rule: 'small', card: 'a' },
    { rule: 'large', card: 'b', amount: 600 },
    { rule: 'small', card: 'c' },
    { rule: 'small_2', card: 'c' },
  ]);
  const taken = await tocsin(['run', LARGE, '--tag', 'card'], input);
  assert.equal(taken.code, 2);
  assert.match(taken.stderr, /--tag card: rule 'large' has an output column of that name/);
});

test("several streams: a field names each event's stream and is no column", async () => {
  const path = file(
    'two-streams.sql',
    'SELECT who, stream FROM logins; SELECT who FROM transfers WHERE amount > 10;',
  );
  const input = ndjson(
    { stream: 'logins', who: 'a' },
    { stream: 'transfers', who: 'b', amount: 11 },
    { stream: 'TRANSFERS', who: 'c', amount: 12 },
    { who: 'd' },
    { stream: 'logouts', who: 'e' },
    { stream: 4, who: 'f' },
  );
  const result = await tocsin(['run', path], input);
  assert.deepEqual(rows(result), [{ who: 'a', stream: null }, { who: 'b' }, { who: 'c' }]);
  assert.match(
    result.stderr,
    /line 4: the field 'stream' that names the event's stream \(logins, transfers\) is missing/,
  );
  assert.match(result.stderr, /line 5: 'stream' is "logouts"; the streams are logins, transfers/);
  assert.match(result.stderr, /line 6: 'stream' is 4/);
  const other = ndjson({ source: 'logins', stream: 'kept', who: 'a' });
  assert.deepEqual(rows(await tocsin(['run', path, '--stream-field', 'source'], other)), [
    { who: 'a', stream: 'kept' },
  ]);
  const all = await tocsin(['run', path, '--stream', 'transfers'], ndjson({ who: 'a', amount: 50 }));
  assert.deepEqual(rows(all), [{ who: 'a' }]);
  const wrong = await tocsin(['run', path, '--stream', 'transfer'], '');
  assert.equal(wrong.code, 2);
  assert.match(
    wrong.stderr,
    /no rule reads a stream of that name \(they read logins, transfers\); did you mean 'transfers'\?/,
  );
  const csv = await tocsin(['run', path, '--format', 'csv'], 'who\na\n');
  assert.equal(csv.code, 2);
  assert.match(csv.stderr, /CSV holds one/);
});

test('one stream: all input belongs to it, and a field named stream is an ordinary column', async () => {
  const path = file('plain.sql', 'SELECT stream FROM rivers');
  assert.deepEqual(rows(await tocsin(['run', path], ndjson({ stream: 'Isar' }))), [{ stream: 'Isar' }]);
});

test('CSV: numbers and truth values, text else, empty is null', async () => {
  const path = file('csv.sql', 'SELECT id, amount, ok, note FROM payments');
  const input = '\ufeffid,amount,ok,note\r\n007,12.5,true,"a ""b"",\nc"\r\nx,,false,\r\n';
  const expected = [
    { id: '007', amount: 12.5, ok: true, note: 'a "b",\nc' },
    { id: 'x', amount: null, ok: false, note: null },
  ];
  assert.deepEqual(rows(await tocsin(['run', path, '--format', 'csv'], input)), expected);
  const named = file('payments.csv', input);
  assert.deepEqual(rows(await tocsin(['run', path, '--input', named])), expected);
});

test('CSV of a declared stream is converted to what it declares', async () => {
  const input = 'card,amount,at\n007,600,2026-01-01T00:00:00Z\n008,lots,2026-01-01T00:00:01Z\n';
  const result = await tocsin(['run', DECLARED, '--format', 'csv'], input);
  assert.deepEqual(rows(result), [{ card: '007', amount: 600 }]);
  assert.match(result.stderr, /line 3: .*amount/);
});

test('the event time is --time, else the first ORDER BY column: ISO text or epoch milliseconds', async () => {
  const absence = (order: string) =>
    `SELECT a.id FROM beats MATCH_RECOGNIZE (PARTITION BY id ${order} PATTERN (a b) WITHIN INTERVAL '1' SECOND)`;
  const ordered = file('ordered.sql', absence('ORDER BY at'));
  const timed = file('timed.sql', absence(''));
  const near = ndjson({ id: 1, at: 5000 }, { id: 1, at: 6000 }, { id: 2, at: 5000 }, { id: 2, at: 6001 });
  assert.deepEqual(rows(await tocsin(['run', ordered], near)), [{ id: 1 }]);
  assert.deepEqual(rows(await tocsin(['run', timed, '--time', 'at'], near)), [{ id: 1 }]);
  const none = await tocsin(['run', timed], near);
  assert.equal(none.code, 2);
  assert.match(
    none.stderr,
    /rule 'timed' has WITHIN, but 'beats' has no event time: name it with --time COLUMN/,
  );
  const bad = await tocsin(['run', timed, '--time', 'at'], ndjson({ id: 1, at: 'noon' }, { id: 1 }));
  assert.match(
    bad.stderr,
    /line 1: the event time 'at' is "noon", neither ISO 8601 text nor epoch milliseconds \[wrong_time\]/,
  );
  assert.match(bad.stderr, /line 2: the event time 'at' is missing \[missing_time\]/);
  const unknown = await tocsin(['run', DECLARED, '--time', 'when'], '');
  assert.equal(unknown.code, 2);
  assert.match(unknown.stderr, /--time when: stream 'payments' has no such column; it has card, amount, at/);
});

test('rows without the order column are kept on bounded input where time does not matter', async () => {
  const path = file(
    'nulls.sql',
    'SELECT n FROM s MATCH_RECOGNIZE (ORDER BY n MEASURES COUNT(*) AS n PATTERN (a+))',
  );
  assert.deepEqual(rows(await tocsin(['run', path], ndjson({ n: 2 }, { n: 'text' }, {}, { n: 1 }))), [
    { n: 4 },
  ]);
});

test('columns keep the order of the select list, even those that look like numbers', async () => {
  const path = file('columns.sql', 'SELECT b AS "10", a AS "2", a AS "__proto__" FROM s');
  const { stdout } = await tocsin(['run', path], ndjson({ a: 1, b: 2 }));
  assert.equal(stdout, '{"10":2,"2":1,"__proto__":1}\n');
});

test('a column that no event has is said, with the name that was meant', async () => {
  const path = file('typo.sql', 'SELECT card FROM payments WHERE amont > 5');
  const { code, stderr } = await tocsin(['run', path], ndjson({ card: 'a', amount: 9 }));
  assert.equal(code, 0);
  assert.match(
    stderr,
    /no event of 'payments' has a field 'amont', which rule 'typo' reads; did you mean 'amount'\?/,
  );
});

test('expressions that fail are counted and said', async () => {
  const path = file('fault.sql', 'SELECT 1 / n AS x FROM s');
  const result = await tocsin(['run', path], ndjson({ n: 0 }, { n: 4 }));
  assert.equal(rows(result).length, 2);
  assert.match(result.stderr, /rule 'fault': division by zero once, read as NULL/);
});

test('files with streams only have nothing to run', async () => {
  const { code, stderr } = await tocsin(['run', file('only.sql', STREAM)], '');
  assert.equal(code, 2);
  assert.match(stderr, /hold no rule/);
});

test('property-like: any chunking of the input gives the same output', async () => {
  const events = Array.from({ length: 40 }, (_, i) => ({
    v: (i * 7) % 11,
    at: 1000 * ((i * 13) % 40),
    name: 'é😀',
  }));
  const bytes = Buffer.from(ndjson(...events));
  const whole = await tocsin(['run', RISE], [bytes]);
  assert.ok(rows(whole).length > 0);
  for (const size of [1, 2, 3, 7, 64]) {
    const chunks: Uint8Array[] = [];
    for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
    assert.deepEqual(await tocsin(['run', RISE], chunks), whole);
  }
});
