-- A week of USGS earthquakes. The event time is when the ground moved; reports come in up to ten minutes later.
CREATE STREAM quakes (
  id    VARCHAR NOT NULL,
  type  VARCHAR NOT NULL,
  mag   DOUBLE,
  place VARCHAR,
  lat   DOUBLE,
  lon   DOUBLE,
  depth DOUBLE,
  at    TIMESTAMP NOT NULL,
  WATERMARK FOR at AS at - INTERVAL '10' MINUTE
) WITH (id = 'id');

-- A strong earthquake with two more close to it within a day: a sequence that a seismologist would look at. Blasts are not
-- earthquakes. Each strong shock is told of once, as soon as its second follower is known.
CREATE RULE aftershocks
  WITH (severity = 'high', notify = 'demo')
AS
SELECT main.id AS main_id, main.place, main.mag, main.at,
       second.id AS second_id, third.id AS third_id,
       ROUND(GEO_DISTANCE(main.lat, main.lon, second.lat, second.lon) / 1000) AS second_km,
       ROUND(GEO_DISTANCE(main.lat, main.lon, third.lat, third.lon) / 1000) AS third_km
FROM quakes MATCH_RECOGNIZE (
  AFTER MATCH SKIP TO NEXT ROW
  PATTERN (main -> second -> third) WITHIN INTERVAL '24' HOUR EMIT EARLIEST
  DEFINE
    main   AS type = 'earthquake' AND mag >= 4.5,
    second AS type = 'earthquake' AND GEO_DISTANCE(main.lat, main.lon, lat, lon) <= 100000,
    third  AS type = 'earthquake' AND GEO_DISTANCE(main.lat, main.lon, lat, lon) <= 100000
);
