-- 0001_registry.sql: the home, who lives where, what is held back, and what is still to travel to the centre.
-- The types are SQLite's; the PostgreSQL dialect translates them (dialect.go). Times are UTC text that sorts.
CREATE TABLE meta (
	key   TEXT PRIMARY KEY,
	value TEXT NOT NULL
) STRICT;

CREATE TABLE households (
	id             TEXT PRIMARY KEY,               -- UUIDv5, survey.HouseholdID
	profile        TEXT NOT NULL,
	survey_code    TEXT NOT NULL,
	ward_code      TEXT NOT NULL,
	team_id        TEXT NOT NULL,
	household_key  TEXT NOT NULL,                  -- the source's own key
	block_no       TEXT NOT NULL,
	house_no       TEXT NOT NULL,
	address_line   TEXT NOT NULL,
	locality       TEXT NOT NULL,
	pin_code       TEXT NOT NULL,
	contact_mobile TEXT NOT NULL,
	consent        TEXT NOT NULL,
	other          TEXT NOT NULL,                  -- every other answer, canonical JSON; empty if none
	origin         TEXT NOT NULL,
	rev            INTEGER NOT NULL,
	source_rev     TEXT NOT NULL,
	content_hash   TEXT NOT NULL,
	base_hash      TEXT NOT NULL
) STRICT;
CREATE INDEX households_key ON households (household_key);

CREATE TABLE residents (
	id                     TEXT PRIMARY KEY,       -- UUIDv5, survey.MemberID
	household_id           TEXT NOT NULL,
	member_key             TEXT NOT NULL,
	line_no                INTEGER NOT NULL,       -- 0: not told
	full_name              TEXT NOT NULL,
	full_name_hi           TEXT NOT NULL,
	father_or_husband_name TEXT NOT NULL,
	relation               TEXT NOT NULL,
	sex                    TEXT NOT NULL,
	birth_year             INTEGER NOT NULL,       -- 0: not told, as month and day
	birth_month            INTEGER NOT NULL,
	birth_day              INTEGER NOT NULL,
	age_years              INTEGER,                -- at visit_date; null if not told
	visit_date             TEXT NOT NULL,
	guardian_line          INTEGER NOT NULL,
	mobile                 TEXT NOT NULL,
	epic_no                TEXT NOT NULL,
	abha_number            TEXT NOT NULL,
	other                  TEXT NOT NULL,
	state                  TEXT NOT NULL,          -- active or withdrawn
	origin                 TEXT NOT NULL,
	rev                    INTEGER NOT NULL,
	source_rev             TEXT NOT NULL,
	content_hash           TEXT NOT NULL,
	base_hash              TEXT NOT NULL
) STRICT;
CREATE INDEX residents_household ON residents (household_id);

CREATE TABLE visits (
	id            TEXT PRIMARY KEY,                -- UUIDv5, records.VisitID
	household_id  TEXT NOT NULL,
	visit_no      INTEGER NOT NULL,
	visit_date    TEXT NOT NULL,
	visit_outcome TEXT NOT NULL,
	enumerator_id TEXT NOT NULL,
	members_total INTEGER,
	other         TEXT NOT NULL,
	origin        TEXT NOT NULL,
	rev           INTEGER NOT NULL,
	source_rev    TEXT NOT NULL,
	content_hash  TEXT NOT NULL,
	base_hash     TEXT NOT NULL
) STRICT;
CREATE INDEX visits_household ON visits (household_id);

-- The numbers by which residents are known: the centre's public id, voter card, ABHA. Two residents may claim one value.
CREATE TABLE identifiers (
	system      TEXT NOT NULL,
	value       TEXT NOT NULL,
	resident_id TEXT NOT NULL,
	PRIMARY KEY (system, value, resident_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX identifiers_resident ON identifiers (resident_id, system, value);

CREATE TABLE imports (
	id             TEXT PRIMARY KEY,
	file           TEXT NOT NULL,
	file_hash      TEXT NOT NULL,
	profile        TEXT NOT NULL,
	mapping_hash   TEXT NOT NULL,                  -- SHA-256 of the mapping it was read with; empty for our own form
	survey_code    TEXT NOT NULL,
	decided_by     TEXT NOT NULL,
	started_at     TEXT NOT NULL,
	finished_at    TEXT NOT NULL,                  -- empty while it runs or after it was cut off
	rows_done      INTEGER NOT NULL,               -- checkpoint
	rows_new       INTEGER NOT NULL,
	rows_updated   INTEGER NOT NULL,
	rows_unchanged INTEGER NOT NULL,
	rows_held      INTEGER NOT NULL,
	warnings       INTEGER NOT NULL,
	aadhaar_masked INTEGER NOT NULL
) STRICT;
CREATE INDEX imports_file ON imports (file_hash);

CREATE TABLE quarantine (
	id         TEXT PRIMARY KEY,
	import_id  TEXT NOT NULL,                      -- the last import that met the row
	file       TEXT NOT NULL,
	sheet      TEXT NOT NULL,
	row_no     INTEGER NOT NULL,
	source_key TEXT NOT NULL,
	team_id    TEXT NOT NULL,
	enumerator TEXT NOT NULL,
	reasons    TEXT NOT NULL,                      -- JSON array of reasons
	cells      TEXT NOT NULL,                      -- JSON array of the source's cells; empty without consent
	status     TEXT NOT NULL,                      -- open or closed
	closed_by  TEXT NOT NULL                       -- the import that brought the corrected row
) STRICT;
CREATE INDEX quarantine_import ON quarantine (import_id);
CREATE INDEX quarantine_file ON quarantine (file);

-- What changed since the last frozen batch. A row that changes twice before a freeze travels once, as it then is.
CREATE TABLE outbox (
	noun    TEXT NOT NULL,
	row_key TEXT NOT NULL,
	PRIMARY KEY (noun, row_key)
) STRICT, WITHOUT ROWID;
