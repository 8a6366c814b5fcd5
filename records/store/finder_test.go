package store_test

import (
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// Invented people. Asha's record of the second visit came first by id; both are one person.
var (
	ashaFirst = records.Resident{ID: resident1, HouseholdID: "h1", Key: "1", LineNo: 1, FullName: "Asha Devi", FullNameHi: "आशा देवी", Sex: "F", BirthYear: 1985, BirthMonth: 3, VisitDate: "2026-01-10", State: records.ResidentActive}
	ashaAgain = records.Resident{ID: resident2, HouseholdID: "h2", Key: "1", LineNo: 1, FullName: "Asha Dewi", Sex: "F", BirthYear: 1985, VisitDate: "2026-01-02", State: records.ResidentActive}
	imranOnce = records.Resident{ID: resident3, HouseholdID: "h2", Key: "2", LineNo: 2, FullName: "Imran Qureshi", Sex: "M", VisitDate: "2026-01-02", State: records.ResidentActive}
)

const (
	ashasNumber  = "234567890123449"
	ashasOther   = "345678901234560"
	imransNumber = "456789012345671"
)

const (
	resident1 = "11111111-0000-5000-8000-000000000001"
	resident2 = "22222222-0000-5000-8000-000000000002"
	resident3 = "33333333-0000-5000-8000-000000000003"
)

// hospitalPeople fills a store with a merged person and a stranger, all without a card.
func hospitalPeople(t *testing.T, url string) *store.Store {
	t.Helper()
	s := create(t, url, records.RoleCentre)
	ctx := t.Context()
	in := s.Importing()
	imp, err := in.Begin(ctx, records.Import{ID: "i1", File: "a.csv", Profile: "sehat", SurveyCode: "2026-1", StartedAt: "2026-01-31T00:00:00.000Z"})
	if err != nil {
		t.Fatal(err)
	}
	age := 41
	third := imranOnce
	third.AgeYears = &age
	h1 := records.Household{ID: "h1", Profile: "sehat", SurveyCode: "2026-1", Key: "H1", WardCode: "012", HouseNo: "14", Locality: "Lajpat Nagar", PinCode: "110024"}
	h2 := records.Household{ID: "h2", Profile: "sehat", SurveyCode: "2026-1", Key: "H2", WardCode: "012", HouseNo: "15"}
	var rows []records.ImportRow
	for _, r := range []struct {
		h records.Household
		r records.Resident
	}{{h1, ashaFirst}, {h2, ashaAgain}, {h2, third}} {
		rows = append(rows, records.ImportRow{Household: &r.h, Resident: &r.r})
	}
	if _, _, err := in.Rows(ctx, imp, rows); err != nil {
		t.Fatal(err)
	}
	if err := s.SaveLinkage(ctx, records.Linked{Persons: slices.Values([]records.PersonOf{{ResidentID: resident1, PersonID: "p1"}, {ResidentID: resident2, PersonID: "p1"}, {ResidentID: resident3, PersonID: "p3"}})}); err != nil {
		t.Fatal(err)
	}
	return s
}

// giveCard stores one version of a card in a state.
func giveCard(t *testing.T, s *store.Store, resident, number string, version int, state, issued string) {
	t.Helper()
	c := records.Card{
		Number: number, Version: version, ResidentID: resident, Kind: records.CardPermanent, Credential: "Q", CredentialHash: fmt.Sprintf("hash-%s-%d", number, version),
		Face: []byte("{}"), IssuedAt: issued, State: records.CardIssued,
	}
	if err := s.SaveCards(t.Context(), []records.Card{c}, nil); err != nil {
		t.Fatal(err)
	}
	if state != records.CardIssued {
		e := records.CardEvent{ID: records.NewID(), Number: number, Version: version, Event: state, By: "test", At: issued}
		if err := s.AddCardEvents(t.Context(), []records.CardEvent{e}); err != nil {
			t.Fatal(err)
		}
	}
}

func finder(t *testing.T, s *store.Store) *store.Finder {
	t.Helper()
	f, err := s.Finder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	return f
}

func TestFinder(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := hospitalPeople(t, url)
		f := finder(t, s)

		if _, err := f.ByCard(ctx, ashasNumber); !errors.Is(err, records.ErrNotFound) {
			t.Fatalf("a number that nobody holds: %v", err)
		}
		giveCard(t, s, resident3, imransNumber, 1, records.CardActive, "2026-02-03T00:00:00.000Z")
		found, err := f.ByCard(ctx, imransNumber)
		if err != nil {
			t.Fatal(err)
		}
		if found.Resident.FullName != "Imran Qureshi" || found.Resident.AgeYears == nil || *found.Resident.AgeYears != 41 || found.Household.HouseNo != "15" || found.SurvivorID != "" {
			t.Errorf("found %+v", found)
		}
		if c, ok := found.Card(imransNumber); !ok || c.State != records.CardActive || c.CredentialHash == "" || len(c.Credential) > 0 {
			t.Errorf("card %+v, %v", c, ok)
		}
		again, err := f.ByPublicID(ctx, found.PublicID)
		if err != nil || again.Resident.ID != resident3 || again.PublicID != found.PublicID {
			t.Errorf("by public id: %+v, %v", again, err)
		}
		if _, err := f.ByPublicID(ctx, resident3); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("the register's own id is none outside: %v", err)
		}
	})
}

func TestFinderAnswersWithTheCanonicalRecordOfAPerson(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := hospitalPeople(t, url)
		f := finder(t, s)

		// The later record holds the earlier card, so that it is canonical.
		giveCard(t, s, resident2, ashasOther, 1, records.CardActive, "2026-02-01T00:00:00.000Z")
		giveCard(t, s, resident1, ashasNumber, 1, records.CardActive, "2026-02-02T00:00:00.000Z")
		survivor, err := f.ByCard(ctx, ashasNumber)
		if err != nil {
			t.Fatal(err)
		}
		if survivor.Resident.ID != resident2 || survivor.SurvivorID != "" {
			t.Fatalf("found %s, survivor %q", survivor.Resident.ID, survivor.SurvivorID)
		}
		var numbers []string
		for _, c := range survivor.Cards {
			numbers = append(numbers, c.Number)
		}
		if !slices.Equal(numbers, []string{ashasNumber, ashasOther}) {
			t.Errorf("cards %v: newest first, of all the person's records", numbers)
		}

		// Its card ends: now the other record is canonical, and the first one tells so.
		if err := s.AddCardEvents(ctx, []records.CardEvent{{ID: records.NewID(), Number: ashasOther, Version: 1, Event: records.CardRevoked, By: "test", At: "2026-02-04T00:00:00.000Z"}}); err != nil {
			t.Fatal(err)
		}
		merged, err := f.ByPublicID(ctx, survivor.PublicID)
		if err != nil || merged.Resident.ID != resident2 {
			t.Fatalf("found %+v, %v", merged, err)
		}
		now, err := f.ByCard(ctx, ashasOther)
		if err != nil || now.Resident.ID != resident1 || merged.SurvivorID != now.PublicID || now.PublicID == survivor.PublicID {
			t.Errorf("found %s %s, %v; the merged record points to %s", now.Resident.ID, now.PublicID, err, merged.SurvivorID)
		}
		if c, ok := now.Card(ashasOther); !ok || c.State != records.CardRevoked {
			t.Errorf("the revoked card is told of as such: %+v", c)
		}
	})
}

func TestFinderTellsTheLatestVersionOfACard(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := hospitalPeople(t, url)
		giveCard(t, s, resident3, imransNumber, 1, records.CardReplaced, "2026-02-01T00:00:00.000Z")
		giveCard(t, s, resident3, imransNumber, 2, records.CardPrinted, "2026-02-05T00:00:00.000Z")
		found, err := finder(t, s).ByCard(t.Context(), imransNumber)
		if err != nil || len(found.Cards) != 1 || found.Cards[0].Version != 2 || found.Cards[0].State != records.CardPrinted {
			t.Errorf("cards %+v, %v", found.Cards, err)
		}
	})
}

func TestFinderDoesNotTellOfWhoWithdrew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		ctx := t.Context()
		s := hospitalPeople(t, url)
		f := finder(t, s)
		giveCard(t, s, resident2, ashasOther, 1, records.CardActive, "2026-02-01T00:00:00.000Z")
		giveCard(t, s, resident1, ashasNumber, 1, records.CardActive, "2026-02-02T00:00:00.000Z")
		told, err := f.ByCard(ctx, ashasOther)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.ByPublicID(ctx, told.PublicID); err != nil {
			t.Fatalf("as long as they did not: %v", err)
		}
		behind(t, url, `UPDATE residents SET state = 'withdrawn' WHERE id = '`+resident2+`'`)
		if _, err := f.ByCard(ctx, ashasOther); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("by the card: %v", err)
		}
		if _, err := f.ByPublicID(ctx, told.PublicID); !errors.Is(err, records.ErrNotFound) {
			t.Errorf("by the public id: %v", err)
		}
		other, err := f.ByCard(ctx, ashasNumber)
		if err != nil || other.Resident.ID != resident1 || len(other.Cards) != 1 {
			t.Errorf("the person's other record: %+v, %v", other, err)
		}
	})
}

// The key of the public ids is made by whoever comes first, and kept.
func TestAResidentHasOnePublicID(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := hospitalPeople(t, url)
		giveCard(t, s, resident3, imransNumber, 1, records.CardActive, "2026-02-03T00:00:00.000Z")
		ids := make([]string, 8)
		var wg sync.WaitGroup
		for i := range ids {
			wg.Go(func() {
				f, err := s.Finder(t.Context())
				if err != nil {
					t.Error(err)
					return
				}
				defer f.Close()
				found, err := f.ByCard(t.Context(), imransNumber)
				if err != nil {
					t.Error(err)
				}
				ids[i] = found.PublicID
			})
		}
		wg.Wait()
		slices.Sort(ids)
		if len(ids[0]) != 32 || len(slices.Compact(ids)) != 1 {
			t.Errorf("ids %v", ids)
		}
	})
}
