import { type Case, published } from '../published.js';

const TICKER = `
  symbol rowtime:TIMESTAMP price tax
  ACME 2011-04-01T10:00:00Z 12 1
  ACME 2011-04-01T10:00:01Z 17 2
  ACME 2011-04-01T10:00:02Z 19 1
  ACME 2011-04-01T10:00:03Z 21 3
  ACME 2011-04-01T10:00:04Z 25 2
  ACME 2011-04-01T10:00:05Z 18 1
  ACME 2011-04-01T10:00:06Z 15 1
  ACME 2011-04-01T10:00:07Z 14 2
  ACME 2011-04-01T10:00:08Z 24 2
  ACME 2011-04-01T10:00:09Z 25 2
  ACME 2011-04-01T10:00:10Z 19 1`;

const REPEATED = `
  symbol tax price rowtime:TIMESTAMP
  XYZ 1 10 2018-09-17T10:00:02Z
  XYZ 2 11 2018-09-17T10:00:03Z
  XYZ 1 12 2018-09-17T10:00:04Z
  XYZ 2 13 2018-09-17T10:00:05Z
  XYZ 1 14 2018-09-17T10:00:06Z
  XYZ 2 16 2018-09-17T10:00:07Z`;

function repeated(quantifier: string, prices: readonly number[]): Case {
  return {
    name: `PATTERN (A ${quantifier} C)`,
    on: REPEATED,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol
      ORDER BY rowtime
      MEASURES C.price AS lastPrice
      ONE ROW PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (A ${quantifier} C)
      DEFINE A AS A.price > 10, B AS B.price < 15, C AS C.price > 12)`,
    gives: `symbol lastPrice\n${prices.map((price) => `XYZ ${price}`).join('\n')}`,
    eventTime: 'rowtime',
  };
}

function skipping(
  clause: string,
  result: { gives: string; eventTime?: string; says?: RegExp } | { refused: string },
): Case {
  return {
    name: clause,
    on: `
      symbol tax price rowtime:TIMESTAMP
      XYZ 1 7 2018-09-17T10:00:01Z
      XYZ 2 9 2018-09-17T10:00:02Z
      XYZ 1 10 2018-09-17T10:00:03Z
      XYZ 2 5 2018-09-17T10:00:04Z
      XYZ 2 10 2018-09-17T10:00:05Z
      XYZ 2 7 2018-09-17T10:00:06Z
      XYZ 2 14 2018-09-17T10:00:07Z`,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol
      ORDER BY rowtime
      MEASURES SUM(A.price) AS sumPrice, FIRST(rowtime) AS startTime, LAST(rowtime) AS endTime
      ONE ROW PER MATCH
      ${clause}
      PATTERN (A+ C)
      DEFINE A AS SUM(A.price) < 30)`,
    ...result,
  };
}

const SKIPPED = 'symbol sumPrice startTime endTime';
/**
 * Not published: a stream of Flink has no end, and a later row could still be an A of this start. At the end of the input the
 * match is final (language.md 20).
 */
const AT_THE_END = 'XYZ 7 2018-09-17T10:00:06.000Z 2018-09-17T10:00:07.000Z';

published('Flink documentation, pattern recognition', [
  {
    name: 'a price that falls, then rises',
    on: TICKER,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol
      ORDER BY rowtime
      MEASURES
        START_ROW.rowtime AS start_tstamp,
        LAST(PRICE_DOWN.rowtime) AS bottom_tstamp,
        LAST(PRICE_UP.rowtime) AS end_tstamp
      ONE ROW PER MATCH
      AFTER MATCH SKIP TO LAST PRICE_UP
      PATTERN (START_ROW PRICE_DOWN+ PRICE_UP)
      DEFINE
        PRICE_DOWN AS
          (LAST(PRICE_DOWN.price, 1) IS NULL AND PRICE_DOWN.price < START_ROW.price) OR
            PRICE_DOWN.price < LAST(PRICE_DOWN.price, 1),
        PRICE_UP AS PRICE_UP.price > LAST(PRICE_DOWN.price, 1)
    ) MR`,
    gives: `
      symbol start_tstamp bottom_tstamp end_tstamp
      ACME 2011-04-01T10:00:04.000Z 2011-04-01T10:00:07.000Z 2011-04-01T10:00:08.000Z`,
    eventTime: 'rowtime',
  },
  {
    name: 'as long as an average stays low',
    on: `
      symbol rowtime:TIMESTAMP price tax
      ACME 2011-04-01T10:00:00Z 12 1
      ACME 2011-04-01T10:00:01Z 17 2
      ACME 2011-04-01T10:00:02Z 13 1
      ACME 2011-04-01T10:00:03Z 16 3
      ACME 2011-04-01T10:00:04Z 25 2
      ACME 2011-04-01T10:00:05Z 2 1
      ACME 2011-04-01T10:00:06Z 4 1
      ACME 2011-04-01T10:00:07Z 10 2
      ACME 2011-04-01T10:00:08Z 15 2
      ACME 2011-04-01T10:00:09Z 25 2
      ACME 2011-04-01T10:00:10Z 25 1
      ACME 2011-04-01T10:00:11Z 30 1`,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol
      ORDER BY rowtime
      MEASURES
        FIRST(A.rowtime) AS start_tstamp,
        LAST(A.rowtime) AS end_tstamp,
        AVG(A.price) AS avgPrice
      ONE ROW PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (A+ B)
      DEFINE A AS AVG(A.price) < 15
    ) MR`,
    gives: `
      symbol start_tstamp end_tstamp avgPrice
      ACME 2011-04-01T10:00:00.000Z 2011-04-01T10:00:03.000Z 14.5
      ACME 2011-04-01T10:00:05.000Z 2011-04-01T10:00:10.000Z 13.5`,
    eventTime: 'rowtime',
  },
  repeated('B*', [16]),
  repeated('B*?', [13, 16]),
  {
    name: 'a price that drops within an hour',
    on: `
      symbol rowtime:TIMESTAMP price tax
      ACME 2011-04-01T10:00:00Z 20 1
      ACME 2011-04-01T10:20:00Z 17 2
      ACME 2011-04-01T10:40:00Z 18 1
      ACME 2011-04-01T11:00:00Z 11 3
      ACME 2011-04-01T11:20:00Z 14 2
      ACME 2011-04-01T11:40:00Z 9 1
      ACME 2011-04-01T12:00:00Z 15 1
      ACME 2011-04-01T12:20:00Z 14 2
      ACME 2011-04-01T12:40:00Z 24 2
      ACME 2011-04-01T13:00:00Z 1 2
      ACME 2011-04-01T13:20:00Z 19 1`,
    // Published without the comma between the two conditions.
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol
      ORDER BY rowtime
      MEASURES C.rowtime AS dropTime, A.price - C.price AS dropDiff
      ONE ROW PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (A B* C) WITHIN INTERVAL '1' HOUR
      DEFINE B AS B.price > A.price - 10, C AS C.price < A.price - 10)`,
    gives: `
      symbol dropTime dropDiff
      ACME 2011-04-01T13:00:00.000Z 14`,
    eventTime: 'rowtime',
  },
  {
    name: 'the output row: partition columns, measures',
    on: `
      symbol tax price rowtime:TIMESTAMP
      XYZ 1 10 2018-09-17T10:00:02Z
      XYZ 2 12 2018-09-17T10:00:03Z
      XYZ 1 13 2018-09-17T10:00:04Z
      XYZ 2 11 2018-09-17T10:00:05Z`,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol
      ORDER BY rowtime
      MEASURES FIRST(A.price) AS startPrice, LAST(A.price) AS topPrice, B.price AS lastPrice
      ONE ROW PER MATCH
      PATTERN (A+ B)
      DEFINE A AS LAST(A.price, 1) IS NULL OR A.price > LAST(A.price, 1), B AS B.price < LAST(A.price))`,
    gives: `
      symbol startPrice topPrice lastPrice
      XYZ 10 13 11`,
    eventTime: 'rowtime',
  },
  ...[
    {
      name: 'sums over a variable and over all rows',
      condition: 'B.price > A.price AND SUM(price) < 100 AND SUM(B.price) < 80',
    },
    {
      name: 'logical offsets',
      condition: `(LAST(B.price, 1) IS NULL OR B.price > LAST(B.price, 1)) AND
        (LAST(B.price, 2) IS NULL OR B.price > 2 * LAST(B.price, 2))`,
    },
  ].map(({ name, condition }) => ({
    name,
    on: 'price\n10\n15\n20\n31\n35',
    rule: `SELECT price, label FROM Ticker MATCH_RECOGNIZE (
      MEASURES CLASSIFIER() AS label
      ALL ROWS PER MATCH
      PATTERN (A B+)
      DEFINE A AS A.price >= 10, B AS ${condition})`,
    gives: 'price label\n10 A\n15 B\n20 B\n31 B',
  })),
  ...[
    {
      name: 'an optional row that is there',
      on: 'price\n10\n15\n20',
      gives: 'price label\n10 A\n15 B\n20 C',
    },
    { name: 'an optional row that is not there', on: 'price\n10\n20', gives: 'price label\n10 A\n20 C' },
  ].map((each) => ({
    ...each,
    rule: `SELECT price, label FROM Ticker MATCH_RECOGNIZE (
      MEASURES CLASSIFIER() AS label
      ALL ROWS PER MATCH
      PATTERN (A B? C)
      DEFINE B AS B.price < 20, C AS LAST(price, 1) < C.price)`,
  })),
]);

published('Flink documentation, after match strategy', [
  skipping('AFTER MATCH SKIP PAST LAST ROW', {
    gives: `
      ${SKIPPED}
      XYZ 26 2018-09-17T10:00:01.000Z 2018-09-17T10:00:04.000Z
      XYZ 17 2018-09-17T10:00:05.000Z 2018-09-17T10:00:07.000Z`,
    eventTime: 'rowtime',
  }),
  skipping('AFTER MATCH SKIP TO NEXT ROW', {
    gives: `
      ${SKIPPED}
      XYZ 26 2018-09-17T10:00:01.000Z 2018-09-17T10:00:04.000Z
      XYZ 24 2018-09-17T10:00:02.000Z 2018-09-17T10:00:05.000Z
      XYZ 25 2018-09-17T10:00:03.000Z 2018-09-17T10:00:06.000Z
      XYZ 22 2018-09-17T10:00:04.000Z 2018-09-17T10:00:07.000Z
      XYZ 17 2018-09-17T10:00:05.000Z 2018-09-17T10:00:07.000Z
      ${AT_THE_END}`,
    eventTime: 'rowtime',
  }),
  skipping('AFTER MATCH SKIP TO LAST A', {
    gives: `
      ${SKIPPED}
      XYZ 26 2018-09-17T10:00:01.000Z 2018-09-17T10:00:04.000Z
      XYZ 25 2018-09-17T10:00:03.000Z 2018-09-17T10:00:06.000Z
      XYZ 17 2018-09-17T10:00:05.000Z 2018-09-17T10:00:07.000Z
      ${AT_THE_END}`,
    says: /AFTER MATCH SKIP led nowhere 1 time/,
    eventTime: 'rowtime',
  }),
  {
    // Published without rows, and over processing time.
    name: 'three rows one behind the other',
    on: `
      userid id name proctime:TIMESTAMP
      u 1 a 2018-09-17T10:00:01Z
      u 2 b 2018-09-17T10:00:02Z
      v 3 b 2018-09-17T10:00:03Z
      u 4 c 2018-09-17T10:00:04Z
      u 5 a 2018-09-17T10:00:05Z
      u 6 c 2018-09-17T10:00:06Z`,
    rule: `SELECT T.aid, T.bid, T.cid FROM MyTable MATCH_RECOGNIZE (
      PARTITION BY userid
      ORDER BY proctime
      MEASURES A.id AS aid, B.id AS bid, C.id AS cid
      PATTERN (A B C)
      DEFINE A AS name = 'a', B AS name = 'b', C AS name = 'c'
    ) AS T`,
    gives: `
      aid bid cid
      1 2 4`,
    eventTime: 'proctime',
  },
  // Published without rows: how to keep a loop that takes every row from going on for ever.
  ...[
    { name: 'a loop that its own condition ends', pattern: 'A B+ C', define: ', B AS B.price <= 20' },
    { name: 'a loop that is reluctant', pattern: 'A B+? C', define: '' },
  ].map(({ name, pattern, define }) => ({
    name,
    on: `
      symbol price rowtime:TIMESTAMP
      XYZ 11 2018-09-17T10:00:01Z
      XYZ 12 2018-09-17T10:00:02Z
      XYZ 9 2018-09-17T10:00:03Z
      XYZ 21 2018-09-17T10:00:04Z
      XYZ 30 2018-09-17T10:00:05Z`,
    rule: `SELECT * FROM Ticker MATCH_RECOGNIZE (
      PARTITION BY symbol
      ORDER BY rowtime ASC, price DESC
      MEASURES A.price AS a, COUNT(B.price) AS bs, C.price AS c
      PATTERN (${pattern})
      DEFINE A AS A.price > 10${define}, C AS C.price > 20)`,
    gives: 'symbol a bs c\nXYZ 11 2 21',
    eventTime: 'rowtime',
  })),
  // Flink fails when it comes to it. It is certain from the text, so the rule is refused.
  skipping('AFTER MATCH SKIP TO FIRST A', { refused: 'bad_skip' }),
]);
