import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { nearest } from '../../src/cli/nearest.js';
import { tocsin } from './capture.js';

test('no command: the help on standard error, exit 2', async () => {
  const { code, stdout, stderr } = await tocsin([]);
  assert.equal(code, 2);
  assert.equal(stdout, '');
  assert.match(stderr, /Usage: tocsin COMMAND/);
});

test('--help names every command, and each has its own', async () => {
  const { code, stdout } = await tocsin(['--help']);
  assert.equal(code, 0);
  const names = [...stdout.matchAll(/^ {2}(\w+) {2,}\S/gm)].map((match) => match[1] ?? '');
  assert.ok(names.includes('run') && names.includes('check'));
  for (const name of names) {
    const own = await tocsin([name, '--help']);
    assert.equal(own.code, 0);
    assert.match(own.stdout, new RegExp(`Usage: tocsin ${name}`));
    assert.equal(own.stderr, '');
    assert.equal((await tocsin(['help', name])).stdout, own.stdout);
  }
});

test('--version is the one of package.json', async () => {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8')) as { version: string };
  assert.deepEqual(await tocsin(['--version']), { code: 0, stdout: `tocsin ${version}\n`, stderr: '' });
});

test('wrong usage says what is wrong, points to the help and exits 2', async () => {
  const cases: [string[], RegExp][] = [
    [['rum'], /unknown command 'rum'; did you mean 'run'\?/],
    [['explain'], /name at least one rule file/],
    [['explain', 'a.sql', '--format', 'xml'], /--format xml: it is 'text', 'json' or 'mermaid'/],
    [['--loud'], /unknown option '--loud'/],
    [['run'], /name at least one rule file/],
    [['check'], /name at least one rule file/],
    [['run', 'a.sql', '--inptu', 'x'], /unknown option '--inptu'; did you mean '--input'\?/],
    [['run', 'a.sql', '--input'], /option '--input' needs a value/],
    [['run', 'a.sql', '--input='], /option '--input' needs a value/],
    [['run', 'a.sql', '--follow=yes'], /option '--follow' takes no value/],
    [['run', 'a.sql', '--format', 'xml'], /--format xml: it is 'ndjson' or 'csv'/],
    [['run', 'a.sql', '--stream', 'a', '--stream-field', 'b'], /--stream gives all input to one stream/],
    [['check', 'a.sql', 'a.sql'], /a\.sql is named twice/],
  ];
  for (const [args, message] of cases) {
    const { code, stdout, stderr } = await tocsin(args);
    assert.equal(code, 2, args.join(' '));
    assert.equal(stdout, '');
    assert.match(stderr, message);
    assert.match(stderr, /Try 'tocsin.* --help'\.\n$/);
  }
});

test('a file that cannot be read is a failure, and every one is named', async () => {
  const { code, stderr } = await tocsin(['check', 'nowhere.sql', 'rules', 'package.json/x.sql']);
  assert.equal(code, 3);
  assert.match(stderr, /cannot read nowhere\.sql: there is no such file/);
  assert.match(stderr, /cannot read rules: it is a directory/);
  assert.match(stderr, /cannot read package\.json\/x\.sql: a part of the path is not a directory/);
});

test('the nearest name is one that is near', () => {
  assert.equal(nearest('amont', ['card', 'amount', 'at']), 'amount');
  assert.equal(nearest('CARD', ['card']), 'card');
  assert.equal(nearest('merchant', ['card', 'at']), null);
  assert.equal(nearest('x', []), null);
});
