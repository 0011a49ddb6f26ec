import { published } from '../published.js';

// Where the page shows a figure or the data of another one, the rows were worked out by hand.

const TICKER = `
  symbol tstamp:TIMESTAMP price:DOUBLE
  ACME 2011-04-01 12
  ACME 2011-04-02 17
  ACME 2011-04-03 19
  ACME 2011-04-04 21
  ACME 2011-04-05 25
  ACME 2011-04-06 12
  ACME 2011-04-07 15
  ACME 2011-04-08 20
  ACME 2011-04-09 24
  ACME 2011-04-10 25
  ACME 2011-04-11 19
  ACME 2011-04-12 15
  ACME 2011-04-13 25
  ACME 2011-04-14 25
  ACME 2011-04-15 14
  ACME 2011-04-16 12
  ACME 2011-04-17 14
  ACME 2011-04-18 24
  ACME 2011-04-19 23
  ACME 2011-04-20 22`;

const UP_AND_DOWN = `DEFINE DOWN AS DOWN.price < PREV(DOWN.price), UP AS UP.price > PREV(UP.price)`;

published('Oracle Data Warehousing Guide, SQL for Pattern Matching, V and W', [
  {
    name: 'a V, one row a match',
    on: TICKER,
    rule: `SELECT *
      FROM Ticker MATCH_RECOGNIZE (
        PARTITION BY symbol
        ORDER BY tstamp
        MEASURES
          STRT.tstamp AS start_tstamp,
          LAST(DOWN.tstamp) AS bottom_tstamp,
          LAST(UP.tstamp) AS end_tstamp
        ONE ROW PER MATCH
        AFTER MATCH SKIP TO LAST UP
        PATTERN (STRT DOWN+ UP+)
        ${UP_AND_DOWN}
      ) MR
      ORDER BY MR.symbol, MR.start_tstamp`,
    gives: `
      symbol start_tstamp bottom_tstamp end_tstamp
      ACME 2011-04-05 2011-04-06 2011-04-10
      ACME 2011-04-10 2011-04-12 2011-04-13
      ACME 2011-04-14 2011-04-16 2011-04-18`,
  },
  {
    name: 'a V, all rows',
    on: TICKER,
    rule: `SELECT *
      FROM Ticker MATCH_RECOGNIZE (
        PARTITION BY symbol
        ORDER BY tstamp
        MEASURES
          STRT.tstamp AS start_tstamp,
          FINAL LAST(DOWN.tstamp) AS bottom_tstamp,
          FINAL LAST(UP.tstamp) AS end_tstamp,
          MATCH_NUMBER() AS match_num,
          CLASSIFIER() AS var_match
        ALL ROWS PER MATCH
        AFTER MATCH SKIP TO LAST UP
        PATTERN (STRT DOWN+ UP+)
        ${UP_AND_DOWN}
      ) MR
      ORDER BY MR.symbol, MR.match_num, MR.tstamp`,
    gives: `
      symbol tstamp start_tstamp bottom_tstamp end_tstamp match_num var_match price
      ACME 2011-04-05 2011-04-05 2011-04-06 2011-04-10 1 STRT 25
      ACME 2011-04-06 2011-04-05 2011-04-06 2011-04-10 1 DOWN 12
      ACME 2011-04-07 2011-04-05 2011-04-06 2011-04-10 1 UP 15
      ACME 2011-04-08 2011-04-05 2011-04-06 2011-04-10 1 UP 20
      ACME 2011-04-09 2011-04-05 2011-04-06 2011-04-10 1 UP 24
      ACME 2011-04-10 2011-04-05 2011-04-06 2011-04-10 1 UP 25
      ACME 2011-04-10 2011-04-10 2011-04-12 2011-04-13 2 STRT 25
      ACME 2011-04-11 2011-04-10 2011-04-12 2011-04-13 2 DOWN 19
      ACME 2011-04-12 2011-04-10 2011-04-12 2011-04-13 2 DOWN 15
      ACME 2011-04-13 2011-04-10 2011-04-12 2011-04-13 2 UP 25
      ACME 2011-04-14 2011-04-14 2011-04-16 2011-04-18 3 STRT 25
      ACME 2011-04-15 2011-04-14 2011-04-16 2011-04-18 3 DOWN 14
      ACME 2011-04-16 2011-04-14 2011-04-16 2011-04-18 3 DOWN 12
      ACME 2011-04-17 2011-04-14 2011-04-16 2011-04-18 3 UP 14
      ACME 2011-04-18 2011-04-14 2011-04-16 2011-04-18 3 UP 24`,
  },
  {
    name: 'aggregates over a variable and over all rows',
    on: TICKER,
    rule: `SELECT *
      FROM Ticker MATCH_RECOGNIZE (
        PARTITION BY symbol
        ORDER BY tstamp
        MEASURES
          MATCH_NUMBER() AS match_num,
          CLASSIFIER() AS var_match,
          FINAL COUNT(UP.tstamp) AS up_days,
          FINAL COUNT(tstamp) AS total_days,
          RUNNING COUNT(tstamp) AS cnt_days,
          price - STRT.price AS price_dif
        ALL ROWS PER MATCH
        AFTER MATCH SKIP TO LAST UP
        PATTERN (STRT DOWN+ UP+)
        ${UP_AND_DOWN}
      ) MR
      ORDER BY MR.symbol, MR.match_num, MR.tstamp`,
    gives: `
      symbol tstamp match_num var_match up_days total_days cnt_days price_dif price
      ACME 2011-04-05 1 STRT 4 6 1 0 25
      ACME 2011-04-06 1 DOWN 4 6 2 -13 12
      ACME 2011-04-07 1 UP 4 6 3 -10 15
      ACME 2011-04-08 1 UP 4 6 4 -5 20
      ACME 2011-04-09 1 UP 4 6 5 -1 24
      ACME 2011-04-10 1 UP 4 6 6 0 25
      ACME 2011-04-10 2 STRT 1 4 1 0 25
      ACME 2011-04-11 2 DOWN 1 4 2 -6 19
      ACME 2011-04-12 2 DOWN 1 4 3 -10 15
      ACME 2011-04-13 2 UP 1 4 4 0 25
      ACME 2011-04-14 3 STRT 2 5 1 0 25
      ACME 2011-04-15 3 DOWN 2 5 2 -11 14
      ACME 2011-04-16 3 DOWN 2 5 3 -13 12
      ACME 2011-04-17 3 UP 2 5 4 -11 14
      ACME 2011-04-18 3 UP 2 5 5 -1 24`,
  },
  {
    name: 'a W',
    on: TICKER,
    rule: `SELECT *
      FROM Ticker MATCH_RECOGNIZE (
        PARTITION BY symbol
        ORDER BY tstamp
        MEASURES
          MATCH_NUMBER() AS match_num,
          CLASSIFIER() AS var_match,
          STRT.tstamp AS start_tstamp,
          FINAL LAST(UP.tstamp) AS end_tstamp
        ALL ROWS PER MATCH
        AFTER MATCH SKIP TO LAST UP
        PATTERN (STRT DOWN+ UP+ DOWN+ UP+)
        ${UP_AND_DOWN}
      ) MR
      ORDER BY MR.symbol, MR.match_num, MR.tstamp`,
    gives: `
      symbol tstamp match_num var_match start_tstamp end_tstamp price
      ACME 2011-04-05 1 STRT 2011-04-05 2011-04-13 25
      ACME 2011-04-06 1 DOWN 2011-04-05 2011-04-13 12
      ACME 2011-04-07 1 UP 2011-04-05 2011-04-13 15
      ACME 2011-04-08 1 UP 2011-04-05 2011-04-13 20
      ACME 2011-04-09 1 UP 2011-04-05 2011-04-13 24
      ACME 2011-04-10 1 UP 2011-04-05 2011-04-13 25
      ACME 2011-04-11 1 DOWN 2011-04-05 2011-04-13 19
      ACME 2011-04-12 1 DOWN 2011-04-05 2011-04-13 15
      ACME 2011-04-13 1 UP 2011-04-05 2011-04-13 25`,
  },
  {
    name: 'an average over a union variable',
    on: TICKER,
    rule: `SELECT *
      FROM Ticker MATCH_RECOGNIZE (
        PARTITION BY symbol
        ORDER BY tstamp
        MEASURES
          FIRST(STRT.tstamp) AS strt_time,
          LAST(DOWN.tstamp) AS bottom,
          ROUND(AVG(STDN.price), 6) AS stdn_avgprice
        ONE ROW PER MATCH
        AFTER MATCH SKIP TO LAST UP
        PATTERN (STRT DOWN+ UP+)
        SUBSET STDN = (STRT, DOWN)
        DEFINE UP AS UP.price > PREV(UP.price), DOWN AS DOWN.price < PREV(DOWN.price)
      )`,
    gives: `
      symbol strt_time bottom stdn_avgprice
      ACME 2011-04-05 2011-04-06 18.5
      ACME 2011-04-10 2011-04-12 19.666667
      ACME 2011-04-14 2011-04-16 17`,
  },
]);
