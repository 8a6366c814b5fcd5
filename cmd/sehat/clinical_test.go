package main

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"sehat/cards"
	"sehat/records/store"
)

// Blood group and allergies enter the QR of those alone who said yes, and only where they are asked for; whoever scans it reads them.
func TestHealthFactsOnTheCardNeedConsentAndTheFlag(t *testing.T) {
	dir := t.TempDir()
	sheet := filepath.Join(dir, "people.csv")
	head := "survey_code,household_id,ward_code,address_line,visit_date,visit_outcome,consent,line_no,full_name,full_name_hi,relation,sex,birth_year,birth_month,birth_day,blood_group,allergies,health_on_card\n"
	lane := "T,H1,012,Lane 4,2026-02-01,complete,yes,"
	long := `"Penicillin, sulfamethoxazole, aspirin, ibuprofen, peanuts, walnuts, shellfish, egg white, cow milk, wheat, mustard, wasps, bees, latex, nickel, henna, house dust"`
	rows := lane + "1,Asha Devi,आशा देवी,head,F,1980,3,9,B+,penicillin,yes\n" +
		lane + "2,Ravi Kumar,,son,M,2001,1,2,O-,peanuts,no\n" +
		lane + "3,Kiran Devi,,daughter,F,2003,4,5,AB-,dust,\n" +
		lane + "4,Meena Kumari,मीना कुमारी,mother,F,1955,7,8,O-," + long + ",हाँ\n"
	if err := os.WriteFile(sheet, []byte(head+rows), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		flag []string
		want map[string]cards.Clinical
		says string
	}{
		{"without the flag nobody's do", nil, map[string]cards.Clinical{"Asha Devi": {}, "Ravi Kumar": {}, "Kiran Devi": {}, "Meena Kumari": {}}, ""},
		{"with the flag, those who said yes", []string{"--clinical"}, map[string]cards.Clinical{
			"Asha Devi": {BloodGroup: "B+", Allergies: "penicillin"}, "Ravi Kumar": {}, "Kiran Devi": {}, "Meena Kumari": {BloodGroup: "O-"},
		}, "1 card with no room in the QR for all"},
	} {
		t.Run(c.name, func(t *testing.T) {
			home := filepath.Join(t.TempDir(), "home")
			for _, step := range [][]string{{"init"}, {"import", sheet}, {"dedupe"}, append([]string{"issue"}, c.flag...)} {
				stdout, stderr, code := inProcess(t, append([]string{"--home", home}, step...)...)
				if code != exitDone {
					t.Fatal(step, stderr)
				}
				if step[0] == "issue" && !strings.Contains(stdout, c.says) {
					t.Errorf("issue says %q", stdout)
				}
			}
			s, err := store.Open(t.Context(), filepath.Join(home, "store.db"))
			if err != nil {
				t.Fatal(err)
			}
			defer s.Close()
			seen := 0
			for h, err := range s.Holders(t.Context()) {
				if err != nil {
					t.Fatal(err)
				}
				versions, err := s.Cards(t.Context(), h.Card.Number)
				if err != nil {
					t.Fatal(err)
				}
				u, err := cards.Decode(versions[0].Credential)
				if err != nil || u.Credential.Clinical != c.want[h.FullName] {
					t.Errorf("the card of %s says %+v, %v", h.FullName, u.Credential.Clinical, err)
				}
				for _, fact := range []string{"penicillin", "B+", "O-"} {
					if strings.Contains(string(versions[0].Face), fact) {
						t.Errorf("the face of %s prints %s", h.FullName, fact)
					}
				}
				stdout, stderr, code := inProcess(t, "--home", home, "--json", "card", "verify", versions[0].Credential)
				var said verdict
				if err := json.Unmarshal([]byte(stdout), &said); err != nil || code != exitDone {
					t.Fatal(err, stderr)
				}
				if got := (cards.Clinical{BloodGroup: said.BloodGroup, Allergies: said.Allergies}); got != c.want[h.FullName] || strings.Contains(verdictText(said), "blood group") != (got.BloodGroup != "") {
					t.Errorf("verify says of %s: %s", h.FullName, verdictText(said))
				}
				seen++
			}
			if seen != len(c.want) {
				t.Errorf("%d residents", seen)
			}
		})
	}
}
