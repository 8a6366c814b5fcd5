package lookup

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/json"
	"encoding/pem"
	"fmt"
	"io"
	"log/slog"
	"math/big"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/access"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// fill puts n invented people with a card each into a store, and returns their numbers.
func fill(t testing.TB, s *store.Store, n int) []cards.Number {
	t.Helper()
	ctx := t.Context()
	if err := s.SaveHome(ctx, records.Home{ID: "home", Role: records.RoleCentre, Device: "d1", Centre: "home"}); err != nil {
		t.Fatal(err)
	}
	in := s.Importing()
	imp, err := in.Begin(ctx, records.Import{ID: "i1", File: "a.csv", Profile: "sehat", SurveyCode: "2026-1", StartedAt: "2026-01-31T00:00:00.000Z"})
	if err != nil {
		t.Fatal(err)
	}
	numbers := make([]cards.Number, 0, n)
	for first := 0; first < n; first += 2000 {
		var rows []records.ImportRow
		var issued []records.Card
		for i := first; i < min(n, first+2000); i++ {
			id := fmt.Sprintf("00000000-0000-5000-8000-%012d", i)
			h := records.Household{ID: fmt.Sprintf("h%08d", i/5), Profile: "sehat", SurveyCode: "2026-1", Key: fmt.Sprintf("H%d", i/5), PinCode: "110024"}
			r := records.Resident{ID: id, HouseholdID: h.ID, Key: fmt.Sprint(i), FullName: fmt.Sprintf("Person %d", i), Sex: "F", BirthYear: 1985, State: records.ResidentActive}
			rows = append(rows, records.ImportRow{Household: &h, Resident: &r})
			number := must(cards.MakeNumber(cards.MinBody + uint64(i)*50_000))
			numbers = append(numbers, number)
			issued = append(issued, records.Card{
				Number: number.String(), Version: 1, ResidentID: id, Kind: records.CardPermanent, Credential: "Q", CredentialHash: "hash", Face: []byte("{}"),
				IssuedAt: "2026-02-01T00:00:00.000Z", State: records.CardIssued,
			})
		}
		if imp, _, err = in.Rows(ctx, imp, rows); err != nil {
			t.Fatal(err)
		}
		if err := s.SaveCards(ctx, issued, nil); err != nil {
			t.Fatal(err)
		}
	}
	return numbers
}

// real returns a service over a store, as "sehat serve" makes it, and a key for it.
func real(t testing.TB, s *store.Store, now func() time.Time) (*Service, string) {
	t.Helper()
	finder, err := s.Finder(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { finder.Close() })
	audit := access.NewAudit(s, "d1", now)
	t.Cleanup(audit.Close)
	service, err := New(Options{
		Finder: finder, Gate: &access.Gate{Keys: s, Sessions: s, Now: now, Random: rand.Reader}, Audit: audit,
		Limiter: access.NewLimiter(access.Limits{Requests: 1e6, Burst: 1e6, Misses: 1, MissOnce: 10}), Now: now,
		Log: slog.New(slog.DiscardHandler), Version: "test",
	})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.AddFacility(t.Context(), records.Facility{ID: "f1", Name: "Test Hospital"}); err != nil {
		t.Fatal(err)
	}
	text, k, err := access.NewKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	k.FacilityID, k.Scopes = "f1", "patient desk"
	if err := s.AddFacilityKey(t.Context(), k); err != nil {
		t.Fatal(err)
	}
	return service, text
}

// get asks a running service.
func get(t testing.TB, client *http.Client, url, key string) (int, []byte) {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set(PurposeHeader, "TREAT")
	resp, err := client.Do(req)
	if err != nil {
		t.Error(err)
		return 0, nil
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Error(err)
	}
	return resp.StatusCode, body
}

func TestServeOverAStore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, err := store.Create(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		numbers := fill(t, s, 40)
		service, key := real(t, s, time.Now)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- service.Serve(ctx, l, "", "") }()

		base := "http://" + l.Addr().String() + "/fhir/Patient"
		var wg sync.WaitGroup
		for i, n := range numbers { // all at once, so that audit rows share commits
			wg.Go(func() {
				status, body := get(t, http.DefaultClient, base+"?identifier="+n.String(), key)
				var found struct {
					Entry []struct {
						Resource struct {
							ID   string
							Name []struct{ Text string }
						}
					}
				}
				if err := json.Unmarshal(body, &found); err != nil || status != http.StatusOK || len(found.Entry) != 1 {
					t.Errorf("%d: %d %s", i, status, body)
					return
				}
				if got := found.Entry[0].Resource.Name[0].Text; got != fmt.Sprintf("Person %d", i) {
					t.Errorf("number %d is held by %s", i, got)
				}
				if status, _ := get(t, http.DefaultClient, base+"/"+found.Entry[0].Resource.ID, key); status != http.StatusOK {
					t.Errorf("%d by public id: %d", i, status)
				}
			})
		}
		wg.Wait()
		stop()
		if err := <-ended; err != nil {
			t.Errorf("stopping: %v", err)
		}
		head, err := access.VerifyChain(s.AuditEntries(t.Context(), "d1"))
		if err != nil || head.Seq != int64(2*len(numbers)) {
			t.Errorf("audit head %+v, %v", head, err)
		}
	})
}

func TestServeOverTLS(t *testing.T) {
	s, err := store.Create(t.Context(), filepath.Join(t.TempDir(), "store.db"))
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	numbers := fill(t, s, 1)
	service, key := real(t, s, time.Now)
	service.TLS = true
	certificate, private, pool := selfSigned(t)
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- service.Serve(ctx, l, certificate, private) }()
	client := &http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, ForceAttemptHTTP2: true}}
	status, body := get(t, client, "https://"+l.Addr().String()+"/fhir/Patient?identifier="+numbers[0].String(), key)
	if status != http.StatusOK || !json.Valid(body) {
		t.Errorf("%d %s", status, body)
	}
	stop()
	if err := <-ended; err != nil {
		t.Errorf("stopping: %v", err)
	}
}

// selfSigned writes a certificate for 127.0.0.1 and its key.
func selfSigned(t *testing.T) (certificate, private string, pool *x509.CertPool) {
	t.Helper()
	key := must(ecdsa.GenerateKey(elliptic.P256(), rand.Reader))
	template := &x509.Certificate{SerialNumber: big.NewInt(1), NotAfter: time.Now().Add(time.Hour), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}}
	der := must(x509.CreateCertificate(rand.Reader, template, template, &key.PublicKey, key))
	dir := t.TempDir()
	certificate, private = filepath.Join(dir, "tls.crt"), filepath.Join(dir, "tls.key")
	write := func(path, kind string, b []byte) {
		if err := os.WriteFile(path, pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: b}), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(certificate, "CERTIFICATE", der)
	write(private, "PRIVATE KEY", must(x509.MarshalPKCS8PrivateKey(key)))
	pool = x509.NewCertPool()
	pool.AddCert(must(x509.ParseCertificate(der)))
	return certificate, private, pool
}

// BenchmarkFind20k measures the look-up alone; BenchmarkServe20k with key, audit row and JSON over HTTP. 20,000 people.
func BenchmarkFind20k(b *testing.B) {
	eachFilled(b, func(b *testing.B, s *store.Store, numbers []cards.Number) {
		finder, err := s.Finder(b.Context())
		if err != nil {
			b.Fatal(err)
		}
		defer finder.Close()
		for i := 0; b.Loop(); i++ {
			if _, err := finder.ByCard(b.Context(), numbers[i*7919%len(numbers)].String()); err != nil {
				b.Fatal(err)
			}
		}
	})
}

func BenchmarkServe20k(b *testing.B) {
	eachFilled(b, func(b *testing.B, s *store.Store, numbers []cards.Number) {
		service, key := real(b, s, time.Now)
		l, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			b.Fatal(err)
		}
		ctx, stop := context.WithCancel(b.Context())
		ended := make(chan error, 1)
		go func() { ended <- service.Serve(ctx, l, "", "") }()
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}
		b.SetParallelism(32)
		b.ResetTimer()
		b.RunParallel(func(pb *testing.PB) {
			for i := 0; pb.Next(); i++ {
				number := numbers[i*7919%len(numbers)]
				if status, body := get(b, client, "http://"+l.Addr().String()+"/fhir/Patient?identifier="+number.String(), key); status != http.StatusOK {
					b.Errorf("%d %s", status, body)
				}
			}
		})
		b.StopTimer()
		client.CloseIdleConnections()
		stop()
		if err := <-ended; err != nil {
			b.Error(err)
		}
	})
}

// eachFilled runs a benchmark on each dialect, on 20,000 people of whom 2,000 are looked up.
func eachFilled(b *testing.B, run func(b *testing.B, s *store.Store, numbers []cards.Number)) {
	for name, url := range map[string]func() string{
		"sqlite":   func() string { return filepath.Join(b.TempDir(), "store.db") },
		"postgres": func() string { return storetest.Postgres(b) },
	} {
		b.Run(name, func(b *testing.B) {
			s, err := store.Create(b.Context(), url())
			if err != nil {
				b.Fatal(err)
			}
			defer s.Close()
			numbers := fill(b, s, 20_000)[:2000]
			run(b, s, numbers)
		})
	}
}
