-- A card that pays at four different merchants within five minutes is being passed round a botnet of shops.
-- The reluctant buy+? ends the match at the payment that brings the fourth merchant: one alert, as early as can be.
CREATE STREAM payments (
  card VARCHAR NOT NULL, merchant VARCHAR, amount DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'card');

CREATE RULE merchant_burst WITH (severity = 'high') AS
SELECT spread.card, COUNT(DISTINCT merchant) AS merchants, COUNT(*) AS payments, SUM(amount) AS total, spread.at
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (buy+? spread) WITHIN INTERVAL '5' MINUTE
  DEFINE spread AS COUNT(DISTINCT merchant) >= 4
);
