-- A single event can be reason enough: a cash withdrawal over 5,000, or over 1,000 between midnight and five (UTC).
-- A plain SELECT is a rule too: no pattern, one alert for each event that its WHERE takes.
CREATE STREAM withdrawals (
  account VARCHAR NOT NULL, machine VARCHAR, amount DECIMAL(10, 2), at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'account');

CREATE RULE large_withdrawal WITH (severity = 'low') AS
SELECT account, amount, at, CASE WHEN amount > 5000 THEN 'amount' ELSE 'hour' END AS reason
FROM withdrawals
WHERE amount > 5000 OR (amount > 1000 AND EXTRACT(HOUR FROM at) < 5);
