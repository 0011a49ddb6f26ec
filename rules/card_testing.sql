-- Stolen card numbers are tried out with tiny payments before they are emptied: three or more payments under 2 and then,
-- within ten minutes of the first, one over 500. One alert, at the large payment; what is bought between does not matter.
CREATE STREAM payments (
  card VARCHAR NOT NULL, merchant VARCHAR, amount DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'card');

CREATE RULE card_testing WITH (severity = 'high') AS
SELECT cashout.card, COUNT(probe.*) AS probes, FIRST(probe.at) AS first_probe, cashout.merchant, cashout.amount
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (probe{3,} -> cashout) WITHIN INTERVAL '10' MINUTE
  DEFINE
    probe   AS amount < 2,
    cashout AS amount > 500
);
