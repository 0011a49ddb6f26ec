-- A build goes live and, since it was built, nobody has approved it nor overridden the approval: the process was gone round.
-- -> NOT (approved | overridden) -> is a gap that holds neither; an approval before the build, or after the fact, is none.
CREATE STREAM pipeline_events (
  service VARCHAR NOT NULL, revision VARCHAR NOT NULL, kind VARCHAR, actor VARCHAR, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND
) WITH (key = 'service, revision');

CREATE RULE unapproved_deploy WITH (severity = 'medium') AS
SELECT service, revision, deployed.actor, deployed.at - built.at AS after_build
FROM pipeline_events MATCH_RECOGNIZE (
  PARTITION BY service, revision
  PATTERN (built -> NOT (approved | overridden) -> deployed) WITHIN INTERVAL '1' DAY
  DEFINE
    built      AS kind = 'built',
    approved   AS kind = 'approved',
    overridden AS kind = 'overridden',
    deployed   AS kind = 'deployed'
);
