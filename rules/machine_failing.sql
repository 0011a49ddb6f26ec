-- Vibration, heat and current: each alarm alone is noise, all three from one machine within ten minutes are a breakdown.
-- PERMUTE takes them in any order without naming the six; the last of the three says when to stop the machine.
CREATE STREAM machine_alarms (
  machine VARCHAR NOT NULL, alarm VARCHAR, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND
) WITH (key = 'machine');

CREATE RULE machine_failing WITH (severity = 'high') AS
SELECT machine, FIRST(alarm) AS began_with, LAST(at) - FIRST(at) AS took
FROM machine_alarms MATCH_RECOGNIZE (
  PARTITION BY machine
  PATTERN (PERMUTE(vibration, heat, current)) WITHIN INTERVAL '10' MINUTE
  DEFINE
    vibration AS alarm = 'vibration',
    heat      AS alarm = 'heat',
    current   AS alarm = 'current'
);
