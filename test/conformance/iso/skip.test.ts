import { published } from '../published.js';
import { type Labelled, labelled } from './labelled.js';

const SKIPS: readonly Labelled[] = [
  ['a a a b', 'AFTER MATCH SKIP PAST LAST ROW PATTERN (A{2})', ['AA']],
  ['a a a b', 'AFTER MATCH SKIP TO NEXT ROW PATTERN (A{2})', ['AA', 'AA']],
  ['a a a b', 'AFTER MATCH SKIP TO NEXT ROW PATTERN (A+ B)', ['AAAB', 'AAB', 'AB']],
  ['a b b a b', 'AFTER MATCH SKIP TO FIRST B PATTERN (A B+)', ['ABB', 'AB']],
  ['ab ab ab', 'AFTER MATCH SKIP TO FIRST B PATTERN (A B+)', ['ABB', 'AB']],
  ['ab ab ab', 'AFTER MATCH SKIP TO LAST B PATTERN (A B+)', ['ABB']],
  ['ab ab ab ab', 'AFTER MATCH SKIP TO B PATTERN (A B)', ['AB', 'AB', 'AB']],
  ['ab ac ab', 'AFTER MATCH SKIP TO FIRST U PATTERN (A (B | C) A) SUBSET U = (B, C)', ['ACA']],
  ['a ab ac a b', 'AFTER MATCH SKIP TO LAST U PATTERN (A (B | C)) SUBSET U = (B, C)', ['AB', 'AC', 'AB']],
  // An empty match goes on at the next row, whatever SKIP says.
  ['a b', 'AFTER MATCH SKIP TO NEXT ROW PATTERN (A*)', ['A', null]],
  ['a a b', 'AFTER MATCH SKIP TO NEXT ROW PATTERN (A*)', ['AA', 'A', null]],
  // The first match in preferment, from the first row that has one: the longer one of a later row is not looked at.
  ['a b a a b', 'PATTERN (A A? B)', ['AB', 'AAB']],
  ['a a b', 'PATTERN (A B | A A B)', ['AAB']],
];

published('ISO/IEC 9075-2, AFTER MATCH SKIP', SKIPS.map(labelled));

published('ISO/IEC 9075-2, numbers of matches', [
  {
    name: 'empty matches count, in each partition from 1',
    on: `
      id k v
      1 x 1
      2 y 0
      3 x 0
      4 y 1
      5 x 1
      6 y 1`,
    rule: `SELECT k, n, c, first FROM t MATCH_RECOGNIZE (
      PARTITION BY k
      ORDER BY id
      MEASURES MATCH_NUMBER() AS n, COUNT(*) AS c, FIRST(id) AS first
      PATTERN (A*)
      DEFINE A AS v = 1)
      ORDER BY k, n`,
    gives: `
      k n c first
      x 1 1 1
      x 2 0 null
      x 3 1 5
      y 1 0 null
      y 2 2 4`,
  },
  {
    name: 'a condition that reads the number of its match',
    on: 'id\n1\n2\n3\n4\n5\n6',
    rule: `SELECT n, c FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES MATCH_NUMBER() AS n, COUNT(*) AS c
      PATTERN (A+)
      DEFINE A AS COUNT(*) <= MATCH_NUMBER())`,
    gives: `
      n c
      1 1
      2 2
      3 3`,
  },
  {
    name: 'a condition that reads the number of its match in an aggregate, from each row on',
    on: 'id\n1\n2\n3\n4',
    rule: `SELECT n, c FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES MATCH_NUMBER() AS n, COUNT(*) AS c
      AFTER MATCH SKIP TO NEXT ROW
      PATTERN (A+)
      DEFINE A AS SUM(MATCH_NUMBER()) <= 4)`,
    gives: `
      n c
      1 4
      2 2
      3 1
      4 1`,
  },
  {
    name: 'a measure that reads the number in an aggregate, of matches that end in another order than they start',
    on: `
      id v
      1 a
      2 a
      3 c
      4 b`,
    rule: `SELECT n, last FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES MAX(MATCH_NUMBER()) AS n, LAST(id) AS last
      AFTER MATCH SKIP TO NEXT ROW
      PATTERN (A (A C B | C))
      DEFINE A AS v = 'a', B AS v = 'b', C AS v = 'c')`,
    gives: `
      n last
      1 4
      2 3`,
  },
]);
