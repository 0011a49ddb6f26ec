-- A bearing that fails gets hotter from reading to reading: four or more steps of at least two degrees in a row.
-- The greedy rise{4,} takes the whole climb, so it is one alert with its height, not one for each reading.
CREATE STREAM bearing_temperature (
  machine VARCHAR NOT NULL, celsius DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND
) WITH (key = 'machine');

CREATE RULE bearing_overheating WITH (severity = 'high') AS
SELECT machine, PREV(FIRST(rise.celsius)) AS from_celsius, LAST(rise.celsius) AS to_celsius, COUNT(*) AS steps
FROM bearing_temperature MATCH_RECOGNIZE (
  PARTITION BY machine
  PATTERN (rise{4,}) WITHIN INTERVAL '30' MINUTE
  DEFINE rise AS celsius >= PREV(celsius) + 2
);
