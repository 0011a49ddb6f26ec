-- After hours (20:00 to 06:00 UTC) a door is opened and not closed again within two minutes: somebody must look.
-- An absence with a condition on the hour; by day the same door may stand open.
CREATE STREAM doors (
  door VARCHAR NOT NULL, state VARCHAR, badge VARCHAR, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '1' SECOND
) WITH (key = 'door');

CREATE RULE door_left_open WITH (severity = 'medium') AS
SELECT opened.door, opened.badge, opened.at AS opened_at
FROM doors MATCH_RECOGNIZE (
  PARTITION BY door
  PATTERN (opened -> NOT closed) WITHIN INTERVAL '2' MINUTE
  DEFINE
    opened AS state = 'open' AND EXTRACT(HOUR FROM at) NOT BETWEEN 6 AND 19,
    closed AS state = 'closed'
);
