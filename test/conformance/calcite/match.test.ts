import { published } from '../published.js';

/** In the order in which Calcite's table has them. */
const EMPLOYEES = `
  empid commission
  100 1000
  200 500
  150 null
  110 250`;

/** Published with `order by "empid" desc`, which Calcite did not heed, and without ALL ROWS, which its rows are. */
function falling(orderBy: string, measures: string): string {
  return `select c, cl, id from "emps" match_recognize (
    ${orderBy}
    measures ${measures}
    all rows per match
    pattern (S UP)
    define up as up."commission" < prev(up."commission"))`;
}

const NAMED = `
  deptno empno ename
  10 7782 CLARK
  10 7839 KING
  10 7934 MILLER
  20 7369 SMITH
  20 7566 JONES
  20 7788 SCOTT
  20 7876 ADAMS
  20 7902 FORD
  30 7499 ALLEN
  30 7521 WARD
  30 7654 MARTIN
  30 7698 BLAKE
  30 7844 TURNER
  30 7900 JAMES`;

published('Calcite tests, match.iq', [
  {
    name: 'names that together are short',
    on: NAMED,
    rule: `SELECT * FROM emp MATCH_RECOGNIZE(
      PARTITION BY deptno ORDER BY empno
      MEASURES match_number() AS mno, classifier() AS pattern_vrb
      ALL ROWS PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (S B+)
      DEFINE B AS CHAR_LENGTH(S.ename) + SUM(CHAR_LENGTH(b.ename || ';')) + CHAR_LENGTH(';') <= 15)`,
    gives: `
      deptno empno mno pattern_vrb ename
      10 7782 1 S CLARK
      10 7839 1 B KING
      20 7369 1 S SMITH
      20 7566 1 B JONES
      20 7788 2 S SCOTT
      20 7876 2 B ADAMS
      30 7499 1 S ALLEN
      30 7521 1 B WARD
      30 7654 2 S MARTIN
      30 7698 2 B BLAKE
      30 7844 3 S TURNER
      30 7900 3 B JAMES`,
    anyOrder: true,
  },
  {
    name: 'a commission below the one before, in order of arrival',
    on: EMPLOYEES,
    rule: falling('', '"commission" as c, CLASSIFIER() as cl, LAST("empid") as id'),
    gives: `
      c cl id
      1000 S 100
      500 UP 200`,
  },
  {
    name: 'a commission below the one before, the first row beside it',
    on: EMPLOYEES,
    rule: falling('', '"commission" as c, CLASSIFIER() as cl, LAST(S."empid") as id'),
    gives: `
      c cl id
      1000 S 100
      500 UP 100`,
  },
  {
    name: 'a commission below the one before, in the order asked for: NULL is between',
    on: EMPLOYEES,
    rule: falling('order by "empid" desc', '"commission" as c, CLASSIFIER() as cl, LAST("empid") as id'),
    gives: 'c cl id',
  },
]);
