import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { Runs } from '../../../src/engine/match/any/runs.js';
import { Unambiguous } from '../../../src/engine/match/any/unambiguous.js';
import { Window } from '../../../src/engine/match/any/window.js';
import { Automaton } from '../../../src/engine/match/automaton.js';
import { compileProgram } from '../../../src/engine/match/program.js';
import type { Row } from '../../../src/event/row.js';
import { arbitraryPlan } from '../../support/arbitrary_plan.js';

const RUNS = Number(process.env['TOCSIN_PROPERTY_RUNS'] ?? 250);
const ROWS = 24;
const MOST_LISTED = 200;

const automata = arbitraryPlan({ input: 'stream' })
  .map(({ operator }) => operator.pattern)
  .map((pattern) => Unambiguous.of(new Automaton(compileProgram(pattern, []))))
  .filter((automaton) => automaton !== null);

/** The row, and whether the first start leaves before it. */
const steps = fc.array(fc.record({ holds: fc.nat(15), leaves: fc.nat(4).map((n) => n === 0) }), {
  minLength: 4,
  maxLength: ROWS,
});

const rowAt = (offset: number): Row => ({ stream: 's', offset, time: offset, arrival: offset, values: {} });

/** Runs as text, by the offsets of their rows. */
function list(window: Window, runs: Runs, go: () => boolean): string[] {
  const found: string[] = [];
  while (found.length < MOST_LISTED && go())
    found.push(
      Array.from(
        { length: runs.length },
        (_, i) => `${runs.labelAt(i)}@${window.row(runs.numberAt(i))!.offset}`,
      ).join(' '),
    );
  return found;
}

test(`windows in blocks of two rows give what one without whole blocks gives (${RUNS} cases)`, () => {
  fc.assert(
    fc.property(automata, steps, (automaton, rows) => {
      const all = [1, 2, 20].map((bits) => ({ window: new Window(automaton, bits), runs: new Runs() }));
      for (const [offset, { holds, leaves }] of rows.entries()) {
        const isEmpty = all[0]!.window.size === 0;
        if (isEmpty && !automaton.letter(holds).begins) continue;
        if (!isEmpty && (leaves || all[0]!.window.alive() === 0)) {
          for (const each of all)
            if (!each.window.dropFront()) each.window = new Window(automaton, each.window.blockBits);
          continue;
        }
        const seen = all.map(({ window, runs }) => {
          const isChanged = window.push(rowAt(offset), holds);
          runs.complete(window);
          const complete = list(window, runs, () => runs.next());
          assert.equal(complete.length > 0, isChanged && window.isComplete);
          const count = window.countComplete();
          assert.equal(Math.min(count, MOST_LISTED), complete.length);
          const first = runs.firstAlive(window);
          runs.alive(window);
          const open = list(window, runs, () => (runs.length === 0 ? runs.next() : runs.nextStart()));
          assert.equal(
            open[0]?.split(/[@ ]/)[1],
            first === null ? undefined : String(window.row(first)!.offset),
          );
          return { complete, count, open, isComplete: window.isComplete, alive: window.alive() };
        });
        assert.deepEqual(seen[0], seen[2]);
        assert.deepEqual(seen[1], seen[2]);
      }
    }),
    { numRuns: RUNS },
  );
});
