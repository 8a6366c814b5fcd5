-- 0010_stock.sql: blanks, sheets, ribbons and whatever else a card is made of: what came, what went, and what each thing is.
CREATE TABLE stock_moves (
	id          TEXT PRIMARY KEY,
	item        TEXT NOT NULL,
	kind        TEXT NOT NULL,                     -- received, used, spoiled or counted
	change      INTEGER NOT NULL,                  -- thousandths of a unit, signed
	counted     INTEGER,                           -- thousandths of a unit that a count found; null for other kinds
	print_batch TEXT NOT NULL,                     -- the one that used it, or empty
	decided_by  TEXT NOT NULL,
	decided_at  TEXT NOT NULL,
	why         TEXT NOT NULL,
	origin      TEXT NOT NULL
) STRICT;
CREATE INDEX stock_moves_item ON stock_moves (origin, item, decided_at);

-- Items as this home changed them; the others are as the program knows them.
CREATE TABLE stock_items (
	name      TEXT PRIMARY KEY,
	title     TEXT NOT NULL,
	whole     INTEGER NOT NULL,                    -- 1: a batch uses up what it began
	uses      TEXT NOT NULL,                       -- JSON: cards that one unit serves, by layout
	lead_days INTEGER NOT NULL,
	pack      INTEGER NOT NULL
) STRICT;
