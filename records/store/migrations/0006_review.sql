-- 0006_review.sql: a pair is found by its key, and what took a decision back by the decision. From here on a decision may also
-- be "proposed": same, once a second person says so.
ALTER TABLE matches ADD COLUMN pair_key TEXT NOT NULL DEFAULT ''; -- records.PairKey, which SQL cannot compute: see fillPairKeys
CREATE INDEX matches_key ON matches (pair_key);
CREATE INDEX decisions_supersedes ON decisions (supersedes);

-- Whom persons that were taken apart held, because somebody's decision arrived, until dedupe links the records anew: persons keep
-- their ids (records.NamePersons).
CREATE TABLE unlinked (
	resident_id TEXT PRIMARY KEY,
	person_id   TEXT NOT NULL
) STRICT;
CREATE INDEX unlinked_person ON unlinked (person_id);
