-- Cash paid in by slices just under the limit of 10,000 that would have to be reported: three or more slices and over
-- 25,000 within a day. Exact money (DECIMAL); other deposits may lie between; the alert names the slice that tipped it.
CREATE STREAM cash_deposits (
  account VARCHAR NOT NULL, branch VARCHAR, amount DECIMAL(12, 2), at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '1' MINUTE
) WITH (key = 'account');

CREATE RULE structuring WITH (severity = 'medium') AS
SELECT account, COUNT(*) AS slices, SUM(amount) AS total, tipping.branch, tipping.at - FIRST(at) AS spread
FROM cash_deposits MATCH_RECOGNIZE (
  PARTITION BY account
  PATTERN ((slice ->){2,}? tipping) WITHIN INTERVAL '1' DAY
  DEFINE
    slice   AS amount >= 8000 AND amount < 10000,
    tipping AS amount >= 8000 AND amount < 10000 AND SUM(amount) > 25000
);
