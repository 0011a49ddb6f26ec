import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { type Import, importsOf, type Source, source, sources } from './sources.js';

/**
 * Architecture's table: what the files of a room may import from other rooms. A string names a room, or one file of it;
 * with `types: true` only its types.
 */
const TABLE: Readonly<Record<string, readonly Allowance[]>> = {
  event: [],
  language: [{ from: 'event/' }],
  engine: [{ from: 'event/' }, { from: 'language/plan.ts' }, { from: 'language/', types: true }],
  store: [{ from: 'event/' }],
  runtime: [{ from: 'event/' }, { from: 'language/' }, { from: 'engine/' }, { from: 'store/store.ts' }],
  sources: [{ from: 'event/' }, { from: 'runtime/' }],
  sinks: [{ from: 'event/' }, { from: 'runtime/' }],
  http: [
    { from: 'event/' },
    { from: 'runtime/' },
    { from: 'language/diagnostic.ts' },
    { from: 'language/locate.ts' },
    { from: 'store/store.ts' },
  ],
  cli: [{ from: '' }],
  'main.ts': [{ from: '' }],
};

interface Allowance {
  readonly from: string;
  readonly types?: boolean;
}

/** The packages that a room whose code is pure may use: each is itself free of clock, randomness and I/O. */
const PURE_PACKAGES: Readonly<Record<string, readonly string[]>> = {
  event: [],
  language: ['moo', 'nearley', 're2js', 'ipaddr.js'],
  engine: ['re2js', 'ipaddr.js'],
};

/** Where a store may be named: the command that picks one. */
const PICKS_THE_STORE = /^(main\.ts|cli\/serve\.ts|store\/)/;

const VAGUE = /(^|[-_./])(utils?|helpers?|managers?|base|impl|common|misc)([-_./]|$)/i;

function room(path: string): string {
  return path.split('/')[0] ?? path;
}

/** What the file imports that the table does not allow, as sentences. */
function breaches(file: Source): string[] {
  const own = room(file.path);
  const allowed = TABLE[own];
  if (!allowed) return [`${file.path}: '${own}' is no room of architecture.md`];
  return importsOf(file).flatMap((entry) => breach(file.path, own, allowed, entry) ?? []);
}

function breach(path: string, own: string, allowed: readonly Allowance[], entry: Import): string | null {
  if (entry.target === null) {
    const packages = PURE_PACKAGES[own];
    if (!packages || packages.includes(entry.specifier)) return null;
    return `${path} imports '${entry.specifier}': ${own}/ may not`;
  }
  if (/^store\/(disk|redis|memory)/.test(entry.target) && !PICKS_THE_STORE.test(path)) {
    return `${path} names the store ${entry.target}`;
  }
  const [otherStore] = ['disk', 'redis'].filter((name) => path.startsWith(`store/${name}/`));
  const kind = /^store\/(disk|redis)\//.exec(entry.target)?.[1];
  if (otherStore && kind && kind !== otherStore)
    return `${path} imports ${entry.target}: stores do not know each other`;
  if (room(entry.target) === own) return null;
  const fits = allowed.some(
    ({ from, types }) => entry.target?.startsWith(from) && (!types || entry.typeOnly),
  );
  return fits ? null : `${path} imports ${entry.target}: ${own}/ may not`;
}

/** Circles of imports, types included, each as the path round it. */
function circles(files: readonly Source[]): string[] {
  const graph = new Map(
    files.map((file) => [file.path, importsOf(file).flatMap((entry) => entry.target ?? [])]),
  );
  const done = new Set<string>();
  const path: string[] = [];
  const found: string[] = [];
  const walk = (name: string): void => {
    const at = path.indexOf(name);
    if (at >= 0) {
      found.push([...path.slice(at), name].join(' -> '));
      return;
    }
    if (done.has(name)) return;
    path.push(name);
    for (const next of graph.get(name) ?? []) walk(next);
    path.pop();
    done.add(name);
  };
  for (const name of graph.keys()) walk(name);
  return found;
}

/** A barrel only passes on what others declare. */
function isBarrel({ tree }: Source): boolean {
  return (
    tree.statements.some(
      (statement) => ts.isExportDeclaration(statement) && statement.moduleSpecifier !== undefined,
    ) &&
    tree.statements.every(
      (statement) => ts.isExportDeclaration(statement) || ts.isImportDeclaration(statement),
    )
  );
}

/** Vague names: of the file, or of a class, interface, function or type it declares. */
function vagueNames({ path, tree }: Source): string[] {
  const names = VAGUE.test(`/${path.replace(/\.ts$/, '')}/`) || path.endsWith('/index.ts') ? [path] : [];
  for (const statement of tree.statements) {
    const declared =
      ts.isClassDeclaration(statement) ||
      ts.isInterfaceDeclaration(statement) ||
      ts.isFunctionDeclaration(statement) ||
      ts.isTypeAliasDeclaration(statement);
    const name = declared ? statement.name?.text : undefined;
    if (name && /(Utils?|Helpers?|Manager|Base|Impl)$|^(Base|Abstract)[A-Z]/.test(name))
      names.push(`${path}: ${name}`);
  }
  return names;
}

const all = sources();

test('rooms import what the table of the architecture allows, types included', () => {
  assert.ok(all.length > 5, 'the scan finds the sources');
  assert.deepEqual(all.flatMap(breaches), []);
});

test('no imports run in a circle, types included', () => {
  assert.deepEqual(circles(all), []);
});

test('no file is a barrel', () => {
  assert.deepEqual(
    all.filter(isBarrel).map((file) => file.path),
    [],
  );
});

test('no name is vague', () => {
  assert.deepEqual(all.flatMap(vagueNames), []);
});

test('the scan itself: each breach is seen', () => {
  const caught = (path: string, text: string): number => breaches(source(path, text)).length;
  assert.equal(caught('event/row.ts', `import { parse } from '../language/parser.js';`), 1);
  assert.equal(caught('event/row.ts', `import type { Rule } from '../language/ast.js';`), 1);
  assert.equal(caught('event/row.ts', `import { readFileSync } from 'node:fs';`), 1);
  assert.equal(caught('engine/engine.ts', `import { bind } from '../language/bind.js';`), 1);
  assert.equal(caught('engine/engine.ts', `import type { Span } from '../language/diagnostic.js';`), 0);
  assert.equal(caught('engine/engine.ts', `export { Memory } from '../store/memory/store.js';`), 1);
  assert.equal(caught('runtime/worker.ts', `const store = await import('../store/disk/store.js');`), 1);
  assert.equal(caught('runtime/worker.ts', `let x: import('../http/app.js').App;`), 1);
  assert.equal(caught('http/app.ts', `import { Engine } from '../engine/engine.js';`), 1);
  assert.equal(caught('store/disk/log.ts', `import { x } from '../redis/log.js';`), 1);
  assert.equal(caught('cli/serve.ts', `import { open } from '../store/disk/open.js';`), 0);
  assert.equal(caught('cli/run.ts', `import { open } from '../store/disk/open.js';`), 1);
  assert.equal(caught('attic/old.ts', ''), 1);
});

test('the scan itself: circles, barrels and vague names are seen', () => {
  const a = source('event/a.ts', `import type { B } from './b.js'; export interface A { b: B }`);
  const b = source('event/b.ts', `import type { A } from './a.js'; export interface B { a: A }`);
  assert.deepEqual(circles([a, b]), ['event/a.ts -> event/b.ts -> event/a.ts']);
  assert.ok(isBarrel(source('event/all.ts', `export * from './a.js'; export { B } from './b.js';`)));
  assert.ok(!isBarrel(source('event/a.ts', 'export const one = 1;')));
  assert.equal(vagueNames(source('event/utils.ts', '')).length, 1);
  assert.equal(vagueNames(source('store/base/log.ts', '')).length, 1);
  assert.equal(vagueNames(source('event/index.ts', '')).length, 1);
  assert.equal(
    vagueNames(source('event/row.ts', 'export class RowManager {} export class BaseRow {}')).length,
    2,
  );
  assert.equal(vagueNames(source('store/database.ts', 'export class Database {}')).length, 0);
});
