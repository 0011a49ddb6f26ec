import { type Case, published } from '../published.js';

const HEAD = 'match val label';

const WITH_EMPTY = `
  ${HEAD}
  1 null null
  2 80 B
  2 70 B
  3 null null`;

const FALLING = `
  ${HEAD}
  1 80 B
  1 70 B`;

const SUMMARY = `
  ${HEAD}
  1 null null
  2 70 B
  3 null null`;

const MODES: readonly (readonly [rowsPerMatch: string, pattern: string, gives: string])[] = [
  ['ONE ROW PER MATCH', 'B*', SUMMARY],
  ['', 'B*', SUMMARY],
  [
    'ONE ROW PER MATCH',
    'B+',
    `
    ${HEAD}
    1 70 B`,
  ],
  ['ALL ROWS PER MATCH', 'B*', WITH_EMPTY],
  ['ALL ROWS PER MATCH', 'B+', FALLING],
  ['ALL ROWS PER MATCH SHOW EMPTY MATCHES', 'B*', WITH_EMPTY],
  [
    'ALL ROWS PER MATCH OMIT EMPTY MATCHES',
    'B*',
    `
    ${HEAD}
    2 80 B
    2 70 B`,
  ],
  ['ALL ROWS PER MATCH OMIT EMPTY MATCHES', 'B+', FALLING],
  [
    'ALL ROWS PER MATCH WITH UNMATCHED ROWS',
    'B+',
    `
    ${HEAD}
    null null null
    1 80 B
    1 70 B
    null null null`,
  ],
];

published(
  'Trino tests, TestRowPatternMatching, output modes',
  MODES.map(
    ([rowsPerMatch, pattern, gives]): Case => ({
      name: `${rowsPerMatch || 'the default'}, PATTERN (${pattern})`,
      on: `
        id value
        1 90
        2 80
        3 70
        4 70`,
      rule: `SELECT m.match, m.val, m.label
        FROM t MATCH_RECOGNIZE (
          ORDER BY id
          MEASURES match_number() AS match, RUNNING LAST(value) AS val, classifier() AS label
          ${rowsPerMatch}
          AFTER MATCH SKIP PAST LAST ROW
          PATTERN (${pattern})
          DEFINE B AS B.value < PREV (B.value)
        ) AS m`,
      gives,
      ...(rowsPerMatch.includes('UNMATCHED') && { anyOrder: true }),
    }),
  ),
);

published('Trino tests, TestRowPatternMatching, unmatched rows', [
  {
    name: 'a row that an earlier match covers is not unmatched',
    on: `
      id value
      1 100
      2 100
      3 90
      4 80
      5 70
      6 100`,
    rule: `SELECT m.id, m.match, m.value, m.label
      FROM t MATCH_RECOGNIZE (
        ORDER BY id
        MEASURES match_number() AS match, classifier() AS label
        ALL ROWS PER MATCH WITH UNMATCHED ROWS
        AFTER MATCH SKIP TO NEXT ROW
        PATTERN (A B{2})
        DEFINE B AS B.value < PREV (B.value)
      ) AS m`,
    gives: `
      id match value label
      1 null 100 null
      2 1 100 A
      3 1 90 B
      4 1 80 B
      3 2 90 A
      4 2 80 B
      5 2 70 B
      6 null 100 null`,
    anyOrder: true,
  },
]);

function layout(orderBy: string, rowsPerMatch: string): string {
  return `SELECT * FROM t MATCH_RECOGNIZE (
    PARTITION BY part
    ORDER BY ${orderBy}
    MEASURES CLASSIFIER() AS classy
    ${rowsPerMatch}
    PATTERN (A)
    DEFINE A AS true) AS m`;
}

published('Trino tests, TestRowPatternMatching, output layout', [
  {
    name: 'ALL ROWS: columns of the partition, of the order, measures, the rest',
    on: `
      id part value
      ordering partitioning 90`,
    rule: layout('id', 'ALL ROWS PER MATCH'),
    gives: `
      part id classy value
      partitioning ordering A 90`,
  },
  {
    name: 'ONE ROW: columns of the partition, measures',
    on: `
      id part value
      ordering partitioning 90`,
    rule: layout('id', 'ONE ROW PER MATCH'),
    gives: `
      part classy
      partitioning A`,
  },
  {
    name: 'the alias may be FIRST (published as one of three that are joined)',
    on: `
      id
      1
      2
      3`,
    rule: `SELECT first.classy FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES CLASSIFIER() AS classy
      ALL ROWS PER MATCH
      PATTERN (A)
      DEFINE A AS true) AS first`,
    gives: `
      classy
      A
      A
      A`,
  },
]);
