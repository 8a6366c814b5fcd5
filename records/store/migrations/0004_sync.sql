-- 0004_sync.sql: batches frozen on a device; the centre's devices, inbox, ledger and conflicts.
CREATE TABLE batches (
	number     INTEGER PRIMARY KEY,                -- from 1, without gaps
	hash       TEXT NOT NULL,
	prev       TEXT NOT NULL,
	rows_total INTEGER NOT NULL,
	bytes      BLOB NOT NULL,                      -- as frozen; sent again byte for byte
	frozen_at  TEXT NOT NULL,
	receipt    BLOB,                               -- signed by the centre
	receipt_at TEXT NOT NULL
) STRICT;

CREATE TABLE devices (
	id          TEXT PRIMARY KEY,
	name        TEXT NOT NULL,
	public_key  BLOB NOT NULL,                     -- Ed25519
	kid         TEXT NOT NULL,
	status      TEXT NOT NULL,                     -- active, lost or retired
	enrolled_at TEXT NOT NULL,
	decided_by  TEXT NOT NULL
) STRICT;

CREATE TABLE inbox (
	device_id   TEXT NOT NULL,
	number      INTEGER NOT NULL,
	hash        TEXT NOT NULL,
	bytes       BLOB NOT NULL,
	received_at TEXT NOT NULL,
	status      TEXT NOT NULL,                     -- waiting, applied, fork or refused
	why         TEXT NOT NULL,
	PRIMARY KEY (device_id, number, hash)
) STRICT;
CREATE INDEX inbox_status ON inbox (status);

CREATE TABLE ledger (
	device_id  TEXT NOT NULL,
	number     INTEGER NOT NULL,
	hash       TEXT NOT NULL,
	prev       TEXT NOT NULL,
	rows_total INTEGER NOT NULL,                   -- = stored + unchanged + conflicts + rejects
	stored     INTEGER NOT NULL,
	unchanged  INTEGER NOT NULL,
	conflicts  INTEGER NOT NULL,
	rejects    INTEGER NOT NULL,
	applied_at TEXT NOT NULL,
	receipt    BLOB NOT NULL,
	PRIMARY KEY (device_id, number)
) STRICT;

CREATE TABLE sync_rejects (
	device_id TEXT NOT NULL,
	number    INTEGER NOT NULL,
	row_no    INTEGER NOT NULL,                    -- from 1, within the batch
	noun      TEXT NOT NULL,
	row_key   TEXT NOT NULL,
	why       TEXT NOT NULL,
	PRIMARY KEY (device_id, number, row_no)
) STRICT;

CREATE TABLE conflicts (
	id          TEXT PRIMARY KEY,
	noun        TEXT NOT NULL,
	row_key     TEXT NOT NULL,
	stored_hash TEXT NOT NULL,
	base        TEXT NOT NULL,
	hash        TEXT NOT NULL,
	row_content TEXT NOT NULL,                     -- the losing version, kept
	origin      TEXT NOT NULL,
	batch       INTEGER NOT NULL,
	opened_at   TEXT NOT NULL,
	why         TEXT NOT NULL,
	status      TEXT NOT NULL,                     -- open, kept or taken
	decided_by  TEXT NOT NULL,
	decided_at  TEXT NOT NULL
) STRICT;
CREATE INDEX conflicts_row ON conflicts (noun, row_key);

-- Signed documents that a home keeps as received: the key list, the lease list, the revocation list.
CREATE TABLE documents (
	name       TEXT PRIMARY KEY,
	bytes      BLOB NOT NULL,
	updated_at TEXT NOT NULL
) STRICT;
