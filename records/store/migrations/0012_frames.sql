-- 0012_frames.sql: how many households are expected, as it was told for each survey round, every version of it. It does not travel.
CREATE TABLE frames (
	survey_code  TEXT NOT NULL,
	version      INTEGER NOT NULL,                 -- from 1 in its round; the largest counts
	file         TEXT NOT NULL,
	content_hash TEXT NOT NULL,
	decided_by   TEXT NOT NULL,
	decided_at   TEXT NOT NULL,
	PRIMARY KEY (survey_code, version)
) STRICT;

CREATE TABLE frame_rows (
	survey_code TEXT NOT NULL,
	version     INTEGER NOT NULL,
	ward_code   TEXT NOT NULL,
	block_no    TEXT NOT NULL,                     -- empty: the whole ward
	team_id     TEXT NOT NULL,                     -- empty: nobody is assigned
	expected    INTEGER NOT NULL,
	PRIMARY KEY (survey_code, version, ward_code, block_no, team_id)
) STRICT;
