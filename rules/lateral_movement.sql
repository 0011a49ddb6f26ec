-- A workstation scans a server, logs on to it and copies from it, all within half an hour: somebody moves through the net.
-- Scans of other servers would hold the alert back in ISO order (they might still complete); EMIT EARLIEST does not wait.
CREATE STREAM host_activity (
  host VARCHAR NOT NULL, kind VARCHAR, target VARCHAR, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '5' SECOND
) WITH (key = 'host');

CREATE RULE lateral_movement WITH (severity = 'critical') AS
SELECT host, scan.target, scan.at AS scanned, copy.at AS copied
FROM host_activity MATCH_RECOGNIZE (
  PARTITION BY host
  PATTERN (scan -> logon -> copy) WITHIN INTERVAL '30' MINUTE EMIT EARLIEST
  DEFINE
    scan  AS kind = 'scan',
    logon AS kind = 'logon' AND target = scan.target,
    copy  AS kind = 'copy' AND target = scan.target
);
