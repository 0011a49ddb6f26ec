import { published } from '../published.js';

const HEAD = 'row_id match val label';

const ONLY_A = `
  ${HEAD}
  1 1 90 A
  6 2 50 A`;

const ALL = `
  ${HEAD}
  1 1 90 A
  2 1 80 B
  3 1 70 B
  4 1 80 C
  5 1 90 C
  6 2 50 A
  7 2 40 B
  8 2 60 C`;

const RESULTS: readonly (readonly [pattern: string, gives: string])[] = [
  ['A B+ C+', ALL],
  [
    'A {- B+ -} C+',
    `
    ${HEAD}
    1 1 90 A
    4 1 80 C
    5 1 90 C
    6 2 50 A
    8 2 60 C`,
  ],
  [
    '{- A -} {- B+ -} C+',
    `
    ${HEAD}
    4 1 80 C
    5 1 90 C
    8 2 60 C`,
  ],
  ['A {- {- B+ -} C+ -}', ONLY_A],
  ['{- A B+ C+ -}', HEAD],
  ['A B+ {- ()* -} C+', ALL],
  ['A {- B -}+ {- C -}+', ONLY_A],
  ['A {- B -}* {- C -}*', ONLY_A],
  ['A {- B -}{1,2} {- C -}{1,2}', ONLY_A],
  [
    'A {- C -}{2,3} {- B -}{2,3}',
    `
    ${HEAD}
    3 1 70 A`,
  ],
];

published(
  'Trino tests, TestRowPatternMatching, exclusion',
  RESULTS.map(([pattern, gives]) => ({
    name: `PATTERN (${pattern})`,
    on: `
      id value
      1 90
      2 80
      3 70
      4 80
      5 90
      6 50
      7 40
      8 60`,
    rule: `SELECT m.id AS row_id, m.match, m.val, m.label
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES match_number() AS match, RUNNING LAST(value) AS val, classifier() AS label
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (${pattern})
        DEFINE B AS B.value < PREV (B.value), C AS C.value > PREV (C.value)
      ) AS m`,
    gives,
  })),
);

published('Trino tests, TestAggregationsInRowPatternMatching, exclusion', [
  {
    name: 'an aggregate sees the rows that the output leaves out',
    on: `
      part id value
      p1 1 1a
      p1 2 1b
      p1 3 1c
      p1 4 1d
      p1 5 1e
      p2 1 2a
      p2 2 2b
      p2 3 2c
      p2 4 2d
      p2 5 2e`,
    rule: `SELECT m.part, m.measure_1, m.measure_2
      FROM t MATCH_RECOGNIZE (
        PARTITION BY part
        ORDER BY id
        MEASURES array_agg(value) AS measure_1, array_agg(value || CLASSIFIER()) AS measure_2
        ALL ROWS PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (P {- Q R -} S)
        DEFINE P AS id > 1
      ) AS m`,
    gives: `
      part measure_1 measure_2
      p1 ["1b"] ["1bP"]
      p1 ["1b","1c","1d","1e"] ["1bP","1cQ","1dR","1eS"]
      p2 ["2b"] ["2bP"]
      p2 ["2b","2c","2d","2e"] ["2bP","2cQ","2dR","2eS"]`,
    anyOrder: true,
  },
]);
