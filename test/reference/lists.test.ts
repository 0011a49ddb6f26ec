import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { formatDuration } from '../../src/event/duration.js';
import { STREAM_DEFAULTS } from '../../src/event/schema.js';
import type { Statement } from '../../src/language/ast.js';
import { bindStream } from '../../src/language/bind.js';
import { parse } from '../../src/language/parser.js';
import { readPage } from './page.js';

const page = readPage();

/** The rows of the tables under a heading, a row its cells. */
function tableUnder(heading: string): string[][] {
  const from = page.indexOf(`\n${heading}\n`);
  assert.ok(from >= 0, `the page has ${heading}`);
  const end = /\n#{2,} /.exec(page.slice(from + heading.length))?.index ?? page.length;
  return page
    .slice(from, from + heading.length + end)
    .split('\n')
    .filter((line) => /^\| `/.test(line))
    .map((line) => line.split(/(?<!\\)\|/).slice(1, -1))
    .map((cells) => cells.map((cell) => cell.trim()));
}

/** What stands between back-quotes. */
function coded(cell: string): string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text!);
}

/** The names that the language knows, from what it says of one that it does not. */
function known(text: string): string[] {
  const [statement] = parse(text).statements as readonly Statement[];
  assert.equal(statement?.kind, 'create_stream');
  const { diagnostics } = bindStream(statement);
  return diagnostics[0]!.hint!.replace('there are ', '').split(', ');
}

test('options of a stream: all that there are, with their defaults', () => {
  const rows = tableUnder('### CREATE STREAM');
  const names = rows.map(([name]) => coded(name!)[0]!);
  assert.deepEqual(names, known('CREATE STREAM s (a BIGINT) WITH (qqqqqqqq = 1)'));
  const stated = Object.fromEntries(rows.map(([name, , value]) => [coded(name!)[0]!, coded(value!)[0]]));
  const { idleTimeout, liveWithin, maxAhead, retention } = STREAM_DEFAULTS;
  const shown = (each: number | null): string => `'${each === null ? 'off' : formatDuration(each)}'`;
  assert.equal(stated['idle_timeout'], shown(idleTimeout));
  assert.equal(stated['live_within'], shown(liveWithin));
  assert.equal(stated['max_ahead'], shown(maxAhead));
  assert.equal(stated['retention'], shown(retention));
});

test('types: each of the names is one of that type', () => {
  for (const [first, also] of tableUnder('### Types')) {
    const [name] = coded(first!);
    const kind = /^[A-Z]+/.exec(name!)![0];
    for (const each of [name!, ...coded(also!)]) {
      const written = each
        .replace('(n)', '(10)')
        .replace('p, s', '10, 2')
        .replace(/\bt\b/, 'BIGINT')
        .replace(', ...', '');
      const [statement] = parse(`CREATE STREAM s (a ${written})`).statements;
      assert.equal(statement?.kind, 'create_stream', written);
      const { schema, diagnostics } = bindStream(statement);
      assert.equal(schema?.columns[0]?.type.kind, kind, `${written}: ${diagnostics[0]?.message}`);
    }
  }
});

test('codes: the page has each that the language can give, once, and no other', () => {
  const sources = readdirSync(join('src', 'language'), { recursive: true })
    .map((path) => join('src', 'language', String(path)))
    .filter((path) => path.endsWith('.ts') && !path.endsWith('grammar.ts'));
  const codes = [...sources, join('src', 'cli', 'rule-set.ts')].flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/\b(?:error|warn|refusal|say|mistake)\(\s*'([a-z_]+)'/g)].map(
      ([, code]) => code!,
    ),
  );
  assert.ok(codes.length > 80);
  const stated = tableUnder('## 9. Errors and warnings').flatMap(([names]) => coded(names!));
  assert.deepEqual(stated.toSorted(), [...new Set(codes)].sort());
});

test('codes of refused events: the page has those of the decoder', () => {
  const [, union] = /code: ((?:'\w+' \| )+'\w+');/.exec(
    readFileSync(join('src', 'event', 'decode.ts'), 'utf8'),
  )!;
  const codes = [...union!.matchAll(/'(\w+)'/g)].map(([, code]) => code!);
  assert.ok(codes.length >= 5);
  for (const code of codes) assert.ok(page.includes(`\`${code}\``), code);
});

test('links within the page lead somewhere', () => {
  const anchors = [...page.matchAll(/^#{2,} (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^a-z0-9 _-]/g, '')
      .replaceAll(' ', '-'),
  );
  const links = [...page.matchAll(/\]\(#([^)]+)\)/g)].map(([, anchor]) => anchor!);
  assert.ok(links.length > 10);
  assert.deepEqual(
    links.filter((link) => !anchors.includes(link)),
    [],
  );
});
