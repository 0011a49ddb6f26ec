import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Automaton, type State } from '../../../src/engine/match/automaton.js';
import { Determinised } from '../../../src/engine/match/determinised.js';
import { compileProgram } from '../../../src/engine/match/program.js';
import { bindRule } from '../../../src/language/bind.js';
import { parse } from '../../../src/language/parser.js';

function planOf(pattern: string) {
  const names = ['a', 'b', 'c'].filter((name) => new RegExp(`\\b${name}\\b`).test(pattern));
  const defined = names.map((name) => `${name} AS t = '${name}'`).join(', ');
  const text = `SELECT 1 AS one FROM s MATCH_RECOGNIZE (${pattern} DEFINE ${defined})`;
  const { plan, diagnostics } = bindRule(parse(text).statements[0] as never, 'rule', {
    ...{ streams: [], unknownStreams: 'create', input: 'stream', destinations: null, parameters: {} },
  });
  assert.ok(plan?.operator.kind === 'match', JSON.stringify(diagnostics));
  return plan.operator;
}

/** What the threads wait for that are left after rows that satisfy these variables; `.` for any row. */
function left(pattern: string, ...rows: readonly string[]): string {
  const plan = planOf(pattern);
  const automaton = new Automaton(compileProgram(plan.pattern, plan.absentAfter));
  const table = new Determinised(automaton, plan.emitEarliest, plan.timedOut);
  let configuration = table.configuration(automaton.start(false));
  for (const row of rows) {
    let holds = 0;
    for (const name of row) holds |= 1 << plan.variables.findIndex((each) => each.name === name);
    configuration = table.transition(configuration, holds, false).next;
  }
  const nameOf = ({ instruction }: State) =>
    instruction.op === 'label' ? plan.variables[instruction.variable]!.name : '.';
  return configuration.states.map(nameOf).join('');
}

test('a later row is of no use where an earlier one does the same', () => {
  assert.equal(left('PATTERN (a -> b -> c)', 'a', 'b'), 'c.');
  assert.equal(left('PATTERN (a -> b -> c)', 'a', 'b', 'b'), 'c.');
  assert.equal(left('PATTERN ((a ->){3} b)', 'a', 'a', 'a'), 'b.');
  assert.equal(left("PATTERN (a -> b -> c) WITHIN INTERVAL '1' HOUR EMIT EARLIEST", 'a', 'b'), 'c.');
});

test('a thread that can come first stays', () => {
  // The later b is the one that a c right behind it needs.
  assert.equal(left('PATTERN (a -> b c)', 'a', 'b'), 'cb.');
  // The shorter way completes when the longer one does not.
  assert.equal(left('PATTERN (a (b c | b b))', 'a', 'b'), 'cb');
  // A b in the first gap's place would be refused by the second gap.
  assert.equal(left('PATTERN (a -> b -> NOT b -> c)', 'a', 'b'), 'c.b.');
  // A greedy loop is preferred; that it ends is not certain.
  assert.equal(left('PATTERN (a b+ c)', 'a', 'b'), 'bc');
});

test('what stands still until time is out is told of, and stays', () => {
  const pattern = "ONE ROW PER MATCH WITH TIMED OUT MATCHES PATTERN (a -> b -> c) WITHIN INTERVAL '1' HOUR";
  assert.equal(left(pattern, 'a', 'b'), 'c.b.');
});

test('absence at the end is complete when time is out', () => {
  assert.equal(left("PATTERN (a -> b -> NOT c) WITHIN INTERVAL '1' HOUR", 'a', 'b'), '.b.');
});
