package lookup

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"sehat/records"
	"sehat/records/access"
)

func search(number string) string { return "/fhir/Patient?identifier=" + number }

func TestFHIRAnswers(t *testing.T) {
	d := newDesk(t)
	plain, all := d.key("patient"), d.key("patient contact identifiers")
	card := "urn:sehat:card%7C"
	for name, tc := range map[string]struct {
		ask
		golden string
	}{
		"what the server can do":                  {ask{path: "/fhir/metadata"}, "metadata"},
		"a card's holder":                         {ask{path: search(card + ashasNumber.String()), key: plain, purpose: "TREAT"}, "search"},
		"the number without its system":           {ask{path: search(ashasNumber.String()), key: plain, purpose: "TREAT"}, "search"},
		"the number as printed":                   {ask{path: search(strings.ReplaceAll(ashasNumber.Printed(), " ", "%20")), key: plain, purpose: "ETREAT"}, "search"},
		"a search as a form":                      {ask{method: "POST", path: "/fhir/Patient/_search", form: "identifier=" + card + ashasNumber.String(), key: plain, purpose: "TREAT"}, "search"},
		"all that the scopes open":                {ask{path: search(ashasNumber.String()), key: all, purpose: "TREAT"}, "search-all-scopes"},
		"a card that was replaced":                {ask{path: search(oldNumber.String()), key: plain, purpose: "TREAT"}, "search-replaced"},
		"a temporary card after its year":         {ask{path: search(imransNumber.String()), key: plain, purpose: "TREAT"}, "search-expired"},
		"a number that nobody holds":              {ask{path: search(nobodys.String()), key: plain, purpose: "TREAT"}, "search-nobody"},
		"a record by its public id":               {ask{path: "/fhir/Patient/" + ashasID, key: plain, purpose: "TREAT"}, "read"},
		"a record of which only the age was told": {ask{path: "/fhir/Patient/" + imransID, key: plain, purpose: "TREAT"}, "read-age"},
		"a record that was merged":                {ask{path: "/fhir/Patient/" + mergedID, key: plain, purpose: "TREAT"}, "read-merged"},
	} {
		t.Run(name, func(t *testing.T) {
			d.in(t)
			resp, body := d.do(tc.ask)
			if resp.StatusCode != http.StatusOK || resp.Header.Get("Content-Type") != "application/fhir+json; charset=utf-8" {
				t.Errorf("%s, %s", resp.Status, resp.Header.Get("Content-Type"))
			}
			if resp.Header.Get("Cache-Control") != "no-store" || resp.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("headers %v", resp.Header)
			}
			d.golden(tc.golden, body)
			for _, own := range []string{`"r1"`, `"r2"`, `"r3"`} {
				if strings.Contains(string(body), own) {
					t.Errorf("the register's own id %s left it", own)
				}
			}
		})
	}
}

func TestFHIRRefusals(t *testing.T) {
	d := newDesk(t)
	key, deskOnly := d.key("patient"), d.key("desk")
	mistyped := ashasNumber.String()[:14] + string('0'+(ashasNumber.String()[14]-'0'+1)%10)
	for name, tc := range map[string]struct {
		ask
		status int
		code   string
		says   string
	}{
		"no key":                     {ask{path: search(ashasNumber.String()), purpose: "TREAT"}, 401, "login", "facility key"},
		"a key that is none":         {ask{path: search(ashasNumber.String()), key: "sehat_x_y", purpose: "TREAT"}, 401, "login", "facility key"},
		"a key without the scope":    {ask{path: search(ashasNumber.String()), key: deskOnly, purpose: "TREAT"}, 403, "forbidden", "patient"},
		"no purpose":                 {ask{path: search(ashasNumber.String()), key: key}, 400, "required", "TREAT (treatment), ETREAT"},
		"a purpose that is not ours": {ask{path: search(ashasNumber.String()), key: key, purpose: "HMARKT"}, 400, "required", "PATADMIN"},
		"a wrong check digit":        {ask{path: search(mistyped), key: key, purpose: "TREAT"}, 400, "value", "check digits"},
		"a phone number":             {ask{path: search("9810012345"), key: key, purpose: "TREAT"}, 400, "value", "phone"},
		"by name":                    {ask{path: "/fhir/Patient?name=Asha", key: key, purpose: "TREAT"}, 400, "not-supported", "by name is refused"},
		"by family name":             {ask{path: search(ashasNumber.String()) + "&family=Devi", key: key, purpose: "TREAT"}, 400, "not-supported", "by name is refused"},
		"by birth date":              {ask{path: "/fhir/Patient?birthdate=1985", key: key, purpose: "TREAT"}, 400, "not-supported", "by identifier only"},
		"by nothing":                 {ask{path: "/fhir/Patient", key: key, purpose: "TREAT"}, 400, "required", "identifier="},
		"by another system":          {ask{path: search("urn:x%7C" + ashasNumber.String()), key: key, purpose: "TREAT"}, 400, "not-supported", "card number only"},
		"by two numbers":             {ask{path: search(ashasNumber.String() + "," + oldNumber.String()), key: key, purpose: "TREAT"}, 400, "not-supported", "one identifier"},
		"by two identifiers":         {ask{path: search(ashasNumber.String()) + "&identifier=" + oldNumber.String(), key: key, purpose: "TREAT"}, 400, "not-supported", "once"},
		"a broken query":             {ask{path: "/fhir/Patient?identifier=%zz", key: key, purpose: "TREAT"}, 400, "invalid", "cannot be read"},
		"a form that is too large":   {ask{method: "POST", path: "/fhir/Patient/_search", form: "identifier=" + strings.Repeat("2", 100_000), key: key, purpose: "TREAT"}, 413, "too-long", "too large"},
		"XML":                        {ask{path: search(ashasNumber.String()), key: key, purpose: "TREAT", header: map[string]string{"Accept": "application/fhir+xml"}}, 406, "not-supported", "fhir+json"},
		"an id that nobody has":      {ask{path: "/fhir/Patient/00000000-0000-4000-8000-000000000000", key: key, purpose: "TREAT"}, 404, "not-found", "no such person"},
		"an id that is none":         {ask{path: "/fhir/Patient/%00%ff", key: key, purpose: "TREAT"}, 404, "not-found", "no such person"},
		"the register's own id":      {ask{path: "/fhir/Patient/r1", key: key, purpose: "TREAT"}, 404, "not-found", "no such person"},
		"another resource":           {ask{path: "/fhir/Observation", key: key, purpose: "TREAT"}, 404, "not-supported", "metadata"},
		"writing":                    {ask{method: "PUT", path: "/fhir/Patient/" + ashasID, key: key, purpose: "TREAT", form: "{}"}, 405, "not-supported", "only reads"},
	} {
		t.Run(name, func(t *testing.T) {
			d.in(t)
			resp, body := d.do(tc.ask)
			text := string(body)
			if resp.StatusCode != tc.status || !strings.Contains(text, `"code":"`+tc.code+`"`) || !strings.Contains(text, tc.says) || !strings.Contains(text, "OperationOutcome") {
				t.Errorf("%s: %s", resp.Status, text)
			}
			if tc.status == 401 && resp.Header.Get("WWW-Authenticate") == "" {
				t.Error("it does not say how to sign in")
			}
			if strings.Contains(text, "Asha") || strings.Contains(text, ashasNumber.String()) {
				t.Errorf("it repeats what was asked: %s", text)
			}
		})
	}
	for _, e := range d.entries() {
		if e.Outcome == records.AuditAnswered {
			t.Errorf("an answer was written down: %+v", e)
		}
	}
}

func TestEveryAnswerIsWrittenDown(t *testing.T) {
	d := newDesk(t)
	key := d.key("patient")
	keyID := strings.Split(key, "_")[1]
	d.do(ask{path: search(ashasNumber.String()), key: key, purpose: "TREAT"})
	d.do(ask{path: "/fhir/Patient/" + mergedID, key: key, purpose: "ETREAT"})
	d.do(ask{path: search(nobodys.String()), key: key, purpose: "TREAT"})
	d.do(ask{path: search(ashasNumber.String()), key: d.key("desk"), purpose: "TREAT"})
	want := []string{"search TREAT r1 answered", "read ETREAT r2 answered", "search TREAT  not_found", "search TREAT  refused"}
	entries := d.entries()
	if len(entries) != len(want) {
		t.Fatalf("entries %+v", entries)
	}
	for i, e := range entries {
		if got := fmt.Sprintf("%s %s %s %s", e.Action, e.Purpose, e.ResidentID, e.Outcome); got != want[i] || e.FacilityID != "f1" || (i < 3 && e.KeyID != keyID) {
			t.Errorf("entry %d: %s of %s: %+v", i, got, e.FacilityID, e)
		}
	}
	if log := d.log.String(); strings.Contains(log, ashasNumber.String()) || strings.Contains(log, mergedID) || !strings.Contains(log, "key="+keyID) || !strings.Contains(log, "GET /fhir/Patient/{id}") {
		t.Errorf("the log holds what was asked, or not who asked: %s", log)
	}
}

func TestNoAuditRowNoAnswer(t *testing.T) {
	d := newDesk(t)
	key := d.key("patient")
	d.audit = func(context.Context, records.AuditEntry) error {
		return fmt.Errorf("%w: %w", access.ErrNoAudit, errDisk)
	}
	for _, path := range []string{search(ashasNumber.String()), "/fhir/Patient/" + ashasID, search(nobodys.String())} {
		resp, body := d.do(ask{path: path, key: key, purpose: "TREAT"})
		if resp.StatusCode != http.StatusServiceUnavailable || strings.Contains(string(body), "Asha") || strings.Contains(string(body), "disk") {
			t.Errorf("%s: %s", resp.Status, body)
		}
	}
	if resp, _ := d.do(ask{path: search(ashasNumber.String()), key: d.key("desk"), purpose: "TREAT"}); resp.StatusCode != http.StatusServiceUnavailable {
		t.Errorf("a refusal that cannot be written down: %s", resp.Status)
	}
	if !strings.Contains(d.log.String(), "disk full") {
		t.Error("the log does not say why")
	}
}

func TestARegisterThatIsDown(t *testing.T) {
	d := newDesk(t)
	d.register.broken = errors.New("connection refused by 10.0.0.1")
	resp, body := d.do(ask{path: search(ashasNumber.String()), key: d.key("patient"), purpose: "TREAT"})
	if resp.StatusCode != http.StatusServiceUnavailable || strings.Contains(string(body), "10.0.0.1") {
		t.Errorf("%s: %s", resp.Status, body)
	}
	if n := len(d.entries()); n != 0 {
		t.Errorf("%d entries of answers that were not given", n)
	}
}

func TestMissesAreLimitedAndTypingErrorsAreNoMisses(t *testing.T) {
	d := newDesk(t)
	key := d.key("patient")
	mistyped := ashasNumber.String()[:13] + "00"
	for range 5 {
		if resp, _ := d.do(ask{path: search(mistyped), key: key, purpose: "TREAT"}); resp.StatusCode != http.StatusBadRequest {
			t.Fatal(resp.Status)
		}
	}
	for range 3 {
		if resp, _ := d.do(ask{path: search(nobodys.String()), key: key, purpose: "TREAT"}); resp.StatusCode != http.StatusOK {
			t.Fatal(resp.Status)
		}
	}
	for _, number := range []string{nobodys.String(), ashasNumber.String()} {
		resp, body := d.do(ask{path: search(number), key: key, purpose: "TREAT"})
		if resp.StatusCode != http.StatusTooManyRequests || resp.Header.Get("Retry-After") == "" || !strings.Contains(string(body), "throttled") {
			t.Errorf("after three misses: %s %v %s", resp.Status, resp.Header, body)
		}
	}
	if resp, _ := d.do(ask{path: search(ashasNumber.String()), key: d.key("patient"), purpose: "TREAT"}); resp.StatusCode != http.StatusOK {
		t.Errorf("another key: %s", resp.Status)
	}
}

func TestConditionalRead(t *testing.T) {
	d := newDesk(t)
	key := d.key("patient")
	first, _ := d.do(ask{path: "/fhir/Patient/" + ashasID, key: key, purpose: "TREAT"})
	tag := first.Header.Get("ETag")
	again, body := d.do(ask{path: "/fhir/Patient/" + ashasID, key: key, purpose: "TREAT", header: map[string]string{"If-None-Match": tag}})
	if again.StatusCode != http.StatusNotModified || len(body) != 0 {
		t.Errorf("tag %s: %s %s", tag, again.Status, body)
	}
	if n := len(d.entries()); n != 2 {
		t.Errorf("%d entries: that nothing changed is an answer, too", n)
	}
	asha := d.register.byID[ashasID]
	asha.Cards[0].State = records.CardLost
	changed, _ := d.do(ask{path: "/fhir/Patient/" + ashasID, key: key, purpose: "TREAT", header: map[string]string{"If-None-Match": tag}})
	if changed.StatusCode != http.StatusOK || changed.Header.Get("ETag") == tag {
		t.Errorf("after a card was lost: %s, tag %s", changed.Status, changed.Header.Get("ETag"))
	}
}

func TestARevokedKeyIsRefusedAtOnce(t *testing.T) {
	d := newDesk(t)
	key := d.key("patient")
	if resp, _ := d.do(ask{path: search(ashasNumber.String()), key: key, purpose: "TREAT"}); resp.StatusCode != http.StatusOK {
		t.Fatal(resp.Status)
	}
	if _, err := d.store.RevokeFacilityKey(t.Context(), strings.Split(key, "_")[1], "test", "2026-03-01T00:00:00.000Z"); err != nil {
		t.Fatal(err)
	}
	if resp, _ := d.do(ask{path: search(ashasNumber.String()), key: key, purpose: "TREAT"}); resp.StatusCode != http.StatusUnauthorized {
		t.Error(resp.Status)
	}
}
