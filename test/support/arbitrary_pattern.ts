import fc from 'fast-check';
import type { PatternPlan } from '../../src/language/plan.js';
import type { PlanOptions } from './arbitrary_bound.js';

/** Patterns over variables 0..2; 3 and 4 are kept for NOT. */
export function arbitraryPattern(options: PlanOptions): fc.Arbitrary<PatternPlan> {
  const variable = fc.nat(2).map((index): PatternPlan => ({ kind: 'variable', variable: index }));
  const gap = fc.constantFrom<PatternPlan>(
    { kind: 'gap', absent: [] },
    { kind: 'gap', absent: [] },
    { kind: 'gap', absent: [] },
    { kind: 'gap', absent: [] },
    { kind: 'gap', absent: [3] },
    { kind: 'gap', absent: [3, 4] },
  );
  const rare = fc.constantFrom<PatternPlan>(
    { kind: 'empty' },
    { kind: 'anchor', at: 'start' },
    ...(options.input === 'bounded' ? [{ kind: 'anchor', at: 'end' } as const] : []),
  );
  const { pattern: whole } = fc.letrec<{ pattern: PatternPlan; body: PatternPlan }>((tie) => ({
    body: fc.oneof(
      { weight: 8, arbitrary: variable },
      { weight: 3, arbitrary: tie('pattern') },
      { weight: 1, arbitrary: rare },
    ),
    pattern: fc.oneof(
      { maxDepth: 3, depthSize: 'small' },
      { weight: 2, arbitrary: variable },
      {
        weight: 6,
        arbitrary: fc
          .array(fc.tuple(tie('body'), fc.option(gap, { freq: 2, nil: null })), {
            minLength: 2,
            maxLength: 3,
          })
          .map(
            (parts): PatternPlan => ({
              kind: 'concatenation',
              elements: parts.flatMap(([body, after]) => (after === null ? [body] : [body, after])),
            }),
          ),
      },
      {
        weight: 2,
        arbitrary: fc
          .array(tie('body'), { minLength: 2, maxLength: 3 })
          .map((branches): PatternPlan => ({ kind: 'alternation', branches })),
      },
      {
        weight: 4,
        arbitrary: fc
          .record({
            body: tie('body'),
            min: fc.nat(2),
            extra: fc.option(fc.nat(2), { nil: null }),
            greedy: fc.boolean(),
          })
          .map(
            ({ body, min, extra, greedy }): PatternPlan => ({
              kind: 'quantified',
              body,
              min,
              max: extra === null ? null : Math.max(1, min + extra),
              greedy,
            }),
          ),
      },
      {
        weight: 1,
        arbitrary: fc
          .array(tie('body'), { minLength: 2, maxLength: 3 })
          .map((elements): PatternPlan => ({ kind: 'permute', elements })),
      },
      { weight: 1, arbitrary: tie('body').map((body): PatternPlan => ({ kind: 'exclusion', body })) },
    ),
  }));
  return whole;
}
