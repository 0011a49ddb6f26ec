import { published } from '../published.js';

const SALES_HISTORY = `
  id product tstamp:TIMESTAMP units_sold
  1 TWINKIES 2014-10-01 17
  2 TWINKIES 2014-10-02 19
  3 TWINKIES 2014-10-03 23
  4 TWINKIES 2014-10-04 23
  5 TWINKIES 2014-10-05 16
  6 TWINKIES 2014-10-06 10
  7 TWINKIES 2014-10-07 14
  8 TWINKIES 2014-10-08 16
  9 TWINKIES 2014-10-09 15
  10 TWINKIES 2014-10-10 17
  11 TWINKIES 2014-10-11 23
  12 TWINKIES 2014-10-12 30
  13 TWINKIES 2014-10-13 31
  14 TWINKIES 2014-10-14 29
  15 TWINKIES 2014-10-15 25
  16 TWINKIES 2014-10-16 21
  17 TWINKIES 2014-10-17 35
  18 TWINKIES 2014-10-18 46
  19 TWINKIES 2014-10-19 45
  20 TWINKIES 2014-10-20 30`;

const SALES_AUDIT = `
  id product tstamp
  1 TWINKIES 1
  2 TWINKIES 2
  3 DINGDONGS 3
  4 HOHOS 4
  5 HOHOS 5
  6 TWINKIES 6
  7 TWINKIES 7
  8 DINGDONGS 8
  9 DINGDONGS 9
  10 HOHOS 10
  11 HOHOS 11
  12 TWINKIES 12
  13 TWINKIES 13
  14 DINGDONGS 14
  15 DINGDONGS 15
  16 HOHOS 16
  17 TWINKIES 17
  18 TWINKIES 18
  19 TWINKIES 19
  20 TWINKIES 20`;

published('Oracle-Base, pattern matching in Oracle Database 12c', [
  {
    name: 'peaks, one row a match',
    on: SALES_HISTORY,
    rule: `SELECT *
      FROM sales_history MATCH_RECOGNIZE (
        PARTITION BY product
        ORDER BY tstamp
        MEASURES
          STRT.tstamp AS start_tstamp,
          LAST(UP.tstamp) AS peak_tstamp,
          LAST(DOWN.tstamp) AS end_tstamp,
          MATCH_NUMBER() AS mno
        ONE ROW PER MATCH
        AFTER MATCH SKIP TO LAST DOWN
        PATTERN (STRT UP+ FLAT* DOWN+)
        DEFINE
          UP AS UP.units_sold > PREV(UP.units_sold),
          FLAT AS FLAT.units_sold = PREV(FLAT.units_sold),
          DOWN AS DOWN.units_sold < PREV(DOWN.units_sold)
      ) MR
      ORDER BY MR.product, MR.start_tstamp`,
    gives: `
      product start_tstamp peak_tstamp end_tstamp mno
      TWINKIES 2014-10-01 2014-10-03 2014-10-06 1
      TWINKIES 2014-10-06 2014-10-08 2014-10-09 2
      TWINKIES 2014-10-09 2014-10-13 2014-10-16 3
      TWINKIES 2014-10-16 2014-10-18 2014-10-20 4`,
  },
  {
    name: 'peaks, all rows',
    on: SALES_HISTORY,
    rule: `SELECT *
      FROM sales_history MATCH_RECOGNIZE (
        PARTITION BY product
        ORDER BY tstamp
        MEASURES
          STRT.tstamp AS start_tstamp,
          FINAL LAST(UP.tstamp) AS peak_tstamp,
          FINAL LAST(DOWN.tstamp) AS end_tstamp,
          MATCH_NUMBER() AS mno,
          CLASSIFIER() AS cls
        ALL ROWS PER MATCH
        AFTER MATCH SKIP TO LAST DOWN
        PATTERN (STRT UP+ FLAT* DOWN+)
        DEFINE
          UP AS UP.units_sold > PREV(UP.units_sold),
          DOWN AS DOWN.units_sold < PREV(DOWN.units_sold),
          FLAT AS FLAT.units_sold = PREV(FLAT.units_sold)
      ) MR
      ORDER BY MR.product, MR.mno, MR.tstamp`,
    gives: `
      product tstamp start_tstamp peak_tstamp end_tstamp mno cls id units_sold
      TWINKIES 2014-10-01 2014-10-01 2014-10-03 2014-10-06 1 STRT 1 17
      TWINKIES 2014-10-02 2014-10-01 2014-10-03 2014-10-06 1 UP 2 19
      TWINKIES 2014-10-03 2014-10-01 2014-10-03 2014-10-06 1 UP 3 23
      TWINKIES 2014-10-04 2014-10-01 2014-10-03 2014-10-06 1 FLAT 4 23
      TWINKIES 2014-10-05 2014-10-01 2014-10-03 2014-10-06 1 DOWN 5 16
      TWINKIES 2014-10-06 2014-10-01 2014-10-03 2014-10-06 1 DOWN 6 10
      TWINKIES 2014-10-06 2014-10-06 2014-10-08 2014-10-09 2 STRT 6 10
      TWINKIES 2014-10-07 2014-10-06 2014-10-08 2014-10-09 2 UP 7 14
      TWINKIES 2014-10-08 2014-10-06 2014-10-08 2014-10-09 2 UP 8 16
      TWINKIES 2014-10-09 2014-10-06 2014-10-08 2014-10-09 2 DOWN 9 15
      TWINKIES 2014-10-09 2014-10-09 2014-10-13 2014-10-16 3 STRT 9 15
      TWINKIES 2014-10-10 2014-10-09 2014-10-13 2014-10-16 3 UP 10 17
      TWINKIES 2014-10-11 2014-10-09 2014-10-13 2014-10-16 3 UP 11 23
      TWINKIES 2014-10-12 2014-10-09 2014-10-13 2014-10-16 3 UP 12 30
      TWINKIES 2014-10-13 2014-10-09 2014-10-13 2014-10-16 3 UP 13 31
      TWINKIES 2014-10-14 2014-10-09 2014-10-13 2014-10-16 3 DOWN 14 29
      TWINKIES 2014-10-15 2014-10-09 2014-10-13 2014-10-16 3 DOWN 15 25
      TWINKIES 2014-10-16 2014-10-09 2014-10-13 2014-10-16 3 DOWN 16 21
      TWINKIES 2014-10-16 2014-10-16 2014-10-18 2014-10-20 4 STRT 16 21
      TWINKIES 2014-10-17 2014-10-16 2014-10-18 2014-10-20 4 UP 17 35
      TWINKIES 2014-10-18 2014-10-16 2014-10-18 2014-10-20 4 UP 18 46
      TWINKIES 2014-10-19 2014-10-16 2014-10-18 2014-10-20 4 DOWN 19 45
      TWINKIES 2014-10-20 2014-10-16 2014-10-18 2014-10-20 4 DOWN 20 30`,
  },
  {
    name: 'a rise with one dip',
    on: SALES_HISTORY,
    rule: `SELECT *
      FROM sales_history MATCH_RECOGNIZE (
        PARTITION BY product
        ORDER BY tstamp
        MEASURES
          STRT.tstamp AS start_tstamp,
          FINAL LAST(UP.tstamp) AS peak_tstamp,
          MATCH_NUMBER() AS mno,
          CLASSIFIER() AS cls
        ALL ROWS PER MATCH
        AFTER MATCH SKIP TO LAST DOWN
        PATTERN (STRT UP+ DOWN{1} UP+)
        DEFINE UP AS UP.units_sold > PREV(UP.units_sold), DOWN AS DOWN.units_sold < PREV(DOWN.units_sold)
      ) MR
      ORDER BY MR.product, MR.tstamp`,
    gives: `
      product tstamp start_tstamp peak_tstamp mno cls id units_sold
      TWINKIES 2014-10-06 2014-10-06 2014-10-13 1 STRT 6 10
      TWINKIES 2014-10-07 2014-10-06 2014-10-13 1 UP 7 14
      TWINKIES 2014-10-08 2014-10-06 2014-10-13 1 UP 8 16
      TWINKIES 2014-10-09 2014-10-06 2014-10-13 1 DOWN 9 15
      TWINKIES 2014-10-10 2014-10-06 2014-10-13 1 UP 10 17
      TWINKIES 2014-10-11 2014-10-06 2014-10-13 1 UP 11 23
      TWINKIES 2014-10-12 2014-10-06 2014-10-13 1 UP 12 30
      TWINKIES 2014-10-13 2014-10-06 2014-10-13 1 UP 13 31`,
  },
  {
    name: 'three of two kinds between runs of a third',
    on: SALES_AUDIT,
    rule: `SELECT *
      FROM sales_audit MATCH_RECOGNIZE (
        --PARTITION BY product
        ORDER BY tstamp
        MEASURES
          FIRST(TWINKIES.tstamp) AS start_tstamp,
          FINAL LAST(TWINKIES.tstamp) AS end_tstamp,
          MATCH_NUMBER() AS mno,
          CLASSIFIER() AS cls
        ALL ROWS PER MATCH
        AFTER MATCH SKIP TO LAST TWINKIES
        PATTERN(TWINKIES+ (DINGDONGS | HOHOS){3} TWINKIES+)
        DEFINE
          TWINKIES AS TWINKIES.product='TWINKIES',
          DINGDONGS AS DINGDONGS.product='DINGDONGS',
          HOHOS AS HOHOS.product='HOHOS'
      ) MR
      ORDER BY MR.mno, MR.tstamp`,
    gives: `
      tstamp start_tstamp end_tstamp mno cls id product
      1 1 7 1 TWINKIES 1 TWINKIES
      2 1 7 1 TWINKIES 2 TWINKIES
      3 1 7 1 DINGDONGS 3 DINGDONGS
      4 1 7 1 HOHOS 4 HOHOS
      5 1 7 1 HOHOS 5 HOHOS
      6 1 7 1 TWINKIES 6 TWINKIES
      7 1 7 1 TWINKIES 7 TWINKIES
      12 12 20 2 TWINKIES 12 TWINKIES
      13 12 20 2 TWINKIES 13 TWINKIES
      14 12 20 2 DINGDONGS 14 DINGDONGS
      15 12 20 2 DINGDONGS 15 DINGDONGS
      16 12 20 2 HOHOS 16 HOHOS
      17 12 20 2 TWINKIES 17 TWINKIES
      18 12 20 2 TWINKIES 18 TWINKIES
      19 12 20 2 TWINKIES 19 TWINKIES
      20 12 20 2 TWINKIES 20 TWINKIES`,
  },
]);

published('Practical Oracle SQL (Hansen), row pattern matching', [
  {
    name: 'groups between gaps',
    on: 'i\n1\n2\n3\n6\n8\n9',
    rule: `select first_int, last_int, ints_in_grp, group_sum
      from ints MATCH_RECOGNIZE(
        order by i
        measures
            first(i) as first_int  -- navigation
          , last(i) as last_int
          , count(*) as ints_in_grp
          , sum(i) as group_sum
        ONE ROW PER MATCH
        pattern (strt one_higher*)
        define one_higher as i = prev(i) + 1
      )
      order by first_int`,
    gives: `
      first_int last_int ints_in_grp group_sum
      1 3 3 6
      6 6 1 6
      8 9 2 17`,
  },
  {
    name: 'two Vs that overlap the next two',
    on: `
      symbol day:TIMESTAMP price
      BEER 2019-04-01 14.9
      BEER 2019-04-02 14.2
      BEER 2019-04-03 14.2
      BEER 2019-04-04 15.7
      BEER 2019-04-05 15.6
      BEER 2019-04-08 14.8
      BEER 2019-04-09 14.8
      BEER 2019-04-10 14
      BEER 2019-04-11 14.4
      BEER 2019-04-12 15.2
      BEER 2019-04-15 15
      BEER 2019-04-16 13.7
      BEER 2019-04-17 14.3
      BEER 2019-04-18 14.3
      BEER 2019-04-19 15.5`,
    rule: `select *
      from ticker
      match_recognize (
        partition by symbol
        order by day
        measures
            match_number() as match
          , first(day)     as first_day
          , last(day)      as last_day
          , count(*)       as days
          , classifier()   as cls
        one row per match
        after match skip to first up
        pattern (
          strt down+ up+ down+ up+
        )
        define
            down as price < prev(price)
              or (price = prev(price) and price = last(down.price, 1))
          , up as price > prev(price)
              or (price = prev(price) and price = last(up.price, 1))
      )
      order by symbol, first_day`,
    gives: `
      symbol match first_day last_day days cls
      BEER 1 2019-04-01 2019-04-12 10 up
      BEER 2 2019-04-04 2019-04-19 12 up`,
  },
]);
