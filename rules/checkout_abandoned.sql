-- A basket is filled and not paid for within half an hour: the shop writes to the customer, and knows how far they came.
-- WITH TIMED OUT MATCHES gives what was begun and not ended too; WHERE keeps that alone, CLASSIFIER() is the last step.
CREATE STREAM checkout_steps (
  customer VARCHAR NOT NULL, step VARCHAR, total DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND
) WITH (key = 'customer');

CREATE RULE checkout_abandoned WITH (severity = 'info') AS
SELECT customer, total, last_step, last_seen
FROM checkout_steps MATCH_RECOGNIZE (
  PARTITION BY customer
  MEASURES
    basket.total AS total,
    CLASSIFIER() AS last_step,
    LAST(at) AS last_seen,
    MATCH_STATUS() AS status
  ONE ROW PER MATCH WITH TIMED OUT MATCHES
  PATTERN (basket -> address -> payment) WITHIN INTERVAL '30' MINUTE
  DEFINE
    basket  AS step = 'basket',
    address AS step = 'address',
    payment AS step = 'payment'
)
WHERE status = 'TIMED OUT';
