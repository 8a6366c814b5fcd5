package records

import (
	"encoding/json"
	"testing"

	"sehat/cards"
)

func TestClinicalFactsNeedConsent(t *testing.T) {
	facts := cards.Clinical{BloodGroup: "B+", Allergies: "penicillin"}
	for _, c := range []struct {
		name, other string
		want        cards.Clinical
	}{
		{"a yes", `{"health_on_card":"yes","blood_group":"B+","allergies":"penicillin"}`, facts},
		{"a yes, on two lines", `{"health_on_card":"yes","blood_group":"B+","allergies":"  penicillin\n"}`, facts},
		{"a no", `{"health_on_card":"no","blood_group":"B+","allergies":"penicillin"}`, cards.Clinical{}},
		{"no answer", `{"blood_group":"B+","allergies":"penicillin"}`, cards.Clinical{}},
		{"consent to the survey alone", `{"consent":"yes","blood_group":"B+"}`, cards.Clinical{}},
		{"an answer in another writing, which the survey would have made a code", `{"health_on_card":"Yes","blood_group":"B+"}`, cards.Clinical{}},
		{"a blood group that is not known", `{"health_on_card":"yes","blood_group":"unknown"}`, cards.Clinical{}},
		{"nothing told", `{"health_on_card":"yes"}`, cards.Clinical{}},
		{"nothing stored", ``, cards.Clinical{}},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := Holder{Resident: Resident{FullName: "Asha", Other: json.RawMessage(c.other)}}
			asked := &issueRun{Issuer: &Issuer{Clinical: true}}
			if got := asked.credential(h, 0, 1).Clinical; got != c.want {
				t.Errorf("got %+v, want %+v", got, c.want)
			}
			silent := &issueRun{Issuer: &Issuer{}}
			if got := silent.credential(h, 0, 1).Clinical; got != (cards.Clinical{}) {
				t.Errorf("without --clinical the card says %+v", got)
			}
		})
	}
}
