import { type Case, published } from '../published.js';

published('Trino documentation, MATCH_RECOGNIZE', [
  {
    // Published without rows.
    name: 'orders that fall, then rise past the first',
    on: `
      custkey orderdate:TIMESTAMP totalprice
      1 2020-05-11 100
      1 2020-05-12 200
      2 2020-05-13 8
      2 2020-05-14 4
      1 2020-05-15 100
      2 2020-05-16 5
      1 2020-05-17 50
      1 2020-05-18 100
      2 2020-05-19 10
      1 2020-05-20 200
      1 2020-05-21 250`,
    rule: `SELECT * FROM orders MATCH_RECOGNIZE(
      PARTITION BY custkey
      ORDER BY orderdate
      MEASURES
        A.totalprice AS starting_price,
        LAST(B.totalprice) AS bottom_price,
        LAST(U.totalprice) AS top_price
      ONE ROW PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (A B+ C+ D+)
      SUBSET U = (C, D)
      DEFINE
        B AS totalprice < PREV(totalprice),
        C AS totalprice > PREV(totalprice) AND totalprice <= A.totalprice,
        D AS totalprice > PREV(totalprice)
    )`,
    gives: `
      custkey starting_price bottom_price top_price
      1 200 50 250
      2 8 4 10`,
    anyOrder: true,
    eventTime: 'orderdate',
  },
  {
    name: 'its first and last rows',
    on: `
      custkey orderdate:TIMESTAMP totalprice
      2 2020-05-13 8
      2 2020-05-14 4
      2 2020-05-16 5
      2 2020-05-19 10`,
    rule: `SELECT orderdate, totalprice FROM orders MATCH_RECOGNIZE(
      PARTITION BY custkey
      ORDER BY orderdate
      ALL ROWS PER MATCH
      AFTER MATCH SKIP PAST LAST ROW
      PATTERN (A {- B+ C+ -} D+)
      DEFINE
        B AS totalprice < PREV(totalprice),
        C AS totalprice > PREV(totalprice) AND totalprice <= A.totalprice,
        D AS totalprice > PREV(totalprice)
    )`,
    gives: `
      orderdate totalprice
      2020-05-13 8
      2020-05-19 10`,
    eventTime: 'orderdate',
  },
]);

/** A measure over a match of two rows, A then B. */
function measure(expression: string, result: { gives: string } | { refused: string }): Case {
  return {
    name: expression,
    on: `
      orderdate totalprice
      1 7
      2 8`,
    rule: `SELECT m FROM orders MATCH_RECOGNIZE(
      ORDER BY orderdate
      MEASURES ${expression} AS m
      PATTERN (A B)
      SUBSET U = (A, B))`,
    ...result,
  };
}

const value = (expression: string, text: string): Case => measure(expression, { gives: `m\n${text}` });
const refusal = (expression: string, code: string): Case => measure(expression, { refused: code });

published('Trino documentation, MATCH_RECOGNIZE, expressions', [
  value("LAST('pattern_variable_' || CLASSIFIER())", 'pattern_variable_B'),
  value('NEXT(A.totalprice + 10)', '18'),
  value("LAST(CLASSIFIER() = 'A' OR totalprice > 10)", 'false'),
  value("LAST(CLASSIFIER(U) = 'A' OR U.totalprice > 10)", 'false'),
  value('count(1)', '2'),
  value('count(*)', '2'),
  value('count(A.*)', '1'),
  value('count(U.*)', '2'),
  value('avg(U.totalprice)', '7.5'),
  value('array_agg(CLASSIFIER())', '["A","B"]'),
  value('RUNNING avg(A.totalprice)', '7'),
  refusal('LAST(1)', 'navigation_without_column'),
  refusal('LAST(A.totalprice + B.totalprice)', 'mixed_variables'),
  refusal('AVG(A.totalprice + B.totalprice)', 'mixed_variables'),
  refusal('SUM(LAST(A.totalprice))', 'nested_navigation'),
  refusal('LAST(SUM(A.totalprice))', 'nested_navigation'),
]);

published('Trino documentation, MATCH_RECOGNIZE, empty matches', [
  {
    name: 'PATTERN (()) gives an empty match for each row',
    on: 'id v\n1 a\n2 b',
    rule: `SELECT * FROM t MATCH_RECOGNIZE (
      ORDER BY id
      MEASURES
        v AS value, LAST(v) AS last, PREV(v) AS prev, NEXT(FIRST(v)) AS next, CLASSIFIER() AS label,
        MATCH_NUMBER() AS number, COUNT(*) AS c, SUM(id) AS s
      ALL ROWS PER MATCH
      PATTERN (()))`,
    gives: `
      id value last prev next label number c s v
      1 null null null null null 1 0 null a
      2 null null null null null 2 0 null b`,
  },
]);
