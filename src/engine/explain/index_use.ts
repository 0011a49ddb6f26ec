import type { Value } from '../../event/value.js';
import type { Bound, RulePlan } from '../../language/plan.js';
import type { MatchOperator } from '../match/operator.js';
import {
  type ColumnTest,
  columnTest,
  type Interval,
  indexableTests,
  isFaultFree,
  MOST_ALTERNATIVES,
} from '../predicate/column_test.js';
import { type Names, nameOf, sqlOf } from './sql.js';

/** Which rows of a stream go to a rule. */
export interface IndexUse {
  readonly stream: string;
  /** True: only rows that pass one of `tests`, or whose key holds a partial match. False: every row. */
  readonly isIndexed: boolean;
  /** As SQL. Empty though indexed: no row of the stream can begin a match. */
  readonly tests: readonly string[];
  readonly reason: string;
}

/** How the predicate index is used for a pattern, by stream. */
export function matchIndexUse(
  { sources }: RulePlan,
  operator: MatchOperator,
  names: Names,
): readonly IndexUse[] {
  return streamsOf(sources).map((stream) => {
    const tests = operator.startTests(stream);
    if (tests === null) {
      return { stream, isIndexed: false, tests: [], reason: whyEveryRow(operator, stream, names) };
    }
    const reason =
      tests.length === 0
        ? 'no row of this stream can begin a match: it is looked at where its key holds a partial match'
        : 'a row that passes none of these begins no match, and is looked at only where its key holds a partial match';
    return { stream, isIndexed: true, tests: testsOf(tests), reason };
  });
}

/** The same for a plain SELECT. */
export function filterIndexUse(
  { sources }: RulePlan,
  where: Bound | null,
  names: Names,
): readonly IndexUse[] {
  const tests = where === null ? null : indexableTests(where, null);
  return streamsOf(sources).map((stream) => {
    if (tests !== null) {
      const reason = 'a row that passes none of these is not looked at';
      return { stream, isIndexed: true, tests: testsOf(tests), reason };
    }
    const reason =
      where === null ? 'there is no WHERE: every row is taken' : whyNotIndexed(where, null, names);
    return { stream, isIndexed: false, tests: [], reason };
  });
}

/** The tests that a condition is looked up by, as SQL; null where it cannot be. */
export function conditionTests(condition: Bound | null, candidate: number): readonly string[] | null {
  const tests = condition === null ? null : indexableTests(condition, candidate);
  return tests === null ? null : testsOf(tests);
}

/** Why a condition cannot be looked up in an index, in a sentence without its full stop. */
export function whyNotIndexed(condition: Bound | null, candidate: number | null, names: Names): string {
  if (condition === null) return 'it has no condition: every row can be it';
  if (condition.kind === 'or') {
    const branch = condition.operands.find((each) => indexableTests(each, candidate) === null);
    return branch === undefined
      ? `OR has more than ${MOST_ALTERNATIVES} tests to look up`
      : `a side of OR cannot be looked up, ${shown(branch, names)}: ${whyNotIndexed(branch, candidate, names)}`;
  }
  const conjuncts = condition.kind === 'and' ? condition.operands : [condition];
  const failing = conjuncts.findIndex((each) => !isFaultFree(each, candidate));
  const later = conjuncts.slice(failing + 1).find((each) => columnTest(each, candidate) !== null);
  if (failing >= 0 && later !== undefined) {
    return `${shown(conjuncts[failing]!, names)} stands before ${shown(later, names)} and can fail, which has to be counted: write the comparison with a constant first`;
  }
  return 'nothing in it compares a column of the row with a constant by =, IN, <, <=, > or >=';
}

function whyEveryRow(operator: MatchOperator, stream: string, names: Names): string {
  const { matcher, terms, plan } = operator;
  if (terms.input === 'bounded') return 'the input is read to its end before it is matched';
  if (plan.unmatchedRows) return 'WITH UNMATCHED ROWS gives out the rows that no match takes';
  if (terms.keepsKeys) return `state of a key stays when it has no partial match: ${whyKeysStay(operator)}`;
  const starts = matcher.automaton.start(false);
  if (starts.some(({ kind }) => kind === 'match')) return 'the pattern can match no row at all, at any row';
  for (const { instruction } of starts) {
    if (instruction.op !== 'label') continue;
    const { name, stream: own, condition } = plan.variables[instruction.variable]!;
    if (own !== null && own !== stream) continue;
    if (condition === null || indexableTests(condition, instruction.variable) === null) {
      return `${nameOf(name)} can begin a match, and its condition cannot be looked up: ${whyNotIndexed(condition, instruction.variable, names)}`;
    }
  }
  return 'every row is looked at';
}

/** Why state of a key stays when it has no partial match. */
export function whyKeysStay({ matcher, terms, plan }: MatchOperator): string {
  if (plan.absentBefore.length > 0) return 'NOT at the start has to know what came before';
  if (terms.lookback > 0) return 'PREV looks back at rows before a match';
  if (matcher.automaton.program.instructions.some(({ op }) => op === 'start'))
    return '^ has to know the first row of each key';
  return 'MATCH_NUMBER() counts the matches of each key';
}

function shown(bound: Bound, names: Names): string {
  const text = sqlOf(bound, names);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}

function streamsOf(sources: RulePlan['sources']): readonly string[] {
  return [...new Set(sources.map(({ stream }) => stream))];
}

function testsOf(tests: readonly ColumnTest[]): readonly string[] {
  return [...new Set(tests.map(testOf))];
}

function testOf({ column, test }: ColumnTest): string {
  const name = nameOf(column);
  if ('interval' in test) return rangeOf(name, test.interval);
  const values = test.values.map(literalOf);
  return values.length === 1 ? `${name} = ${values[0]}` : `${name} IN (${values.join(', ')})`;
}

function rangeOf(name: string, { low, high, lowOpen, highOpen }: Interval): string {
  const parts: string[] = [];
  if (low !== Number.NEGATIVE_INFINITY) parts.push(`${name} ${lowOpen ? '>' : '>='} ${low}`);
  if (high !== Number.POSITIVE_INFINITY) parts.push(`${name} ${highOpen ? '<' : '<='} ${high}`);
  return parts.join(' AND ');
}

function literalOf(value: Value): string {
  if (typeof value === 'string') return `'${value.replaceAll("'", "''")}'`;
  return typeof value === 'boolean' ? (value ? 'TRUE' : 'FALSE') : String(value);
}
