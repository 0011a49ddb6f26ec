import { published } from '../published.js';
import { HISTORY } from './history.js';

published('Snowflake documentation, identifying sequences of rows', [
  {
    name: 'a low price, a fall, a rise',
    on: HISTORY,
    rule: `SELECT company, price_date, price
      FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          ALL ROWS PER MATCH
          PATTERN (LESS_THAN_45 DECREASED_10_PERCENT INCREASED_05_PERCENT)
          DEFINE
            LESS_THAN_45 AS price < 45.00,
            DECREASED_10_PERCENT AS PREV(price) * 0.90 >= price,
            INCREASED_05_PERCENT AS PREV(price) * 1.05 <= price
        )
      ORDER BY company, price_date`,
    gives: `
      company price_date price
      ABCD 2020-10-04 42
      ABCD 2020-10-05 30
      ABCD 2020-10-06 47`,
  },
  {
    name: 'its labels',
    on: HISTORY,
    rule: `SELECT company, price_date, price, "Match #", "Match Sequence #", "Symbol Matched"
      FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          MEASURES
            MATCH_NUMBER() AS "Match #",
            COUNT(*) AS "Match Sequence #",
            CLASSIFIER() AS "Symbol Matched"
          ALL ROWS PER MATCH
          PATTERN (LESS_THAN_45 DECREASED_10_PERCENT INCREASED_05_PERCENT)
          DEFINE
            LESS_THAN_45 AS price < 45.00,
            DECREASED_10_PERCENT AS PREV(price) * 0.90 >= price,
            INCREASED_05_PERCENT AS PREV(price) * 1.05 <= price
        )
      ORDER BY company, "Match #", "Match Sequence #"`,
    gives: `
      company price_date price "Match #" "Match Sequence #" "Symbol Matched"
      ABCD 2020-10-04 42 1 1 LESS_THAN_45
      ABCD 2020-10-05 30 1 2 DECREASED_10_PERCENT
      ABCD 2020-10-06 47 1 3 INCREASED_05_PERCENT`,
  },
  {
    name: 'without the row of the fall',
    on: HISTORY,
    rule: `SELECT company, price_date, price
      FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          ALL ROWS PER MATCH
          PATTERN (LESS_THAN_45 {- DECREASED_10_PERCENT -} INCREASED_05_PERCENT)
          DEFINE
            LESS_THAN_45 AS price < 45.00,
            DECREASED_10_PERCENT AS PREV(price) * 0.90 >= price,
            INCREASED_05_PERCENT AS PREV(price) * 1.05 <= price
        )
      ORDER BY price_date`,
    gives: `
      company price_date price
      ABCD 2020-10-04 42
      ABCD 2020-10-06 47`,
  },
  {
    name: 'the first row of a partition',
    on: HISTORY,
    rule: `SELECT * FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          MEASURES MATCH_NUMBER() AS "Match #"
          ALL ROWS PER MATCH
          PATTERN (^ GT60)
          DEFINE GT60 AS price > 60.00
        )
      ORDER BY "Match #"`,
    gives: `
      company price_date "Match #" price
      XYZ 2020-10-01 1 89`,
  },
  {
    name: 'the last row of a partition',
    on: HISTORY,
    rule: `SELECT * FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          MEASURES MATCH_NUMBER() AS "Match #"
          ALL ROWS PER MATCH
          PATTERN (GT50 $)
          DEFINE GT50 AS price > 50.00
        )
      ORDER BY "Match #"`,
    gives: `
      company price_date "Match #" price
      ABCD 2020-10-10 1 63`,
  },
  {
    name: 'a running count, all rows',
    on: HISTORY,
    rule: `SELECT * FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          MEASURES MATCH_NUMBER() AS "Match #", COUNT(*) AS "Num Rows In Match"
          ALL ROWS PER MATCH
          PATTERN (LESS_THAN_45 UP UP)
          DEFINE LESS_THAN_45 AS price < 45.00, UP AS price > PREV(price)
        )
      WHERE company = 'ABCD'
      ORDER BY "Match #", "Num Rows In Match"`,
    gives: `
      company price_date "Match #" "Num Rows In Match" price
      ABCD 2020-10-02 1 1 36
      ABCD 2020-10-03 1 2 39
      ABCD 2020-10-04 1 3 42
      ABCD 2020-10-05 2 1 30
      ABCD 2020-10-06 2 2 47
      ABCD 2020-10-07 2 3 71`,
  },
  {
    name: 'a count, one row',
    on: HISTORY,
    rule: `SELECT * FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          MEASURES MATCH_NUMBER() AS "Match #", COUNT(*) AS "Num Rows In Match"
          ONE ROW PER MATCH
          PATTERN (LESS_THAN_45 UP UP)
          DEFINE LESS_THAN_45 AS price < 45.00, UP AS price > PREV(price)
        )
      WHERE company = 'ABCD'
      ORDER BY "Match #"`,
    gives: `
      company "Match #" "Num Rows In Match"
      ABCD 1 3
      ABCD 2 3`,
  },
  {
    name: 'a rise, then a fall',
    on: HISTORY,
    rule: `SELECT company, price_date, price
      FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          ALL ROWS PER MATCH
          PATTERN ( LESS_THAN_45 UP UP* DOWN DOWN* )
          DEFINE LESS_THAN_45 AS price < 45.00, UP AS price > PREV(price), DOWN AS price < PREV(price)
        )
      WHERE company = 'XYZ'
      ORDER BY price_date`,
    gives: `
      company price_date price
      XYZ 2020-10-02 24
      XYZ 2020-10-03 37
      XYZ 2020-10-04 63
      XYZ 2020-10-05 65
      XYZ 2020-10-06 56
      XYZ 2020-10-07 50`,
  },
  {
    // The page shows 37 of 2020-10-03 alone, although DOWN is not left out; the row of 2020-10-06 is in the match above.
    name: 'a rise, then a fall, their first rows alone',
    on: HISTORY,
    rule: `SELECT company, price_date, price
      FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          ALL ROWS PER MATCH
          PATTERN ( {- LESS_THAN_45 -} UP {- UP* -} DOWN {- DOWN* -} )
          DEFINE LESS_THAN_45 AS price < 45.00, UP AS price > PREV(price), DOWN AS price < PREV(price)
        )
      WHERE company = 'XYZ'
      ORDER BY price_date`,
    gives: `
      company price_date price
      XYZ 2020-10-03 37
      XYZ 2020-10-06 56`,
  },
  {
    name: 'three rows from each row on',
    on: HISTORY,
    rule: `SELECT company, price_date, "First", "Last", "Match#", "Classifier"
      FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          MEASURES
            FIRST(price_date) AS "First",
            LAST(price_date) AS "Last",
            MATCH_NUMBER() AS "Match#",
            CLASSIFIER() AS "Classifier"
          ALL ROWS PER MATCH
          AFTER MATCH SKIP TO NEXT ROW
          PATTERN (CURRENT_ROW T2 T3)
          DEFINE CURRENT_ROW AS TRUE, T2 AS TRUE, T3 AS TRUE
        )
      WHERE company = 'ABCD' AND "Match#" > 5
      ORDER BY company, "Match#", price_date`,
    gives: `
      company price_date First Last Match# Classifier
      ABCD 2020-10-06 2020-10-06 2020-10-06 6 CURRENT_ROW
      ABCD 2020-10-07 2020-10-06 2020-10-07 6 T2
      ABCD 2020-10-08 2020-10-06 2020-10-08 6 T3
      ABCD 2020-10-07 2020-10-07 2020-10-07 7 CURRENT_ROW
      ABCD 2020-10-08 2020-10-07 2020-10-08 7 T2
      ABCD 2020-10-09 2020-10-07 2020-10-09 7 T3
      ABCD 2020-10-08 2020-10-08 2020-10-08 8 CURRENT_ROW
      ABCD 2020-10-09 2020-10-08 2020-10-09 8 T2
      ABCD 2020-10-10 2020-10-08 2020-10-10 8 T3`,
  },
  {
    name: 'a price from which two rises follow',
    on: HISTORY,
    rule: `SELECT * FROM stock_price_history
        MATCH_RECOGNIZE (
          PARTITION BY company
          ORDER BY price_date
          MEASURES MATCH_NUMBER() AS "Match #"
          ALL ROWS PER MATCH
          PATTERN (MINIMUM_37 UP UP)
          DEFINE MINIMUM_37 AS price >= 37.00, UP AS price > PREV(price)
        )
      ORDER BY company, "Match #", price_date`,
    gives: `
      company price_date "Match #" price
      ABCD 2020-10-06 1 47
      ABCD 2020-10-07 1 71
      ABCD 2020-10-08 1 80
      XYZ 2020-10-03 1 37
      XYZ 2020-10-04 1 63
      XYZ 2020-10-05 1 65`,
  },
  {
    name: 'PERMUTE of quantified variables',
    on: HISTORY,
    rule: `select * from stock_price_history match_recognize(
        partition by company
        order by price_date
        measures
          match_number() as "MATCH_NUMBER",
          first(price_date) as "START",
          last(price_date) as "END",
          count(up.price) as ups,
          count(*) as "PRICE_COUNT",
          last(classifier()) = 'DOWN' as up_spike
        after match skip to next row
        pattern(ANY_ROW PERMUTE(UP{2}, DOWN+))
        define ANY_ROW AS TRUE, UP as price > prev(price), DOWN as price < prev(price)
      )
      order by company, match_number`,
    gives: `
      company MATCH_NUMBER START END ups PRICE_COUNT up_spike
      ABCD 1 2020-10-01 2020-10-04 2 4 false
      ABCD 2 2020-10-02 2020-10-05 2 4 true
      ABCD 3 2020-10-04 2020-10-07 2 4 false
      ABCD 4 2020-10-06 2020-10-10 2 5 true
      XYZ 1 2020-10-01 2020-10-04 2 4 false
      XYZ 2 2020-10-03 2020-10-07 2 5 true`,
  },
  {
    name: 'each W',
    on: HISTORY,
    rule: `select * from stock_price_history match_recognize(
        partition by company
        order by price_date
        measures
          match_number() as "MATCH_NUMBER",
          first(price_date) as "START",
          last(price_date) as "END",
          count(*) as "PRICE_COUNT"
        after match skip to next row
        pattern(ANY_ROW DOWN+ UP+ DOWN+ UP+)
        define ANY_ROW AS TRUE, UP as price > prev(price), DOWN as price < prev(price)
      )
      order by company, match_number`,
    gives: `
      company MATCH_NUMBER START END PRICE_COUNT
      ABCD 1 2020-10-01 2020-10-08 8
      XYZ 1 2020-10-01 2020-10-08 8
      XYZ 2 2020-10-05 2020-10-10 6
      XYZ 3 2020-10-06 2020-10-10 5`,
  },
  {
    name: 'the rises of a W, which count the rows left out',
    on: HISTORY,
    rule: `select * from stock_price_history match_recognize(
        partition by company
        order by price_date
        measures match_number() as "MATCH_NUMBER", classifier() as cl, count(*) as "PRICE_COUNT"
        all rows per match
        pattern(ANY_ROW {- DOWN+ -} UP+ {- DOWN+ -} UP+)
        define ANY_ROW AS TRUE, UP as price > prev(price), DOWN as price < prev(price)
      )
      order by company, price_date`,
    gives: `
      company price_date MATCH_NUMBER cl PRICE_COUNT price
      ABCD 2020-10-01 1 ANY_ROW 1 50
      ABCD 2020-10-03 1 UP 3 39
      ABCD 2020-10-04 1 UP 4 42
      ABCD 2020-10-06 1 UP 6 47
      ABCD 2020-10-07 1 UP 7 71
      ABCD 2020-10-08 1 UP 8 80
      XYZ 2020-10-01 1 ANY_ROW 1 89
      XYZ 2020-10-03 1 UP 3 37
      XYZ 2020-10-04 1 UP 4 63
      XYZ 2020-10-05 1 UP 5 65
      XYZ 2020-10-08 1 UP 8 54`,
  },
  {
    name: 'what is between warnings is left out (published without rows)',
    on: `
      log_message_timestamp log_message
      1 "WARNING: Available memory is less than 10%."
      2 "backup begins"
      3 "WARNING: Available memory is less than 5%."
      4 "FATAL ERROR: out of memory"`,
    rule: `SELECT log_message_timestamp FROM log MATCH_RECOGNIZE (
        ORDER BY log_message_timestamp
        ALL ROWS PER MATCH
        PATTERN ( WARNING1 {- ANY_ROW* -} WARNING2 {- ANY_ROW* -} FATAL_ERROR )
        DEFINE
          ANY_ROW AS TRUE,
          WARNING1 AS SUBSTR(log_message, 1, 42) = 'WARNING: Available memory is less than 10%',
          WARNING2 AS SUBSTR(log_message, 1, 41) = 'WARNING: Available memory is less than 5%',
          FATAL_ERROR AS SUBSTR(log_message, 1, 11) = 'FATAL ERROR'
      )`,
    gives: 'log_message_timestamp\n1\n3\n4',
  },
]);
