-- 0002_linkage.sql: who is the same person. Matches and persons are derived and local; decisions are people's and travel.
CREATE TABLE matches (
	left_id     TEXT NOT NULL,                     -- sorts before right_id
	right_id    TEXT NOT NULL,
	status      TEXT NOT NULL,                     -- match or review
	weight      REAL NOT NULL,                     -- log2 odds
	probability REAL NOT NULL,
	explanation TEXT NOT NULL,
	steps       TEXT NOT NULL,                     -- the waterfall, JSON
	PRIMARY KEY (left_id, right_id)
) STRICT;
CREATE INDEX matches_right ON matches (right_id);
CREATE INDEX matches_status ON matches (status);

CREATE TABLE persons (
	resident_id TEXT PRIMARY KEY,
	person_id   TEXT NOT NULL
) STRICT;
CREATE INDEX persons_person ON persons (person_id);

CREATE TABLE decisions (
	id         TEXT PRIMARY KEY,
	left_id    TEXT NOT NULL,
	right_id   TEXT NOT NULL,
	decision   TEXT NOT NULL,                      -- same, different or undo
	supersedes TEXT NOT NULL,                      -- the decision that this one replaces; empty if none
	decided_by TEXT NOT NULL,
	decided_at TEXT NOT NULL,
	why        TEXT NOT NULL,
	origin     TEXT NOT NULL
) STRICT;
CREATE INDEX decisions_pair ON decisions (left_id, right_id);
