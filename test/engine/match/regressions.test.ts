import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Emission } from '../../../src/engine/emission.js';
import { Engine } from '../../../src/engine/engine.js';
import type { Row } from '../../../src/event/row.js';
import { bindRule, bindStream } from '../../../src/language/bind.js';
import { parse } from '../../../src/language/parser.js';
import type { MatchPlan, RulePlan } from '../../../src/language/plan.js';
import { assertLikeOracle } from '../../support/against_oracle.js';
import { rowsOf, STREAMS_TEXT } from '../../support/plan_text.js';

/**
 * Rules and rows that a property once failed with, or that are made like those: `== what they show`, the rule as a failing
 * property prints it, and `-- rows:`. Each is held against the oracle, and taken up from a snapshot behind each of its rows.
 */
interface Case {
  readonly name: string;
  readonly rule: string;
  readonly rows: readonly Row[];
}

const cases: readonly Case[] = readFileSync(join(import.meta.dirname, 'regressions.txt'), 'utf8')
  .split(/^== /m)
  .slice(1)
  .map((part) => {
    const [, name, rule, rows] = /^([^\n]*)\n(.*?)\n-- rows: ?([^\n]*)/s.exec(part) ?? assert.fail(part);
    return { name: name!, rule: rule!, rows: rowsOf(rows!) };
  });

const streams = parse(STREAMS_TEXT).statements.map((statement) => {
  assert.ok(statement.kind === 'create_stream');
  return bindStream(statement).schema ?? assert.fail();
});

function planOf(rule: string, input: 'stream' | 'bounded'): (RulePlan & { operator: MatchPlan }) | null {
  const { statements, diagnostics } = parse(rule);
  assert.deepEqual(diagnostics, [], rule);
  const [statement] = statements;
  assert.ok(statement?.kind === 'select');
  const environment = {
    streams,
    input,
    unknownStreams: 'refuse',
    destinations: null,
    parameters: {},
  } as const;
  const { plan, diagnostics: said } = bindRule(statement, 'r', environment);
  // NEXT and $ are for input that ends.
  if (plan === null) assert.ok(input === 'stream', JSON.stringify(said));
  return plan as (RulePlan & { operator: MatchPlan }) | null;
}

function start(plan: RulePlan): Engine {
  const engine = new Engine({ mode: 'stream' });
  for (const stream of streams) engine.putStream(stream);
  engine.addRule(plan);
  return engine;
}

function runFrom(plan: RulePlan, rows: readonly Row[], cut: number): Emission[] {
  let engine = start(plan);
  for (const row of rows.slice(0, cut)) engine.append(row);
  const emissions = engine.take();
  const snapshot = structuredClone(engine.snapshot());
  engine = start(plan);
  engine.restore(snapshot);
  for (const row of rows.slice(cut)) engine.append(row);
  engine.end();
  return [...emissions, ...engine.take()];
}

for (const { name, rule, rows } of cases) {
  test(name, () => {
    for (const input of ['bounded', 'stream'] as const) {
      const plan = planOf(rule, input);
      if (plan !== null) assertLikeOracle(plan, rows, input);
    }
    const plan = planOf(rule, 'stream');
    if (plan === null) return;
    const whole = JSON.stringify(runFrom(plan, rows, 0));
    for (let cut = 1; cut <= rows.length; cut++)
      assert.equal(JSON.stringify(runFrom(plan, rows, cut)), whole, `taken up at row ${cut}`);
  });
}
