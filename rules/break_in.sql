-- On a site that is armed a door opens, and within three minutes something moves and glass breaks: each alone is the wind.
-- Three streams, and PERMUTE for what may come in any order; its gaps (->) let further alarms of one kind lie between.
CREATE STREAM door_contacts (
  site VARCHAR NOT NULL, door VARCHAR, armed BOOLEAN, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'site');

CREATE STREAM motion_detectors (
  site VARCHAR NOT NULL, zone VARCHAR, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'site');

CREATE STREAM glass_detectors (
  site VARCHAR NOT NULL, pane VARCHAR, at TIMESTAMP,
  WATERMARK FOR at AS at - INTERVAL '2' SECOND
) WITH (key = 'site');

CREATE RULE break_in WITH (severity = 'critical') AS
SELECT site, opened.door, moved.zone, broke.pane, LAST(at) - opened.at AS after_opening
FROM door_contacts, motion_detectors, glass_detectors MATCH_RECOGNIZE (
  PARTITION BY site
  PATTERN (opened PERMUTE(-> moved, -> broke)) WITHIN INTERVAL '3' MINUTE EMIT EARLIEST
  DEFINE
    opened AS door_contacts WHERE armed,
    moved  AS motion_detectors,
    broke  AS glass_detectors
);
