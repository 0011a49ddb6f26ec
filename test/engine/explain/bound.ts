import assert from 'node:assert/strict';
import { bindRule, bindStream } from '../../../src/language/bind.js';
import { parse } from '../../../src/language/parser.js';
import type { RulePlan } from '../../../src/language/plan.js';

/** The rules of a text, bound to the streams that it declares. */
export function bound(text: string, input: 'stream' | 'bounded' = 'stream'): RulePlan[] {
  const { statements, diagnostics } = parse(text);
  assert.deepEqual(diagnostics, []);
  const streams = statements.flatMap((statement) => {
    const schema = statement.kind === 'create_stream' ? bindStream(statement).schema : null;
    return schema === null ? [] : [schema];
  });
  return statements.flatMap((statement) => {
    if (statement.kind === 'create_stream') return [];
    const { plan, diagnostics: said } = bindRule(statement, 'rule', {
      ...{ streams, unknownStreams: 'create', input, destinations: null, parameters: {} },
    });
    assert.ok(plan !== null, JSON.stringify(said));
    return [plan];
  });
}
