-- 0003_cards.sql: leases, numbers, signed cards, what happened to each, and the piles they are printed in.
CREATE TABLE leases (
	id        TEXT PRIMARY KEY,
	device_id TEXT NOT NULL,
	first     INTEGER NOT NULL,                    -- 13-digit bodies, inclusive
	last      INTEGER NOT NULL,
	quota     INTEGER NOT NULL,                    -- cards that may be drawn
	issued_at TEXT NOT NULL,
	status    TEXT NOT NULL                        -- active or void
) STRICT;
CREATE INDEX leases_device ON leases (device_id);

CREATE TABLE numbers (
	number      TEXT PRIMARY KEY,                  -- 15 digits, never reused
	resident_id TEXT NOT NULL,
	lease_id    TEXT NOT NULL,
	reserved_at TEXT NOT NULL
) STRICT;
CREATE INDEX numbers_resident ON numbers (resident_id);
CREATE INDEX numbers_lease ON numbers (lease_id);

CREATE TABLE cards (
	number          TEXT NOT NULL,
	version         INTEGER NOT NULL,
	resident_id     TEXT NOT NULL,
	kind            TEXT NOT NULL,                 -- temporary or permanent
	credential      TEXT NOT NULL,                 -- the text of the QR, frozen at issue
	credential_hash TEXT NOT NULL,
	face            TEXT NOT NULL,                 -- every field the card prints, JSON
	kid             TEXT NOT NULL,
	lease_id        TEXT NOT NULL,
	issued_at       TEXT NOT NULL,
	expires_at      TEXT NOT NULL,
	state           TEXT NOT NULL,                 -- after the last event
	origin          TEXT NOT NULL,
	rev             INTEGER NOT NULL,
	source_rev      TEXT NOT NULL,
	content_hash    TEXT NOT NULL,
	base_hash       TEXT NOT NULL,
	PRIMARY KEY (number, version)
) STRICT;
CREATE INDEX cards_resident ON cards (resident_id);
CREATE INDEX cards_state ON cards (state);

CREATE TABLE card_events (
	id          TEXT PRIMARY KEY,
	number      TEXT NOT NULL,
	version     INTEGER NOT NULL,
	event       TEXT NOT NULL,
	decided_by  TEXT NOT NULL,
	decided_at  TEXT NOT NULL,
	why         TEXT NOT NULL,
	origin      TEXT NOT NULL
) STRICT;
CREATE INDEX card_events_card ON card_events (number, version);

CREATE TABLE print_batches (
	id           TEXT PRIMARY KEY,
	layout       TEXT NOT NULL,
	made_at      TEXT NOT NULL,
	decided_by   TEXT NOT NULL,
	state        TEXT NOT NULL,                    -- making, made or dropped
	origin       TEXT NOT NULL,
	content_hash TEXT NOT NULL
) STRICT;

CREATE TABLE print_slots (
	batch_id TEXT NOT NULL,
	position INTEGER NOT NULL,                     -- from 1
	number   TEXT NOT NULL,
	version  INTEGER NOT NULL,
	PRIMARY KEY (batch_id, position)
) STRICT;
CREATE INDEX print_slots_card ON print_slots (number, version);

CREATE TABLE print_batch_events (
	id         TEXT PRIMARY KEY,
	batch_id   TEXT NOT NULL,
	event      TEXT NOT NULL,
	decided_by TEXT NOT NULL,
	decided_at TEXT NOT NULL,
	why        TEXT NOT NULL,
	origin     TEXT NOT NULL
) STRICT;
CREATE INDEX print_batch_events_batch ON print_batch_events (batch_id);
