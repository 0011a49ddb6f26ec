-- Five or more failed SSH logins from one address with nothing between them, and then one that works: it was guessed.
-- ALL ROWS PER MATCH lists the attempts as evidence, each with its part in the pattern and the count so far.
CREATE STREAM ssh_logins (
  source_ip VARCHAR NOT NULL, host VARCHAR, account VARCHAR, outcome VARCHAR, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '3' SECOND
) WITH (key = 'source_ip');

CREATE RULE ssh_brute_force WITH (severity = 'critical') AS
SELECT source_ip, at, account, CLASSIFIER() AS step, COUNT(failure.*) AS failures
FROM ssh_logins MATCH_RECOGNIZE (
  PARTITION BY source_ip
  ALL ROWS PER MATCH
  PATTERN (failure{5,} success) WITHIN INTERVAL '10' MINUTE
  DEFINE
    failure AS outcome = 'failure',
    success AS outcome = 'success'
);
