package store

import (
	"context"
	"fmt"

	"sehat/cards"
	"sehat/records"
)

// CardsNumbered returns every version of the cards of these numbers, in the order of number, the latest version first.
func (s *Store) CardsNumbered(ctx context.Context, numbers []string) ([]records.Card, error) {
	var all []records.Card
	for part := range chunks(numbers) {
		list, err := collect(query(ctx, s.read, scanCard, `SELECT `+cardColumns+` FROM cards WHERE number IN `+s.list(1, len(part))+
			` ORDER BY number, version DESC`, anys(part)...))
		if err != nil {
			return nil, fmt.Errorf("reading cards: %w", err)
		}
		all = append(all, list...)
	}
	return all, nil
}

// EndedCredentials returns the credentials of these numbers, or with none of all numbers, of which no version stands, with the day on
// which each ended. One that only expired is not among them: a verifier sees that by itself.
func (s *Store) EndedCredentials(ctx context.Context, numbers ...string) ([]cards.Revocation, error) {
	if len(numbers) == 0 {
		return s.endedCredentials(ctx, "")
	}
	var all []cards.Revocation
	for part := range chunks(numbers) {
		list, err := s.endedCredentials(ctx, ` AND c.number IN `+s.list(1, len(part)), anys(part)...)
		if err != nil {
			return nil, err
		}
		all = append(all, list...)
	}
	return all, nil
}

func (s *Store) endedCredentials(ctx context.Context, which string, args ...any) ([]cards.Revocation, error) {
	const ended = `('lost', 'revoked', 'replaced')` // records.CardTakenBack
	list, err := collect(query(ctx, s.read, func(row scanner) (r cards.Revocation, err error) {
		var at string
		if err = row.Scan(&r.Hash, &at); err == nil {
			r.On, err = records.ParseStamp(at)
		}
		return r, err
	}, `SELECT v.credential_hash, max(e.decided_at) FROM cards c
JOIN cards v ON v.number = c.number
JOIN card_events e ON e.number = c.number AND e.version = c.version AND e.event = c.state
WHERE c.state IN `+ended+` AND NOT EXISTS (SELECT 1 FROM cards n WHERE n.number = c.number AND n.version > c.version)`+which+`
GROUP BY v.credential_hash`, args...))
	if err != nil {
		return nil, fmt.Errorf("reading what ended: %w", err)
	}
	return list, nil
}

// SaveRevocation stores what taking cards back changes, in one transaction: all or nothing.
func (s *Store) SaveRevocation(ctx context.Context, r records.Revocation) error {
	return s.inTx(ctx, func(tx querier) error {
		for _, job := range []string{"cards", "trust"} {
			if err := s.lock(ctx, tx, job); err != nil {
				return err
			}
		}
		h, err := home(ctx, tx)
		if err != nil {
			return err
		}
		if err := s.asSeen(ctx, tx, r.Seen); err != nil {
			return err
		}
		if err := alone(ctx, tx, r); err != nil {
			return err
		}
		if r.List != nil {
			if err := replaceDocument(ctx, tx, *r.List, r.At); err != nil {
				return err
			}
		}
		if r.Settles != nil {
			if err := s.settlePending(ctx, tx, *r.Settles); err != nil {
				return err
			}
		}
		if err := s.leave(ctx, tx, r.Leave, r.LeaveAs); err != nil {
			return err
		}
		if err := saveIssued(ctx, tx, h, r.Issued, r.Events); err != nil {
			return err
		}
		return s.published(ctx, tx, r.Published)
	})
}

// asSeen returns records.ErrConflict where something happened to one of the cards since it was read.
func (s *Store) asSeen(ctx context.Context, tx querier, seen []records.Card) error {
	states := make(map[string]string, len(seen))
	numbers := make([]string, 0, len(seen))
	for _, c := range seen {
		states[records.CardKey(c.Number, c.Version)] = c.State
		if len(numbers) == 0 || numbers[len(numbers)-1] != c.Number {
			numbers = append(numbers, c.Number)
		}
	}
	found := 0
	for part := range chunks(numbers) {
		for c, err := range query(ctx, tx, func(row scanner) (c records.Card, err error) {
			err = row.Scan(&c.Number, &c.Version, &c.State)
			return c, err
		}, `SELECT number, version, state FROM cards WHERE number IN `+s.list(1, len(part))+s.dialect.forUpdate, anys(part)...) {
			if err != nil {
				return fmt.Errorf("reading cards: %w", err)
			}
			if state, ok := states[records.CardKey(c.Number, c.Version)]; !ok || state != c.State {
				return fmt.Errorf("card %s: %w", c.Number, records.ErrConflict)
			}
			found++
		}
	}
	if found != len(seen) {
		return fmt.Errorf("cards that were there are gone: %w", records.ErrConflict)
	}
	return nil
}

// replaceDocument keeps a signed document in place of the one that it was made from, or returns records.ErrConflict.
func replaceDocument(ctx context.Context, tx querier, d records.Document, at string) error {
	was, err := document(ctx, tx, d.Name)
	if err != nil {
		return err
	}
	if hashOf(was) != d.Was {
		return fmt.Errorf("%s: %w: somebody else changed it", d.Name, records.ErrConflict)
	}
	return saveDocument(ctx, tx, d.Name, d.Bytes, at)
}
