package records

import (
	"encoding/json"
	"strings"

	"sehat/cards"
)

// clinicalOf returns the facts that a resident, or a guardian, allowed to be read from the card: none unless the answer to "health
// facts on the card" is yes. Consent to the survey is another question.
func clinicalOf(r Resident) cards.Clinical {
	var told struct {
		OnCard     string `json:"health_on_card"`
		BloodGroup string `json:"blood_group"`
		Allergies  string `json:"allergies"`
	}
	if err := json.Unmarshal(r.Other, &told); err != nil || told.OnCard != "yes" {
		return cards.Clinical{}
	}
	if told.BloodGroup == "unknown" {
		told.BloodGroup = ""
	}
	return cards.Clinical{BloodGroup: told.BloodGroup, Allergies: strings.Join(strings.Fields(told.Allergies), " ")}
}
