package lookup

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"flag"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/access"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func TestMain(m *testing.M) { os.Exit(storetest.Main(m)) }

// Numbers of invented cards.
var (
	ashasNumber  = must(cards.MakeNumber(2_345_678_901_234))
	oldNumber    = must(cards.MakeNumber(3_456_789_012_345))
	imransNumber = must(cards.MakeNumber(4_567_890_123_456))
	nobodys      = must(cards.MakeNumber(5_678_901_234_567))
	gurpreets    = must(cards.MakeNumber(6_789_012_345_678))
)

func must[T any](v T, err error) T {
	if err != nil {
		panic(err)
	}
	return v
}

const (
	ashasID  = "0b9c9a3e-5f43-4f0e-9a2e-1f6a5b0c7d11"
	mergedID = "7a1d2c3b-4e5f-4a6b-8c7d-9e0f1a2b3c22"
	imransID = "c4d5e6f7-0819-4a2b-9c3d-4e5f60718233"
)

// people are who the fake register knows, by card number and by public id.
func people() (byCard, byID map[string]records.Found) {
	age := 41
	asha := records.Found{
		PublicID: ashasID,
		Resident: records.Resident{
			ID: "r1", FullName: "Asha Devi", FullNameHi: "आशा देवी", Sex: "F", BirthYear: 1985, BirthMonth: 3, VisitDate: "2026-01-10",
			Mobile: "+919810012345", EPIC: "ABC1234567", ABHA: "91234567890123",
		},
		Household: records.Household{HouseNo: "14", AddressLine: "Gali 3", Locality: "Lajpat Nagar", PinCode: "110024", Mobile: "+919810099999"},
		Cards: []records.Card{
			{Number: ashasNumber.String(), ResidentID: "r1", Version: 2, Kind: records.CardPermanent, State: records.CardActive, IssuedAt: "2026-02-03T05:00:00.000Z", CredentialHash: "hash-asha-2"},
			{Number: oldNumber.String(), ResidentID: "r2", Version: 1, Kind: records.CardTemporary, State: records.CardReplaced, IssuedAt: "2026-01-12T05:00:00.000Z", ExpiresAt: "2027-01-12T05:00:00.000Z", CredentialHash: "hash-old-1"},
		},
	}
	merged := asha
	merged.PublicID, merged.SurvivorID = mergedID, ashasID
	merged.Resident.FullName, merged.Resident.FullNameHi, merged.Resident.ID = "Asha Dewi", "", "r2"
	imran := records.Found{
		PublicID: imransID,
		Resident: records.Resident{ID: "r3", FullName: "Imran Qureshi", FullNameHi: "عمران قریشی", Sex: "M", AgeYears: &age, VisitDate: "2026-01-10"},
		Cards: []records.Card{
			{Number: imransNumber.String(), ResidentID: "r3", Version: 1, Kind: records.CardTemporary, State: records.CardIssued, IssuedAt: "2026-01-12T05:00:00.000Z", ExpiresAt: "2026-02-12T05:00:00.000Z", CredentialHash: "hash-imran-1"},
		},
	}
	byCard = map[string]records.Found{ashasNumber.String(): asha, oldNumber.String(): asha, imransNumber.String(): imran}
	byID = map[string]records.Found{ashasID: asha, mergedID: merged, imransID: imran}
	return byCard, byID
}

// register is a fake one.
type register struct {
	byCard, byID map[string]records.Found
	broken       error
}

func (r *register) ByCard(_ context.Context, number string) (records.Found, error) {
	return r.find(r.byCard, number)
}

func (r *register) ByPublicID(_ context.Context, id string) (records.Found, error) {
	return r.find(r.byID, id)
}

func (r *register) find(in map[string]records.Found, key string) (records.Found, error) {
	if r.broken != nil {
		return records.Found{}, r.broken
	}
	f, ok := in[key]
	if !ok {
		return f, records.ErrNotFound
	}
	return f, nil
}

// judge is a verifier that knows a few QR texts.
type judge map[string]verdict

type verdict struct {
	said cards.Verified
	err  error
}

func (j judge) Verify(qr string) (cards.Verified, error) {
	v, ok := j[qr]
	if !ok {
		return cards.Verified{}, cards.ErrNotACard
	}
	return v.said, v.err
}

// A desk is a service to be tested, with a store of its own for keys, sessions and the audit log.
type desk struct {
	t        *testing.T
	url      string // of the service
	store    *store.Store
	register *register
	judge    judge
	now      time.Time
	service  *Service
	client   *http.Client
	log      *bytes.Buffer
	audit    func(ctx context.Context, e records.AuditEntry) error
}

// Record lets a test break the audit log.
func (d *desk) Record(ctx context.Context, e records.AuditEntry) error { return d.audit(ctx, e) }

func newDesk(t *testing.T) *desk {
	t.Helper()
	s, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	byCard, byID := people()
	d := &desk{t: t, store: s, register: &register{byCard: byCard, byID: byID}, judge: judge{}, now: time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC), log: &bytes.Buffer{}}
	clock := func() time.Time { return d.now }
	audit := access.NewAudit(s, "d1", clock)
	t.Cleanup(audit.Close)
	d.audit = audit.Record
	d.service, err = New(Options{
		Finder: d.register, Gate: &access.Gate{Keys: s, Sessions: s, Now: clock, Random: rand.Reader}, Audit: d,
		Limiter: access.NewLimiter(access.Limits{Requests: 1000, Burst: 1000, Misses: 0.1, MissOnce: 3}), Verifier: d.judge, Now: clock,
		Log: slog.New(slog.NewTextHandler(d.log, nil)), Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(d.service.Handler())
	t.Cleanup(server.Close)
	d.url, d.client = server.URL, server.Client()
	d.client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	if _, err := s.AddFacility(t.Context(), records.Facility{ID: "f1", Name: "Test Hospital"}); err != nil {
		t.Fatal(err)
	}
	return d
}

// key makes a facility key.
func (d *desk) key(scopes string) string {
	d.t.Helper()
	text, k, err := access.NewKey(rand.Reader)
	if err != nil {
		d.t.Fatal(err)
	}
	k.FacilityID, k.Scopes = "f1", scopes
	if err := d.store.AddFacilityKey(d.t.Context(), k); err != nil {
		d.t.Fatal(err)
	}
	return text
}

// in makes a subtest the one that fails.
func (d *desk) in(t *testing.T) {
	outer := d.t
	d.t = t
	t.Cleanup(func() { d.t = outer })
}

// An ask is a request of a hospital's system.
type ask struct {
	method, path, key, purpose string
	header                     map[string]string
	form                       string
}

// do sends a request and returns the answer and its body.
func (d *desk) do(a ask) (*http.Response, []byte) {
	d.t.Helper()
	if a.method == "" {
		a.method = http.MethodGet
	}
	req, err := http.NewRequestWithContext(d.t.Context(), a.method, d.url+a.path, strings.NewReader(a.form))
	if err != nil {
		d.t.Fatal(err)
	}
	if a.key != "" {
		req.Header.Set("Authorization", "Bearer "+a.key)
	}
	if a.purpose != "" {
		req.Header.Set(PurposeHeader, a.purpose)
	}
	if a.form != "" {
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	for k, v := range a.header {
		req.Header.Set(k, v)
	}
	resp, err := d.client.Do(req)
	if err != nil {
		d.t.Fatal(err)
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		d.t.Fatal(err)
	}
	return resp, body
}

// entries returns the audit log, verified.
func (d *desk) entries() []records.AuditEntry {
	d.t.Helper()
	if _, err := access.VerifyChain(d.store.AuditEntries(d.t.Context(), "d1")); err != nil {
		d.t.Error(err)
	}
	var all []records.AuditEntry
	for e, err := range d.store.AuditEntries(d.t.Context(), "d1") {
		if err != nil {
			d.t.Fatal(err)
		}
		all = append(all, e)
	}
	return all
}

// golden compares JSON with a file under testdata. The service's address, which changes, is written as http://desk.
func (d *desk) golden(name string, body []byte) {
	d.t.Helper()
	body = bytes.ReplaceAll(body, []byte(d.url), []byte("http://desk"))
	var pretty bytes.Buffer
	if err := json.Indent(&pretty, body, "", "  "); err != nil {
		d.t.Fatalf("%s: %v: %s", name, err, body)
	}
	path := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(path, pretty.Bytes(), 0o644); err != nil {
			d.t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(path)
	if err != nil {
		d.t.Fatal(err)
	}
	if !bytes.Equal(pretty.Bytes(), want) {
		d.t.Errorf("%s: got\n%s\nwant\n%s", name, pretty.Bytes(), want)
	}
}

var errDisk = errors.New("disk full")
