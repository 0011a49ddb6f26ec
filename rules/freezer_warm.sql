-- A freezer that was cold is too warm at three readings in a row: the door does not close or the compressor is dead.
-- The pattern begins with a cold reading, so each excursion alerts once, at its third warm reading, however long it lasts.
CREATE STREAM cold_chain (
  freezer VARCHAR NOT NULL, celsius DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '10' SECOND
) WITH (key = 'freezer');

CREATE RULE freezer_warm WITH (severity = 'high') AS
SELECT freezer, cold.at AS last_cold, AVG(warm.celsius) AS mean, MAX(warm.celsius) AS warmest
FROM cold_chain MATCH_RECOGNIZE (
  PARTITION BY freezer
  PATTERN (cold warm{3}) WITHIN INTERVAL '1' HOUR
  DEFINE
    cold AS celsius <= -15,
    warm AS celsius > -15
);
