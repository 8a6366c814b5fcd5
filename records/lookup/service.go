package lookup

import (
	"context"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/access"
)

// A Finder finds a person. What it returns is told with Resident.Other empty and without credentials and faces.
type Finder interface {
	// ByCard finds who holds a card number of 15 digits, whatever became of the card, as told by the person's canonical
	// record. It returns records.ErrNotFound if no one holds it, or the holder may not be told of.
	ByCard(ctx context.Context, number string) (records.Found, error)
	// ByPublicID finds the record that a public id names, merged into another or not, or returns records.ErrNotFound.
	ByPublicID(ctx context.Context, id string) (records.Found, error)
}

// ErrNoLists is the error of a [Verifier] that cannot read the lists by which cards are judged.
var ErrNoLists = errors.New("the signed lists cannot be read")

// A Verifier judges the QR text of a card.
type Verifier interface {
	// Verify returns what a QR text says. With an error the card is not to be believed, or not any more; a credential
	// that comes with an error was signed by a key that is known. [cards.Verifier] says which errors; beside them,
	// ErrNoLists says that nobody could look.
	Verify(qr string) (cards.Verified, error)
}

// A Recorder writes the audit log.
type Recorder interface {
	// Record returns when an entry is durable, or an error with access.ErrNoAudit in its chain.
	Record(ctx context.Context, e records.AuditEntry) error
}

// Options are what a service is made of.
type Options struct {
	Finder   Finder
	Gate     *access.Gate
	Audit    Recorder
	Limiter  *access.Limiter
	Verifier Verifier // nil where there is no key list yet: then QR texts cannot be checked
	Now      func() time.Time
	Log      *slog.Logger
	Version  string // of the program
	TLS      bool   // it is served over TLS: cookies say so
}

// A Service answers hospitals. Make it with [New].
type Service struct {
	Options
	started time.Time
	pages   *template.Template
	static  map[string]staticFile
}

// New returns a service. It fails only where its own pages cannot be read.
func New(o Options) (*Service, error) {
	s := &Service{Options: o, started: o.Now()}
	return s, s.loadPages()
}

// A question is one request about a person.
type question struct {
	caller  access.Caller
	action  string
	purpose access.Purpose
	detail  string
	genuine bool // a verified QR asks: that its record is not there is no miss
}

// ask finds a person, writes down that it was told, and only then returns it. It returns records.ErrNotFound where nobody was
// found, which is written down, too.
func (s *Service) ask(ctx context.Context, q question, find func(context.Context, string) (records.Found, error), value string) (records.Found, error) {
	found, err := find(ctx, value)
	entry := q.entry(records.AuditAnswered)
	switch {
	case errors.Is(err, records.ErrNotFound):
		entry.Outcome = records.AuditNotFound
		if !q.genuine {
			s.Limiter.Miss(q.caller.KeyID, s.Now())
		}
	case err != nil:
		return records.Found{}, fmt.Errorf("%w: %w", errStore, err)
	}
	entry.ResidentID = found.Resident.ID
	if err := s.Audit.Record(ctx, entry); err != nil {
		return records.Found{}, err
	}
	return found, err
}

// refuse writes down that a question was refused.
func (s *Service) refuse(ctx context.Context, q question) error {
	return s.Audit.Record(ctx, q.entry(records.AuditRefused))
}

func (q question) entry(outcome string) records.AuditEntry {
	return records.AuditEntry{
		FacilityID: q.caller.FacilityID, KeyID: q.caller.KeyID, Action: q.action, Purpose: string(q.purpose), Outcome: outcome, Detail: q.detail,
	}
}

// Handler returns all that the service answers.
func (s *Service) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /fhir/metadata", s.metadata)
	mux.HandleFunc("GET /fhir/Patient", s.searchPatient)
	mux.HandleFunc("POST /fhir/Patient/_search", s.searchPatient)
	mux.HandleFunc("GET /fhir/Patient/{id}", s.readPatient)
	mux.HandleFunc("/fhir/", s.noSuchFHIR)

	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/desk", http.StatusSeeOther) })
	mux.HandleFunc("GET /login", s.showLogin)
	mux.HandleFunc("POST /login", s.login)
	mux.HandleFunc("POST /logout", s.logout)
	mux.HandleFunc("POST /language", s.language)
	mux.HandleFunc("GET /desk", s.showDesk)
	mux.HandleFunc("POST /desk", s.desk)
	mux.HandleFunc("GET /static/{file}", s.serveStatic)
	return s.around(mux)
}
