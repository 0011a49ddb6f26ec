import { type Case, published } from '../published.js';

const ROWS = `
  time s1 s2
  1 7 1
  2 8 6`;

interface Parts {
  measure?: string;
  rows?: string;
  skip?: string;
  pattern?: string;
  subset?: string;
  define?: string;
  partition?: string;
}

/** The rule that the tests vary, with one part of it replaced. Published with RPR_LAST and RPR_FIRST for LAST and FIRST. */
function rule(parts: Parts): string {
  const { measure = 'A.s1', rows = '', skip = '', pattern = 'A B+', subset = '', partition = '' } = parts;
  return `SELECT * FROM table1 MATCH_RECOGNIZE (
    ${partition}
    ORDER BY time
    MEASURES ${measure} AS col1
    ${rows}
    ${skip}
    PATTERN (${pattern})
    ${subset}
    DEFINE ${parts.define ?? 'B AS B.s2 > 5'}) AS m`;
}

const nameOf = (parts: Parts): string => Object.values(parts).join(' ');

function accepted(parts: Parts, value: unknown = 7): Case {
  return { name: `${nameOf(parts)} is accepted`, on: ROWS, rule: rule(parts), gives: `col1\n${value}` };
}

function refused(parts: Parts, code: string): Case {
  return { name: `${nameOf(parts)} is refused`, on: ROWS, rule: rule(parts), refused: code };
}

published('Apache IoTDB tests, RowPatternRecognitionTest (after TestAnalyzer of Trino)', [
  refused({ define: 'B AS B.s4 > 5' }, 'unknown_column'),
  refused({ partition: 'PARTITION BY s4' }, 'unknown_column'),
  refused({ subset: 'SUBSET A = (B)' }, 'duplicate_variable'),
  refused({ subset: 'SUBSET U = (A), U = (B)' }, 'duplicate_variable'),
  refused({ subset: 'SUBSET U = (A, C)' }, 'unknown_variable'),
  refused({ define: 'B AS B.s2 > 5, C AS true' }, 'unknown_variable'),
  refused({ define: 'B AS B.s2 > 5, B AS true' }, 'duplicate_define'),
  refused({ define: 'B AS B.s2' }, 'not_a_condition'),
  refused({ define: 'B AS FINAL LAST(B.s2) > 5' }, 'final_in_define'),
  accepted({ define: 'B AS RUNNING LAST(B.s2) > 5' }),
  accepted({ pattern: '{- A -} B+' }),
  accepted({ rows: 'ONE ROW PER MATCH', pattern: '{- A -} B+' }),
  ...['', ' SHOW EMPTY MATCHES', ' OMIT EMPTY MATCHES'].map((mode): Case => {
    const parts = { rows: `ALL ROWS PER MATCH${mode}`, pattern: '{- A -} B+' };
    return {
      name: `${nameOf(parts)} is accepted`,
      on: ROWS,
      rule: rule(parts),
      gives: 'time col1 s1 s2\n2 7 8 6',
    };
  }),
  refused(
    { rows: 'ALL ROWS PER MATCH WITH UNMATCHED ROWS', pattern: '{- A -} B+' },
    'unmatched_with_exclusion',
  ),
  refused({ measure: 'LAT(A.s1)' }, 'unknown_function'),
  ...['A B*', 'A B*?', 'A B+', 'A B+?', 'A B?', 'A B??', 'A B{0,}'].map((pattern) => {
    // Each row that is left is a match of its own where no B is asked for.
    const single = pattern.endsWith('*?') || pattern.endsWith('??');
    return accepted({ pattern }, single ? '7\n8' : 7);
  }),
  refused({ pattern: 'A B{0}' }, 'bad_quantifier'),
  refused({ pattern: 'A B{,0}' }, 'bad_quantifier'),
  refused({ pattern: 'A B{0,0}' }, 'bad_quantifier'),
  refused({ pattern: 'A B{3000000000}' }, 'quantifier_too_large'),
  refused({ pattern: 'A B{5,1}' }, 'bad_quantifier'),
  ...['PAST LAST ROW', 'TO NEXT ROW', 'TO FIRST B', 'TO LAST B', 'TO B'].map((to) =>
    accepted({ skip: `AFTER MATCH SKIP ${to}` }),
  ),
  refused({ skip: 'AFTER MATCH SKIP TO C' }, 'unknown_variable'),
  accepted({ measure: 'FINAL LAST(A.s1)' }),
  accepted({ measure: 'FINAL FIRST(A.s1)' }),
  refused({ measure: 'FINAL PREV(A.s1)' }, 'misplaced_semantics'),
  refused({ measure: 'FINAL NEXT(A.s1)' }, 'misplaced_semantics'),
  accepted({ measure: 'PREV(LAST(A.s1, 2), 3)' }, null),
  refused({ measure: 'PREV()' }, 'wrong_argument'),
  refused({ measure: "PREV(A.s1, 'str')" }, 'bad_offset'),
  refused({ measure: 'PREV(A.s1, -5)' }, 'bad_offset'),
  refused({ measure: 'PREV(A.s1, 3000000000)' }, 'bad_offset'),
  refused({ measure: 'LAST(NEXT(A.s1, 2))' }, 'nested_navigation'),
  refused({ measure: 'PREV(NEXT(A.s1, 2))' }, 'nested_navigation'),
  accepted({ measure: 'CLASSIFIER()' }, 'B'),
  accepted({ measure: 'CLASSIFIER(A)' }, 'A'),
  accepted({ measure: 'CLASSIFIER(U)', subset: 'SUBSET U = (A, B)' }, 'B'),
  refused({ measure: 'CLASSIFIER(A, B)' }, 'wrong_argument'),
  refused({ measure: 'CLASSIFIER(A.s1)' }, 'wrong_argument'),
  refused({ measure: 'CLASSIFIER(C)' }, 'unknown_variable'),
  accepted({ measure: 'MATCH_NUMBER()' }, 1),
  refused({ measure: 'MATCH_NUMBER(A)' }, 'wrong_argument'),
]);
