-- One card is used at a till in two places that nobody travels between in the time: over 500 km within an hour.
-- SKIP TO LAST keeps the second place as the start of the next pair, so a card that hops on is reported at each hop.
CREATE STREAM card_present (
  card VARCHAR NOT NULL, city VARCHAR, lat DOUBLE, lon DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND
) WITH (key = 'card');

CREATE RULE impossible_travel WITH (severity = 'critical') AS
SELECT card, from_city, to_city, about_km, apart
FROM card_present MATCH_RECOGNIZE (
  PARTITION BY card
  MEASURES
    here.city AS from_city,
    there.city AS to_city,
    ROUND(GEO_DISTANCE(here.lat, here.lon, there.lat, there.lon) / 100000) * 100 AS about_km,
    there.at - here.at AS apart
  AFTER MATCH SKIP TO LAST there
  PATTERN (here there) WITHIN INTERVAL '1' HOUR
  DEFINE there AS GEO_DISTANCE(here.lat, here.lon, lat, lon) > 500000
);
