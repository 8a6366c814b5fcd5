-- 0013_trail.sql: what each import brought and changed, so that a resident's history can be read and an import taken back.
ALTER TABLE imports ADD COLUMN trail INTEGER NOT NULL DEFAULT 0;       -- 1: its trail was kept; older imports have none
ALTER TABLE imports ADD COLUMN layout TEXT NOT NULL DEFAULT '';        -- how its rows were read, JSON: headers, mapping
ALTER TABLE imports ADD COLUMN undone_by TEXT NOT NULL DEFAULT '';
ALTER TABLE imports ADD COLUMN undone_at TEXT NOT NULL DEFAULT '';     -- empty while it stands

-- Which rows a batch of an import brought, and which it met that were there. Cheap to write, because an import brings millions.
CREATE TABLE import_ids (
	seq       INTEGER NOT NULL,                    -- counts the batches of all imports
	noun      TEXT NOT NULL,                       -- household, resident, visit or reject
	kind      TEXT NOT NULL,                       -- new or met
	import_id TEXT NOT NULL,
	ids       BLOB NOT NULL,                       -- packed, trail.go
	PRIMARY KEY (seq, noun, kind)
) STRICT;
CREATE INDEX import_ids_import ON import_ids (import_id);

-- What stood before an import changed a row, and what an import that was taken back had made of it.
CREATE TABLE import_changes (
	noun      TEXT NOT NULL,
	row_id    TEXT NOT NULL,
	seq       INTEGER NOT NULL,
	import_id TEXT NOT NULL,
	rev_after INTEGER NOT NULL,
	was       TEXT NOT NULL,                       -- JSON; empty: the same batch brought the row
	became    TEXT NOT NULL,                       -- JSON; empty while the import stands
	PRIMARY KEY (noun, row_id, seq)
) STRICT;
CREATE INDEX import_changes_import ON import_changes (import_id);
