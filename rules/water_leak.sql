-- A house draws three times the water of its last four hours, two hours in a row: a pipe has burst, or a tap was left open.
-- AVG(usual.litres) is the mean of the four readings before: the window slides, as each row is tried as the start.
CREATE STREAM water_meters (
  meter VARCHAR NOT NULL, litres DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '1' MINUTE
) WITH (key = 'meter');

CREATE RULE water_leak WITH (severity = 'high') AS
SELECT meter, AVG(usual.litres) AS mean_before, AVG(jump.litres) AS mean_now, FIRST(jump.at) AS since
FROM water_meters MATCH_RECOGNIZE (
  PARTITION BY meter
  PATTERN (usual{4} jump{2}) WITHIN INTERVAL '6' HOUR
  DEFINE jump AS litres > 20 AND litres > 3 * AVG(usual.litres)
);
