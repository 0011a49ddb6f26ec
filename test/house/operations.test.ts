import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import ts from 'typescript';
import { PROBLEMS, type ProblemCode } from '../../src/http/problem.js';
import { type Source, source, sources, visit } from './sources.js';

const page = readFileSync('docs/operations.md', 'utf8');

const LEVELS = new Set(['info', 'warn', 'error', 'fatal']);

/** A call of a logger; null for any other node. */
function loggingOf(node: ts.Node): ts.CallExpression | null {
  if (!ts.isCallExpression(node)) return null;
  const { expression } = node;
  const isAccess = ts.isPropertyAccessExpression(expression) || ts.isElementAccessExpression(expression);
  if (!isAccess || !/\blog(ger)?$/i.test(expression.expression.getText())) return null;
  return ts.isElementAccessExpression(expression) || LEVELS.has(expression.name.text) ? node : null;
}

/** The fixed part of what each logging call of a file says. */
function messagesOf({ tree }: Source): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    const last = loggingOf(node)?.arguments.at(-1);
    if (last === undefined) return;
    if (ts.isStringLiteralLike(last)) found.push(last.text);
    else if (ts.isTemplateExpression(last)) found.push(last.head.text.trim());
  });
  return found;
}

/** The names of the facts that the logging calls of a file give. */
function fieldsOf({ tree }: Source): string[] {
  const found: string[] = [];
  visit(tree, (node) => {
    const [facts] = loggingOf(node)?.arguments ?? [];
    if (facts === undefined || !ts.isObjectLiteralExpression(facts)) return;
    for (const { name } of facts.properties) if (name !== undefined) found.push(name.getText());
  });
  return found;
}

/** Texts of the source: literals, and the fixed parts of templates. */
function textsOf(all: readonly Source[]): string[] {
  const found: string[] = [];
  for (const { tree } of all) {
    visit(tree, (node) => {
      if (ts.isStringLiteralLike(node) || ts.isTemplateHead(node) || ts.isTemplateMiddleOrTemplateTail(node))
        found.push(node.text);
    });
  }
  return found;
}

const all = sources();

test('what logging calls say and give is found', () => {
  const said = '`said $' + '{x}`';
  const example = source(
    'x.ts',
    `this.#parts.log.warn({ partition, err: error }, 'it failed'); logger[told]({ code: 1 }, ${said}); dialog.info('no')`,
  );
  assert.deepEqual(messagesOf(example), ['it failed', 'said']);
  assert.deepEqual(fieldsOf(example), ['partition', 'err', 'code']);
});

test('every message that the server logs stands in the page', () => {
  const messages = [...new Set(all.flatMap(messagesOf))];
  assert.ok(messages.length > 30, `${messages.length}`);
  assert.deepEqual(
    messages.filter((message) => !page.includes(message)),
    [],
  );
});

test('every field that the server logs stands in the list of fields', () => {
  const [, list = ''] = /### Fields of the log([\s\S]*?)\n## /.exec(page) ?? [];
  const fields = [...new Set(all.flatMap(fieldsOf))];
  assert.ok(fields.length > 10, `${fields.length}`);
  assert.deepEqual(
    fields.filter((field) => !list.includes(`\`${field}\``)),
    [],
  );
});

test('every log message of the page is one of the source', () => {
  const texts = textsOf(all);
  const quoted = [...page.matchAll(/`"([^"`]+)"`/g)].map(([, text = '']) => text);
  assert.ok(quoted.length > 40, `${quoted.length}`);
  // What is made of parts is known by the first of them.
  const isKnown = (text: string): boolean =>
    texts.some((known) => known === text || (known.length > 8 && text.startsWith(known)));
  assert.deepEqual(
    quoted.filter((text) => text !== 'enabled' && !isKnown(text)),
    [],
  );
});

test('every status and code of the page is one that is answered', () => {
  const stated = [...page.matchAll(/\b([45]\d\d) `([a-z_]+)`/g)];
  assert.ok(stated.length > 15, `${stated.length}`);
  for (const [text, status, code] of stated) {
    assert.ok(Object.hasOwn(PROBLEMS, code ?? ''), text);
    assert.equal(PROBLEMS[code as ProblemCode].status, Number(status), text);
  }
});

test('every metric of the page is one that is counted', () => {
  const names = [...new Set([...page.matchAll(/`(tocsin_\w+)`/g)].map(([, name = '']) => name))];
  assert.ok(names.length > 8, `${names.length}`);
  const texts = new Set(textsOf(all));
  assert.deepEqual(
    names.filter(
      (name) => !texts.has(name) && !texts.has(name.replace(/^tocsin_(?:(?:rule|stream|destination)_)?/, '')),
    ),
    [],
  );
});
