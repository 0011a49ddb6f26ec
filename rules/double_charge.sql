-- The same card, the same shop, the same amount, twice within five minutes: the till was not sure and charged again.
-- The second is compared with the first, whatever lies between; EMIT EARLIEST does not wait for the twins of other charges.
CREATE STREAM charges (
  card VARCHAR NOT NULL, shop VARCHAR, amount DECIMAL(10, 2), at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'card');

CREATE RULE double_charge WITH (severity = 'low') AS
SELECT card, again.shop, again.amount, again.at - charge.at AS apart
FROM charges MATCH_RECOGNIZE (
  PARTITION BY card
  PATTERN (charge -> again) WITHIN INTERVAL '5' MINUTE EMIT EARLIEST
  DEFINE again AS shop = charge.shop AND amount = charge.amount
);
