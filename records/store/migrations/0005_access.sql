-- 0005_access.sql: who may ask, and everything that was answered.
CREATE TABLE facilities (
	id         TEXT PRIMARY KEY,
	name       TEXT NOT NULL,
	created_at TEXT NOT NULL,
	decided_by TEXT NOT NULL
) STRICT;

CREATE TABLE facility_keys (
	id          TEXT PRIMARY KEY,                  -- the public part
	facility_id TEXT NOT NULL,
	hash        TEXT NOT NULL,                     -- SHA-256 of the secret
	scopes      TEXT NOT NULL,
	created_at  TEXT NOT NULL,
	decided_by  TEXT NOT NULL,
	revoked_at  TEXT NOT NULL,                     -- empty while it is good
	revoked_by  TEXT NOT NULL
) STRICT;
CREATE INDEX facility_keys_facility ON facility_keys (facility_id);

CREATE TABLE sessions (
	hash       TEXT PRIMARY KEY,                   -- SHA-256 of the token
	key_id     TEXT NOT NULL,
	created_at TEXT NOT NULL,
	expires_at TEXT NOT NULL
) STRICT;

CREATE TABLE audit (
	chain       TEXT NOT NULL,                     -- one for each home that serves
	seq         INTEGER NOT NULL,                  -- from 1, without gaps
	at          TEXT NOT NULL,
	facility_id TEXT NOT NULL,
	key_id      TEXT NOT NULL,
	action      TEXT NOT NULL,
	purpose     TEXT NOT NULL,
	resident_id TEXT NOT NULL,
	outcome     TEXT NOT NULL,
	detail      TEXT NOT NULL,
	prev        TEXT NOT NULL,
	hash        TEXT NOT NULL,
	PRIMARY KEY (chain, seq)
) STRICT;
CREATE INDEX audit_resident ON audit (resident_id);
