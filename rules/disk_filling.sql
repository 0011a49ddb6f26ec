-- One rule, three degrees of one trouble: a disk is full, or nearly full three times in a row, or fills by leaps.
-- Alternation prefers its left branch, CLASSIFIER() says which it was; once for a host and degree within the hour.
CREATE STREAM disk_usage (
  host VARCHAR NOT NULL, percent DOUBLE, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '10' SECOND
) WITH (key = 'host');

CREATE RULE disk_filling WITH (severity = 'high', suppress_by = 'host, degree', suppress_for = '1 HOUR') AS
SELECT host, percent, at, CASE CLASSIFIER() WHEN 'full' THEN 'critical' WHEN 'nearly' THEN 'high' ELSE 'medium' END AS degree
FROM disk_usage MATCH_RECOGNIZE (
  PARTITION BY host
  PATTERN (full | nearly{3} | leap{3}) WITHIN INTERVAL '20' MINUTE EMIT EARLIEST
  DEFINE
    full   AS percent >= 98,
    nearly AS percent >= 90,
    leap   AS percent >= PREV(percent) + 5
);
