-- An order is placed and not paid within fifteen minutes: the basket is given back and the customer asked.
-- Two streams, and an absence: the alert comes by itself when the fifteen minutes are over, no event has to come.
CREATE STREAM orders (
  order_id VARCHAR NOT NULL, customer VARCHAR, total DOUBLE, placed_at TIMESTAMP,
  WATERMARK FOR placed_at AS placed_at - INTERVAL '5' SECOND
) WITH (key = 'order_id');

CREATE STREAM settlements (
  order_id VARCHAR NOT NULL, method VARCHAR, paid_at TIMESTAMP,
  WATERMARK FOR paid_at AS paid_at - INTERVAL '5' SECOND
) WITH (key = 'order_id');

CREATE RULE unpaid_order WITH (severity = 'low') AS
SELECT placed.order_id, placed.customer, placed.total, placed.placed_at
FROM orders, settlements MATCH_RECOGNIZE (
  PARTITION BY order_id
  PATTERN (placed -> NOT paid) WITHIN INTERVAL '15' MINUTE
  DEFINE
    placed AS orders,
    paid   AS settlements
);
