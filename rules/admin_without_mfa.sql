-- In one session: a login, then a change only admins may make, and no second factor anywhere between the two.
-- -> NOT mfa -> is a gap that must not hold the event; without it each row in between would have to be named.
CREATE STREAM session_events (
  session VARCHAR NOT NULL, account VARCHAR, kind VARCHAR, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND
) WITH (key = 'session');

CREATE RULE admin_without_mfa WITH (severity = 'high') AS
SELECT session, login.account, change.kind AS first_change, change.at - login.at AS after_login
FROM session_events MATCH_RECOGNIZE (
  PARTITION BY session
  PATTERN (login -> NOT mfa -> change) WITHIN INTERVAL '8' HOUR
  DEFINE
    login  AS kind = 'login',
    mfa    AS kind = 'mfa_passed',
    change AS kind IN ('role_granted', 'key_created', 'policy_changed')
);
