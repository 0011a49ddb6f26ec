import { test } from 'node:test';
import fc from 'fast-check';
import { assertLikeOracle, shortReport } from '../../support/against_oracle.js';
import { arbitraryPlan, arbitraryRows } from '../../support/arbitrary_plan.js';
import { hold, runsOf } from '../../support/property.js';

const RUNS = runsOf(3_000);

for (const mode of ['bounded', 'stream'] as const) {
  test(`${mode} input gives what the backtracking oracle gives`, (t) => {
    hold(
      t,
      fc.property(arbitraryPlan({ input: mode, several: true }), arbitraryRows(8, true), (plan, rows) =>
        assertLikeOracle(plan, rows, mode),
      ),
      { numRuns: RUNS, reporter: shortReport },
    );
  });
}
