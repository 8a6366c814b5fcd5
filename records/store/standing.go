package store

import (
	"context"
	"database/sql"
	"fmt"
	"io"
	"iter"
	"slices"
	"strconv"

	"sehat/records"
	"sehat/records/linkage"
)

// metaLast is the number of the last piece of standing that was ever written: it changes with each linkage that is saved.
const metaLast = "linkage/last"

func lastPiece(ctx context.Context, q querier) (int64, error) {
	text, err := meta(ctx, q, metaLast)
	if err != nil || text == "" {
		return 0, err
	}
	return strconv.ParseInt(text, 10, 64)
}

// LinkState returns what a linkage has to know before it reads anything else.
func (s *Store) LinkState(ctx context.Context) (state records.LinkState, err error) {
	if state.Last, err = lastPiece(ctx, s.read); err != nil {
		return state, err
	}
	if state.Decisions, err = s.Decisions(ctx); err != nil {
		return state, err
	}
	// A household that is noted later than its stamp was read may be linked now, and again in the next run.
	if state.Seen, err = collect(query(ctx, s.read, scanText, `SELECT DISTINCT stamp FROM relink`)); err != nil {
		return state, fmt.Errorf("reading whom to link anew: %w", err)
	}
	err = s.read.QueryRowContext(ctx, `SELECT COALESCE(SUM(length(bytes)), 0) FROM standing`).Scan(&state.Standing)
	if err != nil {
		return state, fmt.Errorf("reading the linkage that stands: %w", err)
	}
	if state.Standing == 0 {
		return state, nil
	}
	households, err := collect(query(ctx, s.read, scanText, `SELECT DISTINCT household_id FROM relink`))
	if err != nil {
		return state, fmt.Errorf("reading whom to link anew: %w", err)
	}
	state.Households = append([]string{}, households...) // never nil: that would be everybody
	return state, nil
}

// Standing reads the linkage that stands. Where a piece is missing, reading ends before its time.
func (s *Store) Standing(ctx context.Context, state records.LinkState) (io.ReadCloser, error) {
	rows, err := s.read.QueryContext(ctx, `SELECT no, bytes FROM standing ORDER BY no`)
	if err != nil {
		return nil, fmt.Errorf("reading the linkage that stands: %w", err)
	}
	var first, last, pieces int64
	err = s.read.QueryRowContext(ctx, `SELECT COALESCE(MIN(no), 0), COALESCE(MAX(no), 0), COUNT(*) FROM standing`).Scan(&first, &last, &pieces)
	switch {
	case err != nil:
		rows.Close()
		return nil, fmt.Errorf("reading the linkage that stands: %w", err)
	case last != state.Last || pieces != last-first+1:
		rows.Close()
		return nil, fmt.Errorf("reading the linkage that stands: pieces are missing: %w", linkage.ErrStanding)
	}
	return &pieceReader{rows: rows}, nil
}

// pieceReader is the stream that the pieces make.
type pieceReader struct {
	rows *sql.Rows
	rest sql.RawBytes
}

func (p *pieceReader) Read(to []byte) (int, error) {
	for len(p.rest) == 0 {
		if !p.rows.Next() {
			if err := p.rows.Err(); err != nil {
				return 0, err
			}
			return 0, io.EOF
		}
		var no int64
		if err := p.rows.Scan(&no, &p.rest); err != nil {
			return 0, err
		}
	}
	n := copy(to, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

func (p *pieceReader) Close() error { return p.rows.Close() }

// pieceSize is how much of standing one row holds: read as fast as larger ones (measured), and little to keep in memory.
const pieceSize = 1 << 20

// A pieceWriter writes a stream in pieces.
type pieceWriter struct {
	ctx  context.Context
	tx   querier
	last int64
	buf  []byte
}

func (p *pieceWriter) Write(b []byte) (int, error) {
	for rest := b; len(rest) > 0; {
		n := min(len(rest), pieceSize-len(p.buf))
		p.buf = append(p.buf, rest[:n]...)
		rest = rest[n:]
		if len(p.buf) == pieceSize {
			if err := p.flush(); err != nil {
				return 0, err
			}
		}
	}
	return len(b), nil
}

func (p *pieceWriter) flush() error {
	p.last++
	_, err := plain("standing", "no", "bytes").rows(p.ctx, p.tx, [][]any{{p.last, p.buf}})
	p.buf = p.buf[:0]
	return err
}

// SaveLinkage stores what a linkage found, in one transaction. It returns records.ErrConflict, and changes nothing, if other
// decisions stand than those that it knew, or if another linkage was saved meanwhile.
func (s *Store) SaveLinkage(ctx context.Context, l records.Linked) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "persons"); err != nil {
			return err
		}
		if err := unchanged(ctx, tx, l.State); err != nil {
			return err
		}
		if err := s.clearLinkage(ctx, tx, l); err != nil {
			return err
		}
		if l.Matches != nil {
			if err := saveMatches(ctx, tx, l.Matches); err != nil {
				return err
			}
		}
		if err := savePersons(ctx, tx, l.Persons); err != nil {
			return err
		}
		for stamps := range chunks(l.State.Seen) {
			if _, err := tx.ExecContext(ctx, `DELETE FROM relink WHERE stamp IN `+s.list(1, len(stamps)), anys(stamps)...); err != nil {
				return fmt.Errorf("taking off whom was linked: %w", err)
			}
		}
		return saveStanding(ctx, tx, l)
	})
}

// unchanged returns records.ErrConflict if a linkage started from something that is no longer so.
func unchanged(ctx context.Context, tx querier, state records.LinkState) error {
	stand, err := collect(query(ctx, tx, scanDecision, standing+` ORDER BY d.decided_at, d.id`))
	if err != nil {
		return fmt.Errorf("reading decisions: %w", err)
	}
	if !slices.EqualFunc(stand, state.Decisions, func(a, b records.Decision) bool { return a.ID == b.ID }) {
		return fmt.Errorf("decisions were made meanwhile: %w", records.ErrConflict)
	}
	last, err := lastPiece(ctx, tx)
	if err != nil {
		return err
	}
	if last != state.Last {
		return fmt.Errorf("another linkage was saved meanwhile: %w", records.ErrConflict)
	}
	return nil
}

// clearLinkage takes away what a linkage replaces.
func (s *Store) clearLinkage(ctx context.Context, tx querier, l records.Linked) error {
	if !l.Part {
		for _, table := range []string{"matches", "persons", "unlinked", "standing"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM `+table); err != nil {
				return fmt.Errorf("replacing the %s: %w", table, err)
			}
		}
		return nil
	}
	touched := slices.Clone(l.Gone)
	for p := range l.Persons {
		touched = append(touched, p.ResidentID)
	}
	for ids := range chunks(touched) {
		for _, end := range []string{"left_id", "right_id"} {
			if _, err := tx.ExecContext(ctx, `DELETE FROM matches WHERE `+end+` IN `+s.list(1, len(ids)), anys(ids)...); err != nil {
				return fmt.Errorf("replacing matches: %w", err)
			}
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM unlinked WHERE resident_id IN `+s.list(1, len(ids)), anys(ids)...); err != nil {
			return fmt.Errorf("replacing persons: %w", err)
		}
	}
	for ids := range chunks(l.Gone) {
		if _, err := tx.ExecContext(ctx, `DELETE FROM persons WHERE resident_id IN `+s.list(1, len(ids)), anys(ids)...); err != nil {
			return fmt.Errorf("taking persons away: %w", err)
		}
	}
	return nil
}

func saveMatches(ctx context.Context, tx querier, matches iter.Seq2[records.Match, error]) error {
	in := plain("matches", "left_id", "right_id", "status", "weight", "probability", "explanation", "steps", "pair_key")
	return in.stream(ctx, tx, func(yield func([]any, error) bool) {
		for m, err := range matches {
			if !yield([]any{m.Left, m.Right, m.Status, m.Weight, m.Probability, m.Explanation, string(m.Steps), records.PairKey(m.Left, m.Right)}, err) {
				return
			}
		}
	})
}

func savePersons(ctx context.Context, tx querier, persons iter.Seq[records.PersonOf]) error {
	return upsert("persons", 1, "resident_id", "person_id").stream(ctx, tx, func(yield func([]any, error) bool) {
		for p := range persons {
			if !yield([]any{p.ResidentID, p.PersonID}, nil) {
				return
			}
		}
	})
}

// saveStanding keeps what the next linkage needs; an empty piece if there is nothing to keep.
func saveStanding(ctx context.Context, tx querier, l records.Linked) error {
	w := &pieceWriter{ctx: ctx, tx: tx, last: l.State.Last, buf: make([]byte, 0, pieceSize)}
	if l.Standing != nil {
		if err := l.Standing(w); err != nil {
			return err
		}
	}
	if len(w.buf) > 0 || w.last == l.State.Last {
		if err := w.flush(); err != nil {
			return err
		}
	}
	return setMeta(ctx, tx, metaLast, strconv.FormatInt(w.last, 10))
}

// MatchCounts counts the matches: those that are sure, and those that wait for a person.
func (s *Store) MatchCounts(ctx context.Context) (sure, inDoubt int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM matches WHERE status = 'match'), (SELECT COUNT(*) FROM (`+waiting+`) w)`).
		Scan(&sure, &inDoubt)
	if err != nil {
		return 0, 0, fmt.Errorf("counting matches: %w", err)
	}
	return sure, inDoubt, nil
}

// PersonCounts counts the residents who were linked, and the persons that they are.
func (s *Store) PersonCounts(ctx context.Context) (residents, persons int, err error) {
	err = s.read.QueryRowContext(ctx, `SELECT (SELECT COUNT(*) FROM persons), (SELECT COUNT(*) FROM (SELECT DISTINCT person_id FROM persons) p)`).
		Scan(&residents, &persons)
	if err != nil {
		return 0, 0, fmt.Errorf("counting persons: %w", err)
	}
	return residents, persons, nil
}
