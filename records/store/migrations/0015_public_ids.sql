-- 0015_public_ids.sql: what residents are known by outside is computed (records.PublicIDs), under a key that a centre keeps in meta,
-- and voter card and ABHA number stand in residents: nobody looked anybody up in this table, and it was a quarter of an import.
DROP TABLE identifiers;
