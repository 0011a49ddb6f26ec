import assert from 'node:assert/strict';
import { test } from 'node:test';
import ts from 'typescript';
import { importsOf, type Source, source, sources, visit } from './sources.js';

/** Globals that bring in a clock, a timer, randomness, I/O, promises or the machine's settings. */
const GLOBALS = new Set([
  'performance',
  'setTimeout',
  'setInterval',
  'setImmediate',
  'queueMicrotask',
  'Promise',
  'fetch',
  'crypto',
  'process',
  'console',
  'Worker',
  'SharedArrayBuffer',
  'Atomics',
  'WeakRef',
  'FinalizationRegistry',
  'Intl',
  'require',
]);

/** Members whose answer depends on the machine's zone or locale, whatever they are called on. */
const LOCAL =
  /^(getTimezoneOffset|get(FullYear|Month|Date|Day|Hours|Minutes|Seconds|Milliseconds)|set(FullYear|Month|Date|Hours|Minutes|Seconds|Milliseconds)|toLocale\w+|localeCompare)$/;

/** What makes the file impure, as sentences with the line. */
function impurities(file: Source): string[] {
  const found: string[] = [];
  const say = (node: ts.Node, what: string): void => {
    const { line } = file.tree.getLineAndCharacterOfPosition(node.getStart(file.tree));
    found.push(`${file.path}:${line + 1}: ${what}`);
  };
  for (const { specifier } of importsOf(file)) {
    if (specifier.startsWith('node:')) found.push(`${file.path}: imports ${specifier}`);
  }
  visit(file.tree, (node) => {
    if (node.kind === ts.SyntaxKind.AsyncKeyword) say(node, 'async');
    else if (ts.isAwaitExpression(node)) say(node, 'await');
    else if (ts.isForOfStatement(node) && node.awaitModifier) say(node, 'for await');
    else if (ts.isPropertyAccessExpression(node)) {
      const name = node.name.text;
      const of = node.expression.getText(file.tree);
      if ((of === 'Date' && name === 'now') || (of === 'Math' && name === 'random'))
        say(node, `${of}.${name}`);
      if (LOCAL.test(name)) say(node, `.${name}`);
    } else if (ts.isNewExpression(node) && node.expression.getText(file.tree) === 'Date') {
      // One argument is a number or a text with its zone; none is the clock, several are local time.
      if (node.arguments?.length !== 1) say(node, 'new Date(...) by clock or local time');
    } else if (ts.isCallExpression(node) && node.expression.getText(file.tree) === 'Date') {
      say(node, 'Date()');
    } else if (ts.isIdentifier(node) && GLOBALS.has(node.text) && isFree(node)) say(node, node.text);
  });
  return found;
}

/** Whether the identifier reads a global: no member, property, label or declared name of that spelling. */
function isFree(node: ts.Identifier): boolean {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isPropertyAssignment(parent) || ts.isPropertySignature(parent) || ts.isPropertyDeclaration(parent)) {
    return !(parent.name === node);
  }
  if (ts.isMethodDeclaration(parent) || ts.isMethodSignature(parent)) return false;
  return true;
}

const pure = sources().filter(({ path }) => path.startsWith('language/') || path.startsWith('engine/'));

test('language and engine use no clock, timer, randomness, I/O, promise or locale', () => {
  assert.ok(pure.length > 0, 'the scan finds the sources');
  assert.deepEqual(pure.flatMap(impurities), []);
});

test('event imports nothing of node', () => {
  const events = sources().filter(({ path }) => path.startsWith('event/'));
  assert.ok(events.length > 0, 'the scan finds the sources');
  assert.deepEqual(
    events
      .flatMap((file) => importsOf(file).map(({ specifier }) => specifier))
      .filter((name) => name.startsWith('node:')),
    [],
  );
});

test('the scan itself: each impurity is seen', () => {
  const impure = [
    'const now = Date.now();',
    'const now = new Date();',
    'const noon = new Date(2026, 10, 23, 12);',
    'const text = Date();',
    'const dice = Math.random();',
    'const tick = performance.now();',
    'setTimeout(() => {}, 1);',
    'const later = Promise.resolve(1);',
    'let later: Promise<void>;',
    'async function f() {}',
    'const f = async () => 1;',
    `import { readFileSync } from 'node:fs';`,
    `const fs = require('fs');`,
    `console.log('seen');`,
    'const zone = process.env.TZ;',
    'const hour = at.getHours();',
    'names.sort((a, b) => a.localeCompare(b));',
  ];
  for (const text of impure) assert.ok(impurities(source('engine/sample.ts', text)).length > 0, text);
});

test('the scan itself: what is pure passes', () => {
  const harmless = [
    'const at = new Date(0).toISOString();',
    'const at = Date.UTC(2026, 10, 23);',
    'const size = Math.floor(1.5);',
    'const row = { process: 1 }; const value = row.process;',
    'interface Row { performance: number }',
    '// Date.now() and setTimeout are not for this room',
    `const text = 'await Promise';`,
  ];
  for (const text of harmless) assert.deepEqual(impurities(source('engine/sample.ts', text)), [], text);
});
