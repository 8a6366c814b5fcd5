package store

import (
	"context"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strconv"
	"strings"

	"sehat/records"
)

// Every batch of an import leaves a trail: the ids of the rows that it brought, of those that it met, and what stood before in
// the rows that it changed. From it a history is read and an import taken back.

// nounReject is the noun of rows in quarantine in the trail. They do not travel, so that [records.Nouns] lacks it.
const nounReject records.Noun = "reject"

// Kinds of ids in the trail.
const (
	trailNew = "new"
	trailMet = "met" // found as it came, older, changed or corrected
)

const metaTrail = "imports/seq" // the batch that was stored last

var (
	trailInsert  = plain("import_ids", "seq", "noun", "kind", "import_id", "ids")
	changeInsert = plain("import_changes", "noun", "row_id", "seq", "import_id", "rev_after", "was", "became")
)

// A version is a row as it once stood.
type version struct {
	Origin    string          `json:"origin"`
	Rev       int64           `json:"rev"`
	SourceRev string          `json:"source_rev"`
	Hash      string          `json:"hash"`
	Base      string          `json:"base"`
	Row       json.RawMessage `json:"row"`
}

func versionOf(content any, m records.Meta) (string, error) {
	row, err := records.Canonical(content)
	if err != nil {
		return "", err
	}
	b, err := records.Canonical(version{m.Origin, m.Rev, m.SourceRev, m.Hash, m.Base, row})
	return string(b), err
}

// restore reads a version into the content it was made of, and returns what stood beside it.
func restore(text string, content any) (records.Meta, error) {
	var v version
	if err := json.Unmarshal([]byte(text), &v); err != nil {
		return records.Meta{}, fmt.Errorf("reading what an import changed: %w", err)
	}
	if err := json.Unmarshal(v.Row, content); err != nil {
		return records.Meta{}, fmt.Errorf("reading what an import changed: %w", err)
	}
	return records.Meta{Origin: v.Origin, Rev: v.Rev, SourceRev: v.SourceRev, Hash: v.Hash, Base: v.Base}, nil
}

// A trail is being left by one batch.
type trail struct {
	store    *Store
	q        querier
	importID string
	seq      int64
	ids      [][]any // rows of import_ids
	changes  [][]any // rows of import_changes
}

// leaveTrail notes what a batch is about to write. It must stand before the writing.
func (b *importBatch) leaveTrail(ctx context.Context, s *Store, q querier, importID string) error {
	text, err := meta(ctx, q, metaTrail)
	if err != nil {
		return err
	}
	last, _ := strconv.ParseInt(text, 10, 64) //nolint:errcheck // empty before the first
	t := &trail{store: s, q: q, importID: importID, seq: last + 1}
	err = errors.Join(
		trace(t, records.NounHousehold, &b.households, func(r *records.Household) *records.Meta { return &r.Meta }, func(ids []string) iter.Seq2[records.Household, error] {
			return query(ctx, q, scanHousehold, `SELECT `+householdColumns+` FROM households WHERE id IN `+s.list(1, len(ids)), anys(ids)...)
		}),
		trace(t, records.NounResident, &b.residents, func(r *records.Resident) *records.Meta { return &r.Meta }, func(ids []string) iter.Seq2[records.Resident, error] {
			return query(ctx, q, scanResident, `SELECT `+residentColumns+` FROM residents WHERE id IN `+s.list(1, len(ids)), anys(ids)...)
		}),
		trace(t, records.NounVisit, &b.visits, func(r *records.Visit) *records.Meta { return &r.Meta }, func(ids []string) iter.Seq2[records.Visit, error] {
			return query(ctx, q, scanVisit, `SELECT `+visitColumns+` FROM visits WHERE id IN `+s.list(1, len(ids)), anys(ids)...)
		}),
		b.quarantine.trace(ctx, t),
	)
	if err != nil || len(t.ids) == 0 {
		return err
	}
	if _, err := trailInsert.rows(ctx, q, t.ids); err != nil {
		return err
	}
	if _, err := changeInsert.rows(ctx, q, t.changes); err != nil {
		return err
	}
	return setMeta(ctx, q, metaTrail, strconv.FormatInt(t.seq, 10))
}

// trace notes the rows of one noun.
func trace[T any](t *trail, noun records.Noun, table *standingTable[T], meta func(*T) *records.Meta, read func(ids []string) iter.Seq2[T, error]) error {
	var fresh, met, changed []string
	after := map[string]int64{}
	for _, e := range table.written {
		rev := meta(e.row).Rev
		switch {
		case e.before:
			changed = append(changed, e.id)
			after[e.id] = rev
		case rev > 1:
			t.change(noun, e.id, rev, "")
			fallthrough
		default:
			fresh = append(fresh, e.id)
		}
	}
	for id, e := range table.byID {
		if e.before {
			met = append(met, id)
			if e.revOnly {
				changed = append(changed, id)
			}
		}
	}
	t.note(noun, trailNew, fresh)
	t.note(noun, trailMet, met)
	slices.Sort(changed)
	at := 0 // read returns them in any order; the trail is keyed by id
	for ids := range chunks(changed) {
		for row, err := range read(ids) {
			if err != nil {
				return fmt.Errorf("reading what an import changes: %w", err)
			}
			m := meta(&row)
			was, err := versionOf(row, *m)
			if err != nil {
				return err
			}
			id := idOfRow(row)
			rev, written := after[id]
			if !written {
				rev = m.Rev
			}
			t.change(noun, id, rev, was)
			at++
		}
	}
	if at != len(changed) {
		return fmt.Errorf("reading what an import changes: %d of %d rows", at, len(changed))
	}
	return nil
}

func idOfRow(row any) string {
	switch r := row.(type) {
	case records.Household:
		return r.ID
	case records.Resident:
		return r.ID
	case records.Visit:
		return r.ID
	}
	return ""
}

func (t *trail) note(noun records.Noun, kind string, ids []string) {
	if len(ids) > 0 {
		t.ids = append(t.ids, []any{t.seq, string(noun), kind, t.importID, packIDs(ids)})
	}
}

func (t *trail) change(noun records.Noun, id string, rev int64, was string) {
	t.changes = append(t.changes, []any{string(noun), id, t.seq, t.importID, rev, was, ""})
}

// packIDs joins ids: a UUID, as nearly all are, is a zero byte and its 16 bytes; another text is its length and the text.
func packIDs(ids []string) []byte {
	out := make([]byte, 0, 17*len(ids))
	for _, id := range ids {
		out = packID(out, id)
	}
	return out
}

func packID(out []byte, id string) []byte {
	if len(id) == 36 {
		bare := id[:8] + id[9:13] + id[14:18] + id[19:23] + id[24:]
		if packed, err := hex.AppendDecode(append(out, 0), []byte(bare)); err == nil && unpackUUID(packed[len(out)+1:]) == id {
			return packed
		}
	}
	id = id[:min(len(id), 255)]
	return append(append(out, byte(len(id))), id...)
}

func unpackUUID(b []byte) string {
	text := hex.EncodeToString(b)
	return strings.Join([]string{text[:8], text[8:12], text[12:16], text[16:20], text[20:]}, "-")
}

// packedIDs goes through packed ids as they are packed, each with its first byte.
func packedIDs(b []byte) iter.Seq[string] {
	return func(yield func(string) bool) {
		for len(b) > 0 {
			n := int(b[0])
			if n == 0 {
				n = 16
			}
			n = min(n+1, len(b))
			if !yield(string(b[:n])) {
				return
			}
			b = b[n:]
		}
	}
}

// unpackID is the id behind what packedIDs yields.
func unpackID(packed string) string {
	if len(packed) == 17 && packed[0] == 0 {
		return unpackUUID([]byte(packed[1:]))
	}
	return packed[1:]
}
