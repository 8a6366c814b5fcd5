package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"iter"

	"sehat/records"
)

const cardColumns = `number, version, resident_id, kind, credential, credential_hash, face, kid, lease_id, issued_at, expires_at,
	state, origin, rev, source_rev, content_hash, base_hash`

func scanCard(row scanner) (records.Card, error) {
	var c records.Card
	var face string
	err := row.Scan(&c.Number, &c.Version, &c.ResidentID, &c.Kind, &c.Credential, &c.CredentialHash, &face, &c.KeyID, &c.LeaseID,
		&c.IssuedAt, &c.ExpiresAt, &c.State, &c.Origin, &c.Rev, &c.SourceRev, &c.Hash, &c.Base)
	c.Face = []byte(face)
	return c, err
}

// stands holds for a card that is not ended; one that is held stands, so that nobody is given another meanwhile.
const stands = `c.state NOT IN ('lost', 'revoked', 'replaced', 'expired')`

// Holders streams every active resident with the card that stands, those of one person together, in the order of person and
// resident id.
func (s *Store) Holders(ctx context.Context) iter.Seq2[records.Holder, error] {
	return s.holders(ctx, "")
}

// HoldersOf returns the active records of the person that a resident is, as Holders would.
func (s *Store) HoldersOf(ctx context.Context, residentID string) ([]records.Holder, error) {
	return collect(s.holders(ctx, ` AND r.id IN (SELECT CAST($1 AS TEXT) UNION
	SELECT q.resident_id FROM persons o JOIN persons q ON q.person_id = o.person_id WHERE o.resident_id = $1)`, residentID))
}

func (s *Store) holders(ctx context.Context, where string, args ...any) iter.Seq2[records.Holder, error] {
	rows := query(ctx, s.read, scanHolder, `
SELECT r.id, r.full_name, r.full_name_hi, r.father_or_husband_name, r.sex, r.birth_year, r.birth_month, r.birth_day, r.age_years, r.visit_date, r.other,
	h.ward_code, h.block_no, COALESCE(p.person_id, ''), COALESCE(ph.hash, ''),
	CASE WHEN r.id IN (SELECT w.left_id FROM (`+waiting+`) w UNION SELECT w.right_id FROM (`+waiting+`) w) THEN 'review'
		WHEN r.id IN (SELECT o.left_id FROM (`+opposed+`) o UNION SELECT o.right_id FROM (`+opposed+`) o) THEN 'conflict'
		WHEN r.id IN (SELECT row_key FROM conflicts WHERE noun = 'resident' AND status = 'open') THEN 'conflict'
		WHEN h.id IN (SELECT row_key FROM conflicts WHERE noun = 'household' AND status = 'open') THEN 'conflict' ELSE '' END,
	c.number, c.version, c.kind, c.lease_id, c.issued_at, c.expires_at, c.state, c.face, n.reserved_at
FROM residents r JOIN households h ON h.id = r.household_id
LEFT JOIN persons p ON p.resident_id = r.id
LEFT JOIN resident_photos ph ON ph.resident_id = r.id AND ph.current = 1
LEFT JOIN cards c ON c.resident_id = r.id AND `+stands+`
LEFT JOIN numbers n ON n.number = c.number
WHERE r.state = 'active'`+where+`
ORDER BY COALESCE(p.person_id, r.id), r.id, c.kind, n.reserved_at, c.number, c.version DESC`, args...)
	return func(yield func(records.Holder, error) bool) {
		var last *records.Holder
		for h, err := range rows {
			if err != nil {
				yield(h, fmt.Errorf("reading residents: %w", err))
				return
			}
			if last != nil && last.ID == h.ID {
				last.Surplus = append(last.Surplus, *h.Card)
				continue
			}
			if last != nil && !yield(*last, nil) {
				return
			}
			last = &h
		}
		if last != nil {
			yield(*last, nil)
		}
	}
}

func scanHolder(row scanner) (records.Holder, error) {
	var (
		h                                                             records.Holder
		number, kind, leaseID, issued, expires, state, face, reserved *string
		version                                                       *int
		other                                                         string
	)
	err := row.Scan(&h.ID, &h.FullName, &h.FullNameHi, &h.FatherOrHusband, &h.Sex, &h.BirthYear, &h.BirthMonth, &h.BirthDay, &h.AgeYears,
		&h.VisitDate, &other, &h.Ward, &h.Block, &h.PersonID, &h.Photo, &h.Held, &number, &version, &kind, &leaseID, &issued, &expires, &state, &face, &reserved)
	h.Other = []byte(other)
	if err == nil && number != nil {
		h.Card = &records.Card{
			Number: *number, Version: *version, ResidentID: h.ID, Kind: *kind, LeaseID: *leaseID, IssuedAt: *issued, ExpiresAt: *expires, State: *state,
			Face: []byte(*face), ReservedAt: deref(reserved),
		}
	}
	return h, err
}

// deref returns the text behind a column that may be null.
func deref(s *string) string {
	if s == nil {
		return ""
	}
	return *s
}

// SaveCards reserves the numbers of new cards, stores the cards, and adds the events, in one transaction: all or nothing. It
// returns records.ErrExists where a number is taken by somebody else, and records.ErrConflict where a resident was given a
// number meanwhile.
func (s *Store) SaveCards(ctx context.Context, issued []records.Card, events []records.CardEvent) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "cards"); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		return saveIssued(ctx, tx, h, issued, events)
	})
}

// saveIssued is SaveCards within a transaction. The events come first: they end the cards in whose stead others are given.
func saveIssued(ctx context.Context, tx querier, h records.Home, issued []records.Card, events []records.CardEvent) error {
	if err := addCardEvents(ctx, tx, h, events, issued...); err != nil {
		return err
	}
	var fresh []records.Card
	for _, c := range issued {
		if c.Version == 1 {
			fresh = append(fresh, c)
		}
	}
	if err := noCardYet(ctx, tx, fresh); err != nil {
		return err
	}
	if err := reserve(ctx, tx, fresh); err != nil {
		return err
	}
	return insertCards(ctx, tx, h, issued)
}

// noCardYet returns records.ErrConflict if one of the residents who are to get a new number has a card that stands.
func noCardYet(ctx context.Context, tx querier, fresh []records.Card) error {
	for chunk := range chunks(fresh) {
		ids := make([]any, len(chunk))
		for i, c := range chunk {
			ids[i] = c.ResidentID
		}
		var n int
		err := tx.QueryRowContext(ctx, `SELECT count(*) FROM cards c WHERE `+stands+` AND c.resident_id IN `+placeholders(1, len(ids)), ids...).Scan(&n)
		if err != nil {
			return fmt.Errorf("looking for cards: %w", err)
		}
		if n > 0 {
			return fmt.Errorf("%d of the residents were given a card meanwhile: %w", n, records.ErrConflict)
		}
	}
	return nil
}

// reserve takes the numbers of new cards, or returns records.ErrExists.
func reserve(ctx context.Context, tx querier, fresh []records.Card) error {
	rows := make([][]any, 0, len(fresh))
	for _, c := range fresh {
		rows = append(rows, []any{c.Number, c.ResidentID, c.LeaseID, c.IssuedAt})
	}
	written, err := keep("numbers", 1, "number", "resident_id", "lease_id", "reserved_at").rows(ctx, tx, rows)
	if err != nil {
		return err
	}
	if written < len(rows) {
		return fmt.Errorf("a number is taken: %w", records.ErrExists)
	}
	return nil
}

// insertCards stores cards that are issued here: new ones or new versions.
func insertCards(ctx context.Context, tx querier, h records.Home, issued []records.Card) error {
	keys := make([]string, 0, len(issued))
	for i := range issued {
		c := &issued[i]
		content, err := records.Canonical(*c)
		if err != nil {
			return err
		}
		c.Meta = records.Meta{Origin: h.Device, Rev: 1, Hash: records.Hash(content)}
		keys = append(keys, records.CardKey(c.Number, c.Version))
	}
	if err := writeCards(ctx, tx, issued); err != nil {
		return err
	}
	return enqueue(ctx, tx, h, records.NounCard, keys...)
}

// writeCards writes new cards as they are. It returns records.ErrConflict if one is there already.
func writeCards(ctx context.Context, tx querier, list []records.Card) error {
	rows := make([][]any, 0, len(list))
	for _, c := range list {
		rows = append(rows, append([]any{
			c.Number, c.Version, c.ResidentID, c.Kind, c.Credential, c.CredentialHash, string(c.Face), c.KeyID, c.LeaseID, c.IssuedAt, c.ExpiresAt, c.State,
		}, metaArgs(c.Meta)...))
	}
	in := keep("cards", 2, append([]string{
		"number", "version", "resident_id", "kind", "credential", "credential_hash", "face", "kid", "lease_id", "issued_at", "expires_at", "state",
	}, metaNames...)...)
	written, err := in.rows(ctx, tx, rows)
	if err == nil && written < len(rows) {
		err = fmt.Errorf("%d cards were issued meanwhile: %w", len(rows)-written, records.ErrConflict)
	}
	return err
}

// AddCardEvents adds what happened to cards and moves each card to the state that follows, in one transaction.
func (s *Store) AddCardEvents(ctx context.Context, events []records.CardEvent) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "cards"); err != nil {
			return err
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		return addCardEvents(ctx, tx, h, events)
	})
}

// addCardEvents is AddCardEvents within a transaction, in which the issued cards follow.
func addCardEvents(ctx context.Context, tx querier, h records.Home, events []records.CardEvent, issued ...records.Card) error {
	keys := make([]string, 0, len(events))
	var touched []string
	for i := range events {
		e := &events[i]
		e.Origin = h.Device
		keys = append(keys, e.ID)
		if e.Event != records.CardIssued { // the card was stored in that state
			touched = append(touched, e.Number)
		}
	}
	if err := writeCardEvents(ctx, tx, events); err != nil {
		return err
	}
	if err := settleCards(ctx, tx, h, touched); err != nil {
		return err
	}
	if err := toPublish(ctx, tx, h, events, issued); err != nil {
		return err
	}
	return enqueue(ctx, tx, h, records.NounCardEvent, keys...)
}

// Cards returns all versions of a number, the latest first, or records.ErrNotFound.
func (s *Store) Cards(ctx context.Context, number string) ([]records.Card, error) {
	list, err := collect(query(ctx, s.read, scanCard, `SELECT `+cardColumns+` FROM cards WHERE number = $1 ORDER BY version DESC`, number))
	if err != nil {
		return nil, fmt.Errorf("reading a card: %w", err)
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("card %s: %w", number, records.ErrNotFound)
	}
	return list, nil
}

// CardsOf returns all versions of all numbers of a resident, oldest first.
func (s *Store) CardsOf(ctx context.Context, residentID string) ([]records.Card, error) {
	list, err := collect(query(ctx, s.read, scanCard, `SELECT `+cardColumns+` FROM cards WHERE resident_id = $1 ORDER BY issued_at, number, version`, residentID))
	if err != nil {
		return nil, fmt.Errorf("reading the cards of resident %s: %w", residentID, err)
	}
	return list, nil
}

// CardCounts counts cards by state.
func (s *Store) CardCounts(ctx context.Context) (map[string]int, error) {
	counts := map[string]int{}
	rows := query(ctx, s.read, func(row scanner) (string, error) {
		var state string
		var n int
		err := row.Scan(&state, &n)
		counts[state] = n
		return state, err
	}, `SELECT state, count(*) FROM cards GROUP BY state`)
	if _, err := collect(rows); err != nil {
		return nil, fmt.Errorf("counting cards: %w", err)
	}
	return counts, nil
}

// chunkSize bounds the arguments of one statement; it is even, so that pairs stay together. SQLite looks each $n up among all
// the others, which is why it is small.
const chunkSize = 200

// chunks cuts a list into pieces of at most chunkSize.
func chunks[T any](list []T) iter.Seq[[]T] {
	return func(yield func([]T) bool) {
		for len(list) > 0 {
			n := min(len(list), chunkSize)
			if !yield(list[:n]) {
				return
			}
			list = list[n:]
		}
	}
}

// notFound turns "no rows" into records.ErrNotFound and wraps the rest.
func notFound(err error, what string) error {
	if errors.Is(err, sql.ErrNoRows) {
		return fmt.Errorf("%s: %w", what, records.ErrNotFound)
	}
	if err != nil {
		return fmt.Errorf("reading %s: %w", what, err)
	}
	return nil
}
