package sync_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
	"sehat/sync"
)

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func clock() time.Time { return noon }

// key returns a key that is the same in every run.
func key(name string) ed25519.PrivateKey {
	seed := make([]byte, ed25519.SeedSize)
	copy(seed, name)
	return ed25519.NewKeyFromSeed(seed)
}

// A centre is a centre's home without its folder.
type centre struct {
	*sync.Centre
	store *store.Store
	url   string
	root  ed25519.PrivateKey
}

func newCentre(t testing.TB, url string) *centre {
	t.Helper()
	s, err := store.Create(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	root := key("root")
	c := &centre{
		Centre: &sync.Centre{
			HomeID: "home-centre", Name: "Centre", DeviceID: "device-centre", Root: cards.Fingerprint(root.Public().(ed25519.PublicKey)),
			Key: key("centre"), Store: s, By: "admin", Now: noon,
		},
		store: s, url: url, root: root,
	}
	if made, err := c.Found(t.Context(), root, 1000); err != nil || !made {
		t.Fatalf("founded %v, %v", made, err)
	}
	err = s.SaveHome(t.Context(), records.Home{ID: c.HomeID, Role: records.RoleCentre, Device: c.DeviceID, Centre: c.HomeID})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func (c *centre) apply(t testing.TB) sync.ApplyReport {
	t.Helper()
	a := sync.Applier{Desk: c.store, Directory: c.store, Ledger: c.store, Key: c.Key, By: "admin", Now: clock}
	r, err := a.Apply(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// dial is how a device reaches the centre.
func (c *centre) dial(context.Context) (sync.Inbox, error) { return c.store, nil }

// A laptop is a device's home without its folder.
type laptop struct {
	*sync.Device
	store *store.Store
	path  string
	root  string
}

// newLaptop makes a laptop and enrols it with 100 card numbers.
func newLaptop(t testing.TB, c *centre, name string) *laptop {
	t.Helper()
	l := openLaptop(t, c, name, filepath.Join(t.TempDir(), name+".db"))
	enrol(t, c, l)
	return l
}

// openLaptop opens a laptop's store, whose key follows from its name.
func openLaptop(t testing.TB, c *centre, name, path string) *laptop {
	t.Helper()
	s, err := store.Create(t.Context(), path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	err = s.SaveHome(t.Context(), records.Home{ID: "home-" + name, Role: records.RoleDevice, Device: "device-" + name, Centre: "home-centre"})
	if err != nil {
		t.Fatal(err)
	}
	l := &laptop{Device: &sync.Device{ID: "device-" + name, Key: key(name), Outbox: s, Shelf: s, Now: clock}, store: s, path: path, root: c.Root}
	l.trust(t)
	return l
}

// trust lets the laptop believe what its store's key list says.
func (l *laptop) trust(t testing.TB) {
	t.Helper()
	file, err := sync.TrustFile(t.Context(), l.store)
	if err != nil {
		return // not enrolled yet
	}
	trust, err := cards.OpenTrust(file, l.root)
	if err != nil {
		t.Fatal(err)
	}
	l.Keys = trust.Keys
}

func enrol(t testing.TB, c *centre, l *laptop) {
	t.Helper()
	request, err := sync.Request{DeviceID: l.ID, Name: l.ID}.Sign(l.Key)
	if err != nil {
		t.Fatal(err)
	}
	grant, _, err := c.Approve(t.Context(), request, 100, func() (ed25519.PrivateKey, error) { return c.root, nil })
	if err != nil {
		t.Fatal(err)
	}
	g, root, err := sync.OpenGrant(grant, l.ID, l.Key.Public().(ed25519.PublicKey))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := sync.KeepTrust(t.Context(), l.store, g.Trust, root, l.ID, noon); err != nil {
		t.Fatal(err)
	}
	l.trust(t)
}

func (l *laptop) freeze(t testing.TB) sync.FreezeReport {
	t.Helper()
	r, err := l.Freeze(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// push freezes and pushes.
func (l *laptop) push(t testing.TB, c *centre) sync.PushReport {
	t.Helper()
	l.freeze(t)
	r, err := l.Push(t.Context(), c.dial)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// person is an invented resident with a household of its own.
func person(id, name string) records.ImportRow {
	house := "house-" + id
	return records.ImportRow{
		Household: &records.Household{ID: house, Profile: "sehat", SurveyCode: "T", WardCode: "001", Key: house, HouseNo: "7 <b>", Consent: "yes", Other: []byte(`{"notice_version":"1"}`)},
		Visit:     &records.Visit{ID: "visit-" + id, HouseholdID: house, No: 1, Date: "2026-02-01", Outcome: "complete"},
		Resident: &records.Resident{
			ID: id, HouseholdID: house, Key: "1", LineNo: 1, FullName: name, FullNameHi: "आशा & देवी", Sex: "F", BirthYear: 1980, VisitDate: "2026-02-01",
			EPIC: "ABC1234567",
		},
	}
}

// people are n invented residents.
func people(n int) []records.ImportRow {
	rows := make([]records.ImportRow, 0, n)
	for i := range n {
		rows = append(rows, person(fmt.Sprintf("r%06d", i), fmt.Sprintf("Person %d", i)))
	}
	return rows
}

func save(t testing.TB, s *store.Store, rows ...records.ImportRow) {
	t.Helper()
	for i := range rows {
		if err := rows[i].Seal(); err != nil {
			t.Fatal(err)
		}
	}
	m := s.Importing()
	imp, err := m.Begin(t.Context(), records.Import{ID: records.NewID(), File: "f.csv", FileHash: records.NewID(), StartedAt: records.Stamp(noon)})
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := m.Rows(t.Context(), imp, rows); err != nil {
		t.Fatal(err)
	}
}

// issue gives a temporary card to everybody on the laptop.
func (l *laptop) issue(t testing.TB) {
	t.Helper()
	is := records.Issuer{
		Store: l.store, Key: l.Key, DeviceID: l.ID, URI: "sehat:test", By: "tester", Now: noon, Random: rand.Reader,
	}
	if _, err := is.Issue(t.Context()); err != nil {
		t.Fatal(err)
	}
}

// cardOf returns the first card of a resident.
func cardOf(t testing.TB, s *store.Store, resident string) records.Card {
	t.Helper()
	list, err := s.CardsOf(t.Context(), resident)
	if err != nil || len(list) == 0 {
		t.Fatalf("cards of %s: %d, %v", resident, len(list), err)
	}
	return list[0]
}

// contents is everything that travels, by noun and key.
func contents(t testing.TB, s *store.Store) map[string]string {
	t.Helper()
	all := map[string]string{}
	for h, err := range s.Households(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all["household "+h.ID] = h.Hash
	}
	for r, err := range s.Residents(t.Context()) {
		if err != nil {
			t.Fatal(err)
		}
		all["resident "+r.ID] = r.Hash
		visits, err := s.VisitsOf(t.Context(), r.HouseholdID)
		if err != nil {
			t.Fatal(err)
		}
		for _, v := range visits {
			all["visit "+v.ID] = v.Hash
		}
		cards, err := s.CardsOf(t.Context(), r.ID)
		if err != nil {
			t.Fatal(err)
		}
		for _, c := range cards {
			if c.State == records.CardActive { // what a laptop knows as handed over is active at the centre
				c.State = records.CardHandedOver
			}
			all["card "+records.CardKey(c.Number, c.Version)] = c.Hash + " " + c.State
			events, err := s.CardEvents(t.Context(), c.Number)
			if err != nil {
				t.Fatal(err)
			}
			for _, e := range events {
				all["event "+e.ID] = e.Event
			}
		}
	}
	decisions, err := s.Decisions(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range decisions {
		all["decision "+d.ID] = d.Decision
	}
	batches, err := s.PrintBatches(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for _, b := range batches {
		full, err := s.PrintBatch(t.Context(), b.ID)
		if err != nil {
			t.Fatal(err)
		}
		all["print batch "+b.ID] = fmt.Sprint(full)
	}
	moves, err := s.StockMoves(t.Context(), "", "", 1000)
	if err != nil {
		t.Fatal(err)
	}
	for _, m := range moves {
		all["stock move "+m.ID] = fmt.Sprint(m.Item, m.Kind, m.Change, m.PrintBatch, m.At)
	}
	return all
}

func same(t testing.TB, a, b *store.Store) {
	t.Helper()
	left, right := contents(t, a), contents(t, b)
	for k, v := range left {
		if right[k] != v {
			t.Errorf("%s: %q here, %q there", k, v, right[k])
		}
	}
	for k := range right {
		if _, ok := left[k]; !ok {
			t.Errorf("%s is only there", k)
		}
	}
}
