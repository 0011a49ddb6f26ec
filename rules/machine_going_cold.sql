-- A machine that is about to fail cools down and does not get warm for good: twelve of fifteen readings on the hour below 67.
-- A count that forgives: a reading in between may be warm again, which falls into the gap; single cold hours say nothing.
CREATE STREAM machine_temperature (
  timestamp TIMESTAMP NOT NULL, value DOUBLE,
  WATERMARK FOR timestamp AS timestamp - INTERVAL '1' HOUR
);

CREATE RULE machine_going_cold WITH (severity = 'high') AS
SELECT FIRST(timestamp) AS cold_since, LAST(timestamp) AS warned_at, MIN(value) AS lowest
FROM machine_temperature MATCH_RECOGNIZE (
  PATTERN ((cold ->){11} cold) WITHIN INTERVAL '14' HOUR
  DEFINE cold AS value < 67 AND EXTRACT(MINUTE FROM timestamp) = 0
);
