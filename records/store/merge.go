package store

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"

	"sehat/records"
)

// Apply applies a batch exactly once. One transaction locks the device's row, compares number and chain, merges the rows, and
// writes the ledger's row with the receipt; or it says that the batch was applied before, that it is a fork (then it holds the
// cards whose numbers the fork claims), or which number must come first.
func (s *Store) Apply(ctx context.Context, a records.Application) (records.Answer, error) {
	var answer records.Answer
	err := s.inTx(ctx, func(tx querier) error {
		h, err := s.lockDevice(ctx, tx, a.DeviceID)
		if err != nil {
			return err
		}
		answer, err = s.chain(ctx, tx, a)
		if err != nil || answer.Status != "" && answer.Status != records.InboxFork {
			return err
		}
		m := merging{Application: a, store: s, tx: tx, home: h, relink: newRelinking(), ends: make([]end, len(a.Changes))}
		if answer.Status == records.InboxFork {
			return m.claims(ctx)
		}
		answer, err = m.run(ctx)
		return err
	})
	return answer, err
}

// lockDevice makes the batches of one device wait for each other, and merges and imports of all for each other: rows of two
// devices may be the same household's.
func (s *Store) lockDevice(ctx context.Context, tx querier, deviceID string) (records.Home, error) {
	if err := s.lock(ctx, tx, "rows"); err != nil {
		return records.Home{}, err
	}
	var id string
	err := tx.QueryRowContext(ctx, `SELECT id FROM devices WHERE id = $1`+s.dialect.forUpdate, deviceID).Scan(&id)
	if err := notFound(err, "device "+deviceID); err != nil {
		return records.Home{}, err
	}
	return home(ctx, tx)
}

// chain compares a batch with the ledger. The answer has no status if it is the one to apply now.
func (s *Store) chain(ctx context.Context, tx querier, a records.Application) (records.Answer, error) {
	var last int64
	var hash string
	err := tx.QueryRowContext(ctx, `SELECT number, hash FROM ledger WHERE device_id = $1 ORDER BY number DESC LIMIT 1`, a.DeviceID).Scan(&last, &hash)
	if err != nil && !errors.Is(err, sql.ErrNoRows) {
		return records.Answer{}, fmt.Errorf("reading the ledger: %w", err)
	}
	fork := func(why string) (records.Answer, error) {
		return records.Answer{Status: records.InboxFork, Why: why}, setInbox(ctx, tx, a.DeviceID, a.Number, a.Hash, records.InboxFork, why)
	}
	switch {
	case a.Number > last+1:
		return records.Answer{Status: records.InboxWaiting, Wants: last + 1}, nil
	case a.Number == last+1 && a.Prev == hash:
		return records.Answer{}, nil
	case a.Number == last+1:
		return fork("it does not follow the batch that was applied before it")
	}
	applied, receipt, err := ledgerRow(ctx, tx, a.DeviceID, a.Number)
	if err != nil {
		return records.Answer{}, err
	}
	if applied.Hash != a.Hash {
		return fork("another batch with this number was applied")
	}
	answer := records.Answer{Status: records.InboxApplied, Again: true, Applied: applied, Receipt: receipt}
	return answer, setInbox(ctx, tx, a.DeviceID, a.Number, a.Hash, records.InboxApplied, "")
}

const ledgerColumns = `device_id, number, hash, prev, rows_total, stored, unchanged, conflicts, rejects, applied_at`

func scanApplied(row scanner) (records.Applied, error) {
	var a records.Applied
	err := row.Scan(&a.DeviceID, &a.Number, &a.Hash, &a.Prev, &a.Rows, &a.Stored, &a.Unchanged, &a.Conflicts, &a.Rejects, &a.AppliedAt)
	return a, err
}

func ledgerRow(ctx context.Context, q querier, deviceID string, number int64) (a records.Applied, receipt []byte, err error) {
	err = q.QueryRowContext(ctx, `SELECT `+ledgerColumns+`, receipt FROM ledger WHERE device_id = $1 AND number = $2`, deviceID, number).
		Scan(&a.DeviceID, &a.Number, &a.Hash, &a.Prev, &a.Rows, &a.Stored, &a.Unchanged, &a.Conflicts, &a.Rejects, &a.AppliedAt, &receipt)
	return a, receipt, notFound(err, fmt.Sprintf("batch %d of device %s", number, deviceID))
}

// Ledger returns what became of the batches of a device, in the order of their numbers; of every device if deviceID is empty.
func (s *Store) Ledger(ctx context.Context, deviceID string) ([]records.Applied, error) {
	list, err := collect(query(ctx, s.read, scanApplied,
		`SELECT `+ledgerColumns+` FROM ledger WHERE $1 = '' OR device_id = $1 ORDER BY device_id, number`, deviceID))
	if err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	return list, nil
}

// How a row of a batch ends. The zero value is a row that was not looked at yet.
type end int

const (
	endStored end = iota + 1
	endUnchanged
	endConflict
	endReject
)

// merging is one batch being merged.
type merging struct {
	records.Application
	store     *Store
	tx        querier
	home      records.Home
	relink    *relinking
	ends      []end // for each change
	rejects   []records.RowReject
	conflicts []records.Conflict
}

func (m *merging) run(ctx context.Context) (records.Answer, error) {
	byNoun := map[records.Noun][]int{}
	seen := map[[2]string]bool{}
	for i, c := range m.Changes {
		id := [2]string{string(c.Noun), c.Key}
		switch {
		case m.Why[i] != "":
			m.reject(i, m.Why[i])
		case seen[id]:
			m.reject(i, "the row comes twice in one batch")
		default:
			seen[id] = true
			byNoun[c.Noun] = append(byNoun[c.Noun], i)
		}
	}
	for _, noun := range records.Nouns() {
		if rows := byNoun[noun]; len(rows) > 0 {
			if err := m.noun(ctx, noun, rows); err != nil {
				return records.Answer{}, fmt.Errorf("merging %s: %w", noun, err)
			}
		}
		delete(byNoun, noun)
	}
	for _, rows := range byNoun {
		for _, i := range rows {
			m.reject(i, "this version of the program does not know such rows")
		}
	}
	return m.close(ctx)
}

func (m *merging) noun(ctx context.Context, noun records.Noun, rows []int) error {
	switch noun {
	case records.NounHousehold:
		return m.households(ctx, rows)
	case records.NounResident:
		return m.residents(ctx, rows)
	case records.NounVisit:
		return m.visits(ctx, rows)
	case records.NounDecision:
		return m.decisions(ctx, rows)
	case records.NounCard:
		return m.cards(ctx, rows)
	case records.NounCardEvent:
		return m.cardEvents(ctx, rows)
	case records.NounPrintBatch:
		return m.printBatches(ctx, rows)
	case records.NounPrintBatchEvent:
		return m.printBatchEvents(ctx, rows)
	case records.NounStockMove:
		return m.stockMoves(ctx, rows)
	}
	return fmt.Errorf("no way to merge %s", noun)
}

// close writes rejects, conflicts, and the ledger's row with the receipt.
func (m *merging) close(ctx context.Context) (records.Answer, error) {
	applied := records.Applied{
		DeviceID: m.DeviceID, Number: m.Number, Hash: m.Hash, Prev: m.Prev, Rows: len(m.Changes), AppliedAt: m.At,
	}
	for _, e := range m.ends {
		switch e {
		case endStored:
			applied.Stored++
		case endUnchanged:
			applied.Unchanged++
		case endConflict:
			applied.Conflicts++
		case endReject:
			applied.Rejects++
		}
	}
	if !applied.Balanced() {
		return records.Answer{}, fmt.Errorf("batch %d: its rows do not add up", m.Number)
	}
	if err := m.saveRejects(ctx); err != nil {
		return records.Answer{}, err
	}
	if err := addConflicts(ctx, m.tx, m.conflicts); err != nil {
		return records.Answer{}, err
	}
	receipt, err := m.Seal(applied, m.rejects)
	if err != nil {
		return records.Answer{}, fmt.Errorf("signing the receipt: %w", err)
	}
	in := plain("ledger", "device_id", "number", "hash", "prev", "rows_total", "stored", "unchanged", "conflicts", "rejects", "applied_at", "receipt")
	row := []any{
		applied.DeviceID, applied.Number, applied.Hash, applied.Prev, applied.Rows, applied.Stored, applied.Unchanged, applied.Conflicts,
		applied.Rejects, applied.AppliedAt, receipt,
	}
	if _, err := in.rows(ctx, m.tx, [][]any{row}); err != nil {
		return records.Answer{}, err
	}
	if err := setInbox(ctx, m.tx, m.DeviceID, m.Number, m.Hash, records.InboxApplied, ""); err != nil {
		return records.Answer{}, err
	}
	return records.Answer{Status: records.InboxApplied, Applied: applied, Receipt: receipt}, nil
}

func (m *merging) saveRejects(ctx context.Context) error {
	rows := make([][]any, 0, len(m.rejects))
	for _, r := range m.rejects {
		rows = append(rows, []any{m.DeviceID, m.Number, r.Row, string(r.Noun), r.Key, r.Why})
	}
	_, err := plain("sync_rejects", "device_id", "number", "row_no", "noun", "row_key", "why").rows(ctx, m.tx, rows)
	return err
}

// SyncRejects returns the rows of a batch that were not taken.
func (s *Store) SyncRejects(ctx context.Context, deviceID string, number int64) ([]records.RowReject, error) {
	list, err := collect(query(ctx, s.read, func(row scanner) (records.RowReject, error) {
		var r records.RowReject
		err := row.Scan(&r.Row, &r.Noun, &r.Key, &r.Why)
		return r, err
	}, `SELECT row_no, noun, row_key, why FROM sync_rejects WHERE device_id = $1 AND number = $2 ORDER BY row_no`, deviceID, number))
	if err != nil {
		return nil, fmt.Errorf("reading rejects: %w", err)
	}
	return list, nil
}

// Why a row is not taken that waits for its parent, which a later batch may bring. The device finds them in its receipt by these
// words, and sends the rows again: they are part of the format and never change.
const (
	noHousehold  = "its household is not here"
	noResident   = "its resident is not here"
	noResidents  = "its residents are not here"
	noCard       = "its card is not here"
	noPrintBatch = "its print batch is not here"
)

func parentMissing(why string) bool {
	switch why {
	case noHousehold, noResident, noResidents, noCard, noPrintBatch:
		return true
	}
	return false
}

func (m *merging) reject(i int, why string) {
	m.ends[i] = endReject
	c := m.Changes[i]
	m.rejects = append(m.rejects, records.RowReject{Row: i + 1, Noun: c.Noun, Key: c.Key, Why: why})
}

// conflict keeps a row beside the stored one, until a person chooses.
func (m *merging) conflict(i int, storedHash, why string) {
	m.ends[i] = endConflict
	c := m.Changes[i]
	m.conflicts = append(m.conflicts, records.Conflict{
		ID: records.NewID(), Noun: c.Noun, Key: c.Key, StoredHash: storedHash, Base: c.Base, Hash: c.Hash, Row: c.Row,
		Origin: m.DeviceID, Batch: m.Number, At: m.At, Why: why, Status: records.ConflictOpen,
	})
}

// An arrival is a row of the batch whose content was read.
type arrival[T any] struct {
	at      int // index in the batch
	content T
	records.Change
}

// arrivals reads the content of rows; those that cannot be read are rejects.
func arrivals[T any](m *merging, rows []int, key func(T) string) []arrival[T] {
	list := make([]arrival[T], 0, len(rows))
	for _, i := range rows {
		v, why := decoded(m.Changes[i], key)
		if why != "" {
			m.reject(i, why)
			continue
		}
		list = append(list, arrival[T]{i, v, m.Changes[i]})
	}
	return list
}

// each returns what f picks from every arrival.
func each[T, V any](list []arrival[T], f func(arrival[T]) V) []V {
	out := make([]V, len(list))
	for i, a := range list {
		out[i] = f(a)
	}
	return out
}

func keyOf[T any](a arrival[T]) string { return a.Key }

// decoded reads the content of a row and holds it to its key and hash. A content that would not be written back byte for byte is
// not canonical, and why says so.
func decoded[T any](c records.Change, key func(T) string) (v T, why string) {
	dec := json.NewDecoder(bytes.NewReader(c.Row))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&v); err != nil {
		return v, "the row cannot be read, or has answers that this version of the program does not know"
	}
	canonical, err := records.Canonical(v)
	switch {
	case err != nil || !bytes.Equal(canonical, c.Row):
		return v, "the row is not in its canonical form"
	case records.Hash(c.Row) != c.Hash:
		return v, "the row is not what its hash says"
	case key(v) != c.Key:
		return v, "the row's key is another row's"
	case holdsZero(c.Row):
		return v, "the row holds a zero character"
	case slices.ContainsFunc(indexed(v), func(word string) bool { return len(word) > maxIndexed }):
		return v, "the row holds a number or a key that is too long"
	}
	return v, ""
}

// maxIndexed bounds, in bytes, what goes into an index: PostgreSQL refuses an entry beyond 2,704, and with it the whole batch.
const maxIndexed = 1000

// indexed returns what an index takes of a content, beside its key and the keys of rows that must be there.
func indexed(content any) []string {
	switch v := content.(type) {
	case records.Household:
		return []string{v.Key}
	case records.Resident:
		return []string{v.EPIC, v.ABHA}
	case records.PrintBatch:
		words := make([]string, len(v.Slots))
		for i, p := range v.Slots {
			words[i] = p.Number
		}
		return words
	}
	return nil
}

// holdsZero tells whether a text within canonical JSON holds U+0000, which PostgreSQL does not store: its escape, unless the
// backslash is itself escaped.
func holdsZero(row []byte) bool {
	for {
		at := bytes.Index(row, []byte(`\u0000`))
		if at < 0 {
			return false
		}
		escapes := at - len(bytes.TrimRight(row[:at], `\`))
		if escapes%2 == 0 {
			return true
		}
		row = row[at+1:]
	}
}

// isStamp tells whether a time is written as the registry writes it.
func isStamp(at string) bool {
	_, err := records.ParseStamp(at)
	return err == nil
}
