import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import type { ProblemRecord } from '../../src/cli/report.js';
import { tocsin } from './capture.js';

const folder = mkdtempSync(join(tmpdir(), 'tocsin-check-'));
after(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

const STREAM = `CREATE STREAM payments (card VARCHAR NOT NULL, amount DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND);`;

test('a valid rule: exit 0 and nothing to say', async () => {
  const path = file(
    'fine.sql',
    `${STREAM}\nCREATE RULE large AS SELECT card FROM payments WHERE amount > 500;`,
  );
  assert.deepEqual(await tocsin(['check', path]), { code: 0, stdout: '', stderr: '' });
});

test('every mistake at once, each with file, line, source line and caret', async () => {
  const path = file(
    'three.sql',
    `${STREAM}
CREATE RULE bad AS
SELECT crd
FROM payments
WHERE amont > 5 AND card > 3;
`,
  );
  const { code, stdout, stderr } = await tocsin(['check', path]);
  assert.equal(code, 1);
  assert.match(stdout, new RegExp(`${path}:4:8: error\\[\\w+\\]: .*crd`));
  assert.match(stdout, new RegExp(`${path}:6:7: error\\[\\w+\\]: .*amont`));
  assert.match(stdout, /WHERE amont > 5 AND card > 3;\n\s+\^{5}/);
  assert.match(stdout, /did you mean .*amount/i);
  assert.match(stderr, /^3 errors in 1 rule\n$/);
});

test('--json is an array for editors', async () => {
  const path = file('json.sql', `${STREAM}\nSELECT crd FROM payments;`);
  const { code, stdout, stderr } = await tocsin(['check', '--json', path]);
  assert.equal(code, 1);
  assert.equal(stderr, '');
  const [problem, ...others] = JSON.parse(stdout) as ProblemRecord[];
  assert.ok(problem);
  assert.deepEqual(others, []);
  assert.deepEqual(Object.keys(problem), [
    'code',
    'severity',
    'message',
    'hint',
    'file',
    'line',
    'column',
    'length',
  ]);
  const { severity, file: where, line, column, length } = problem;
  assert.deepEqual(
    { severity, where, line, column, length },
    { severity: 'error', where: path, line: 3, column: 8, length: 3 },
  );
  const fine = file('json-fine.sql', `${STREAM}\nSELECT card FROM payments;`);
  assert.deepEqual(await tocsin(['check', '--json', fine]), { code: 0, stdout: '[]\n', stderr: '' });
});

test('a syntax error, an empty file and a comment alone', async () => {
  const syntax = await tocsin(['check', file('syntax.sql', 'SELECT FROM payments')]);
  assert.equal(syntax.code, 1);
  assert.match(syntax.stdout, /syntax\.sql:1:8: error\[/);
  for (const text of ['', '  \n', '-- nothing yet\n']) {
    const { code, stdout } = await tocsin(['check', file('empty.sql', text)]);
    assert.equal(code, 1);
    assert.match(stdout, /empty\.sql:1:1: error\[empty_text\]: the file holds no statement/);
  }
});

test('a file with a byte order mark and CRLF is read', async () => {
  const text = `\ufeff${STREAM}\nSELECT card\nFROM payments\nWHERE amont > 1;\n`.replaceAll('\n', '\r\n');
  const { code, stdout } = await tocsin(['check', file('windows.sql', text)]);
  assert.equal(code, 1);
  assert.match(stdout, /windows\.sql:5:7: error\[/);
});

test('a file that is not text is a failure', async () => {
  const { code, stderr } = await tocsin(['check', file('binary.sql', Uint8Array.of(0x89, 0x50, 0xff, 0xfe))]);
  assert.equal(code, 3);
  assert.match(stderr, /binary\.sql: it is not UTF-8 text/);
});

test('a stream declared in one file is known to the others, whatever the order', async () => {
  const streams = file('streams.sql', STREAM);
  const rule = file('rule.sql', 'CREATE RULE typo AS SELECT card FROM payments WHERE amont > 1;');
  for (const paths of [
    [streams, rule],
    [rule, streams],
  ]) {
    const { code, stdout } = await tocsin(['check', ...paths]);
    assert.equal(code, 1);
    assert.match(stdout, /rule\.sql:1:\d+: error/);
  }
  assert.equal((await tocsin(['check', streams])).code, 0);
});

test('a stream declared twice and not alike, a rule named twice', async () => {
  const one = file('one.sql', `${STREAM}\nCREATE RULE big AS SELECT card FROM payments;`);
  const other = STREAM.replace('DOUBLE', 'BIGINT');
  const two = file('two.sql', `${other}\nCREATE RULE Big AS SELECT card FROM payments;`);
  const { code, stdout } = await tocsin(['check', one, two]);
  assert.equal(code, 1);
  assert.match(
    stdout,
    /two\.sql:1:15: error\[duplicate_stream\]: stream 'payments' is declared twice, and not alike, first at .*one\.sql:1/,
  );
  assert.match(
    stdout,
    /two\.sql:3:13: error\[duplicate_rule\]: rule 'Big' stands twice, first at .*one\.sql:3/,
  );
});

test('files that bring the same declaration with them go together', async () => {
  const one = file('same-one.sql', `${STREAM}\nCREATE RULE a AS SELECT card FROM payments;`);
  const two = file('same-two.sql', `${STREAM.toLowerCase()}\nCREATE RULE b AS SELECT card FROM payments;`);
  assert.deepEqual(await tocsin(['check', one, two]), { code: 0, stdout: '', stderr: '' });
});

test('what only a server refuses is a warning where the stream has no watermark', async () => {
  const rule = `SELECT * FROM readings MATCH_RECOGNIZE (
  ORDER BY at MEASURES NEXT(a.v) AS following PATTERN (a) DEFINE a AS v > 1);`;
  const free = await tocsin(['check', file('next.sql', rule)]);
  assert.equal(free.code, 0);
  assert.match(free.stdout, /warning\[.*NEXT.*'tocsin run' takes it/s);
  const stream = 'CREATE STREAM readings (v DOUBLE, at TIMESTAMP, WATERMARK FOR at AS at);';
  const flowing = await tocsin(['check', file('flowing.sql', `${stream}\n${rule}`)]);
  assert.equal(flowing.code, 1);
  assert.match(flowing.stdout, /error\[/);
});
