import { published } from '../published.js';

const HEAD = 'row_id match val label';

const EMPTY_EACH = `
  ${HEAD}
  1 1 null null
  2 2 null null
  3 3 null null
  4 4 null null`;

const EMPTY_THEN_ALL = `
  ${HEAD}
  1 1 null null
  2 2 80 B
  3 2 70 B
  4 2 70 B`;

const EMPTY_THEN_ONE_EACH = `
  ${HEAD}
  1 1 null null
  2 2 80 B
  3 3 70 B
  4 4 70 B`;

const EMPTY_THEN_TWO = `
  ${HEAD}
  1 1 null null
  2 2 80 B
  3 2 70 B
  4 3 70 B`;

const ALL = `
  ${HEAD}
  2 1 80 B
  3 1 70 B
  4 1 70 B`;

const ONE_EACH = `
  ${HEAD}
  2 1 80 B
  3 2 70 B
  4 3 70 B`;

const TWO = `
  ${HEAD}
  2 1 80 B
  3 1 70 B`;

const NOTHING = HEAD;

/** What each quantifier of B gives, where B is every row but the first. */
const RESULTS: readonly (readonly [pattern: string, gives: string])[] = [
  ['B*', EMPTY_THEN_ALL],
  ['B*?', EMPTY_EACH],
  ['B+', ALL],
  ['B+?', ONE_EACH],
  ['B?', EMPTY_THEN_ONE_EACH],
  ['B??', EMPTY_EACH],
  ['B{1,}', ALL],
  ['B{1,}?', ONE_EACH],
  ['B{2,}', ALL],
  ['B{2,}?', TWO],
  ['B{5,}', NOTHING],
  ['B{5,}?', NOTHING],
  ['B{,1}', EMPTY_THEN_ONE_EACH],
  ['B{,1}?', EMPTY_EACH],
  ['B{,2}', EMPTY_THEN_TWO],
  ['B{,2}?', EMPTY_EACH],
  ['B{,5}', EMPTY_THEN_ALL],
  ['B{,5}?', EMPTY_EACH],
  ['B{1,1}', ONE_EACH],
  ['B{1,1}?', ONE_EACH],
  ['B{1,5}', ALL],
  ['B{1,5}?', ONE_EACH],
  ['B{5,7}', NOTHING],
  ['B{5,7}?', NOTHING],
  ['B{1}', ONE_EACH],
  ['B{1}?', ONE_EACH],
  ['B{2}', TWO],
  ['B{2}?', TWO],
  ['B{5}', NOTHING],
  ['B{5}?', NOTHING],
];

/** Loops whose body takes no row or may take none, where B is a row below the one before it. */
const EMPTY_CYCLES: readonly (readonly [pattern: string, gives: string])[] = [
  ['()* | B', EMPTY_EACH],
  ['()+ | B', EMPTY_EACH],
  ['(){5,} | B', EMPTY_EACH],
  [
    'B | ()*',
    `
    ${HEAD}
    1 1 null null
    2 2 80 B
    3 3 70 B
    4 4 null null`,
  ],
  [
    '(B ()*)*',
    `
    ${HEAD}
    1 1 null null
    2 2 80 B
    3 2 70 B
    4 3 null null`,
  ],
  ['(B ()*)*?', EMPTY_EACH],
  ['^* | B', EMPTY_EACH],
  [
    '^+ | B',
    `
    ${HEAD}
    1 1 null null
    2 2 80 B
    3 3 70 B`,
  ],
  [
    '^* A B',
    `
    ${HEAD}
    1 1 90 A
    2 1 80 B`,
  ],
  ['$* | B', EMPTY_EACH],
  [
    '$+ | B',
    `
    ${HEAD}
    2 1 80 B
    3 2 70 B`,
  ],
  [
    'B A $+',
    `
    ${HEAD}
    3 1 70 B
    4 1 70 A`,
  ],
];

const over = (operator: '<' | '<=') =>
  function one([pattern, gives]: readonly [string, string]) {
    return {
      name: `PATTERN (${pattern})`,
      on: `
        id value
        1 90
        2 80
        3 70
        4 70`,
      rule: `SELECT m.id AS row_id, m.match, m.val, m.label
        FROM t MATCH_RECOGNIZE (
          ORDER BY id
          MEASURES match_number() AS match, RUNNING LAST(value) AS val, classifier() AS label
          ALL ROWS PER MATCH
          AFTER MATCH SKIP PAST LAST ROW
          PATTERN (${pattern})
          DEFINE B AS B.value ${operator} PREV (B.value)
        ) AS m`,
      gives,
    };
  };

published('Trino tests, TestRowPatternMatching, quantifiers', RESULTS.map(over('<=')));
published(
  'Trino tests, TestRowPatternMatching, no bounds',
  (
    [
      ['B{,}', 'B*'],
      ['B{,}?', 'B*?'],
    ] as const
  ).map(([pattern, alike]) =>
    over('<=')([pattern, RESULTS.find(([other]) => other === alike)?.[1] ?? NOTHING]),
  ),
);
published('Trino tests, TestRowPatternMatching, empty cycles', EMPTY_CYCLES.map(over('<')));
