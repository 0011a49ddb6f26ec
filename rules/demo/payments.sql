-- Card payments: simulated, from a fixed seed.
CREATE STREAM payments (
  id       VARCHAR NOT NULL,
  card     VARCHAR NOT NULL,
  amount   DOUBLE NOT NULL,
  merchant VARCHAR NOT NULL,
  channel  VARCHAR NOT NULL,
  city     VARCHAR,
  lat      DOUBLE,
  lon      DOUBLE,
  at       TIMESTAMP NOT NULL,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'card', id = 'id');

-- A thief tries a stolen card with small sums, then cashes out.
CREATE RULE card_testing
  WITH (severity = 'high', notify = 'demo')
AS
SELECT cashout.card, COUNT(probe.*) AS probes, cashout.amount, cashout.merchant
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (probe{3,} -> cashout) WITHIN INTERVAL '10' MINUTE EMIT EARLIEST
  DEFINE
    probe   AS amount < 2,
    cashout AS amount > 500
);

-- The chip of one card in two places that no flight connects in the time between. Online payments prove no place.
CREATE RULE impossible_travel
  WITH (severity = 'critical', notify = 'demo')
AS
SELECT there.card, here.city AS from_city, there.city AS to_city,
       ROUND(GEO_DISTANCE(here.lat, here.lon, there.lat, there.lon) / 1000) AS km,
       there.at - here.at AS took
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (here -> there) WITHIN INTERVAL '1' HOUR EMIT EARLIEST
  DEFINE
    here  AS channel = 'chip',
    there AS channel = 'chip' AND GEO_DISTANCE(here.lat, here.lon, lat, lon) > 1500000
);

-- Six payments in two minutes, each at another merchant.
CREATE RULE merchant_burst
  WITH (severity = 'medium', notify = 'demo')
AS
SELECT LAST(p.card) AS card, COUNT(DISTINCT p.merchant) AS merchants, ROUND(SUM(p.amount), 2) AS total
FROM payments MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (p{6}) WITHIN INTERVAL '2' MINUTE
  DEFINE p AS COUNT(DISTINCT p.merchant) = COUNT(p.*)
);
