-- 0016_photos.sql: the photos that cards show. They stay in the home where they were taken down: none is synced.
CREATE TABLE photos (
	hash  TEXT PRIMARY KEY,                        -- SHA-256 of the bytes as they were taken down
	bytes BLOB NOT NULL                            -- a JPEG; empty once everybody it shows withdrew
) STRICT;

-- A resident's photos: the one to print, and earlier ones that cards of theirs show.
CREATE TABLE resident_photos (
	resident_id TEXT NOT NULL,
	hash        TEXT NOT NULL,
	decided_by  TEXT NOT NULL,
	decided_at  TEXT NOT NULL,
	current     INTEGER NOT NULL,                  -- 1: the next card shows it; one row of a resident at most
	PRIMARY KEY (resident_id, hash)
) STRICT;
CREATE INDEX resident_photos_hash ON resident_photos (hash);
