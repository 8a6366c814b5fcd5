package importer

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sehat/records"
	"sehat/survey"
)

// A HeldStore tells what is held back.
type HeldStore interface {
	// Held streams the rows that are held back, by file, sheet and row.
	Held(ctx context.Context, f records.HeldFilter) iter.Seq2[records.HeldRow, error]
	// Layouts returns how the files were read from which rows are held back, by import; empty for imports that did not note it.
	Layouts(ctx context.Context) (map[string]string, error)
}

// A HeldReport counts what is held back.
type HeldReport struct {
	Rows         int      `json:"rows"`
	ByRule       []Tally  `json:"by_rule,omitempty"` // commonest first; a row may break several rules
	ByTeam       []Tally  `json:"by_team,omitempty"`
	ByEnumerator []Tally  `json:"by_enumerator,omitempty"`
	ByFile       []Tally  `json:"by_file,omitempty"`
	RejectsFiles []string `json:"rejects_files,omitempty"` // workbooks that were written
	// NotWritten are the rows that no workbook can be made of without their file: an older version held them back, or their household is
	// neither in the register nor among the rows that were asked for.
	NotWritten int `json:"not_written,omitempty"`
}

// Held counts what is held back and, where path is not empty, writes it into workbooks: one for each way in which files were laid out,
// at path, path-2 and so on. A workbook that somebody has worked in is never written over.
func (im *Importer) Held(ctx context.Context, store HeldStore, f records.HeldFilter, path string) (HeldReport, error) {
	layouts, err := store.Layouts(ctx)
	if err != nil {
		return HeldReport{}, err
	}
	all, groups := newTally(), map[string]*tally{}
	for h, err := range store.Held(ctx, f) {
		if err != nil {
			return HeldReport{}, err
		}
		all.add(h.Reject)
		group := layouts[h.Import]
		if groups[group] == nil {
			groups[group] = newTally()
		}
		groups[group].add(h.Reject)
	}
	report := HeldReport{
		Rows: all.rows, ByRule: all.rules(), ByTeam: sorted(all.teams), ByEnumerator: sorted(all.enumerators), ByFile: sorted(all.files),
	}
	if path == "" || all.rows == 0 {
		return report, nil
	}
	for text, t := range groups {
		if !rewritable(text) {
			report.NotWritten += t.rows
			delete(groups, text)
		}
	}
	dir, err := im.tempDir()
	if err != nil {
		return report, err
	}
	defer os.RemoveAll(dir) // on a failure the next run sweeps it
	order := slices.SortedFunc(maps.Keys(groups), func(a, b string) int {
		if n := groups[b].rows - groups[a].rows; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	for i, text := range order {
		to := path
		if i > 0 {
			ext := filepath.Ext(path)
			to = fmt.Sprintf("%s-%d%s", strings.TrimSuffix(path, ext), i+1, ext)
		}
		if _, err := os.Stat(to); !errors.Is(err, os.ErrNotExist) && !Untouched(to) {
			return report, fileError("name another file, or import what was corrected in it first", "%s is there already, and may have been worked on", to)
		}
		rows := func(yield func(records.HeldRow, error) bool) {
			for h, err := range store.Held(ctx, f) {
				if (err != nil || layouts[h.Import] == text) && !yield(h, err) {
					return
				}
			}
		}
		written, err := im.writeHeld(ctx, text, groups[text], rows, dir, to)
		if err != nil {
			return report, fmt.Errorf("writing %s: %w", filepath.Base(to), err)
		}
		report.NotWritten += groups[text].rows - written
		if written > 0 {
			report.RejectsFiles = append(report.RejectsFiles, to)
		}
	}
	return report, nil
}

// rewritable reports whether rows that were laid out so can be read again without the rest of their file.
func rewritable(text string) bool {
	if text == "" {
		return false
	}
	_, _, err := parseLayout(text)
	return err == nil
}

// writeHeld writes one workbook of rows that were laid out alike, and returns how many. Members whose household is neither in the
// register nor among the rows are left out; where all are, no workbook is written.
func (im *Importer) writeHeld(ctx context.Context, text string, t *tally, rows iter.Seq2[records.HeldRow, error], dir, path string) (int, error) {
	b, mapping, err := parseLayout(text)
	if err != nil {
		return 0, err
	}
	p, err := makePlan(b, mapping, b.Profile, b.Survey)
	if err != nil {
		return 0, err
	}
	r := &run{Importer: im, plan: p, book: b, file: FileName(path), dir: dir, checker: survey.Checker{Areas: im.Areas, Today: survey.DateOf(im.Now)}}
	p.profile = b.Profile
	w, err := r.newRejectsBook(t)
	if err != nil {
		return 0, err
	}
	defer w.discard()
	if w.mapping.hasLink() {
		w.join()
		if err := w.joiner.learn(r.plan.tables, rows); err != nil {
			return 0, err
		}
		if t, err = w.count(r.plan.tables, rows); err != nil || t.rows == 0 {
			return 0, err
		}
	}
	for _, table := range r.bySheet() {
		if err := w.sheet(table); err != nil {
			return 0, err
		}
		n := 0
		for h, err := range w.of(table, rows) {
			if n++; err == nil && n%batchRows == 0 {
				err = ctx.Err()
			}
			if err != nil {
				return 0, err
			}
			if w.joiner != nil {
				w.link = w.joiner.link(table, h)
			}
			if err := w.row(r.shown(table, &h.Reject), &h.Reject); err != nil {
				return 0, err
			}
		}
		if err := w.endSheet(); err != nil {
			return 0, err
		}
	}
	return t.rows, w.save(path)
}

// count counts the rows that can be written.
func (w *rejectsBook) count(tables []*binding, rows iter.Seq2[records.HeldRow, error]) (*tally, error) {
	w.tally = newTally()
	for _, t := range tables {
		for h, err := range w.of(t, rows) {
			if err != nil {
				return nil, err
			}
			w.tally.add(h.Reject)
		}
	}
	return w.tally, nil
}

// of goes through the rows of a table that can be written.
func (w *rejectsBook) of(t *binding, rows iter.Seq2[records.HeldRow, error]) iter.Seq2[records.HeldRow, error] {
	return func(yield func(records.HeldRow, error) bool) {
		for h, err := range rows {
			skip := h.Sheet != t.sheet || w.joiner != nil && !w.joiner.has(t, h)
			if (err != nil || !skip) && !yield(h, err) {
				return
			}
		}
	}
}

// bare makes the cells of a row of which nothing but its keys were kept: "H1", "H1/2".
func (t *binding) bare(r *records.Reject) []string {
	cells := make([]string, len(t.header))
	key, member := r.Key, ""
	if i := strings.LastIndexByte(key, '/'); i >= 0 && t.kind != householdTable {
		key, member = key[:i], key[i+1:]
	}
	put := func(col int, text string) {
		if col >= 0 && col < len(cells) {
			cells[col] = text
		}
	}
	switch t.kind {
	case householdTable:
		put(t.key, key)
	case memberTable:
		put(t.link, key)
	case flatTable:
		put(t.columnOf(survey.LinkField), key)
	}
	col := t.columnOf("member_id")
	if col < 0 {
		col = t.columnOf("line_no")
	}
	put(col, member)
	return cells
}
