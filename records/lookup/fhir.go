package lookup

import (
	"encoding/json"
	"errors"
	"mime"
	"net/http"
	"regexp"
	"strings"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/access"
)

// PurposeHeader is the request header in which a hospital's system says why it asks.
const PurposeHeader = "Purpose-Of-Use"

const fhirType = "application/fhir+json"

// searchPatient finds the person who holds a card.
func (s *Service) searchPatient(w http.ResponseWriter, r *http.Request) {
	q, err := s.admitFHIR(r, "search")
	if err != nil {
		s.failFHIR(w, r, err)
		return
	}
	number, err := searchedNumber(r)
	if err != nil {
		s.failFHIR(w, r, err)
		return
	}
	found, err := s.ask(r.Context(), q, s.Finder.ByCard, number.String())
	if err != nil && !errors.Is(err, records.ErrNotFound) {
		s.failFHIR(w, r, err)
		return
	}
	base := s.base(r)
	bundle := fhirBundle{
		ResourceType: "Bundle", Type: "searchset",
		Link: []fhirRelation{{"self", base + "/Patient?identifier=" + SystemCard + "%7C" + number.String()}},
	}
	if err == nil {
		p, err := patient(found, q.caller.Scopes, s.Now())
		if err != nil {
			s.failFHIR(w, r, err)
			return
		}
		bundle.Total = 1
		bundle.Entry = append(bundle.Entry, fhirEntry{base + "/Patient/" + p.ID, p, fhirSearch{"match"}})
		if text := s.endedText(found, number); text != "" {
			bundle.Entry = append(bundle.Entry, fhirEntry{Resource: outcome("warning", "business-rule", text), Search: fhirSearch{"outcome"}})
		}
	}
	s.sendFHIR(w, r, http.StatusOK, bundle)
}

// searchedNumber reads the one search that there is: identifier=[system|]number.
func searchedNumber(r *http.Request) (cards.Number, error) {
	if err := r.ParseForm(); err != nil {
		var large *http.MaxBytesError
		if errors.As(err, &large) {
			return 0, err
		}
		return 0, badRequest("invalid", "the search cannot be read")
	}
	for name, values := range r.Form {
		switch {
		case name == "name" || name == "family" || name == "given" || name == "phonetic":
			return 0, badRequest("not-supported", "searching by name is refused here: search by identifier")
		case name == "identifier" || name == "_format" || name == "_pretty":
			if len(values) > 1 {
				return 0, badRequest("not-supported", "%s may be given once", name)
			}
		default:
			return 0, badRequest("not-supported", "this server searches by identifier only")
		}
	}
	text := r.Form.Get("identifier")
	system, number, hasSystem := strings.Cut(text, "|")
	if !hasSystem {
		system, number = "", text
	}
	switch {
	case text == "":
		return 0, badRequest("required", "say whom to search: identifier=%s|NUMBER", SystemCard)
	case strings.Contains(text, ","):
		return 0, badRequest("not-supported", "search for one identifier at a time")
	case system != "" && system != SystemCard:
		return 0, badRequest("not-supported", "this server searches by card number only: identifier=%s|NUMBER", SystemCard)
	}
	return cards.ParseNumber(number)
}

// endedText says that the card asked for can no longer be used, or nothing.
func (s *Service) endedText(found records.Found, number cards.Number) string {
	card, ok := found.Card(number.String())
	if !ok {
		return ""
	}
	e := endingOf(found, card, 0, s.Now())
	if e.state == "" {
		return ""
	}
	m := e.message()
	return m.title.En + ". " + m.help.En
}

// readPatient tells one record by its public id.
func (s *Service) readPatient(w http.ResponseWriter, r *http.Request) {
	q, err := s.admitFHIR(r, "read")
	if err != nil {
		s.failFHIR(w, r, err)
		return
	}
	id := r.PathValue("id")
	if !isID.MatchString(id) {
		s.failFHIR(w, r, records.ErrNotFound)
		return
	}
	found, err := s.ask(r.Context(), q, s.Finder.ByPublicID, id)
	if err != nil {
		s.failFHIR(w, r, err)
		return
	}
	p, err := patient(found, q.caller.Scopes, s.Now())
	if err != nil {
		s.failFHIR(w, r, err)
		return
	}
	tag := `W/"` + p.Meta.VersionID + `"`
	w.Header().Set("ETag", tag)
	if strings.Contains(r.Header.Get("If-None-Match"), tag) {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	s.sendFHIR(w, r, http.StatusOK, p)
}

// admitFHIR asks what every request about a person must answer first: who asks, why, and not too often.
func (s *Service) admitFHIR(r *http.Request, action string) (question, error) {
	caller, err := s.bearer(r)
	if err != nil {
		return question{}, err
	}
	noteOf(r).key = caller.KeyID
	if err := s.Limiter.Allow(caller.KeyID, s.Now()); err != nil {
		return question{}, err
	}
	code := r.Header.Get(PurposeHeader)
	purpose, ok := access.ParsePurpose(code)
	q := question{caller: caller, action: action, purpose: purpose}
	if err := caller.May(access.ScopePatient); err != nil {
		return q, errors.Join(err, s.refuse(r.Context(), q))
	}
	if !ok {
		return q, badRequest("required", "say why you ask, in the header %s: %s", PurposeHeader, purposeList())
	}
	if !acceptsJSON(r.Header.Get("Accept")) {
		return q, refusal{http.StatusNotAcceptable, "not-supported", "this server speaks " + fhirType}
	}
	return q, nil
}

// bearer returns whose key a request carries.
func (s *Service) bearer(r *http.Request) (access.Caller, error) {
	scheme, key, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(scheme, "Bearer") {
		return access.Caller{}, access.ErrDenied
	}
	caller, err := s.Gate.Key(r.Context(), key)
	if err != nil && !errors.Is(err, access.ErrDenied) {
		err = errors.Join(errStore, err)
	}
	return caller, err
}

func purposeList() string {
	var all []string
	for _, p := range access.Purposes() {
		all = append(all, string(p)+" ("+p.String()+")")
	}
	return strings.Join(all, ", ")
}

// acceptsJSON reports whether one of the types that a client takes is ours.
func acceptsJSON(accept string) bool {
	if accept == "" {
		return true
	}
	for part := range strings.SplitSeq(accept, ",") {
		kind, _, err := mime.ParseMediaType(part)
		if err != nil {
			continue
		}
		switch kind {
		case fhirType, "application/json", "application/*", "*/*":
			return true
		}
	}
	return false
}

// isID is FHIR's form of an id. Nothing else can be one of ours, nor be asked of every database.
var isID = regexp.MustCompile(`^[A-Za-z0-9.-]{1,64}$`)

// noSuchFHIR answers whatever else is asked under /fhir.
func (s *Service) noSuchFHIR(w http.ResponseWriter, r *http.Request) {
	err := refusal{http.StatusNotFound, "not-supported", "there is no such thing here: see /fhir/metadata"}
	rest := strings.TrimPrefix(r.URL.Path, "/fhir/")
	known := rest == "metadata" || rest == "Patient" || strings.HasPrefix(rest, "Patient/")
	if known {
		w.Header().Set("Allow", "GET")
		err = refusal{http.StatusMethodNotAllowed, "not-supported", "this server only reads: see /fhir/metadata"}
	}
	s.failFHIR(w, r, err)
}

// base is the service's address as the caller knows it.
func (s *Service) base(r *http.Request) string {
	scheme := "http://"
	if s.TLS {
		scheme = "https://"
	}
	return scheme + r.Host + "/fhir"
}

func outcome(severity, code, text string) fhirOutcome {
	return fhirOutcome{"OperationOutcome", []fhirIssue{{severity, code, fhirConcept{Text: text}}}}
}

func (s *Service) failFHIR(w http.ResponseWriter, r *http.Request, err error) {
	p := fail(w, r, err)
	if p.status == http.StatusUnauthorized {
		w.Header().Set("WWW-Authenticate", `Bearer realm="sehat"`)
	}
	s.sendFHIR(w, r, p.status, outcome("error", p.code, p.text))
}

func (s *Service) sendFHIR(w http.ResponseWriter, r *http.Request, status int, resource any) {
	body, err := json.Marshal(resource)
	if err != nil {
		noteOf(r).err = err
		w.WriteHeader(http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", fhirType+"; charset=utf-8")
	w.WriteHeader(status)
	w.Write(append(body, '\n')) //nolint:errcheck // the caller hung up
}

// metadata says what the server can do. It tells nothing of anybody and needs no key.
func (s *Service) metadata(w http.ResponseWriter, r *http.Request) {
	s.sendFHIR(w, r, http.StatusOK, fhirCapability{
		ResourceType: "CapabilityStatement", Status: "active", Date: s.started.UTC().Format(time.RFC3339),
		Publisher: "sehat", Kind: "instance",
		Software:       fhirSoftware{"sehat", s.Version},
		Implementation: fhirImplementation{"Who holds a health card", s.base(r)},
		FHIRVersion:    "4.0.1",
		Format:         []string{fhirType},
		Rest: []fhirRest{{
			Mode: "server",
			Security: fhirSecurity{Description: "Send a facility key (Authorization: Bearer) and why you ask (" + PurposeHeader + ": " +
				purposeList() + "). Every answer is written to an audit log first."},
			Resource: []fhirRestResource{{
				Type: "Patient", Interaction: []fhirInteraction{{"read"}, {"search-type"}}, Versioning: "versioned", ConditionalRead: "not-match",
				SearchParam: []fhirSearchParam{{
					Name: "identifier", Definition: "http://hl7.org/fhir/SearchParameter/Patient-identifier", Type: "token",
					Documentation: "A card number: " + SystemCard + "|15 digits. One at a time; the system may be left out.",
				}},
			}},
		}},
	})
}
