package lookup

import (
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// What a hospital is told of a card that ended, or that should be in nobody's hand: typed and scanned at the desk, in English and in
// Hindi, and over FHIR.
func TestCardsThatEnded(t *testing.T) {
	d := newDesk(t)
	d.seeCards()
	d.signIn()
	key := d.key("patient")
	const then = "2026-02-20T10:00:00.000Z"
	other := records.Card{Number: oldNumber.String(), ResidentID: "r1", Version: 1, Kind: records.CardPermanent, State: records.CardActive, IssuedAt: then}
	for name, c := range map[string]struct {
		card  records.Card // beside number, resident and hash
		other bool         // the person has another card
		left  string       // state of the resident
		shown int          // version scanned
		bad   error        // of the verifier
		title text
		help  text
		fhir  bool // a system is told, too
	}{
		"lost, with a new one": {
			records.Card{Version: 1, State: records.CardLost, Since: then},
			true, "", 1, cards.ErrRevoked,
			sayEnded[records.CardLost].title,
			text{"On 20 February 2026 its holder told that it is lost, and has a new card.", "20 फ़रवरी 2026 को धारक ने इसके खोने की सूचना दी; उनके पास नया कार्ड है।"},
			true,
		},
		"lost, without a new one yet": {
			records.Card{Version: 1, State: records.CardLost, Since: then}, false, "", 1, nil, // the verifier's list is older
			sayEnded[records.CardLost].title, text{"On 20 February 2026 its holder told that it is lost. Whoever", "20 फ़रवरी 2026 को धारक ने इसके खोने की सूचना दी। इसे"}, true,
		},
		"revoked": {
			records.Card{Version: 1, State: records.CardRevoked, Since: then},
			false, "", 1, cards.ErrRevoked,
			sayEnded[records.CardRevoked].title,
			text{"It was revoked on 20 February 2026 and is valid no more.", "यह 20 फ़रवरी 2026 को रद्द किया गया"},
			true,
		},
		"its holder died": {
			records.Card{Version: 1, State: records.CardRevoked, Since: then},
			false, records.ResidentDied, 1, cards.ErrRevoked,
			sayEnded[records.CardRevoked].title,
			text{"its holder has died. Whoever shows it is somebody else", "धारक का निधन हो चुका है"},
			true,
		},
		"its holder moved away": {
			records.Card{Version: 1, State: records.CardRevoked, Since: then},
			false, records.ResidentMoved, 1, cards.ErrRevoked,
			sayEnded[records.CardRevoked].title,
			text{"its holder has moved away", "धारक शहर छोड़ चुके हैं"},
			true,
		},
		"replaced by the person's other card": {
			records.Card{Version: 1, State: records.CardReplaced, Since: then},
			true, "", 1, nil,
			sayEnded[records.CardReplaced].title,
			text{"Since 20 February 2026 the same person's card is " + oldNumber.Printed(), "20 फ़रवरी 2026 से इसी व्यक्ति का कार्ड " + oldNumber.Printed()},
			true,
		},
		"retired, after an undo": {
			records.Card{Version: 1, State: records.CardReplaced, Since: then},
			false, "", 1, nil,
			sayEnded[records.CardReplaced].title,
			text{"It was retired on 20 February 2026, and no other card is known.", "यह 20 फ़रवरी 2026 को बंद किया गया"},
			true,
		},
		"an earlier version": {
			records.Card{Version: 3, State: records.CardActive, IssuedAt: then, CredentialHash: "other"},
			false, "", 1, nil,
			sayEnded[records.CardReplaced].title,
			text{"A newer card with the same number (version 3) was issued on 20 February 2026. Ask for it.", "इसी नंबर का नया कार्ड (संस्करण 3) 20 फ़रवरी 2026 को जारी हुआ है।"},
			false,
		},
		"temporary, past its date": {
			records.Card{Version: 1, State: records.CardPrinted, ExpiresAt: then},
			false, "", 1, cards.ErrExpired,
			sayEnded[records.CardExpired].title,
			text{"It was a temporary card, valid until 20 February 2026.", "यह अस्थायी कार्ड 20 फ़रवरी 2026 तक मान्य था।"},
			true,
		},
		"held": {
			records.Card{Version: 1, State: records.CardHeld, Since: then},
			false, "", 1, nil,
			sayEnded[records.CardHeld].title, sayEnded[records.CardHeld].help, true,
		},
		"thrown away in printing": {
			records.Card{Version: 1, State: records.CardSpoiled},
			false, "", 1, nil,
			sayAstray[records.CardSpoiled].title, sayAstray[records.CardSpoiled].help, false,
		},
		"come back undelivered": {
			records.Card{Version: 1, State: records.CardReturned},
			false, "", 1, nil,
			sayAstray[records.CardReturned].title, sayAstray[records.CardReturned].help, false,
		},
		"never handed over, as far as is known": {
			records.Card{Version: 1, State: records.CardPrinted},
			false, "", 1, nil,
			sayOnItsWay.title, sayOnItsWay.help, false,
		},
		"handed over": {
			records.Card{Version: 1, State: records.CardHandedOver},
			false, "", 1, nil,
			sayGenuine.title, sayGenuine.help, false,
		},
	} {
		t.Run(name, func(t *testing.T) {
			d.in(t)
			found := d.register.byCard[ashasNumber.String()]
			c.card.Number, c.card.ResidentID, c.card.Kind = ashasNumber.String(), "r1", records.CardPermanent
			if c.card.CredentialHash == "" {
				c.card.CredentialHash = "hash"
			}
			found.Cards = []records.Card{c.card}
			if c.other {
				found.Cards = append(found.Cards, other)
			}
			found.Resident.State = c.left
			d.register.byCard[ashasNumber.String()] = found
			said := cards.Verified{Hash: "hash", Credential: cards.Credential{Number: ashasNumber, Version: c.shown, Name: "Asha Devi", Issued: d.now.AddDate(-1, 0, 0)}}
			if c.bad != nil {
				c.bad = fmt.Errorf("%w on 2026-02-20", c.bad)
			}
			if c.card.ExpiresAt != "" {
				said.Credential.Expires = time.Date(2026, 2, 20, 10, 0, 0, 0, time.UTC)
			}
			d.judge[qrOf("this")] = verdict{said, c.bad}
			for _, lang := range []string{english, hindi} {
				_, body := d.post("/desk", url.Values{"q": {qrOf("this")}, "purpose": {"TREAT"}, "lang": {lang}})
				for _, want := range []string{c.title.in(lang), c.help.in(lang), "Asha Devi"} {
					if !strings.Contains(html.UnescapeString(body), want) {
						t.Errorf("%s: it does not say %q: %s", lang, want, body)
					}
				}
			}
			d.post("/language", url.Values{"lang": {english}, "page": {"desk"}})
			if c.fhir {
				_, body := d.look(ashasNumber.String())
				if !strings.Contains(html.UnescapeString(body), c.help.En) {
					t.Errorf("typed, it does not say %q: %s", c.help.En, body)
				}
			}
			_, body := d.do(ask{path: "/fhir/Patient?identifier=" + ashasNumber.String(), key: key, purpose: "TREAT"})
			if said := strings.Contains(string(body), "OperationOutcome"); said != c.fhir {
				t.Errorf("a system is told %s", body)
			}
			if died := strings.Contains(string(body), `"deceasedBoolean":true`); died != (c.left == records.ResidentDied) {
				t.Errorf("deceased: %v", died)
			}
		})
	}
}

func TestARevokedCardWithoutARecordTellsOfNobody(t *testing.T) {
	d := newDesk(t)
	d.signIn()
	said := cards.Verified{Hash: "hash", Credential: cards.Credential{Number: gurpreets, Version: 1, Name: "Gurpreet Kaur", Issued: d.now}}
	d.judge[qrOf("withdrawn")] = verdict{said, cards.ErrRevoked}
	if _, body := d.look(qrOf("withdrawn")); strings.Contains(body, "Gurpreet") || !strings.Contains(body, "This card was revoked") {
		t.Error(body)
	}
}

func TestALostCardOverAStore(t *testing.T) {
	storetest.Each(t, func(t *testing.T, url string) {
		s, err := store.Create(t.Context(), url)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		number := fill(t, s, 1)[0].String()
		lost := records.CardEvent{ID: "e", Number: number, Version: 1, Event: records.CardLost, By: "tester", At: "2026-02-20T10:00:00.000Z"}
		if err := s.AddCardEvents(t.Context(), []records.CardEvent{lost}); err != nil {
			t.Fatal(err)
		}
		service, key := real(t, s, time.Now)
		server := httptest.NewServer(service.Handler())
		defer server.Close()
		status, body := get(t, server.Client(), server.URL+"/fhir/Patient?identifier="+number, key)
		if status != http.StatusOK || !strings.Contains(string(body), "This card was reported lost. On 20 February 2026 its holder told that it is lost.") {
			t.Errorf("%d %s", status, body)
		}
	})
}
