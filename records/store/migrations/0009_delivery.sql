-- 0009_delivery.sql: of which pile a card event tells, where a card was sent to, and who took it.
ALTER TABLE card_events ADD COLUMN print_batch TEXT NOT NULL DEFAULT '';
ALTER TABLE card_events ADD COLUMN given_to TEXT NOT NULL DEFAULT '';
ALTER TABLE card_events ADD COLUMN relation TEXT NOT NULL DEFAULT '';
