import { published } from '../published.js';
import { HISTORY } from './history.js';

/** Published as `price > avg(price) over (...)`, a window over the partition: the averages are 53.3 and 50. */
const OVERAVG = `OVERAVG as price > CASE company WHEN 'ABCD' THEN 53.3 ELSE 50 END`;

published('Snowflake documentation, MATCH_RECOGNIZE', [
  {
    name: 'one row for each V',
    on: HISTORY,
    rule: `SELECT * FROM stock_price_history
      MATCH_RECOGNIZE(
        PARTITION BY company
        ORDER BY price_date
        MEASURES
          MATCH_NUMBER() AS match_number,
          FIRST(price_date) AS start_date,
          LAST(price_date) AS end_date,
          COUNT(*) AS rows_in_sequence,
          COUNT(row_with_price_decrease.*) AS num_decreases,
          COUNT(row_with_price_increase.*) AS num_increases
        ONE ROW PER MATCH
        AFTER MATCH SKIP TO LAST row_with_price_increase
        PATTERN(row_before_decrease row_with_price_decrease+ row_with_price_increase+)
        DEFINE
          row_with_price_decrease AS price < PREV(price),
          row_with_price_increase AS price > PREV(price)
      )
      ORDER BY company, match_number`,
    gives: `
      company match_number start_date end_date rows_in_sequence num_decreases num_increases
      ABCD 1 2020-10-01 2020-10-04 4 1 2
      ABCD 2 2020-10-04 2020-10-08 5 1 3
      XYZ 1 2020-10-01 2020-10-05 5 1 3
      XYZ 2 2020-10-05 2020-10-08 4 2 1
      XYZ 3 2020-10-08 2020-10-10 3 1 1`,
  },
  {
    name: 'all rows of a rise (published over a subquery of one company, with a sequence number)',
    on: HISTORY,
    rule: `select price_date, match_number, msq, price, cl from stock_price_history match_recognize(
        partition by company
        order by price_date
        measures match_number() as "MATCH_NUMBER", count(*) as msq, classifier() as cl
        all rows per match
        pattern(ANY_ROW UP+)
        define ANY_ROW AS TRUE, UP as price > prev(price)
      )
      where company = 'ABCD'
      order by match_number, msq`,
    gives: `
      price_date MATCH_NUMBER msq price cl
      2020-10-02 1 1 36 ANY_ROW
      2020-10-03 1 2 39 UP
      2020-10-04 1 3 42 UP
      2020-10-05 2 1 30 ANY_ROW
      2020-10-06 2 2 47 UP
      2020-10-07 2 3 71 UP
      2020-10-08 2 4 80 UP`,
  },
  {
    name: 'empty matches are omitted and keep their numbers',
    on: HISTORY,
    rule: `select * from stock_price_history match_recognize(
        partition by company
        order by price_date
        measures match_number() as "MATCH_NUMBER"
        all rows per match omit empty matches
        pattern(OVERAVG*)
        define ${OVERAVG}
      )
      order by company, price_date`,
    gives: `
      company price_date MATCH_NUMBER price
      ABCD 2020-10-07 7 71
      ABCD 2020-10-08 7 80
      ABCD 2020-10-09 7 75
      ABCD 2020-10-10 7 63
      XYZ 2020-10-01 1 89
      XYZ 2020-10-04 4 63
      XYZ 2020-10-05 4 65
      XYZ 2020-10-06 4 56
      XYZ 2020-10-08 6 54`,
  },
  {
    name: 'unmatched rows',
    on: HISTORY,
    rule: `select * from stock_price_history match_recognize(
        partition by company
        order by price_date
        measures match_number() as "MATCH_NUMBER", classifier() as cl
        all rows per match with unmatched rows
        pattern(OVERAVG+)
        define ${OVERAVG}
      )
      order by company, price_date`,
    gives: `
      company price_date MATCH_NUMBER cl price
      ABCD 2020-10-01 null null 50
      ABCD 2020-10-02 null null 36
      ABCD 2020-10-03 null null 39
      ABCD 2020-10-04 null null 42
      ABCD 2020-10-05 null null 30
      ABCD 2020-10-06 null null 47
      ABCD 2020-10-07 1 OVERAVG 71
      ABCD 2020-10-08 1 OVERAVG 80
      ABCD 2020-10-09 1 OVERAVG 75
      ABCD 2020-10-10 1 OVERAVG 63
      XYZ 2020-10-01 1 OVERAVG 89
      XYZ 2020-10-02 null null 24
      XYZ 2020-10-03 null null 37
      XYZ 2020-10-04 2 OVERAVG 63
      XYZ 2020-10-05 2 OVERAVG 65
      XYZ 2020-10-06 2 OVERAVG 56
      XYZ 2020-10-07 null null 50
      XYZ 2020-10-08 3 OVERAVG 54
      XYZ 2020-10-09 null null 30
      XYZ 2020-10-10 null null 32`,
  },
  {
    name: 'a variable twice in a pattern, FINAL FIRST and FINAL LAST',
    on: HISTORY,
    rule: `SELECT company, price_date, price, "FINAL FIRST(LT45.price)", "FINAL LAST(LT45.price)"
      FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          MEASURES
            FINAL FIRST(LT45.price) AS "FINAL FIRST(LT45.price)",
            FINAL LAST(LT45.price) AS "FINAL LAST(LT45.price)"
          ALL ROWS PER MATCH
          AFTER MATCH SKIP PAST LAST ROW
          PATTERN (LT45 LT45)
          DEFINE LT45 AS price < 45.00
        )
      WHERE company = 'ABCD'
      ORDER BY price_date`,
    gives: `
      company price_date price "FINAL FIRST(LT45.price)" "FINAL LAST(LT45.price)"
      ABCD 2020-10-02 36 36 39
      ABCD 2020-10-03 39 36 39
      ABCD 2020-10-04 42 42 30
      ABCD 2020-10-05 30 42 30`,
  },
]);
