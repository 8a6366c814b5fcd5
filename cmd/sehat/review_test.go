package main

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"iter"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/rivo/uniseg"
	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"sehat/records"
	"sehat/records/linkage"
	"sehat/records/store"
)

// scriptDoubtful makes every resident of a home a person of its own and each two names that follow a pair in doubt, the first the
// likeliest, and sets $PAIR1, $PAIR2, … to their keys. What dedupe would find is not what these scripts are about.
func scriptDoubtful(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	s, err := store.Open(ctx, ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer s.Close()
	ids := map[string]string{}
	var persons []records.PersonOf
	for r, err := range s.Residents(ctx) {
		ts.Check(err)
		ids[cmp.Or(r.FullName, r.FullNameHi)] = r.ID
		persons = append(persons, records.PersonOf{ResidentID: r.ID, PersonID: r.ID})
	}
	state, err := s.LinkState(ctx)
	ts.Check(err)
	var matches []records.Match
	for i := 1; i+1 < len(args); i += 2 {
		left, right := ids[args[i]], ids[args[i+1]]
		if left == "" || right == "" {
			ts.Fatalf("nobody is called %s or %s", args[i], args[i+1])
		}
		left, right = min(left, right), max(left, right)
		ts.Setenv(fmt.Sprintf("PAIR%d", (i+1)/2), records.PairKey(left, right))
		matches = append(matches, records.Match{
			Left: left, Right: right, Status: records.MatchReview, Weight: 1 - float64(i)/10, Probability: 0.6,
			Steps: []byte(`[{"field":"prior","words":"of any two records","weight":-12.3},` +
				`{"field":"given name","words":"sounds the same","level":2,"weight":9.1},{"field":"birth","words":"differs","level":3,"weight":-4}]`),
		})
	}
	ts.Check(s.SaveLinkage(ctx, records.Linked{State: state, Matches: each(matches), Persons: slices.Values(persons)}))
}

// each streams matches.
func each(matches []records.Match) iter.Seq2[records.Match, error] {
	return func(yield func(records.Match, error) bool) {
		for _, m := range matches {
			if !yield(m, nil) {
				return
			}
		}
	}
}

// scriptFill writes into cells of a review workbook: fill BOOK B2=same 'C2=two sisters'.
func scriptFill(ts *testscript.TestScript, _ bool, args []string) {
	f, err := excelize.OpenFile(ts.MkAbs(args[0]))
	ts.Check(err)
	defer f.Close()
	for _, cell := range args[1:] {
		at, text, _ := strings.Cut(cell, "=")
		ts.Check(f.SetCellStr(f.GetSheetName(f.GetActiveSheetIndex()), at, text))
	}
	ts.Check(f.Save())
}

// aPair is a doubtful pair with everything that can be told.
func aPair(t *testing.T) reviewPair {
	t.Helper()
	age := 36
	house := func(no string) records.Household {
		return records.Household{HouseNo: no, AddressLine: "Pocket C-9", Locality: "Rithala", PinCode: "110089", WardCode: "022", TeamID: "022-T1", Mobile: "+919811100000"}
	}
	m := records.Match{Left: "a", Right: "b", Status: records.MatchReview, Weight: 0.6, Probability: 0.6}
	p := reviewPair{Match: m, key: records.PairKey("a", "b"), steps: linkage.Explanation{
		{Field: "prior", Words: "of any two records", Weight: -16},
		{Field: "given name", Words: "sounds the same", Level: 2, Weight: 9.4},
		{Field: "mobile", Words: "the same", Level: 1, Weight: 14},
		{Field: "household", Words: "other members do not agree, or fit better", Weight: -6.7},
		{Field: "sex", Words: "the same", Level: 1, Weight: 0.1},
		{Field: "area", Words: "only the ward agrees", Level: 7},
		{Field: "note", Words: "held back: the records behind the two disagree"},
	}}
	p.left = records.Dossier{
		Resident: records.Resident{
			ID: "a", FullName: "Gyankali Devi", FullNameHi: "ज्ञानकली देवी", FatherOrHusband: "Atul Kumar", Relation: "spouse", Sex: "F", AgeYears: &age,
			VisitDate: "2026-01-10", EPIC: "ABC1234567",
		},
		Household: house("96"), Records: 1,
		Others: []records.Resident{{FullName: "Atul Kumar", Relation: "head", Sex: "M", BirthYear: 1982}, {FullName: "=SUM(A1)", Relation: "son", Sex: "M"}},
		Cards:  []records.Card{{Number: "234567890123456", Kind: records.CardPermanent, ReservedAt: "2026"}},
	}
	p.right = records.Dossier{
		Resident:  records.Resident{ID: "b", FullName: "Gyaankali", FullNameHi: "ग्यानकली", Relation: "daughter_in_law", Sex: "F", FatherOrHusband: "=1+1", BirthYear: 1990, BirthMonth: 3, BirthDay: 1, Mobile: "+919811100000"},
		Household: house("Flat 96"), Records: 1,
		Others: []records.Resident{{FullName: "Savitri", Relation: "head", Sex: "F"}, {FullName: "ATUL KUMAR", Relation: "son", Sex: "M", BirthYear: 1982}},
	}
	return p
}

func TestAPairFitsItsScreen(t *testing.T) {
	for _, width := range []int{60, 80, 120, 160} {
		var out bytes.Buffer
		s := screen{w: &out, width: width}
		p := aPair(t)
		for _, block := range []func(screen){p.head("1 of 2"), p.records, p.members, p.waterfall, p.briefly} {
			block(s)
		}
		for line := range strings.SplitSeq(out.String(), "\n") {
			if got := uniseg.StringWidth(line); got > width || strings.HasSuffix(line, " ") {
				t.Errorf("%d columns of %d: %q", got, width, line)
			}
		}
		if width != 120 {
			continue
		}
		if strings.Contains(out.String(), "only the ward") {
			t.Errorf("a step without weight is told:\n%s", out.String())
		}
		for _, want := range []string{
			"~ name            Gyankali Devi                                       Gyaankali\n",
			"= mobile          +919811100000 (household)                           +919811100000\n",
			"~ birth           age 36 (about 1990)                                 1990-03-01\n",
			"  relation        spouse                                              daughter in law\n",
			"~ house           96                                                  Flat 96\n",
			"= listed with     Atul Kumar, head, M, 1982                           ATUL KUMAR, son, M, 1982\n",
			"                  –                                                   Savitri, head, F\n",
			"at the start      any two records                                                 1 in 66,000\n",
			"given name        sounds the same                            +++++    × 680       1.0 %\n",
			"household         other members do not agree, or fit better  ----     ÷ 100       62 %\n",
			"note: held back: the records behind the two disagree\n",
			"for      mobile the same × 16,000, given name sounds the same × 680\n",
		} {
			if !strings.Contains(out.String(), want) {
				t.Errorf("%q is missing in\n%s", want, out.String())
			}
		}
	}
}

func TestTheBestComesLastWhereTheScreenIsShort(t *testing.T) {
	var tall, short bytes.Buffer
	p := aPair(t)
	for height, out := range map[int]*bytes.Buffer{60: &tall, 12: &short} {
		if err := p.draw(screen{w: out, width: 80, height: height}, "1 of 1"); err != nil {
			t.Fatal(err)
		}
	}
	if last := lastLine(tall.String()); !strings.Contains(last, "the rest") {
		t.Errorf("a tall screen ends with %q", last)
	}
	if last := lastLine(short.String()); !strings.Contains(last, "card ") {
		t.Errorf("a short screen ends with %q", last)
	}
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}

func TestWrapping(t *testing.T) {
	cases := []struct {
		name, text string
		width      int
		want       string
	}{
		{"nothing", "", 5, ""},
		{"what fits stays", "one two", 7, "one two"},
		{"at spaces", "one two three", 8, "one two|three"},
		{"a word without room is cut", "abcdefghij k", 4, "abcd|efgh|ij k"},
		{"never inside a syllable", "श्रीमती", 2, "श्री|म|ती"},
		{"a syllable wider than the column", "श्री", 1, "श्री"},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			if got := strings.Join(wrap(c.text, c.width), "|"); got != c.want {
				t.Errorf("got %q, want %q", got, c.want)
			}
		})
	}
}

// filled writes a workbook of pairs, lets f change its rows, the head first, and reads it again.
func filled(t *testing.T, pairs int, f func(rows [][]string) [][]string) ([]bookDecision, error) {
	t.Helper()
	dir := t.TempDir()
	b, err := newReviewBook(filepath.Join(dir, "tmp"))
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	for n := range pairs {
		p := aPair(t)
		p.key = fmt.Sprintf("%012x", n)
		p.ruling.Events = n
		if err := b.pair(n+1, p); err != nil {
			t.Fatal(err)
		}
	}
	if err := b.finish(pairs, "Ward office", time.Now()); err != nil {
		t.Fatal(err)
	}
	var buf bytes.Buffer
	if _, err := b.f.WriteTo(&buf); err != nil {
		t.Fatal(err)
	}
	book, err := excelize.OpenReader(&buf)
	if err != nil {
		t.Fatal(err)
	}
	defer book.Close()
	rows, err := book.GetRows(pairsSheet)
	if err != nil {
		t.Fatal(err)
	}
	other := excelize.NewFile()
	defer other.Close()
	for i, row := range f(rows) {
		if err := other.SetSheetRow("Sheet1", fmt.Sprintf("A%d", i+1), &row); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(dir, "filled.xlsx")
	if err := other.SaveAs(path); err != nil {
		t.Fatal(err)
	}
	_, decisions, err := readReviewBook(path, filepath.Join(dir, "tmp"))
	if left, _ := os.ReadDir(filepath.Join(dir, "tmp")); len(left) > 1 { // that of the workbook still open here
		t.Errorf("left behind: %v", left)
	}
	return decisions, err
}

func TestAFilledWorkbookIsReadWhateverWasSorted(t *testing.T) {
	mixed := rand.New(rand.NewPCG(1, 2))
	decisions, err := filled(t, 50, func(rows [][]string) [][]string {
		for i := 1; i < len(rows); i += 2 { // the upper row of even pairs, the lower one of odd ones
			n := i / 2
			rows[i+n%2][1], rows[i+n%2][2] = []string{chooseSame, " DIFFERENT "}[n%2], fmt.Sprintf("reason %d", n)
		}
		mixed.Shuffle(len(rows)-1, func(i, j int) { rows[i+1], rows[j+1] = rows[j+1], rows[i+1] })
		for _, row := range rows { // and the columns, too
			slices.Reverse(row)
		}
		return append([][]string{{"a title above"}, nil}, rows...)
	})
	if err != nil || len(decisions) != 50 {
		t.Fatalf("%d decisions, %v", len(decisions), err)
	}
	for _, d := range decisions {
		var n int
		if _, err := fmt.Sscanf(d.Pair, "%x", &n); err != nil {
			t.Fatal(err)
		}
		if d.How != "" || d.seen != n || d.Decision != []string{records.DecidedSame, records.DecidedDifferent}[n%2] || d.Reason != fmt.Sprintf("reason %d", n) {
			t.Errorf("%+v", d)
		}
	}
}

func TestWhatCannotBeReadIsSaidAndNothingElseIsLost(t *testing.T) {
	key := len(bookColumns) - 1
	cases := []struct {
		name string
		fill func(rows [][]string)
		want []string // how: row, column
	}{
		{"nothing is filled in", func([][]string) {}, nil},
		{"one row of a pair is enough", func(r [][]string) { r[1][1] = "same" }, []string{" 2 B"}},
		{"both rows may say the same", func(r [][]string) { r[1][1], r[2][1] = "same", "एक ही" }, []string{" 2 B"}},
		{"both rows say otherwise", func(r [][]string) { r[1][1], r[2][1] = "same", "different" }, []string{"unreadable 2 B", "unreadable 3 B"}},
		{"a word that is no decision, beside one that is", func(r [][]string) { r[1][1], r[3][1] = "perhaps", "different" }, []string{"unreadable 2 B", " 4 B"}},
		{"a key that was changed, beside one that was not", func(r [][]string) { r[1][1], r[1][key], r[3][1] = "same", "1E+12", "अलग" }, []string{"unreadable 2 S", " 4 B"}},
		{"a key that is gone", func(r [][]string) { r[1][1], r[1][key] = "same", "" }, []string{"unreadable 2 S"}},
	}
	for _, c := range cases {
		t.Run(c.name, func(t *testing.T) {
			decisions, err := filled(t, 2, func(rows [][]string) [][]string { c.fill(rows); return rows })
			var got []string
			for _, d := range decisions {
				got = append(got, fmt.Sprintf("%s %d %s", d.How, d.Row, d.Column))
			}
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

func TestAWorkbookThatIsNone(t *testing.T) {
	if _, err := filled(t, 1, func(rows [][]string) [][]string { return rows[1:] }); err == nil || !strings.Contains(err.Error(), "no sheet has the column sehat_pair") {
		t.Errorf("without a head: %v", err)
	}
	_, err := filled(t, 1, func(rows [][]string) [][]string { rows[0][1] = "निर्णय"; return rows })
	if err == nil || !strings.Contains(err.Error(), "Sheet1: row 1: the column Decision is missing") {
		t.Errorf("without the column Decision: %v", err)
	}
}

func TestNoCellLooksLikeAFormula(t *testing.T) {
	upper, lower := bookRows(1, aPair(t))
	for i := range bookColumns {
		for _, c := range []bookCell{upper[i], lower[i]} {
			if text, ok := c.value.(string); ok && text != "" && strings.ContainsRune("=+-@", rune(text[0])) {
				t.Errorf("column %s begins with %q", bookColumns[i].name, text[:1])
			}
		}
	}
	if len(upper) != len(bookColumns) || len(lower) != len(bookColumns) {
		t.Errorf("%d and %d cells for %d columns", len(upper), len(lower), len(bookColumns))
	}
}

// Two people review at once: what the other decided while one looked at a pair is not overwritten.
func TestWhatWasDecidedMeanwhileIsNotOverwritten(t *testing.T) {
	ctx := t.Context()
	s, err := store.Create(ctx, filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if err := s.SaveHome(ctx, records.Home{ID: "home", Role: records.RoleCentre, Device: "d"}); err != nil {
		t.Fatal(err)
	}
	m := s.Importing()
	imp, err := m.Begin(ctx, records.Import{ID: "i", File: "f", FileHash: "h", StartedAt: records.Stamp(time.Now())})
	if err != nil {
		t.Fatal(err)
	}
	var rows []records.ImportRow
	for _, id := range []string{"a", "b"} {
		rows = append(rows, records.ImportRow{
			Household: &records.Household{ID: "h" + id, Key: id}, Resident: &records.Resident{ID: id, HouseholdID: "h" + id, Key: id, FullName: id},
		})
	}
	if _, _, err := m.Rows(ctx, imp, rows); err != nil {
		t.Fatal(err)
	}
	pair := records.Match{Left: "a", Right: "b", Status: records.MatchReview, Steps: []byte("[]")}
	if err := s.SaveLinkage(ctx, records.Linked{Matches: each([]records.Match{pair}), Persons: slices.Values([]records.PersonOf(nil))}); err != nil {
		t.Fatal(err)
	}
	var out bytes.Buffer
	a := &app{stdin: strings.NewReader("y\n"), stdout: &out, stderr: &out, now: time.Now, getenv: func(string) string { return "" }}
	r := reviewing{app: a, ctx: ctx, store: s, pairs: [][2]string{{"a", "b"}}, decided: map[[2]string]string{}, by: "asha"}
	answer := a.answers()
	r.answer = func() string { // while the pair is on the screen
		d := records.Decision{Left: "a", Right: "b", Decision: records.DecidedDifferent, By: "ravi", At: records.Stamp(time.Now())}
		if _, err := records.Decide(ctx, s, d, records.AnySeen); err != nil {
			t.Fatal(err)
		}
		return answer()
	}
	if err := r.all(); err != nil {
		t.Fatal(err)
	}
	ruling, err := s.Ruling(ctx, "a", "b")
	if err != nil || ruling.Decided() != records.DecidedDifferent || ruling.Events != 1 || !strings.Contains(out.String(), "ravi decided otherwise meanwhile") {
		t.Errorf("%+v, %v\n%s", ruling, err, out.String())
	}
}
