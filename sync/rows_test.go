package sync_test

import (
	"context"
	"slices"
	"strings"
	"testing"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store/storetest"
	"sehat/sync"
)

func TestTheSameSheetOnTwoLaptopsIsNothingNew(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		for i, name := range []string{"one", "two"} {
			l := newLaptop(t, c, name)
			save(t, l.store, people(5)...)
			l.push(t, c)
			r := c.apply(t)
			if want := []int{15, 0}[i]; r.Stored != want || r.Unchanged != 15-want {
				t.Errorf("laptop %s: %+v", name, r)
			}
		}
	})
}

func TestTwoVersionsAreAConflictThatAPersonDecides(t *testing.T) {
	for _, take := range []bool{false, true} {
		storetest.Each(t, func(t *testing.T, url string) {
			c := newCentre(t, url)
			one, two := newLaptop(t, c, "one"), newLaptop(t, c, "two")
			save(t, one.store, person("r1", "Asha Devi"))
			save(t, two.store, person("r1", "Asha Kumari"))
			one.push(t, c)
			two.push(t, c)
			if r := c.apply(t); r.Stored != 3 || r.Unchanged != 2 || r.Conflicts != 1 {
				t.Fatalf("applied %+v", r)
			}
			if r := two.push(t, c); r.Conflicts != 1 {
				t.Errorf("the receipt of the second laptop: %+v", r)
			}
			open, err := c.store.Conflicts(t.Context())
			if err != nil || len(open) != 1 || open[0].Noun != records.NounResident || open[0].Origin != two.ID {
				t.Fatalf("open: %+v, %v", open, err)
			}
			found, stored, err := c.store.Conflict(t.Context(), open[0].ID[:8])
			if err != nil || !strings.Contains(string(stored), "Asha Devi") || !strings.Contains(string(found.Row), "Asha Kumari") {
				t.Fatalf("%+v, stored %s, %v", found, stored, err)
			}
			if err := c.store.Resolve(t.Context(), found.ID, take, "admin", records.Stamp(noon)); err != nil {
				t.Fatal(err)
			}
			r, err := c.store.Resident(t.Context(), "r1")
			if want := map[bool]string{false: "Asha Devi", true: "Asha Kumari"}[take]; err != nil || r.FullName != want {
				t.Errorf("take %v: %s stands, %v", take, r.FullName, err)
			}
			if open, err := c.store.Conflicts(t.Context()); err != nil || len(open) != 0 {
				t.Errorf("still open: %+v, %v", open, err)
			}
			if err := c.store.Resolve(t.Context(), found.ID, take, "admin", records.Stamp(noon)); err == nil {
				t.Error("it can be decided twice")
			}
		})
	}
}

func TestOppositeDecisionsAreBothKept(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		one, two := newLaptop(t, c, "one"), newLaptop(t, c, "two")
		for l, word := range map[*laptop]string{one: records.DecidedSame, two: records.DecidedDifferent} {
			save(t, l.store, people(2)...)
			if err := decide(t, l.store, "r000000", "r000001", word, "tester"); err != nil {
				t.Fatal(err)
			}
		}
		one.push(t, c)
		c.apply(t)
		two.push(t, c)
		if r := c.apply(t); r.Conflicts != 1 || r.Unchanged != 6 {
			t.Fatalf("applied %+v", r)
		}
		if d, err := c.store.Decisions(t.Context()); err != nil || len(d) != 2 {
			t.Fatalf("%d decisions stand, %v", len(d), err)
		}
		open, err := c.store.Conflicts(t.Context())
		if err != nil || len(open) != 1 {
			t.Fatalf("%d open conflicts, %v", len(open), err)
		}
		if err := c.store.Resolve(t.Context(), open[0].ID, true, "admin", records.Stamp(noon)); err != nil {
			t.Fatal(err)
		}
		d, err := c.store.Decisions(t.Context())
		if err != nil || len(d) != 1 || d[0].Decision != records.DecidedDifferent {
			t.Errorf("after the second was taken: %+v, %v", d, err)
		}
	})
}

// A card is taken only if its device may have signed it.
func TestACentreTakesOnlyCardsThatTheDeviceMaySign(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		one, two := newLaptop(t, c, "one"), newLaptop(t, c, "two")
		for _, l := range []*laptop{one, two} {
			save(t, l.store, people(1)...)
			l.issue(t)
			l.push(t, c)
		}
		foreign := cardOf(t, one.store, "r000000")
		expired := foreign
		expired.Kind = records.CardPermanent
		other := foreign
		other.Number = "200000000000045"
		if n, err := cards.MakeNumber(9_000_000_000_000); err == nil {
			other.Number = n.String()
		}
		unread := foreign
		unread.Credential = "HELLO"
		forged := foreign
		number, err := cards.ParseNumber(foreign.Number)
		if err != nil {
			t.Fatal(err)
		}
		forged.Credential, forged.CredentialHash, err = cards.Sign(key("stranger"), cards.Credential{
			Number: number, Version: 1, Language: "eng", Name: "Person 0", Issuer: "sehat:test", Issued: noon, Expires: noon.AddDate(0, 6, 0),
		})
		if err != nil {
			t.Fatal(err)
		}
		swapped := foreign
		swapped.Version = 2
		var changes []records.Change
		for _, card := range []records.Card{foreign, expired, other, unread, forged, swapped} {
			row, err := records.Canonical(card)
			if err != nil {
				t.Fatal(err)
			}
			changes = append(changes, records.Change{Noun: records.NounCard, Key: records.CardKey(card.Number, card.Version), Hash: records.Hash(row), Row: row})
		}
		last, prev, err := two.store.LastBatch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		deliver(t, c, two, last+1, prev, changes)
		r := c.apply(t)
		if r.Rejects != len(changes) || r.Batches != 3 {
			t.Fatalf("applied %+v", r)
		}
		rejects, err := c.store.SyncRejects(t.Context(), two.ID, last+1)
		if err != nil || len(rejects) != len(changes) {
			t.Fatalf("%+v, %v", rejects, err)
		}
		for _, r := range rejects {
			if !strings.Contains(r.Why, "outside its device's leases") {
				t.Errorf("row %d: %s", r.Row, r.Why)
			}
		}
		// The rightful device is not believed either, if the card is not as it signed it.
		changes = changes[1:]
		last, prev, err = one.store.LastBatch(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		deliver(t, c, one, last+1, prev, changes)
		c.apply(t)
		rejects, err = c.store.SyncRejects(t.Context(), one.ID, last+1)
		if err != nil || len(rejects) != len(changes) {
			t.Fatalf("%+v, %v", rejects, err)
		}
		for i, word := range []string{"temporary", "outside", "cannot be read", "not signed by its device", "another card's"} {
			if !strings.Contains(rejects[i].Why, word) {
				t.Errorf("row %d: %s", i+1, rejects[i].Why)
			}
		}
	})
}

// deliver puts a batch of any rows, signed by the laptop, into the inbox.
func deliver(t *testing.T, c *centre, l *laptop, number int64, prev string, changes []records.Change) {
	t.Helper()
	f, err := sync.Freeze(sync.Header{DeviceID: l.ID, Number: number, Prev: prev, FrozenAt: records.Stamp(noon)}, changes, l.Key)
	if err == nil {
		err = c.store.Deliver(t.Context(), records.Inbound{DeviceID: l.ID, Number: number, Hash: f.Hash, Bytes: f.Bytes, ReceivedAt: records.Stamp(noon)})
	}
	if err != nil {
		t.Fatal(err)
	}
}

// A number claimed by two documents is in nobody's favour.
func TestANumberClaimedTwiceIsHeld(t *testing.T) {
	for _, version := range []int{1, 2} { // the same card again, or one that would follow it
		storetest.Each(t, func(t *testing.T, url string) { claimTwice(t, newCentre(t, url), version) })
	}
}

func claimTwice(t *testing.T, c *centre, version int) {
	t.Helper()
	l := newLaptop(t, c, "one")
	save(t, l.store, people(2)...)
	l.issue(t)
	l.push(t, c)
	c.apply(t)
	first := cardOf(t, l.store, "r000000")
	number, err := cards.ParseNumber(first.Number)
	if err != nil {
		t.Fatal(err)
	}
	// A restored laptop drew the same number for somebody else.
	second := first
	second.ResidentID, second.Version = "r000001", version
	second.Credential, second.CredentialHash, err = cards.Sign(l.Key, cards.Credential{
		Number: number, Version: version, Language: "eng", Name: "Person 1", Issuer: "sehat:test", Issued: noon, Expires: noon.AddDate(0, 6, 0),
	})
	if err != nil {
		t.Fatal(err)
	}
	row, err := records.Canonical(second)
	if err != nil {
		t.Fatal(err)
	}
	last, prev, err := l.store.LastBatch(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	deliver(t, c, l, last+1, prev, []records.Change{{Noun: records.NounCard, Key: records.CardKey(second.Number, version), Hash: records.Hash(row), Row: row}})
	if r := c.apply(t); r.Conflicts != 1 || r.Rejects != 0 {
		t.Fatalf("applied %+v", r)
	}
	held := cardOf(t, c.store, "r000000")
	if held.State != records.CardHeld {
		t.Errorf("the stored card is %s", held.State)
	}
	open, err := c.store.Conflicts(t.Context())
	if err != nil || len(open) != 1 || string(open[0].Row) != string(row) {
		t.Fatalf("open: %+v, %v", open, err)
	}
	if err := c.store.Resolve(t.Context(), open[0].ID, true, "admin", records.Stamp(noon)); err == nil {
		t.Error("a number can be taken away from the first document")
	}
	if err := c.store.Resolve(t.Context(), open[0].ID, false, "admin", records.Stamp(noon)); err != nil {
		t.Fatal(err)
	}
	if card := cardOf(t, c.store, "r000000"); card.State != records.CardIssued {
		t.Errorf("after the decision the stored card is %s", card.State)
	}
}

// Each bad row is counted and named, and the good ones beside it go in.
func TestABadRowBlocksNoOther(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		l := newLaptop(t, c, "one")
		change := func(noun records.Noun, key string, content any) records.Change { return change(t, noun, key, content) }
		long := longWord()
		good := change(records.NounHousehold, "h1", records.Household{ID: "h1", Profile: "sehat", SurveyCode: "T", Key: "h1"})
		wrongHash := change(records.NounHousehold, "h2", records.Household{ID: "h2", Profile: "sehat", SurveyCode: "T", Key: "h2"})
		wrongHash.Hash = good.Hash
		spaced := change(records.NounHousehold, "h3", records.Household{ID: "h3", Profile: "sehat", SurveyCode: "T", Key: "h3"})
		spaced.Row = []byte(`{"id":"h3","survey_code":"T","profile":"sehat","household_key":"h3"}`)
		spaced.Hash = records.Hash(spaced.Row)
		zero := change(records.NounHousehold, "h4", records.Household{ID: "h4", Profile: "sehat", SurveyCode: "T", Key: "h\x004"})
		changes := []records.Change{
			good, wrongHash, spaced, zero,
			change(records.NounHousehold, "h5", records.Household{ID: "another", Profile: "sehat", SurveyCode: "T", Key: "h5"}),
			good,
			change(records.NounHousehold, "h6", map[string]any{"id": "h6", "future": true}),
			change(records.NounResident, "r1", records.Resident{ID: "r1", HouseholdID: "nowhere", Key: "1"}),
			change(records.NounResident, "r2", records.Resident{ID: "r2", HouseholdID: "h1", Key: "2", FullName: "Asha"}),
			change(records.NounVisit, "v1", records.Visit{ID: "v1", HouseholdID: "nowhere"}),
			change(records.NounDecision, "d1", records.Decision{ID: "d1", Left: "r1", Right: "r2", Decision: records.DecidedSame}),
			change(records.NounCardEvent, "e1", records.CardEvent{ID: "e1", Number: "234567890123456", Version: 1, Event: records.CardPrinted}),
			change(records.NounPrintBatchEvent, "p1", records.PrintBatchEvent{ID: "p1", BatchID: "nowhere", Event: records.PrintMade}),
			change("weather", "w1", map[string]any{"id": "w1"}),
			change(records.NounHousehold, "h\x007", records.Household{ID: "h7", Profile: "sehat", SurveyCode: "T", Key: "h7"}),
			change(records.NounHousehold, "h8", records.Household{ID: "h8", Profile: "sehat", SurveyCode: "T", Key: `C:\u0000`}),
			change(records.NounHousehold, long, records.Household{ID: long, Profile: "sehat", SurveyCode: "T", Key: "h9"}),
			change(records.NounHousehold, "h10", records.Household{ID: "h10", Profile: "sehat", SurveyCode: "T", Key: long}),
			change(records.NounResident, "r3", records.Resident{ID: "r3", HouseholdID: "h1", Key: "3", EPIC: long}),
			change(records.NounPrintBatch, "p2", records.PrintBatch{ID: "p2", Slots: []records.PrintSlot{{Position: 1, Number: long}}}),
		}
		deliver(t, c, l, 1, "", changes)
		r := c.apply(t)
		if r.Batches != 1 || r.Rows != len(changes) || r.Stored != 3 || r.Rejects != len(changes)-3 {
			t.Fatalf("applied %+v", r)
		}
		rejects, err := c.store.SyncRejects(t.Context(), l.ID, 1)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range map[int]string{2: "hash", 3: "canonical", 4: "zero", 5: "key", 6: "twice", 7: "does not know", 8: "household", 10: "household", 11: "residents", 12: "card", 13: "print batch", 14: "not know", 15: "cannot be read", 17: "cannot be read", 18: "too long", 19: "too long", 20: "too long"} {
			at := slices.IndexFunc(rejects, func(r records.RowReject) bool { return r.Row == i })
			if at < 0 || !strings.Contains(rejects[at].Why, want) {
				t.Errorf("row %d: no reject that says %q in %+v", i, want, rejects)
			}
		}
		progress, err := c.store.Progress(t.Context())
		if p := progress[l.ID]; err != nil || p.Batches != 1 || p.Last != 1 || p.Rows != len(changes) || p.Unbalanced != 0 {
			t.Errorf("progress %+v, %v", p, err)
		}
	})
}

// longWord is a word that no index of PostgreSQL takes, even packed.
func longWord() string {
	var b strings.Builder
	for i := range 100 {
		b.WriteString(records.Hash([]byte{byte(i)}))
	}
	return b.String()
}

func TestADeviceOnlyHandsOutTheCardsOfOthers(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		c := newCentre(t, url)
		one, two := newLaptop(t, c, "one"), newLaptop(t, c, "two")
		save(t, one.store, people(1)...)
		one.issue(t)
		one.push(t, c)
		c.apply(t)
		card := cardOf(t, one.store, "r000000")
		event := func(id, what string) records.Change {
			return change(t, records.NounCardEvent, id, records.CardEvent{ID: id, Number: card.Number, Version: 1, Event: what, By: "x", At: records.Stamp(noon)})
		}
		deliver(t, c, two, 1, "", []records.Change{
			event("e0", records.CardHandedOver), event("e1", records.CardReturned), event("e2", records.CardRevoked), event("e3", records.CardActive),
			event("e4", "eaten"), event("e5", records.CardIssued), event("e6", records.CardPrinted), event("e7", records.CardSpoiled), event("e8", records.CardDispatched),
		})
		if r := c.apply(t); r.Stored != 2 || r.Rejects != 7 {
			t.Fatalf("applied %+v", r)
		}
		if card := cardOf(t, c.store, "r000000"); card.State != records.CardReturned {
			t.Errorf("the card is %s", card.State)
		}
		// The same id with other content is a reject, with the same content nothing new.
		prev := lastHash(t, c, two)
		deliver(t, c, two, 2, prev, []records.Change{event("e1", records.CardPrinted)})
		if r := c.apply(t); r.Rejects != 1 {
			t.Fatalf("applied %+v", r)
		}
		deliver(t, c, two, 3, lastHash(t, c, two), []records.Change{event("e1", records.CardReturned)})
		if r := c.apply(t); r.Unchanged != 1 {
			t.Fatalf("applied %+v", r)
		}
	})
}

func lastHash(t *testing.T, c *centre, l *laptop) string {
	t.Helper()
	list, err := c.store.Ledger(context.Background(), l.ID)
	if err != nil {
		t.Fatal(err)
	}
	return list[len(list)-1].Hash
}
