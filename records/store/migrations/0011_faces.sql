-- 0011_faces.sql: the card face files that print batches were made with, so that their sheets can be made again byte for byte.
CREATE TABLE faces (
	hash    TEXT PRIMARY KEY,                          -- SHA-256 of the content
	content TEXT NOT NULL
) STRICT;

CREATE TABLE print_batch_faces (
	batch_id TEXT PRIMARY KEY,
	face     TEXT NOT NULL                             -- its hash; batches older than this table have none
) STRICT;
