import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { tocsin } from '../cli/capture.js';
import { examplesOf, readPage } from './page.js';

const scratch = mkdtempSync(join(tmpdir(), 'tocsin-reference-'));
after(() => rmSync(scratch, { recursive: true }));

const examples = examplesOf(readPage());
const file = join(scratch, 'rule.sql');

/** As a reader sees it who stands beside `rule.sql`. */
function shown(text: string): string {
  return text.replaceAll(file, 'rule.sql').trimEnd();
}

test('the page has examples, and each shows what comes of it', () => {
  assert.ok(examples.length >= 80, `${examples.length} examples`);
  for (const { name, rows, said, options } of examples) {
    assert.ok(rows !== null || said !== '', `${name} shows neither rows nor what is said`);
    assert.ok(rows !== null || options.length === 0, `${name} has options, and 'check' takes none of them`);
  }
});

for (const { name, rule, options, events, rows, said } of examples) {
  test(name, async () => {
    writeFileSync(file, rule);
    if (rows === null) {
      const { stdout } = await tocsin(['check', file]);
      assert.equal(shown(stdout), said.trimEnd());
      return;
    }
    const format = events?.format ?? 'ndjson';
    const { code, stdout, stderr } = await tocsin(
      ['run', file, '--format', format, ...options],
      events?.text,
    );
    assert.deepEqual(stdout.split('\n').filter(Boolean), rows.split('\n').filter(Boolean), stderr);
    assert.equal(shown(stderr), said.trimEnd());
    assert.equal(code, 0);
  });
}
