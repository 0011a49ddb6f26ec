-- A logon at a desk in the headquarters by somebody whose badge opened no door in the four hours before.
-- Two undeclared streams and an absence before the event: NOT badge -> logon; the input is read to its end and sorted.
SELECT logon.employee, logon.desk, logon.at
FROM badges, logons MATCH_RECOGNIZE (
  PARTITION BY employee
  ORDER BY at
  PATTERN (NOT badge -> logon) WITHIN INTERVAL '4' HOUR
  DEFINE
    badge AS badges,
    logon AS logons WHERE site = 'hq'
);
