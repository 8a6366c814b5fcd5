package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"regexp"
	"strconv"
	"strings"

	"github.com/spf13/cobra"
	"github.com/xuri/excelize/v2"

	"sehat/records"
	"sehat/records/store"
)

func newReviewImportCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE.xlsx",
		Short: "Take the decisions of a workbook that was filled",
		Long: `Import takes each decision of a workbook that "sehat review export" wrote, under the name of
--as, and reports every row that holds one. What somebody decided otherwise since the workbook
was written is not overwritten but reported. Rows that cannot be read are reported and the others
taken. Importing a workbook again changes nothing.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error { return runReviewImport(cmd.Context(), a, args[0]) },
	}
}

// What came of a row, beside what records says of a decision.
const (
	rowConflict   = "conflict"   // somebody decided otherwise since
	rowUnknown    = "unknown"    // the register has no such pair
	rowUnreadable = "unreadable" // it cannot be told what was decided
)

// A bookDecision is a decision in a workbook, and then what came of it.
type bookDecision struct {
	Row      int    `json:"row"`
	Column   string `json:"column"`
	Pair     string `json:"pair,omitempty"`
	Decision string `json:"decision,omitempty"`
	Reason   string `json:"reason,omitempty"`
	How      string `json:"how"`           // taken, already, proposed, confirmed, conflict, unknown or unreadable
	Why      string `json:"why,omitempty"` // in words

	seen int // events on the pair when the workbook was written
}

// An importSummary is what an import of decisions came to.
type importSummary struct {
	File       string `json:"file"`
	Decisions  int    `json:"decisions"` // the sum of all that follow
	Taken      int    `json:"taken"`     // those that a second person confirmed included
	Already    int    `json:"already"`
	Proposed   int    `json:"proposed"`
	Conflicts  int    `json:"conflicts"`
	Unknown    int    `json:"unknown"`
	Unreadable int    `json:"unreadable"`
}

func runReviewImport(ctx context.Context, a *app, path string) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	sheet, decisions, err := readReviewBook(path, h.path("tmp"))
	if err != nil {
		return err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	summary := importSummary{File: path, Decisions: len(decisions)}
	table := newTable(a.stdout)
	for _, d := range decisions {
		if d.How == "" {
			if err := a.takeRow(ctx, s, by, &d); err != nil {
				table.flush()
				return err
			}
		}
		summary.count(d.How)
		if a.json {
			if err := a.result(d, ""); err != nil {
				return err
			}
			continue
		}
		table.row(fmt.Sprintf("%s row %d", sheet, d.Row), d.Pair, d.Decision, d.Why)
	}
	table.flush()
	if err := a.result(summary, "%s", summary.words()); err != nil {
		return err
	}
	return summary.open()
}

// takeRow records the decision of a row, by whoever imports it, and notes what came of it. Only what stops the whole import is an error.
func (a *app) takeRow(ctx context.Context, s *store.Store, by string, d *bookDecision) error {
	m, err := s.MatchByKey(ctx, d.Pair)
	if errors.Is(err, records.ErrNotFound) || errors.Is(err, records.ErrExists) {
		d.How, d.Why = rowUnknown, "not taken: this register has no such pair (any more)"
		return nil
	}
	if err != nil {
		return err
	}
	r, err := settle(ctx, a, s, m, records.Decision{Decision: d.Decision, By: by, Why: d.Reason}, d.seen)
	switch {
	case errors.Is(err, records.ErrSecondPerson):
		d.How, d.Why = records.SettledAlready, "you proposed it before; a second person must confirm it"
		return nil
	case errors.Is(err, records.ErrConflict):
		d.How, d.Why = rowConflict, "not taken: "+strings.TrimPrefix(err.Error(), "pair "+d.Pair+": ")
		return nil
	case err != nil:
		return err
	}
	d.How, d.Why = r.How, strings.TrimLeft(strings.TrimPrefix(r.words(m), "pair "+d.Pair), ": ")
	return nil
}

func (i *importSummary) count(how string) {
	switch how {
	case records.SettledTaken, records.SettledConfirmed:
		i.Taken++
	case records.SettledAlready:
		i.Already++
	case records.SettledProposed:
		i.Proposed++
	case rowConflict:
		i.Conflicts++
	case rowUnknown:
		i.Unknown++
	case rowUnreadable:
		i.Unreadable++
	}
}

// words sums an import up.
func (i importSummary) words() string {
	if i.Decisions == 0 {
		return i.File + ": no decision is filled in"
	}
	text := fmt.Sprintf("%s: %s: %d taken", i.File, count(i.Decisions, "decision"), i.Taken)
	for _, part := range []struct {
		n    int
		what string
	}{
		{i.Already, "stood already"},
		{i.Proposed, "proposed, for a second person to confirm"},
		{i.Conflicts, "in conflict with what was decided since"},
		{i.Unknown, "on pairs that are not in the register"},
		{i.Unreadable, "unreadable"},
	} {
		if part.n > 0 {
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	return text
}

// open returns what of an import a person still has to see to.
func (i importSummary) open() error {
	if n := i.Conflicts + i.Unknown + i.Unreadable; n > 0 {
		return needsPerson{count(n, "decision") + " of " + i.File + " not taken", "correct the rows and import it again, or decide these pairs with \"sehat review\""}
	}
	if i.Proposed > 0 {
		return needsPerson{count(i.Proposed, "pair") + " wait for a second person", `somebody else decides them with "sehat review --as NAME", or in a workbook of their own`}
	}
	return nil
}

// What opening a workbook may unpack: a hundred thousand pairs are less.
const (
	mostUnpacked = 1 << 30
	mostInMemory = 16 << 20
	headWithin   = 20 // rows in which the head is looked for
)

// openBook opens a workbook that was filled; what it unpacks beyond the memory it may use lies in a folder, which is made if need be.
func openBook(path, tmp string) (*excelize.File, error) {
	if err := os.MkdirAll(tmp, 0o700); err != nil {
		return nil, fmt.Errorf("reading %s: %w", path, err)
	}
	if _, err := os.Stat(path); err != nil {
		return nil, fmt.Errorf("reading the workbook: %w", err)
	}
	f, err := excelize.OpenFile(path, excelize.Options{UnzipSizeLimit: mostUnpacked, UnzipXMLSizeLimit: mostInMemory, TmpDir: tmp, RawCellValue: true})
	if err != nil {
		return nil, withHint(fmt.Errorf("%s cannot be read as a workbook: %w", path, err), "save it as an Excel workbook (.xlsx), without a password")
	}
	return f, nil
}

// readReviewBook reads the decisions of a workbook, one for each pair that has one, and the name of their sheet. A row that
// cannot be read is among them, and says why.
func readReviewBook(path, tmp string) (sheet string, decisions []bookDecision, err error) {
	f, err := openBook(path, tmp)
	if err != nil {
		return "", nil, err
	}
	defer f.Close()
	for _, sheet := range f.GetSheetList() {
		book, err := readPairs(f, sheet)
		if err != nil {
			return "", nil, fmt.Errorf("%s: %s: %w", path, sheet, err)
		}
		if book != nil {
			return sheet, book.decisions(), nil
		}
	}
	return "", nil, withHint(fmt.Errorf("%s: no sheet has the column %s", path, pairColumn), `a workbook to fill is written by "sehat review export"`)
}

// filledBook is a sheet of pairs as it was read.
type filledBook struct {
	key, decision, reason int // columns, from 0
	rows                  []filledRow
}

type filledRow struct {
	n                     int
	key, decision, reason string
}

// readPairs reads a sheet; nil if it is not one of pairs.
func readPairs(f *excelize.File, sheet string) (*filledBook, error) {
	rows, err := f.Rows(sheet)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var book *filledBook
	for n := 1; rows.Next(); n++ {
		cells, err := rows.Columns(excelize.Options{RawCellValue: true})
		if err != nil {
			return nil, fmt.Errorf("row %d: %w", n, err)
		}
		if book == nil {
			if n > headWithin {
				return nil, nil
			}
			if book, err = headOf(cells); err != nil {
				return nil, fmt.Errorf("row %d: %w", n, err)
			}
			continue
		}
		if r := (filledRow{n, book.at(cells, book.key), book.at(cells, book.decision), book.at(cells, book.reason)}); r.decision != "" {
			book.rows = append(book.rows, r)
		}
	}
	return book, rows.Error()
}

// headOf finds the columns by the first line of their heads; nil if the row is not the head.
func headOf(cells []string) (*filledBook, error) {
	book := filledBook{-1, -1, -1, nil}
	for i, text := range cells {
		name, _, _ := strings.Cut(text, "\n")
		switch strings.TrimSpace(name) {
		case pairColumn:
			book.key = i
		case decisionColumn:
			book.decision = i
		case reasonColumn:
			book.reason = i
		}
	}
	switch {
	case book.key < 0:
		return nil, nil
	case book.decision < 0:
		return nil, fmt.Errorf("the column %s is missing", decisionColumn)
	}
	return &book, nil
}

func (b *filledBook) at(cells []string, column int) string {
	if column < 0 || column >= len(cells) {
		return ""
	}
	return strings.TrimSpace(cells[column])
}

var pairCell = regexp.MustCompile(`^([0-9a-f]{12})-([0-9]{1,9})$`)

// decisions puts the two rows of each pair together.
func (b *filledBook) decisions() []bookDecision {
	column, _ := excelize.ColumnNumberToName(b.decision + 1) //nolint:errcheck // it was read from there
	keyColumn, _ := excelize.ColumnNumberToName(b.key + 1)   //nolint:errcheck // as above
	var list []bookDecision
	at := map[string]int{}
	for _, r := range b.rows {
		d := bookDecision{Row: r.n, Column: column, Decision: decisionOf(r.decision), Reason: r.reason}
		key := pairCell.FindStringSubmatch(r.key)
		first, twice := at[r.key]
		switch {
		case key == nil:
			d.How, d.Column = rowUnreadable, keyColumn
			d.Why = fmt.Sprintf("column %s: the key of the pair was changed or is missing; copy it from the other row of the pair", keyColumn)
		case d.Decision == "":
			d.How, d.Pair = rowUnreadable, key[1]
			d.Why = fmt.Sprintf("column %s: neither same nor different; choose one from the list, or leave it empty", column)
		case twice && list[first].Decision != d.Decision:
			d.How, d.Pair = rowUnreadable, key[1]
			d.Why = fmt.Sprintf("column %s: row %d of the same pair says otherwise", column, list[first].Row)
			list[first].How = rowUnreadable
			list[first].Why = fmt.Sprintf("column %s: row %d of the same pair says otherwise", column, r.n)
		case twice:
			continue
		default:
			d.Pair = key[1]
			d.seen, _ = strconv.Atoi(key[2]) //nolint:errcheck // digits
			at[r.key] = len(list)
		}
		list = append(list, d)
	}
	return list
}

// decisionOf reads a decision in English or Hindi, as the list offers it or as people type it; empty if it is neither.
func decisionOf(text string) string {
	text = strings.ToLower(text)
	first, _, _ := strings.Cut(text, "·")
	for _, word := range []string{strings.TrimSpace(first), strings.TrimSpace(text)} {
		switch word {
		case "same", "एक ही", "yes", "y", "हाँ", "हां":
			return records.DecidedSame
		case "different", "अलग", "no", "n", "नहीं":
			return records.DecidedDifferent
		}
	}
	return ""
}
