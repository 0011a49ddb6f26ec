import type { TestContext } from 'node:test';
import fc from 'fast-check';

/** How many cases a property runs: what `TOCSIN_PROPERTY_RUNS` says, else `usual`. */
export function runsOf(usual: number): number {
  return Number(process.env['TOCSIN_PROPERTY_RUNS'] ?? usual);
}

/** Holds a property, and says in the test's output how many cases ran and for how long. Throws like `fc.assert`. */
export function hold<T>(t: TestContext, property: fc.IProperty<T>, parameters: fc.Parameters<T> = {}): void {
  const { numRuns = 100 } = parameters;
  const begun = performance.now();
  fc.assert(property, { ...parameters, numRuns });
  t.diagnostic(`${numRuns} cases in ${((performance.now() - begun) / 1_000).toFixed(1)} s`);
}
