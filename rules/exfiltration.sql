-- More than a gigabyte leaves one host for addresses outside the house within an hour, in however many pieces.
-- A sum over the pieces decides; traffic inside (10.0.0.0/8) falls into the gaps; reluctant, so the alert does not wait.
CREATE STREAM flows (
  host VARCHAR NOT NULL, destination VARCHAR, bytes BIGINT, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '10' SECOND
) WITH (key = 'host');

CREATE RULE exfiltration WITH (severity = 'high') AS
SELECT host, COUNT(*) AS pieces, SUM(bytes) AS bytes, COUNT(DISTINCT destination) AS destinations, tipping.at
FROM flows MATCH_RECOGNIZE (
  PARTITION BY host
  PATTERN ((piece ->)*? tipping) WITHIN INTERVAL '1' HOUR
  DEFINE
    piece   AS NOT CIDR_CONTAINS('10.0.0.0/8', destination),
    tipping AS NOT CIDR_CONTAINS('10.0.0.0/8', destination) AND SUM(bytes) > 1000000000
);
