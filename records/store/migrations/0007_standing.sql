-- 0007_standing.sql: what linkage keeps for its next run, and which households that run has to look at.
CREATE TABLE standing (
	no    INTEGER PRIMARY KEY,                     -- without gaps up to the number in meta's linkage/last
	bytes BLOB NOT NULL                            -- a piece of the stream that linkage.Result.Save writes
) STRICT;

-- Households of which something was written since the last linkage. A linkage takes away the stamps that it had seen.
CREATE TABLE relink (
	stamp        TEXT NOT NULL,                    -- of the transaction that wrote
	household_id TEXT NOT NULL,
	PRIMARY KEY (stamp, household_id)
) STRICT, WITHOUT ROWID;
