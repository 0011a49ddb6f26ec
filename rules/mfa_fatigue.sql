-- Somebody has the password and sends push after push until the tired user approves one: three or more denied, then one
-- approved, within fifteen minutes. The gap inside the repeated group lets other events (the push going out) lie between.
CREATE STREAM mfa_pushes (
  account VARCHAR NOT NULL, kind VARCHAR, address VARCHAR, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND
) WITH (key = 'account');

CREATE RULE mfa_fatigue WITH (severity = 'critical') AS
SELECT account, COUNT(denied.*) AS denials, approved.address, approved.at
FROM mfa_pushes MATCH_RECOGNIZE (
  PARTITION BY account
  PATTERN ((denied ->){3,} approved) WITHIN INTERVAL '15' MINUTE
  DEFINE
    denied   AS kind = 'denied',
    approved AS kind = 'approved'
);
