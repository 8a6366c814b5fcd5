package store_test

import (
	"bytes"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"sehat/records"
	"sehat/records/linkage"
	"sehat/records/store"
	"sehat/records/store/storetest"
	"sehat/survey"
	"sehat/survey/simulate"
)

// listings are invented households as an import brings them, each with its members.
func listings(t testing.TB, n int, seed uint64) [][]records.ImportRow {
	t.Helper()
	place := func(l survey.Level) map[string]int {
		at := map[string]int{}
		for i, f := range survey.Fields(l) {
			at[f.Name] = i
		}
		return at
	}
	house, member := place(survey.Household), place(survey.Member)
	var list [][]records.ImportRow
	for h, err := range simulate.Households(simulate.Options{Households: n, Seed: seed}) {
		if err != nil {
			t.Fatal(err)
		}
		if h.ID == "" || len(h.Bad) > 0 {
			continue
		}
		of := func(name string) string { return h.Answers[house[name]] }
		var rows []records.ImportRow
		for _, m := range h.Members {
			if m.ID == "" || len(m.Bad) > 0 {
				continue
			}
			of := func(name string) string { return m.Answers[member[name]] }
			number := func(name string) int { n, _ := strconv.Atoi(of(name)); return n }
			r := &records.Resident{
				ID: m.ID, HouseholdID: h.ID, Key: m.Key, LineNo: m.Line, FullName: of("full_name"), FullNameHi: of("full_name_hi"),
				FatherOrHusband: of("father_or_husband_name"), Relation: of("relation"), Sex: of("sex"), BirthYear: number("birth_year"),
				BirthMonth: number("birth_month"), BirthDay: number("birth_day"), VisitDate: "2026-01-10", Mobile: of("mobile"), EPIC: of("epic_no"),
			}
			if age, err := strconv.Atoi(of("age_years")); err == nil {
				r.AgeYears = &age
			}
			rows = append(rows, records.ImportRow{Resident: r})
		}
		if len(rows) == 0 {
			continue
		}
		rows[0].Household = &records.Household{
			ID: h.ID, Profile: "sehat", SurveyCode: "2026-1", WardCode: h.Ward, TeamID: h.Team, Key: h.Key, HouseNo: of("house_no"),
			AddressLine: of("address_line"), Locality: of("locality"), PinCode: of("pin_code"), Mobile: of("contact_mobile"), Consent: "yes",
		}
		list = append(list, rows)
	}
	return list
}

// enter imports listings.
func enter(t testing.TB, s *store.Store, listings ...[]records.ImportRow) {
	t.Helper()
	m := s.Importing()
	id := records.NewID()
	imp, err := m.Begin(t.Context(), records.Import{ID: id, File: id, FileHash: id, StartedAt: records.Stamp(noon)})
	if err != nil {
		t.Fatal(err)
	}
	for some := range slices.Chunk(listings, 100) {
		var rows []records.ImportRow
		for _, row := range slices.Concat(some...) { // rows are given their Meta: each import has its own
			if row.Household != nil {
				h := *row.Household
				row.Household = &h
			}
			r := *row.Resident
			row.Resident = &r
			if err := row.Seal(); err != nil {
				t.Fatal(err)
			}
			rows = append(rows, row)
		}
		if imp, _, err = m.Rows(t.Context(), imp, rows); err != nil {
			t.Fatal(err)
		}
	}
}

// corrected is a listing that comes again: a name was misspelt, and the household has moved.
func corrected(listing []records.ImportRow) []records.ImportRow {
	again := slices.Clone(listing)
	h, r := *again[0].Household, *again[0].Resident
	h.HouseNo, r.FullName = h.HouseNo+"/A", r.FullName+"a"
	again[0].Household, again[0].Resident = &h, &r
	return again
}

func dedupe(t testing.TB, s records.LinkStore) records.DedupeReport {
	t.Helper()
	r, err := records.Dedupe(t.Context(), s, linkage.Options{}, false)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// partly runs dedupe, which must compare only what is new.
func partly(t testing.TB, s records.LinkStore) records.DedupeReport {
	t.Helper()
	r := dedupe(t, s)
	if r.Learned || r.Refused != "" || r.Compared == 0 {
		t.Fatalf("everybody was compared anew, or nobody: %+v", r)
	}
	return r
}

// persons tells who is whom.
func persons(t testing.TB, s *store.Store) map[string]string {
	t.Helper()
	of := map[string]string{}
	for p, err := range s.Persons(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		of[p.ResidentID] = p.PersonID
	}
	return of
}

// groups writes a partition down without its names.
func groups(persons map[string]string) []string {
	members := map[string][]string{}
	for id, p := range persons {
		members[p] = append(members[p], id)
	}
	var out []string
	for _, m := range members {
		slices.Sort(m)
		out = append(out, strings.Join(m, " "))
	}
	slices.Sort(out)
	return out
}

// behindIt opens a store's database without the store.
func behindIt(t testing.TB, url string) *sql.DB {
	t.Helper()
	driver := "sqlite"
	if store.IsPostgres(url) {
		driver = "pgx"
	}
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { db.Close() })
	return db
}

// matches are the matches of a status, in the order of their ids.
func matches(t testing.TB, url, status string) (list []records.Match) {
	t.Helper()
	rows, err := behindIt(t, url).Query(`SELECT left_id, right_id, status, weight FROM matches WHERE status = $1 ORDER BY left_id, right_id`, status)
	if err != nil {
		t.Fatal(err)
	}
	defer rows.Close()
	for rows.Next() {
		var m records.Match
		if err := rows.Scan(&m.Left, &m.Right, &m.Status, &m.Weight); err != nil {
			t.Fatal(err)
		}
		list = append(list, m)
	}
	if err := rows.Err(); err != nil || len(list) == 0 {
		t.Fatalf("%d matches are %s, %v", len(list), status, err)
	}
	return list
}

func alike(a, b records.Match) bool {
	return a.Left == b.Left && a.Right == b.Right && a.Weight == b.Weight
}

// keptTheirNames fails where a person lost its id though it did not become one with another, and nobody else was parted from it.
func keptTheirNames(t *testing.T, before, after map[string]string) {
	t.Helper()
	named := map[string]bool{}
	for id := range before {
		named[after[id]] = true
	}
	was := map[string]bool{}
	for _, p := range before {
		was[p] = true
	}
	for id, p := range before {
		if q := after[id]; q != p && !named[p] && !was[q] {
			t.Errorf("resident %s was person %s, who is nobody now, and is %s", id, p, q)
		}
	}
}

func TestTheOrderOfImportsDoesNotChangeWhoIsWhom(t *testing.T) {
	all := listings(t, 480, 3)
	base, rest := all[:400], all[400:]
	first := filepath.Join(t.TempDir(), "store.db")
	s := create(t, first, records.RoleCentre)
	enter(t, s, base...)
	if r := dedupe(t, s); !r.Learned || r.Matches < 20 {
		t.Fatalf("%+v", r)
	}
	s.Close()
	for _, listing := range base[:8] {
		rest = append(rest, corrected(listing))
	}
	var want []string
	var pairs []records.Match
	for seed := range uint64(4) {
		t.Run(fmt.Sprint("order ", seed), func(t *testing.T) {
			url := copied(t, first)
			s := create(t, url, records.RoleCentre)
			order := slices.Clone(rest)
			size := len(order) // at once
			if r := rand.New(rand.NewPCG(seed, 1)); seed > 0 {
				r.Shuffle(len(order), func(i, j int) { order[i], order[j] = order[j], order[i] })
				size = 5 + r.IntN(30)
			}
			for batch := range slices.Chunk(order, size) {
				before := persons(t, s)
				enter(t, s, batch...)
				partly(t, s)
				keptTheirNames(t, before, persons(t, s))
			}
			got, found := groups(persons(t, s)), matches(t, url, records.MatchMatch)
			if seed == 0 {
				want, pairs = got, found
				return
			}
			if !slices.Equal(got, want) {
				t.Errorf("%d persons, and %d where all came at once", len(got), len(want))
			}
			if !slices.EqualFunc(found, pairs, alike) {
				t.Errorf("%d sure pairs, and %d where all came at once", len(found), len(pairs))
			}
		})
	}
}

// copied is a copy of a store that nobody has open.
func copied(t testing.TB, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	to := filepath.Join(t.TempDir(), "store.db")
	if err := os.WriteFile(to, b, 0o600); err != nil {
		t.Fatal(err)
	}
	return to
}

// linkedTown is a store whose residents are linked, and listings that are not in it yet.
func linkedTown(t *testing.T, url string) (*store.Store, [][]records.ImportRow) {
	t.Helper()
	all := listings(t, 230, 7)
	s := create(t, url, records.RoleCentre)
	enter(t, s, all[:200]...)
	if r := dedupe(t, s); !r.Learned || r.Why != "" || r.Matches == 0 || r.Reviews == 0 {
		t.Fatalf("%+v", r)
	}
	return s, all[200:]
}

func TestLinkingAgainChangesNothing(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, rest := linkedTown(t, url)
		enter(t, s, rest[:5]...)
		first := partly(t, s)
		before, pairs := persons(t, s), matches(t, url, records.MatchMatch)
		again := dedupe(t, s)
		if again.Compared != 0 || again.Learned || again.Persons != first.Persons || again.Residents != first.Residents || again.Matches != first.Matches || again.Reviews != first.Reviews {
			t.Errorf("first %+v, then %+v", first, again)
		}
		if !maps.Equal(persons(t, s), before) || !slices.EqualFunc(matches(t, url, records.MatchMatch), pairs, alike) {
			t.Error("somebody is somebody else")
		}
		enter(t, s, rest[:5]...) // the same import again writes nothing
		if r := dedupe(t, s); r.Compared != 0 {
			t.Errorf("%+v", r)
		}
	})
}

func TestADecisionCountsInTheNextRun(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, rest := linkedTown(t, url)
		ctx := t.Context()
		at := noon
		decide := func(m records.Match, verdict string) {
			t.Helper()
			at = at.Add(time.Minute)
			if _, err := records.Decide(ctx, s, records.Decision{Left: m.Left, Right: m.Right, Decision: verdict, By: "tester", At: records.Stamp(at)}, records.AnySeen); err != nil {
				t.Fatal(err)
			}
		}
		together := func(m records.Match) bool {
			of := persons(t, s)
			if of[m.Left] == "" || of[m.Right] == "" {
				t.Fatal("somebody is nobody")
			}
			return of[m.Left] == of[m.Right]
		}
		doubtful := matches(t, url, records.MatchReview)[0]
		certain := matches(t, url, records.MatchMatch)[0]
		everybody := len(persons(t, s))

		decide(doubtful, records.DecidedSame)
		decide(certain, records.DecidedDifferent)
		for range 2 { // at once, and after an import of somebody else
			if r := partly(t, s); r.Compared > 60 {
				t.Errorf("for two decisions many were compared: %+v", r)
			}
			if !together(doubtful) || together(certain) {
				t.Errorf("yes: %t, no: %t", together(doubtful), !together(certain))
			}
			enter(t, s, rest[0])
			rest = rest[1:]
		}
		if m, err := s.Match(ctx, doubtful.Left, doubtful.Right); err != nil || m.Status != records.MatchMatch {
			t.Errorf("the pair decided to be one: %+v, %v", m, err)
		}
		decide(doubtful, records.DecidedUndo)
		decide(certain, records.DecidedUndo)
		partly(t, s)
		if together(doubtful) || !together(certain) {
			t.Errorf("taken back: yes %t, no %t", together(doubtful), !together(certain))
		}
		if m, err := s.Match(ctx, doubtful.Left, doubtful.Right); err != nil || m.Status != records.MatchReview {
			t.Errorf("the pair in doubt again: %+v, %v", m, err)
		}
		if n := len(persons(t, s)); n < everybody {
			t.Errorf("%d residents are linked, and %d were", n, everybody)
		}
	})
}

// A decision may part a person or join two, and an import may bring a resident into another house: whoever stood with them counts.
func TestWhoeverMayBeSomebodyElseIsNoted(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, rest := linkedTown(t, url)
		ctx := t.Context()
		of := persons(t, s)
		noted := func(what string, residents ...string) {
			t.Helper()
			state, err := s.LinkState(ctx)
			if err != nil {
				t.Fatal(err)
			}
			want := map[string]bool{}
			for _, id := range residents {
				r, err := s.Resident(ctx, id)
				if err != nil {
					t.Fatal(err)
				}
				want[r.HouseholdID] = true
			}
			slices.Sort(state.Households)
			if !slices.Equal(state.Households, slices.Sorted(maps.Keys(want))) {
				t.Errorf("%s: %d households are noted, not %d", what, len(state.Households), len(want))
			}
			partly(t, s)
		}
		doubtful := matches(t, url, records.MatchReview)
		i := slices.IndexFunc(doubtful, func(m records.Match) bool { return len(membersOf(of, m.Left))+len(membersOf(of, m.Right)) > 2 })
		if i < 0 {
			t.Fatal("nobody in doubt is of a person with two records")
		}
		pair := doubtful[i]
		if _, err := records.Decide(ctx, s, records.Decision{Left: pair.Left, Right: pair.Right, Decision: records.DecidedSame, By: "tester", At: records.Stamp(noon)}, records.AnySeen); err != nil {
			t.Fatal(err)
		}
		noted("a decision", append(membersOf(of, pair.Left), membersOf(of, pair.Right)...)...)

		enter(t, s, rest[0], rest[1])
		partly(t, s)
		moved := slices.Clone(rest[0])
		resident, household := *moved[0].Resident, *rest[1][0].Household
		resident.HouseholdID, resident.LineNo = household.ID, 90
		moved[0].Resident, moved[0].Household = &resident, &household
		enter(t, s, moved[:1])
		noted("a resident who moved", resident.ID, rest[0][1].Resident.ID)
	})
}

// membersOf are the residents who are one person with a resident.
func membersOf(of map[string]string, id string) (list []string) {
	for other, person := range of {
		if person == of[id] {
			list = append(list, other)
		}
	}
	return list
}

func TestWhatIsDamagedIsLinkedAnew(t *testing.T) {
	tests := map[string]func(no int, piece []byte) []byte{ // nil: the piece is gone
		"a bit flipped":      func(_ int, p []byte) []byte { p[len(p)/2] ^= 1; return p },
		"the end cut off":    func(_ int, p []byte) []byte { return p[:len(p)-1] },
		"the last is gone":   func(no int, p []byte) []byte { return map[int][]byte{1: p}[no] },
		"the first one is":   func(no int, p []byte) []byte { return map[int][]byte{2: p}[no] },
		"something else":     func(int, []byte) []byte { return []byte("nothing") },
		"the same once more": func(_ int, p []byte) []byte { return append(p, p...) },
	}
	for name, damage := range tests {
		t.Run(name, func(t *testing.T) {
			storetest.Each(t, func(t *testing.T, url string) {
				s, rest := linkedTown(t, url)
				enter(t, s, rest[0])
				partly(t, s) // a second piece
				db := behindIt(t, url)
				for no := 1; no <= 2; no++ {
					var piece []byte
					if err := db.QueryRow(`SELECT bytes FROM standing WHERE no = $1`, no).Scan(&piece); err != nil {
						t.Fatal(err)
					}
					if _, err := db.Exec(`DELETE FROM standing WHERE no = $1`, no); err != nil {
						t.Fatal(err)
					}
					if piece = damage(no, piece); piece == nil {
						continue
					}
					if _, err := db.Exec(`INSERT INTO standing (no, bytes) VALUES ($1, $2)`, no, piece); err != nil {
						t.Fatal(err)
					}
				}
				enter(t, s, rest[1])
				r := dedupe(t, s)
				if !r.Learned || !strings.Contains(r.Why, "damaged, or of another version") || r.Compared != r.Residents {
					t.Errorf("%+v", r)
				}
				enter(t, s, rest[2])
				partly(t, s)
			})
		})
	}
}

func TestEverybodyIsLinkedAnewWhereWeightsMustBeLearned(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, rest := linkedTown(t, url)
		r, err := records.Dedupe(t.Context(), s, linkage.Options{}, true)
		if err != nil || !r.Learned || r.Why != "it was asked for" {
			t.Errorf("asked for: %+v, %v", r, err)
		}
		enter(t, s, rest[0])
		partly(t, s)
		enter(t, s, listings(t, 80, 8)...)
		if r := dedupe(t, s); !r.Learned || !strings.Contains(r.Why, "a fifth") {
			t.Errorf("many more: %+v", r)
		}
		enter(t, s, rest[1])
		partly(t, s)
	})
}

func TestARefusedModelLeavesNothingStanding(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, rest := linkedTown(t, url)
		behind(t, url, `UPDATE residents SET full_name = '', full_name_hi = '', father_or_husband_name = '', birth_year = 0, birth_month = 0, birth_day = 0, age_years = NULL, mobile = '', epic_no = ''`)
		behind(t, url, `UPDATE households SET house_no = '', address_line = '', locality = '', pin_code = '', contact_mobile = '', ward_code = ''`)
		for range 2 {
			r, err := records.Dedupe(t.Context(), s, linkage.Options{}, true)
			if err != nil || r.Refused == "" || r.Learned || r.Matches != 0 || r.Persons != r.Residents {
				t.Errorf("%+v, %v", r, err)
			}
			if state, err := s.LinkState(t.Context()); err != nil || state.Standing != 0 || len(state.Seen) != 0 {
				t.Errorf("%d bytes stand, %d stamps, %v", state.Standing, len(state.Seen), err)
			}
		}
		enter(t, s, rest...)
		if r := dedupe(t, s); r.Compared != r.Residents {
			t.Errorf("what was refused was built upon: %+v", r)
		}
	})
}

func TestAStandingOfManyPiecesIsReadAsItWasWritten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		r := rand.New(rand.NewPCG(1, 1))
		var want []byte
		for i, size := range []int{0, 5 << 19, 1 << 20, 3} { // appended, but for the last
			state, err := s.LinkState(t.Context())
			if err != nil || state.Standing != int64(len(want)) {
				t.Fatalf("%d bytes stand, not %d, %v", state.Standing, len(want), err)
			}
			part := make([]byte, size)
			for i := range part {
				part[i] = byte(r.Uint32())
			}
			l := records.Linked{State: state, Part: i < 3, Persons: slices.Values(alone(nil)), Standing: func(w io.Writer) error {
				for rest := part; len(rest) > 0; rest = rest[min(len(rest), 70_001):] {
					if _, err := w.Write(rest[:min(len(rest), 70_001)]); err != nil {
						return err
					}
				}
				return nil
			}}
			if err := s.SaveLinkage(t.Context(), l); err != nil {
				t.Fatal(err)
			}
			if !l.Part {
				want = nil
			}
			want = append(want, part...)
			if state, err = s.LinkState(t.Context()); err != nil {
				t.Fatal(err)
			}
			stands, err := s.Standing(t.Context(), state)
			if err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(stands)
			if err := errors.Join(err, stands.Close()); err != nil || !bytes.Equal(got, want) {
				t.Errorf("%d bytes of %d, %v", len(got), len(want), err)
			}
		}
	})
}

func TestWhoHasWithdrawnIsNobody(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, rest := linkedTown(t, url)
		enter(t, s, rest[0])
		partly(t, s)
		gone := rest[0][1].Resident.ID
		behind(t, url, `UPDATE residents SET state = 'withdrawn' WHERE id = '`+gone+`'`)
		enter(t, s, corrected(rest[0]))
		r := partly(t, s)
		if of := persons(t, s); of[gone] != "" || of[rest[0][0].Resident.ID] == "" || r.Residents != len(of) {
			t.Errorf("%+v: the one who has withdrawn is person %q", r, of[gone])
		}
	})
}

// A meddler is a store in which something happens in the middle of a linkage.
type meddler struct {
	*store.Store
	reading, saving func()
}

func (m *meddler) LinkRecords(ctx context.Context, households []string) iter.Seq2[linkage.Record, error] {
	once(&m.reading)
	return m.Store.LinkRecords(ctx, households)
}

func (m *meddler) SaveLinkage(ctx context.Context, l records.Linked) error {
	once(&m.saving)
	return m.Store.SaveLinkage(ctx, l)
}

func once(f *func()) {
	if now := *f; now != nil {
		*f = nil
		now()
	}
}

func TestAnImportDuringALinkageIsNotForgotten(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, rest := linkedTown(t, url)
		for i, train := range []bool{false, true} {
			enter(t, s, rest[3*i])
			m := &meddler{Store: s}
			m.reading = func() { enter(t, s, rest[3*i+1]) }
			m.saving = func() { enter(t, s, rest[3*i+2]) }
			if _, err := records.Dedupe(t.Context(), m, linkage.Options{}, train); err != nil {
				t.Fatal(err)
			}
			if r := partly(t, s); r.Compared != len(rest[3*i+1])+len(rest[3*i+2]) {
				t.Errorf("train %t: %+v", train, r)
			}
			of := persons(t, s)
			for _, row := range slices.Concat(rest[3*i : 3*i+3]...) {
				if of[row.Resident.ID] == "" {
					t.Errorf("train %t: somebody who was imported is nobody", train)
				}
			}
		}
	})
}

func TestOfTwoLinkagesAtOnceOneStartsAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, rest := linkedTown(t, url)
		enter(t, s, rest[0])
		m := &meddler{Store: s, saving: func() { partly(t, s) }}
		if r := dedupe(t, m); r.Compared != 0 {
			t.Errorf("it did not start again: %+v", r)
		}
		enter(t, s, rest[1])
		m.saving = func() {
			if _, err := records.Dedupe(t.Context(), s, linkage.Options{}, true); err != nil {
				t.Error(err)
			}
		}
		if r := dedupe(t, m); r.Compared != 0 {
			t.Errorf("it did not start again: %+v", r)
		}
		enter(t, s, rest[2])
		partly(t, s)
	})
}

// The store is asked for errors as they are: what is no damage must not cost a run over everybody.
func TestAnErrorWhileReadingIsNoDamage(t *testing.T) {
	s, rest := linkedTown(t, filepath.Join(t.TempDir(), "store.db"))
	enter(t, s, rest[0])
	unplugged := errors.New("unplugged")
	if _, err := records.Dedupe(t.Context(), &broken{s, unplugged}, linkage.Options{}, false); !errors.Is(err, unplugged) {
		t.Errorf("got %v", err)
	}
	partly(t, s)
}

// A broken store cannot be read to the end.
type broken struct {
	*store.Store
	err error
}

func (b *broken) Standing(ctx context.Context, state records.LinkState) (io.ReadCloser, error) {
	r, err := b.Store.Standing(ctx, state)
	if err != nil {
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{io.MultiReader(io.LimitReader(r, 1000), &failure{b.err}), r}, nil
}

type failure struct{ err error }

func (f *failure) Read([]byte) (int, error) { return 0, f.err }
