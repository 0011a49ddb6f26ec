import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { bindRule, bindStream } from '../../../src/language/bind.js';
import { parse } from '../../../src/language/parser.js';
import type { RulePlan } from '../../../src/language/plan.js';
import { assertLikeOracle, shortReport } from '../../support/against_oracle.js';
import { arbitraryPlan, arbitraryRows } from '../../support/arbitrary_plan.js';
import { planText, STREAMS_TEXT } from '../../support/plan_text.js';
import { hold, runsOf } from '../../support/property.js';

const RUNS = runsOf(600);
const streams = parse(STREAMS_TEXT).statements.map((statement) => {
  assert.ok(statement.kind === 'create_stream');
  return bindStream(statement).schema ?? assert.fail();
});
/** Values of `:p0` to `:p6`. */
const parameters = Object.fromEntries(Array.from({ length: 7 }, (_, i) => [`p${i}`, i]));

/** The plan of a text; null where the binder refuses what the generator, which knows no clause, put together. */
function planOf(text: string, input: 'stream' | 'bounded'): RulePlan | null {
  const { statements, diagnostics } = parse(text);
  const [statement] = statements;
  assert.ok(statement?.kind === 'select', `${diagnostics[0]?.message}: ${text}`);
  const environment = { streams, input, unknownStreams: 'refuse', destinations: null, parameters } as const;
  return bindRule(statement, 'r', environment).plan;
}

for (const mode of ['bounded', 'stream'] as const) {
  test(`${mode}: a rule as it is written, with parameters, gives what the oracle gives for its plan`, (t) => {
    let taken = 0;
    hold(
      t,
      fc.property(arbitraryPlan({ input: mode, several: true }), arbitraryRows(8, true), (plan, rows) => {
        const text = planText(plan, (digits) => `:p${digits}`);
        const running = planOf(text, mode);
        if (running === null) return;
        taken++;
        assertLikeOracle(plan, rows, mode, running);
      }),
      { numRuns: RUNS, reporter: shortReport },
    );
    t.diagnostic(`${taken} of them are rules that the language takes`);
    assert.ok(taken > RUNS / 8, `${taken} rules were taken`);
  });
}
