import { type Case, published } from '../published.js';

// Where the page shows a figure or the data of another one, the rows were worked out by hand.

const TICKER_3_WAVE = `
  symbol tstamp:TIMESTAMP price:DOUBLE
  ACME 2011-04-01 1000
  ACME 2011-04-02 775
  ACME 2011-04-03 900
  ACME 2011-04-04 775
  ACME 2011-04-05 900
  ACME 2011-04-06 775
  ACME 2011-04-07 900
  ACME 2011-04-08 775
  ACME 2011-04-09 800
  ACME 2011-04-10 550
  ACME 2011-04-11 900
  ACME 2011-04-12 800
  ACME 2011-04-13 1100
  ACME 2011-04-14 800
  ACME 2011-04-15 550
  ACME 2011-04-16 800
  ACME 2011-04-17 875
  ACME 2011-04-18 950
  ACME 2011-04-19 600
  ACME 2011-04-20 300`;

published('Oracle Data Warehousing Guide, SQL for Pattern Matching, stock market', [
  {
    name: 'price drops of more than 8 percent',
    on: TICKER_3_WAVE,
    rule: `SELECT *
      FROM Ticker3Wave MATCH_RECOGNIZE (
        PARTITION BY symbol
        ORDER BY tstamp
        MEASURES
          B.tstamp AS timestamp,
          A.price AS Aprice,
          B.price AS Bprice,
          ROUND(((B.price - A.price) * 100) / A.price, 6) AS PctDrop
        ONE ROW PER MATCH
        AFTER MATCH SKIP TO B
        PATTERN (A B)
        DEFINE B AS (B.price - A.price) / A.price < -0.08
      )`,
    gives: `
      symbol timestamp Aprice Bprice PctDrop
      ACME 2011-04-02 1000 775 -22.5
      ACME 2011-04-04 900 775 -13.888889
      ACME 2011-04-06 900 775 -13.888889
      ACME 2011-04-08 900 775 -13.888889
      ACME 2011-04-10 800 550 -31.25
      ACME 2011-04-12 900 800 -11.111111
      ACME 2011-04-14 1100 800 -27.272727
      ACME 2011-04-15 800 550 -31.25
      ACME 2011-04-19 950 600 -36.842105
      ACME 2011-04-20 600 300 -50`,
  },
  {
    name: 'price dips that come back to the first price',
    on: TICKER_3_WAVE,
    rule: `SELECT *
      FROM Ticker3Wave MATCH_RECOGNIZE (
        PARTITION BY symbol
        ORDER BY tstamp
        MEASURES
          A.tstamp AS Start_Timestamp,
          A.price AS Start_Price,
          B.price AS Drop_Price,
          COUNT(C.*) + 1 AS Cnt_Days,
          D.tstamp AS End_Timestamp,
          D.price AS End_Price
        ONE ROW PER MATCH
        AFTER MATCH SKIP PAST LAST ROW
        PATTERN (A B C* D)
        DEFINE
          B AS (B.price - A.price) / A.price < -0.08,
          C AS C.price < A.price,
          D AS D.price >= A.price
      )`,
    gives: `
      symbol Start_Timestamp Start_Price Drop_Price Cnt_Days End_Timestamp End_Price
      ACME 2011-04-01 1000 775 11 2011-04-13 1100
      ACME 2011-04-14 800 550 1 2011-04-16 800`,
  },
]);

/** The rows that are clicks of two users; the first column is in seconds. */
const EVENTS = `
  time_stamp user_id
  1 Mary
  2 Sam
  11 Mary
  12 Sam
  22 Sam
  23 Mary
  32 Sam
  34 Mary
  43 Sam
  44 Mary
  47 Sam
  48 Sam
  53 Mary
  59 Sam
  60 Sam
  63 Mary
  68 Sam`;

published('Oracle Data Warehousing Guide, SQL for Pattern Matching, sessions', [
  {
    name: 'clicks with the number of their session',
    on: EVENTS,
    rule: `SELECT time_stamp, user_id, session_id
      FROM Events MATCH_RECOGNIZE (
        PARTITION BY user_id ORDER BY time_stamp
        MEASURES MATCH_NUMBER() AS session_id
        ALL ROWS PER MATCH
        PATTERN (b s*)
        DEFINE s AS (s.time_stamp - PREV(time_stamp) <= 10)
      )
      ORDER BY user_id, time_stamp`,
    gives: `
      time_stamp user_id session_id
      1 Mary 1
      11 Mary 1
      23 Mary 2
      34 Mary 3
      44 Mary 3
      53 Mary 3
      63 Mary 3
      2 Sam 1
      12 Sam 1
      22 Sam 1
      32 Sam 1
      43 Sam 2
      47 Sam 2
      48 Sam 2
      59 Sam 3
      60 Sam 3
      68 Sam 3`,
  },
  {
    name: 'sessions with their size and length',
    on: EVENTS,
    rule: `SELECT session_id, user_id, start_time, no_of_events, duration
      FROM Events MATCH_RECOGNIZE (
        PARTITION BY user_id
        ORDER BY time_stamp
        MEASURES
          MATCH_NUMBER() AS session_id,
          COUNT(*) AS no_of_events,
          FIRST(time_stamp) AS start_time,
          LAST(time_stamp) - FIRST(time_stamp) AS duration
        ONE ROW PER MATCH
        PATTERN (b s*)
        DEFINE s AS (s.time_stamp - PREV(time_stamp) <= 10)
      )
      ORDER BY user_id, session_id`,
    gives: `
      session_id user_id start_time no_of_events duration
      1 Mary 1 2 10
      2 Mary 23 1 0
      3 Mary 34 4 29
      1 Sam 2 4 30
      2 Sam 43 3 5
      3 Sam 59 3 9`,
  },
]);

/** Published over `(SELECT * FROM event_log WHERE event = 'transfer')`, and with days as numbers. */
function transfers(name: string, matchRecognize: string, gives: string): Case {
  return {
    name,
    on: `
      time:TIMESTAMP userid amount event transfer_to
      2012-01-06 john 1000 transfer bob
      2012-01-15 john 1500 transfer bob
      2012-01-20 john 1500 transfer allen
      2012-01-23 john 1000 transfer tim
      2012-01-26 john 1000000 transfer tim`,
    rule: `SELECT userid, first_t, last_t, amount
      FROM event_log MATCH_RECOGNIZE (PARTITION BY userid ORDER BY time ${matchRecognize})`,
    gives: `userid first_t last_t amount\n${gives}`,
  };
}

published('Oracle Data Warehousing Guide, SQL for Pattern Matching, money transfers', [
  transfers(
    'three small transfers in 30 days, then a large one within 10',
    `MEASURES FIRST(x.time) AS first_t, y.time AS last_t, y.amount AS amount
     PATTERN (x{3,} y)
     DEFINE
       x AS (event = 'transfer' AND amount < 2000),
       y AS (event = 'transfer' AND amount >= 1000000 AND
         LAST(x.time) - FIRST(x.time) < INTERVAL '30' DAY AND
         y.time - LAST(x.time) < INTERVAL '10' DAY)`,
    'john 2012-01-06 2012-01-26 1000000',
  ),
  transfers(
    'the small ones to an account other than that before, of a sum below 20000',
    `MEASURES z.time AS first_t, y.time AS last_t, y.amount AS amount
     PATTERN (z x{2,} y)
     DEFINE
       z AS (event = 'transfer' AND amount < 2000),
       x AS (event = 'transfer' AND amount < 2000 AND PREV(x.transfer_to) <> x.transfer_to),
       y AS (event = 'transfer' AND amount >= 1000000 AND
         LAST(x.time) - z.time < INTERVAL '30' DAY AND
         y.time - LAST(x.time) < INTERVAL '10' DAY AND
         SUM(x.amount) + z.amount < 20000)`,
    'john 2012-01-15 2012-01-26 1000000',
  ),
]);

published('Oracle Data Warehousing Guide, SQL for Pattern Matching, nested navigation', [
  {
    // Rows 2, 4 and 6 are mapped to A. LAST with offset 1 leads to row 4, PREV three rows back to row 1.
    name: 'PREV(LAST(A.price + A.tax, 1), 3)',
    on: `
      row price tax
      1 10 1
      2 20 2
      3 30 3
      4 40 4
      5 50 5
      6 60 6`,
    rule: `SELECT value FROM t MATCH_RECOGNIZE (
      ORDER BY "row"
      MEASURES PREV(LAST(A.price + A.tax, 1), 3) AS value
      PATTERN (A B A C A)
      DEFINE A AS A."row" IN (2, 4, 6), B AS B."row" = 3, C AS C."row" = 5)`,
    gives: 'value\n11',
  },
]);
