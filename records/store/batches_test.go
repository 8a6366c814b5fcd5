package store_test

import (
	"database/sql"
	"encoding/json"
	"errors"
	"testing"

	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// awkward rows hold what a store or an encoder could change on the way: zero against not told, signs of HTML, separators of
// JavaScript, characters beyond the first plane, both dialects' favourite quotes.
func awkward() []records.ImportRow {
	zero, many := 0, 120
	return []records.ImportRow{
		{
			Household: &records.Household{ID: "h1", Profile: "sehat", SurveyCode: "T", Key: "<1>&'\"\\", AddressLine: "गली नं. ५\u2028\u00a0\t", Locality: "𑄌𑄋𑄴𑄟 😀", Other: json.RawMessage(`{"a":"<&>","n":1.50,"z":null}`)},
			Visit:     &records.Visit{ID: "v1", HouseholdID: "h1", No: 1, MembersTotal: &zero, Other: json.RawMessage(`{"latitude":"28.610"}`)},
			Resident:  &records.Resident{ID: "r1", HouseholdID: "h1", Key: "1", AgeYears: &zero, FullNameHi: "आशा\u200dदेवी", Other: json.RawMessage(`{}`)},
		},
		{
			Household: &records.Household{ID: "h2", Profile: "", SurveyCode: "", Key: ""},
			Visit:     &records.Visit{ID: "v2", HouseholdID: "h2"},
			Resident:  &records.Resident{ID: "r2", HouseholdID: "h2", Key: "", AgeYears: &many, BirthYear: 1906, BirthMonth: 2, BirthDay: 29, GuardianLine: 3},
		},
	}
}

func take(t *testing.T, s *store.Store, rows []records.ImportRow) {
	t.Helper()
	for i := range rows {
		if err := rows[i].Seal(); err != nil {
			t.Fatal(err)
		}
	}
	m := s.Importing()
	imp, err := m.Begin(t.Context(), records.Import{ID: records.NewID(), File: "f", FileHash: records.NewID(), StartedAt: records.Stamp(noon)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.Rows(t.Context(), imp, rows); err != nil {
		t.Fatal(err)
	}
}

func outgoing(t *testing.T, s *store.Store) []records.Change {
	t.Helper()
	list, err := s.Outgoing(t.Context(), 1000)
	if err != nil {
		t.Fatal(err)
	}
	return list
}

// What travels is made from the columns; it must be the very bytes whose hash was stored when the row was written.
func TestContentIsRebuiltFromTheColumns(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		rows := awkward()
		take(t, s, rows)
		want := map[string]string{}
		for _, r := range rows {
			want["household "+r.Household.ID] = r.Household.Hash
			want["visit "+r.Visit.ID] = r.Visit.Hash
			want["resident "+r.Resident.ID] = r.Resident.Hash
		}
		card := records.Card{
			Number: "234567890123457", Version: 1, ResidentID: "r1", Kind: records.CardTemporary, Credential: "6BF%$*", CredentialHash: "ab", Face: json.RawMessage(`{"name":"<b>आशा</b>"}`),
			KeyID: "00", LeaseID: "l", IssuedAt: "2026-01-01T00:00:00.000Z", State: records.CardIssued,
		}
		event := records.CardEvent{ID: "e1", Number: card.Number, Version: 1, Event: records.CardIssued, By: "O'Neil & <sons>", At: "2026-01-01T00:00:00.000Z"}
		if err := s.SaveCards(t.Context(), []records.Card{card}, []records.CardEvent{event}); err != nil {
			t.Fatal(err)
		}
		decision := records.Decision{ID: "d1", Left: "r1", Right: "r2", Decision: records.DecidedDifferent, By: "tester", At: "2026-01-01T00:00:00.000Z", Why: "<two> sisters"}
		err := s.DecideOn(t.Context(), "r1", "r2", func(records.Neighbourhood) (records.Verdict, error) {
			return records.Verdict{Events: []records.Decision{decision}}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		batch := records.PrintBatch{ID: "20260101-aaaa", Layout: "a4-10", MadeAt: "2026-01-01T00:00:00.000Z", By: "tester", State: records.PrintMaking, Slots: []records.PrintSlot{{Position: 1, Number: card.Number, Version: 1}}}
		if err := s.SavePrintBatch(t.Context(), batch); err != nil {
			t.Fatal(err)
		}
		made := records.PrintBatchEvent{ID: "p1", BatchID: batch.ID, Event: records.PrintMade, By: "tester", At: "2026-01-01T00:00:00.000Z"}
		if err := s.ClosePrintBatch(t.Context(), made, nil); err != nil {
			t.Fatal(err)
		}
		moves, err := s.StockMoves(t.Context(), "", "", 10)
		if err != nil || len(moves) != 1 {
			t.Fatalf("%d stock moves, %v", len(moves), err)
		}
		for key, content := range map[string]any{
			"stock_move " + moves[0].ID: moves[0], "card 234567890123457/1": card, "card_event e1": event, "decision d1": decision, "print_batch 20260101-aaaa": batch, "print_batch_event p1": made,
		} {
			b, err := records.Canonical(content)
			if err != nil {
				t.Fatal(err)
			}
			want[key] = records.Hash(b)
		}
		nouns := records.Nouns()
		at := 0
		for _, c := range outgoing(t, s) {
			key := string(c.Noun) + " " + c.Key
			if c.Hash != want[key] || records.Hash(c.Row) != c.Hash {
				t.Errorf("%s travels as %s", key, c.Row)
			}
			delete(want, key)
			for nouns[at] != c.Noun { // parents first
				if at++; at == len(nouns) {
					t.Fatalf("%s comes too late", key)
				}
			}
		}
		if len(want) > 0 {
			t.Errorf("these do not travel: %v", want)
		}
	})
}

func frozen(n int64, prev string, changes []records.Change) records.Frozen {
	return records.Frozen{DeviceID: "device-device", Number: n, Hash: records.Hash([]byte{byte(n)}), Prev: prev, Rows: len(changes), Bytes: []byte{byte(n)}, FrozenAt: records.Stamp(noon)}
}

func TestARowThatChangesWhileItIsFrozenTravelsAgain(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		take(t, s, awkward()[:1])
		first := outgoing(t, s)
		changed := awkward()[:1]
		changed[0].Resident.FullName = "Asha Devi"
		take(t, s, changed)
		if err := s.SaveBatch(t.Context(), frozen(1, "", first), first); err != nil {
			t.Fatal(err)
		}
		left := outgoing(t, s)
		if len(left) != 1 || left[0].Noun != records.NounResident || left[0].Base != first[1].Hash || left[0].Hash == first[1].Hash {
			t.Fatalf("left in the outbox: %+v", left)
		}
		if err := s.SaveBatch(t.Context(), frozen(2, frozen(1, "", nil).Hash, left), left); err != nil {
			t.Fatal(err)
		}
		if n, err := s.OutboxRows(t.Context()); err != nil || n != 0 {
			t.Errorf("%d rows left, %v", n, err)
		}
		r, err := s.Resident(t.Context(), "r1")
		if err != nil || r.Base != r.Hash || r.Hash != left[0].Hash {
			t.Errorf("the row's base is %s, its hash %s, %v", r.Base, r.Hash, err)
		}
	})
}

func TestBatchesAreNumberedWithoutGaps(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		one := frozen(1, "", nil)
		for _, c := range []struct {
			name string
			f    records.Frozen
			want error
		}{
			{"the second before the first", frozen(2, one.Hash, nil), records.ErrConflict},
			{"the first after another", frozen(1, "x", nil), records.ErrConflict},
			{"the first", one, nil},
			{"the first again", one, records.ErrConflict},
			{"the second on another chain", frozen(2, "x", nil), records.ErrConflict},
			{"the second", frozen(2, one.Hash, nil), nil},
		} {
			if err := s.SaveBatch(t.Context(), c.f, nil); !errors.Is(err, c.want) {
				t.Errorf("%s: %v", c.name, err)
			}
		}
		if _, err := s.SaveReceipt(t.Context(), 1, []byte("receipt"), "now", nil); err != nil {
			t.Fatal(err)
		}
		if _, err := s.SaveReceipt(t.Context(), 1, []byte("another"), "later", nil); err != nil {
			t.Fatal(err)
		}
		if all, err := s.Batches(t.Context()); err != nil || len(all) != 2 || all[0].ReceiptAt != "now" {
			t.Errorf("batches %+v, %v", all, err)
		}
		if left, err := s.Unconfirmed(t.Context()); err != nil || len(left) != 1 || left[0].Number != 2 {
			t.Errorf("unconfirmed %+v, %v", left, err)
		}
	})
}

// Another program changed a row and not its hash: the row travels as it is, once, and the hash is put right.
func TestAWrongStoredHashDoesNotTravelForEver(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleDevice)
		take(t, s, awkward()[:1])
		alter(t, url, `UPDATE households SET house_no = '99'`)
		changes := outgoing(t, s)
		if err := s.SaveBatch(t.Context(), frozen(1, "", changes), changes); err != nil {
			t.Fatal(err)
		}
		if left := outgoing(t, s); len(left) != 0 {
			t.Errorf("left: %+v", left)
		}
		h, err := s.Household(t.Context(), "h1")
		if err != nil || h.Hash != changes[0].Hash || h.Base != h.Hash {
			t.Errorf("household %+v, %v", h, err)
		}
	})
}

// alter changes a store as another program would.
func alter(t *testing.T, url, statement string) {
	t.Helper()
	driver := "sqlite"
	if store.IsPostgres(url) {
		driver = "pgx"
	}
	db, err := sql.Open(driver, url)
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	if _, err := db.Exec(statement); err != nil {
		t.Fatal(err)
	}
}

func TestACentreHasNoOutbox(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s := create(t, url, records.RoleCentre)
		take(t, s, awkward())
		if n, err := s.OutboxRows(t.Context()); err != nil || n != 0 {
			t.Errorf("%d rows, %v", n, err)
		}
	})
}
