-- A password reset or a login from a device never seen, and within the hour money goes to a payee never paid before.
-- Alternation and a gap; the alert says which of the two opened the door, and comes once for the episode.
CREATE STREAM account_events (
  account VARCHAR NOT NULL, kind VARCHAR, known_device BOOLEAN, known_payee BOOLEAN, amount DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'account');

CREATE RULE account_takeover WITH (severity = 'critical') AS
SELECT account, opened_by, amount, after_opening
FROM account_events MATCH_RECOGNIZE (
  PARTITION BY account
  MEASURES
    FIRST(CLASSIFIER()) AS opened_by,
    transfer.amount AS amount,
    transfer.at - FIRST(at) AS after_opening
  PATTERN ((password_reset | new_device) -> transfer) WITHIN INTERVAL '1' HOUR
  DEFINE
    password_reset AS kind = 'password_reset',
    new_device     AS kind = 'login' AND NOT known_device,
    transfer       AS kind = 'transfer' AND NOT known_payee AND amount >= 1000
);
