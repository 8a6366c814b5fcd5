-- 0008_operators.sql: the people who decide in this home, and what one of them proposed and another has to confirm. Neither travels:
-- a laptop's operators are its own, and only what they decided goes to the centre, with their names.
CREATE TABLE operators (
	key         TEXT PRIMARY KEY,                  -- records.OperatorKey of the name: one spelling for all ways to write it
	name        TEXT NOT NULL,                     -- as it was added; goes on every event
	pin_hash    TEXT NOT NULL,                     -- argon2id, PHC string; empty once retired
	added_by    TEXT NOT NULL,
	added_at    TEXT NOT NULL,
	pin_by      TEXT NOT NULL,                     -- who set the PIN
	pin_at      TEXT NOT NULL,
	retired_by  TEXT NOT NULL,
	retired_at  TEXT NOT NULL,                     -- empty while they may decide
	wrong       INTEGER NOT NULL,                  -- PINs tried since the last right one
	wait_until  TEXT NOT NULL                      -- no PIN is looked at before; empty: now
) STRICT;

CREATE TABLE pending (
	id          TEXT PRIMARY KEY,
	kind        TEXT NOT NULL,
	subject     TEXT NOT NULL,                     -- what is to be done, JSON
	why         TEXT NOT NULL,
	proposed_by TEXT NOT NULL,
	proposed_at TEXT NOT NULL,
	state       TEXT NOT NULL,                     -- open, confirmed or withdrawn
	settled_by  TEXT NOT NULL,
	settled_at  TEXT NOT NULL,
	outcome     TEXT NOT NULL                      -- what came of it, JSON
) STRICT;
CREATE INDEX pending_state ON pending (state);

-- Who holds what, and what ended, without reading cards themselves: a row is mostly the QR and the face.
DROP INDEX cards_resident;
CREATE INDEX cards_resident ON cards (resident_id, kind, state);
DROP INDEX cards_state;
CREATE INDEX cards_state ON cards (state, number, version);
