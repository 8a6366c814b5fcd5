package lookup

import (
	"context"
	"fmt"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/access"
)

// qrOf is a text as long as a QR's that the fake verifier knows.
func qrOf(name string) string { return strings.ToUpper(name) + strings.Repeat("0", 60) }

// seeCards teaches the fake verifier some cards.
func (d *desk) seeCards() {
	said := func(n cards.Number, version int, hash, name, second string) cards.Verified {
		return cards.Verified{Hash: hash, Credential: cards.Credential{
			Number: n, Version: version, Name: name, SecondName: second, Sex: cards.Female, Birth: cards.Date{Year: 1991, Month: 7, Day: 4},
			Issued: time.Date(2026, 2, 20, 5, 0, 0, 0, time.UTC),
		}}
	}
	d.judge[qrOf("genuine")] = verdict{said(ashasNumber, 2, "hash-asha-2", "Asha Devi", "आशा देवी"), nil}
	d.judge[qrOf("earlier")] = verdict{said(ashasNumber, 1, "hash-asha-1", "Asha Devi", ""), nil}
	d.judge[qrOf("twin")] = verdict{said(ashasNumber, 2, "another hash", "Asha Devi", ""), nil}
	d.judge[qrOf("revoked")] = verdict{said(ashasNumber, 2, "hash-asha-2", "Asha Devi", ""), fmt.Errorf("%w on 2026-02-25", cards.ErrRevoked)}
	d.judge[qrOf("replaced")] = verdict{said(oldNumber, 1, "hash-old-1", "Asha Devi", ""), nil}
	d.judge[qrOf("early")] = verdict{said(gurpreets, 1, "hash-gurpreet-1", "Gurpreet Kaur", "ਗੁਰਪ੍ਰੀਤ ਕੌਰ"), nil}
	d.judge[qrOf("stranger")] = verdict{cards.Verified{}, cards.ErrUnknownKey}
	d.judge[qrOf("forged")] = verdict{cards.Verified{}, cards.ErrBadSignature}
	d.judge[qrOf("outside")] = verdict{said(ashasNumber, 2, "x", "Asha Devi", ""), cards.ErrOutsideLease}
	for name, age := range map[string]time.Duration{"fresh": 3 * time.Hour, "stale": 9 * 24 * time.Hour} {
		asha := said(ashasNumber, 2, "hash-asha-2", "Asha Devi", "")
		asha.Revoked = cards.ListAge{Serial: 3, MadeAt: d.now.Add(-age), Age: age}
		d.judge[qrOf(name)] = verdict{asha, nil}
	}
	d.judge[qrOf("down")] = verdict{cards.Verified{}, ErrNoLists}
}

// browse gives the client cookies, as a browser has them.
func (d *desk) browse() {
	d.t.Helper()
	d.client.Jar = must(cookiejar.New(nil))
}

// post sends a form as a browser does.
func (d *desk) post(path string, form url.Values) (*http.Response, string) {
	d.t.Helper()
	resp, body := d.do(ask{method: http.MethodPost, path: path, form: form.Encode(), header: map[string]string{"Sec-Fetch-Site": "same-origin"}})
	return resp, string(body)
}

func (d *desk) get(path string) (*http.Response, string) {
	d.t.Helper()
	resp, body := d.do(ask{path: path})
	return resp, string(body)
}

// signIn opens a session.
func (d *desk) signIn() (key string) {
	d.t.Helper()
	d.browse()
	key = d.key("desk")
	resp, body := d.post("/login", url.Values{"key": {key}})
	if resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/desk" {
		d.t.Fatalf("signing in: %s %s", resp.Status, body)
	}
	return key
}

func (d *desk) look(field string) (*http.Response, string) {
	d.t.Helper()
	return d.post("/desk", url.Values{"q": {field}, "purpose": {"TREAT"}})
}

func TestDeskAnswers(t *testing.T) {
	d := newDesk(t)
	d.seeCards()
	d.signIn()
	mistyped := ashasNumber.String()[:13] + "00"
	for name, tc := range map[string]struct {
		field string
		says  []string
		not   []string
		audit string
	}{
		"a typed number":                         {ashasNumber.Printed(), []string{"Found by number", "Asha Devi", `lang="hi">आशा देवी`, "Female", "40–41 years", "March 1985", ashasNumber.Printed(), "Permanent, active", "3 February 2026"}, []string{"Genuine"}, "desk r1 answered typed"},
		"a number with Devanagari digits":        {devanagari(ashasNumber.String()), []string{"Asha Devi"}, nil, "desk r1 answered typed"},
		"a number whose card was replaced":       {oldNumber.String(), []string{"This card was replaced", "Asha Devi", "Temporary, replaced"}, []string{"Found by number"}, "desk r1 answered typed"},
		"a temporary card after its year":        {imransNumber.String(), []string{"This card has expired", "Imran Qureshi", `dir="rtl">عمران`, "41–42 years", "12 February 2026"}, nil, "desk r3 answered typed"},
		"a number that nobody holds":             {nobodys.String(), []string{"Nobody here holds this number", `value="` + nobodys.String()}, nil, "desk  not_found typed"},
		"a wrong check digit":                    {mistyped, []string{"A digit is mistyped", `value="` + mistyped}, nil, ""},
		"a phone number":                         {"9810012345", []string{"This is not a card number", "10 digits look like a phone number"}, nil, ""},
		"nothing":                                {"  ", []string{"Nothing to look up"}, nil, ""},
		"a genuine card":                         {qrOf("genuine"), []string{"Genuine card", "good", "Asha Devi"}, []string{"Found by number"}, "desk r1 answered scanned"},
		"a genuine card, scanned with caps lock": {strings.ToLower(qrOf("genuine")) + "\r", []string{"Genuine card", "Asha Devi"}, nil, "desk r1 answered scanned"},
		"a card judged by a list of today":       {qrOf("fresh"), []string{"Genuine card", "Checked against the list of revoked cards of 1 March 2026"}, []string{"too old"}, "desk r1 answered scanned"},
		"a card judged by an old list":           {qrOf("stale"), []string{"Genuine card", "The list of revoked cards is of 20 February 2026, too old to rely on", `class="lists stale"`}, nil, "desk r1 answered scanned"},
		"a card of an earlier version":           {qrOf("earlier"), []string{"This card was replaced", "Asha Devi"}, []string{"Genuine"}, "desk r1 answered scanned"},
		"another document of the same number":    {qrOf("twin"), []string{"This card is held"}, []string{"Genuine"}, "desk r1 answered scanned"},
		"a card on the revocation list":          {qrOf("revoked"), []string{"This card was revoked", "Asha Devi"}, []string{"Genuine"}, "desk r1 answered scanned"},
		"a genuine card that the register ended": {qrOf("replaced"), []string{"This card was replaced"}, []string{"Genuine"}, "desk r1 answered scanned"},
		"a genuine card without a record":        {qrOf("early"), []string{"Genuine card, record not yet arrived", "Gurpreet Kaur", `lang="pa">ਗੁਰਪ੍ਰੀਤ ਕੌਰ`, "4 July 1991", gurpreets.Printed()}, nil, "desk  not_found scanned"},
		"a card signed by a stranger":            {qrOf("stranger"), []string{"Not a genuine card"}, []string{"Asha"}, "desk  refused scanned"},
		"a card whose signature does not match":  {qrOf("forged"), []string{"Not a genuine card"}, []string{"Asha"}, "desk  refused scanned"},
		"a card outside its signer's lease":      {qrOf("outside"), []string{"Not a valid card", "may not sign such a card"}, []string{"Asha"}, "desk  refused scanned"},
		"a QR of something else":                 {"HTTPS://EXAMPLE.IN/" + strings.Repeat("A", 40), []string{"Not a health card"}, nil, "desk  refused scanned"},
	} {
		t.Run(name, func(t *testing.T) {
			d.in(t)
			before := len(d.entries())
			resp, body := d.look(tc.field)
			if resp.StatusCode != http.StatusOK || resp.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%s %v", resp.Status, resp.Header)
			}
			for _, want := range tc.says {
				if !strings.Contains(body, want) {
					t.Errorf("it does not say %q: %s", want, body)
				}
			}
			for _, bad := range tc.not {
				if strings.Contains(body, bad) {
					t.Errorf("it says %q: %s", bad, body)
				}
			}
			var got string
			for _, e := range d.entries()[before:] {
				got += fmt.Sprintf("%s %s %s %s", e.Action, e.ResidentID, e.Outcome, e.Detail)
			}
			if got != tc.audit {
				t.Errorf("audit %q, want %q", got, tc.audit)
			}
		})
	}
	if strings.Contains(d.log.String(), ashasNumber.String()) || strings.Contains(d.log.String(), "GENUINE") {
		t.Errorf("the log holds what was asked: %s", d.log)
	}
}

func devanagari(digits string) string {
	return strings.Map(func(r rune) rune { return r - '0' + '०' }, digits)
}

func TestDeskInHindi(t *testing.T) {
	d := newDesk(t)
	d.seeCards()
	d.signIn()
	resp, body := d.post("/desk", url.Values{"q": {qrOf("genuine")}, "purpose": {"ETREAT"}, "lang": {"hi"}})
	for _, want := range []string{`<html lang="hi">`, "असली कार्ड", "महिला", "40–41 वर्ष", "मार्च 1985", "स्थायी, चालू", `value="ETREAT" checked`, `lang="en">English`} {
		if !strings.Contains(body, want) {
			t.Errorf("%s does not say %q: %s", resp.Status, want, body)
		}
	}
	if _, body := d.get("/desk"); !strings.Contains(body, "कार्ड नंबर या QR कोड") {
		t.Errorf("the language is not remembered: %s", body)
	}
	if resp, _ := d.post("/language", url.Values{"lang": {"en"}, "page": {"login"}}); resp.Header.Get("Location") != "/login" {
		t.Errorf("goes to %s", resp.Header.Get("Location"))
	}
	if _, body := d.get("/desk"); !strings.Contains(body, "Card number or QR code") {
		t.Errorf("the language cannot be changed back: %s", body)
	}
}

func TestEveryTextIsThereInBothLanguages(t *testing.T) {
	for key, text := range texts() {
		if text.En == "" || text.Hi == "" {
			t.Errorf("%s: %+v", key, text)
		}
	}
	for _, state := range []string{records.CardIssued, records.CardPrinted, records.CardSpoiled, records.CardDispatched, records.CardHandedOver, records.CardReturned, records.CardActive, records.CardLost, records.CardRevoked, records.CardReplaced, records.CardExpired, records.CardHeld, records.CardTemporary, records.CardPermanent} {
		if texts()[state].En == "" {
			t.Errorf("a card that is %s has no words", state)
		}
		if _, ok := sayEnded[state]; ok != records.CardEnded(state) {
			t.Errorf("a card that is %s: ended is %v, and the page says %v", state, records.CardEnded(state), ok)
		}
	}
}

func TestWhoIsNotSignedInSeesNothing(t *testing.T) {
	d := newDesk(t)
	d.browse()
	for _, path := range []string{"/", "/desk"} {
		resp, _ := d.get(path)
		if resp.StatusCode != http.StatusSeeOther {
			t.Errorf("%s: %s", path, resp.Status)
		}
	}
	if resp, body := d.look(ashasNumber.String()); resp.StatusCode != http.StatusSeeOther || resp.Header.Get("Location") != "/login" || strings.Contains(body, "Asha") {
		t.Errorf("%s %s", resp.Status, body)
	}
	for name, key := range map[string]string{"no key": "", "an unknown key": "sehat_aaaaaaaa_" + strings.Repeat("a", 52), "a key without the desk": d.key("patient")} {
		resp, body := d.post("/login", url.Values{"key": {key}})
		if resp.StatusCode != http.StatusForbidden || len(resp.Cookies()) != 0 || !strings.Contains(body, "does not open the desk") {
			t.Errorf("%s: %s %v %s", name, resp.Status, resp.Cookies(), body)
		}
	}
}

func TestASessionOfAKeyWithoutTheDeskOpensNothing(t *testing.T) {
	d := newDesk(t)
	caller, err := d.service.Gate.Key(t.Context(), d.key("patient"))
	if err != nil {
		t.Fatal(err)
	}
	token, err := d.service.Gate.Open(t.Context(), caller)
	if err != nil {
		t.Fatal(err)
	}
	resp, _ := d.do(ask{path: "/desk", header: map[string]string{"Cookie": "sehat_desk=" + token}})
	if resp.Header.Get("Location") != "/login" {
		t.Error(resp.Status)
	}
}

func TestDeskSession(t *testing.T) {
	d := newDesk(t)
	key := d.signIn()
	at := must(url.Parse(d.url))
	cookies := d.client.Jar.Cookies(at)
	if len(cookies) != 1 || strings.Contains(key, cookies[0].Value) {
		t.Errorf("cookies %v", cookies)
	}
	if resp, _ := d.get("/login"); resp.Header.Get("Location") != "/desk" {
		t.Errorf("who is signed in need not sign in again: %s", resp.Status)
	}
	d.now = d.now.Add(31 * time.Minute)
	if resp, _ := d.get("/desk"); resp.Header.Get("Location") != "/login" {
		t.Errorf("after half an hour without work: %s", resp.Status)
	}

	if resp, _ := d.post("/login", url.Values{"key": {key}}); resp.StatusCode != http.StatusSeeOther {
		t.Fatal(resp.Status)
	}
	token := d.client.Jar.Cookies(at)[0].Value
	if resp, _ := d.post("/logout", nil); resp.Header.Get("Location") != "/login" {
		t.Errorf("signing out: %s", resp.Status)
	}
	resp, _ := d.do(ask{path: "/desk", header: map[string]string{"Cookie": "sehat_desk=" + token}})
	if resp.Header.Get("Location") != "/login" {
		t.Errorf("with the token of a session that was ended: %s", resp.Status)
	}
	var actions []string
	for _, e := range d.entries() {
		actions = append(actions, e.Action)
	}
	if got := strings.Join(actions, " "); got != "login login logout" {
		t.Errorf("audit %s", got)
	}
}

func TestSessionCookieIsKeptFromOthers(t *testing.T) {
	for _, tls := range []bool{false, true} {
		d := newDesk(t)
		d.service.TLS = tls
		resp, _ := d.post("/login", url.Values{"key": {d.key("desk")}})
		set := resp.Header.Get("Set-Cookie")
		for _, want := range []string{"HttpOnly", "SameSite=Strict", "Path=/"} {
			if !strings.Contains(set, want) {
				t.Errorf("TLS %v: no %s in %s", tls, want, set)
			}
		}
		if strings.Contains(set, "Secure") != tls || strings.HasPrefix(set, "__Host-") != tls {
			t.Errorf("TLS %v: %s", tls, set)
		}
	}
}

func TestFormsOfOtherSitesAreRefused(t *testing.T) {
	d := newDesk(t)
	d.signIn()
	for name, header := range map[string]map[string]string{
		"a browser that tells the site":   {"Sec-Fetch-Site": "cross-site"},
		"a neighbour under one domain":    {"Sec-Fetch-Site": "same-site"},
		"a browser that tells the origin": {"Origin": "https://elsewhere.example"},
	} {
		resp, body := d.do(ask{method: http.MethodPost, path: "/desk", form: "q=" + ashasNumber.String() + "&purpose=TREAT", header: header})
		if resp.StatusCode != http.StatusForbidden || strings.Contains(string(body), "Asha") {
			t.Errorf("%s: %s %s", name, resp.Status, body)
		}
	}
}

func TestPagesHoldNothingThatRunsOrComesFromElsewhere(t *testing.T) {
	d := newDesk(t)
	d.seeCards()
	d.signIn()
	d.post("/logout", nil)
	_, login := d.get("/login")
	d.signIn()
	_, empty := d.get("/desk")
	resp, answered := d.look(qrOf("genuine"))
	for name, body := range map[string]string{"login": login, "desk": empty, "answer": answered} {
		for _, bad := range []string{"<style", "style=", "onclick", "javascript:", "http://", "https://", "<script>"} {
			if strings.Contains(body, bad) {
				t.Errorf("%s holds %q", name, bad)
			}
		}
	}
	policy := resp.Header.Get("Content-Security-Policy")
	if !strings.Contains(policy, "default-src 'none'") || !strings.Contains(policy, "frame-ancestors 'none'") || strings.Contains(policy, "unsafe") {
		t.Errorf("policy %s", policy)
	}
	for _, file := range []string{"desk.css", "desk.js", "mark.svg"} {
		if resp, body := d.get("/static/" + file); resp.StatusCode != http.StatusOK || len(body) < 100 || !strings.Contains(resp.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %s, %d bytes", file, resp.Status, len(body))
		}
	}
	for _, file := range []string{"none.css", "", "..%2fdesk.html"} {
		if resp, _ := d.get("/static/" + file); resp.StatusCode != http.StatusNotFound {
			t.Errorf("static %q: %s", file, resp.Status)
		}
	}
}

func TestNamesAreEscaped(t *testing.T) {
	d := newDesk(t)
	d.signIn()
	found := d.register.byCard[ashasNumber.String()]
	found.Resident.FullName = `<img src=x onerror="alert(1)"> & Devi`
	d.register.byCard[ashasNumber.String()] = found
	if _, body := d.look(ashasNumber.String()); strings.Contains(body, "<img src=x") || !strings.Contains(body, "&lt;img") {
		t.Errorf("the name is not escaped: %s", body)
	}
}

func TestDeskWithoutAnswers(t *testing.T) {
	d := newDesk(t)
	d.seeCards()
	d.signIn()
	check := func(name, field, says string, status int) {
		t.Helper()
		resp, body := d.look(field)
		if resp.StatusCode != status || !strings.Contains(body, says) || strings.Contains(body, "Asha") {
			t.Errorf("%s: %s %s", name, resp.Status, body)
		}
	}
	audit := d.audit
	d.audit = func(context.Context, records.AuditEntry) error {
		return fmt.Errorf("%w: %w", access.ErrNoAudit, errDisk)
	}
	check("the audit log fails", ashasNumber.String(), "No answer just now", 503)
	check("the audit log fails, QR", qrOf("genuine"), "No answer just now", 503)
	check("the audit log fails, forged card", qrOf("forged"), "No answer just now", 503)
	d.audit = audit
	check("the lists cannot be read", qrOf("down"), "No answer just now", 503)
	d.register.broken = errDisk
	check("the register is down", ashasNumber.String(), "No answer just now", 503)
	d.register.broken = nil
	d.service.Verifier = nil
	check("no key list", qrOf("genuine"), "QR codes cannot be checked here yet", 200)
	for range 3 {
		d.look(nobodys.String())
	}
	check("too many misses", ashasNumber.String(), "Too many look-ups", 429)
}

func TestGenuineCardsWithoutARecordAreNoMisses(t *testing.T) {
	d := newDesk(t)
	d.seeCards()
	d.signIn()
	for range 5 {
		if resp, body := d.look(qrOf("early")); !strings.Contains(body, "record not yet arrived") {
			t.Fatalf("%s %s", resp.Status, body)
		}
	}
}

func FuzzReadField(f *testing.F) {
	for _, s := range []string{"", " ", ashasNumber.Printed(), qrOf("genuine"), "\r\n", strings.Repeat("9", 60), strings.Repeat("ß", 40)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		qr, isQR := readField(typed)
		if _, err := cards.ParseNumber(typed); err == nil && isQR && len(qr) < 100 {
			t.Errorf("%q is a number and read as a QR", typed)
		}
	})
}
