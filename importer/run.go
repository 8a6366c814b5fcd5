package importer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"sehat/records"
	"sehat/survey"
)

// A run is one import of one file.
type run struct {
	*Importer
	plan    *plan
	book    book
	file    string // base name
	hash    string
	dir     string // private temporary folder
	checker survey.Checker
	imp     records.Import

	houses  houses
	members map[uint64]seen   // members of the file so far, by half of their id
	visits  map[string]string // the submission that told of a visit first, by household and visit
	copies  map[string]int    // how often a row without keys of its own came, by its content
	rowIDs  map[string]bool   // values of sehat_row that were used
	heldIDs map[string]bool   // ids of the rows of this file that are held back
	prior   map[place]prior   // what earlier imports of a file of this name hold back

	skip     int       // rows that an import that was cut off had done
	rows     int       // rows read so far
	now      *binding  // the table that is being read
	reading  rowReader // its rows
	pending  []records.ImportRow
	from     []*line // the row that each of pending comes from
	flat     flatState
	agreed   bool // some household agreed to tell of its members
	messages []Message
	doubts   []Message
	answers  [2]survey.Answers // room
}

// A line is one row of a table.
type line struct {
	t     *binding
	n     int // as Excel numbers it
	cells []string
	own   string // the id that a rejects workbook wrote beside it

	place     int    // among the rows of its household so far
	household string // id of its household, where that is not held back
}

// A place is where a row stands in a file.
type place struct {
	sheet string
	row   int
}

// Seen is what is known of a member that came before in the same file: the fingerprint of its content, with the number of the
// visit in place of the last eight bits. A city has many millions of members: it is kept small.
type seen uint64

func seenAt(visit int32, print uint64) seen { return seen(print&^0xff | uint64(visit)&0xff) }

func (s seen) visit() int32 { return int32(s & 0xff) }

// all reads every table and takes its rows in.
func (r *run) all(ctx context.Context) error {
	begun, err := r.Store.Begin(ctx, records.Import{
		ID: records.NewID(), File: r.file, FileHash: r.hash, Profile: r.plan.profile, MappingHash: r.plan.mapping.hash(),
		SurveyCode: r.plan.survey, Layout: r.layout(), By: r.By, StartedAt: records.Stamp(r.Now),
	})
	if err != nil {
		return err
	}
	r.imp, r.skip = begun, begun.RowsDone
	if err := r.readPrior(ctx); err != nil {
		return err
	}
	for _, t := range r.plan.tables {
		if err := r.table(ctx, t); err != nil {
			return err
		}
	}
	r.imp.FinishedAt = records.Stamp(r.Now)
	return r.Store.Finish(ctx, r.imp)
}

// table takes the rows of one table in, a batch at a time.
func (r *run) table(ctx context.Context, t *binding) error {
	rows, err := r.book.open(t.sheet)
	if err != nil {
		return err
	}
	defer rows.Close()
	r.now, r.reading = t, rows
	b := batch{t: t}
	for more := true; more; {
		safe := r.imp
		var unread error // what was read before it is committed all the same
		// An import that is stopped commits what it has done.
		err := r.Store.Together(context.WithoutCancel(ctx), func() error {
			for begun := r.rows; more && r.rows-begun < committedRows && ctx.Err() == nil; {
				if more, unread = b.read(rows, batchRows); unread != nil {
					return nil
				}
				if err := r.batch(context.WithoutCancel(ctx), t, b.lines); err != nil {
					return err
				}
			}
			return nil
		})
		switch {
		case err != nil:
			r.imp = safe
			return err
		case unread != nil:
			return fmt.Errorf("%s%w", t.where(), unread)
		case ctx.Err() != nil:
			return ctx.Err()
		}
	}
	return nil
}

// A batch is the rows that are stored together. Its room is used again.
type batch struct {
	t     *binding
	lines []line
	cells []string
}

// read reads up to n rows of data: neither the header and what stands above it, nor blank rows.
func (b *batch) read(rows rowReader, n int) (more bool, err error) {
	b.lines, b.cells = b.lines[:0], b.cells[:0]
	more = true
	var ends []int
	for len(b.lines) < n && len(b.cells) < maxBatchCells {
		at, cells, err := rows.next()
		if errors.Is(err, io.EOF) {
			more = false
			break
		}
		if err != nil {
			return false, err
		}
		if at <= b.t.headerRow || b.t.blank(cells) || at == b.t.headerRow+1 && isTags(cells) {
			continue
		}
		b.lines = append(b.lines, line{t: b.t, n: at})
		b.cells = append(b.cells, cells...)
		ends = append(ends, len(b.cells))
	}
	start := 0
	for i, end := range ends {
		b.lines[i].cells = b.cells[start:end:end]
		start = end
	}
	return more, nil
}

// isTags reports whether a row is the row of HXL tags that some tools write under the header.
func isTags(cells []string) bool {
	told := false
	for _, c := range cells {
		if c != "" && (len(c) < 2 || c[0] != '#' || c[1] < 'a' || c[1] > 'z') {
			return false
		}
		told = told || c != ""
	}
	return told
}

// batch takes a batch of rows in. Rows that were done before the import was cut off are read again, because later rows stand
// against them, but not stored again.
func (r *run) batch(ctx context.Context, t *binding, lines []line) error {
	if len(lines) == 0 {
		return nil
	}
	if t.kind == memberTable {
		if err := r.findHouses(ctx, t, lines); err != nil {
			return err
		}
	}
	r.pending, r.from = r.pending[:0], r.from[:0]
	counts := r.imp.Counts
	for i := range lines {
		l := &lines[i]
		r.rows++
		in, notes := r.take(l)
		if r.rows <= r.skip {
			continue
		}
		counts.Warnings += notes.warnings
		counts.AadhaarMasked += notes.masked
		r.doubt(l, notes)
		if err := in.Seal(); err != nil {
			return err
		}
		r.pending = append(r.pending, in)
		r.from = append(r.from, l)
	}
	if len(r.pending) > 0 {
		imp := r.imp
		imp.Counts.Warnings, imp.Counts.AadhaarMasked, imp.RowsDone = counts.Warnings, counts.AadhaarMasked, r.rows
		imp, outcomes, err := r.Store.Rows(ctx, imp, r.pending)
		if err != nil {
			return err
		}
		r.imp = imp
		r.tell(outcomes)
	}
	r.progress()
	return nil
}

// tell notes the first messages of what became of a batch.
func (r *run) tell(outcomes []records.Outcome) {
	for i, o := range outcomes {
		if o != records.Quarantined {
			continue
		}
		l, reject := r.from[i], r.pending[i].Reject
		if len(r.messages) >= maxMessages {
			continue
		}
		m := l.message("", "another person stands at this place of the household in the register")
		if reject != nil {
			m = l.message(reject.Reasons[0].Column, reject.Reasons[0].Message)
		}
		r.messages = append(r.messages, m)
	}
}

// doubt notes the first rows that went in and should be looked at all the same.
func (r *run) doubt(l *line, n notes) {
	if len(r.doubts) >= maxMessages {
		return
	}
	masked := n.masked // that no doubt about a column tells of
	for _, f := range n.doubts {
		if f.Rule == survey.RuleAadhaarMasked {
			masked--
		}
		header := ""
		if col := l.t.columnOf(f.Field); col >= 0 && col < len(l.t.header) {
			header = l.t.header[col]
		}
		m := l.message(header, f.Message)
		if header == "" {
			m.Column = f.Field
		}
		r.doubts = append(r.doubts, m)
	}
	if masked > 0 {
		text := "An Aadhaar number is written here. It was not taken over; strike it from the paper and from the file."
		r.doubts = append(r.doubts, l.message("", text))
	}
}

// message says something about a row, and about the column with a header if there is one, as a spreadsheet shows them.
func (l *line) message(header, text string) Message {
	m := Message{Sheet: l.t.sheet, Row: l.n, Column: header, Text: text}
	col := slices.Index(l.t.header, header)
	if header == "" {
		col = -1
	}
	if l.t.whence != nil {
		m.Sheet, m.Row, col = l.t.whence(l.t.sheet, l.n, col)
	}
	if col >= 0 {
		m.Column = fmt.Sprintf("%s (%s)", columnName(col), shown(oneLine(header)))
	}
	return m
}

// Notes count what goes beside a row's outcome, and say what is doubtful.
type notes struct {
	warnings, masked int
	doubts           []survey.Finding
}

// take decides about one row as far as the file alone tells.
func (r *run) take(l *line) (records.ImportRow, notes) {
	l.own = r.ownID(l)
	switch l.t.kind {
	case householdTable:
		return r.household(l)
	case memberTable:
		return r.member(l)
	}
	return r.flatRow(l)
}

// read fills the answers of a level from a row.
func (r *run) read(l *line, level survey.Level) survey.Answers {
	sources := l.t.hh
	if level == survey.Member {
		sources = l.t.mb
	}
	a := r.answers[level]
	if a == nil {
		a = make(survey.Answers, len(sources))
		r.answers[level] = a
	}
	system := r.book.dates()
	for i := range sources {
		a[i] = sources[i].value(l.cells, system)
	}
	if level == survey.Household && r.plan.survey != "" && a[placeSurvey] == "" {
		a[placeSurvey] = r.plan.survey
	}
	return a
}

// Places of fields that the importer itself looks at.
var (
	placeSurvey = placeOf(survey.Household, "survey_code")
	placeKey    = placeOf(survey.Household, "household_id")
	placeWard   = placeOf(survey.Household, "ward_code")
	placeVisit  = placeOf(survey.Household, "visit_no")
)

func placeOf(l survey.Level, name string) int {
	place, ok := survey.Lookup(l, name)
	if !ok {
		panic("importer: the questionnaire has no field " + name)
	}
	return place
}

// count fills notes from findings.
func (n *notes) count(fs []survey.Finding) {
	for _, f := range fs {
		if f.Severity == survey.Warning {
			n.warnings++
			n.doubts = append(n.doubts, f)
		}
	}
}

// unseen counts the Aadhaar numbers in the columns that no checker reads.
func (l *line) unseen() (masked int) {
	for i, c := range l.cells {
		if len(c) < 12 {
			continue
		}
		if i < len(l.t.owner) {
			o := l.t.owner[i]
			if o.place >= 0 && (l.t.kind == flatTable || (o.level == survey.Household) == (l.t.kind == householdTable)) {
				continue
			}
		}
		_, found := survey.MaskAadhaar(c)
		masked += found
	}
	return masked
}

// sourceRev is what orders the versions of a row: the number of the visit, and the source's own edit count or time if it has one.
func (r *run) sourceRev(l *line, visit int) string {
	rev := fmt.Sprintf("%04d", visit)
	if l.t.rev >= 0 {
		if edit := sortable(maskRevision(cell(l.cells, l.t.rev))); edit != "" {
			rev += " " + edit
		}
	}
	return rev
}

// oneLine is a header as a message calls it: its first line, without the star that our form puts where an answer is needed.
func oneLine(s string) string {
	s, _, _ = strings.Cut(strings.TrimSpace(s), "\n")
	return strings.TrimSuffix(strings.TrimSpace(s), " *")
}
