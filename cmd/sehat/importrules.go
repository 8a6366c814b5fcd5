package main

import "strings"

// ruleWords names why a row is held back, for a sentence: "held back for a year of two digits".
func ruleWords(rule string) string {
	if words := rulesInWords()[rule]; words != "" {
		return words
	}
	return strings.ReplaceAll(rule, "_", " ")
}

func rulesInWords() map[string]string {
	return map[string]string{
		"required":                 "a missing answer",
		"text_invalid":             "characters that no program can read",
		"text_too_long":            "a text that is too long",
		"excel_error":              "an error of Excel such as #N/A",
		"excel_destroyed":          "a number that Excel cut short",
		"legacy_hindi_font":        "Hindi in an old font such as Kruti Dev",
		"letters_lost":             "letters that were lost on the way",
		"aadhaar_in_key":           "an Aadhaar number in place of an ID",
		"code_unknown":             "an answer that the form does not list",
		"none_with_others":         "\"none\" beside other answers",
		"number_invalid":           "something other than a number",
		"number_outside":           "a number that cannot be right",
		"date_invalid":             "a date that cannot be read",
		"date_two_digit_year":      "a year of two digits",
		"date_month_first":         "a date with the month first",
		"date_serial":              "a date that Excel made a number",
		"date_no_such_day":         "a day that does not exist",
		"date_incomplete":          "a date that is not whole",
		"date_future":              "a day that has not come yet",
		"date_too_old":             "a visit too far back",
		"phone_invalid":            "a phone number that cannot be right",
		"pin_invalid":              "a PIN code that cannot be right",
		"epic_invalid":             "a voter card number that cannot be right",
		"abha_invalid":             "an ABHA number that cannot be right",
		"abha_check_digit":         "a wrong digit in an ABHA number",
		"ward_unknown":             "a ward that does not exist",
		"coordinate_outside":       "a place outside Delhi",
		"coordinate_alone":         "half a pair of coordinates",
		"consent_missing":          "a consent question left open",
		"no_consent":               "consent that was not given",
		"no_household":             "a household that is not listed",
		"member_not_met":           "a member although nobody was met",
		"birth_day_without_month":  "a day of birth without its month",
		"birth_month_without_year": "a month of birth without its year",
		"birth_no_such_day":        "a day of birth that does not exist",
		"birth_after_visit":        "a birth after the visit",
		"birth_too_old":            "a year of birth too far back",
		"age_contradicts_birth":    "an age that does not fit the birth",
		"name_has_digits":          "digits in a name",
		"guardian_self":            "a child as its own guardian",
		"pregnant_not_female":      "a man who is marked as pregnant",
		"household_held":           "a household that is held back itself",
		"household_repeated":       "a household told twice in one file",
		"member_repeated":          "a member told twice in one file",
		"position_key":             "somebody else at this place of the household",
		"source_rejected":          "a submission rejected where it was collected",
		"source_deleted":           "a case deleted where it was collected",
		"source_partial":           "an interview saved only in part",
		"source_encrypted":         "a submission that was not decrypted",
	}
}
