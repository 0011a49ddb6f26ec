-- A sensor that reports every few minutes has said nothing for more than five: battery, network or theft.
-- One alert a silence, when the five minutes are over; a sensor that signs off (retired) is silent by right.
CREATE STREAM heartbeats (
  sensor VARCHAR NOT NULL, kind VARCHAR, battery BIGINT, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '10' SECOND
) WITH (key = 'sensor');

CREATE RULE sensor_silent WITH (severity = 'medium') AS
SELECT seen.sensor, seen.at AS last_seen, seen.battery
FROM heartbeats MATCH_RECOGNIZE (
  PARTITION BY sensor
  PATTERN (seen -> NOT (again | retired)) WITHIN INTERVAL '5' MINUTE
  DEFINE
    seen    AS kind = 'reading',
    again   AS kind = 'reading',
    retired AS kind = 'retired'
);
