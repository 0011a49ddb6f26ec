import type { MatchPlan } from '../../language/plan.js';
import type { MatchOperator } from '../match/operator.js';
import { conditionTests, whyNotIndexed } from './index_use.js';
import { readingsOf } from './readings.js';
import { type Names, nameOf, sqlOf } from './sql.js';

/** What a variable asks of a row, and how it is asked. */
export interface Predicate {
  readonly variable: string;
  /** `label`: rows get its label; `absent`, `absent_before`, `absent_after`: NOT in the middle, at the start, at the end. */
  readonly roles: readonly ('label' | 'absent' | 'absent_before' | 'absent_after')[];
  /** Only rows of this stream can be it; null: any. */
  readonly stream: string | null;
  /** Null: every row can be it. */
  readonly condition: string | null;
  /** True: asked once a row for all partial matches. False: for each, as what it reads differs from one to the next. */
  readonly readsRowAlone: boolean;
  /** Columns of the row. */
  readonly columns: readonly string[];
  /** What it reads of earlier rows, as SQL. */
  readonly earlier: readonly string[];
  /** A match can begin with it. */
  readonly canBegin: boolean;
  /** What an index looks rows up by for it; null: nothing. */
  readonly indexTests: readonly string[] | null;
  /** Why there is nothing to look up, or why it makes no difference. */
  readonly indexNote: string;
}

/** The variables in order of PATTERN. */
export function predicatesOf(operator: MatchOperator, names: Names): readonly Predicate[] {
  const { plan, matcher } = operator;
  const starts = new Set(
    matcher.automaton
      .start(true)
      .flatMap(({ instruction }) => (instruction.op === 'label' ? [instruction.variable] : [])),
  );
  const labels = new Set<number>();
  const absent = new Set<number>();
  for (const instruction of matcher.automaton.program.instructions) {
    if (instruction.op === 'label') labels.add(instruction.variable);
    if (instruction.op === 'gap') for (const variable of instruction.absent) absent.add(variable);
  }
  return plan.variables.map(({ name, stream, condition }, index): Predicate => {
    const { columns, earlier } = readingsOf(condition, index);
    const tests = conditionTests(condition, index);
    const canBegin = starts.has(index);
    return {
      variable: nameOf(name),
      roles: [
        ...(labels.has(index) ? (['label'] as const) : []),
        ...(absent.has(index) ? (['absent'] as const) : []),
        ...(plan.absentBefore.includes(index) ? (['absent_before'] as const) : []),
        ...(plan.absentAfter.includes(index) ? (['absent_after'] as const) : []),
      ],
      stream,
      condition: condition === null ? null : sqlOf(condition, names),
      readsRowAlone: matcher.conditions.rowOnly[index] === true,
      columns: columns.map((column) => nameOf(column.name)),
      earlier: earlier.map((node) => sqlOf(node, names)),
      canBegin,
      indexTests: tests,
      indexNote: indexNote(canBegin, plan, tests === null ? whyNotIndexed(condition, index, names) : null),
    };
  });
}

function indexNote(canBegin: boolean, { absentBefore }: MatchPlan, whyNot: string | null): string {
  if (!canBegin)
    return absentBefore.length > 0
      ? 'no match begins with it; the rule sees every row'
      : 'no match begins with it: it is asked where the key of a row holds a partial match';
  return whyNot ?? 'a match can begin with it: rows are looked up by this';
}
