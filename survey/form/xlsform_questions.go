package form

import (
	"slices"

	"sehat/survey"
)

// A page is one screen of the form.
type page struct {
	name     string
	label    text
	relevant string
	fields   []string
}

// The pages, in the order in which people talk at a door. A field that no page names is asked on the last page of its level,
// so that a new question needs no entry here.
var (
	visitPage = page{"visit", text{"This visit", "यह दौरा"}, "", []string{"visit_date", "visit_no", "team_id", "enumerator_id"}}
	placePage = page{
		"place",
		text{"Where", "कहाँ"},
		"",
		[]string{"ward_code", "block_no", "household_id", "house_no", "address_line", "locality", "pin_code"},
	}
	consentPage = page{"agreement", text{"Consent", "सहमति"}, met, []string{"consent_language", "consent"}}
	familyPage  = page{"family", text{"The family", "परिवार"}, agreed, []string{"members_total", "contact_mobile"}}

	memberPages = []page{
		{"who", text{"Who", "कौन"}, "", []string{"full_name", "full_name_hi", "father_or_husband_name", "relation", "sex"}},
		{"birth", text{"Birth or age", "जन्म या उम्र"}, "", []string{"birth_year", "birth_month", "birth_day", "age_years"}},
		{"papers", text{"Guardian, phone, cards", "अभिभावक, फ़ोन, कार्ड"}, "", []string{"guardian_line", "mobile", "epic_no", "abha_number"}},
		{
			"health",
			text{"Health", "सेहत"},
			"",
			[]string{"blood_group", "disability", "conditions", "pregnant", "allergies", "health_on_card"},
		},
	}
)

// fromElsewhere are the fields that the form does not ask: it calculates them.
var fromElsewhere = []string{"survey_code", "latitude", "longitude", "gps_accuracy", "visit_outcome", "notice_version", "member_id", "line_no"}

// The outcome of a visit follows from three questions, each asked when it can be answered: what was found at the door, whether the family
// agrees, and in the end whether everything was asked.
var (
	doorQuestion = question{
		kind: "select_one at_door", name: "at_door", required: "yes",
		label:   text{"What is it like at the door?", "दरवाज़े पर क्या मिला?"},
		hint:    text{"Members are asked only where somebody answers and agrees.", "सदस्य तभी पूछे जाएँगे जब कोई जवाब दे और सहमत हो।"},
		mustSay: text{"Choose what you found.", "जो मिला वह चुनें।"},
	}
	finishedQuestion = question{
		kind: "select_one finished", name: "finished", required: "yes", relevant: agreed,
		label:   text{"Has everybody who lives here been listed?", "क्या यहाँ रहने वाले सभी लोग लिख लिए?"},
		hint:    text{"If not, the visit counts as partly done, and somebody comes again.", "नहीं, तो दौरा अधूरा गिना जाएगा और दोबारा आना होगा।"},
		mustSay: text{"Choose yes or no.", "हाँ या नहीं चुनें।"},
	}
	thanks = question{
		kind: "note", name: "thanks", relevant: "${visit_outcome} = 'refused'",
		label: text{
			"Say: Thank you for your time. Nobody loses a service by this, and you may change your mind at the ward office. Nothing about the people " +
				"was written down; the visit counts as refused. Send the form.",
			"कहें: समय देने के लिए धन्यवाद। इससे कोई सुविधा नहीं रुकेगी; मन बदले तो वार्ड दफ़्तर में बता सकते हैं। लोगों के बारे में कुछ नहीं लिखा गया; " +
				"दौरा 'मना कर दिया' गिना जाएगा। फ़ॉर्म भेज दें।",
		},
	}
)

// doorChoices are the answers at the door, by list: a meeting, or an outcome that needs no talk.
func doorChoices() [][]string {
	out := [][]string{{"at_door", "met", "Somebody who can answer", "जवाब देने वाला कोई मिला"}}
	fields := survey.Fields(survey.Household)
	outcomes := fields[slices.IndexFunc(fields, func(f survey.Field) bool { return f.Name == "visit_outcome" })].Codes
	for _, code := range []string{survey.OutcomeRevisit, survey.OutcomeLocked, survey.OutcomeRefused, survey.OutcomeVacant, survey.OutcomeNotFound} {
		c := outcomes[slices.IndexFunc(outcomes, func(c survey.Code) bool { return c.Code == code })]
		out = append(out, []string{"at_door", c.Code, c.Label, c.LabelHi})
	}
	return append(out, []string{"finished", "yes", "Yes, everybody", "हाँ, सभी"}, []string{"finished", "no", "No, come again", "नहीं, दोबारा आना है"})
}

// noticeVersion goes with every consent; change it with the text of the notice.
const noticeVersion = "app-1"

// The texts that only the form has.
var (
	noAadhaar = text{
		"Never write an Aadhaar number anywhere in this form, even if somebody offers it.",
		"इस फ़ॉर्म में आधार नंबर कहीं भी न लिखें, कोई खुद दे तब भी नहीं।",
	}
	notice = text{
		"Read aloud: We are from the health survey of Delhi. We ask who lives here, their age, phone and health, so that each of you gets an e-health card " +
			"and hospitals can find your records. Only health workers who treat you and the survey office see it. You may refuse, or leave out any question; " +
			"nobody loses a service by it. You may withdraw later at the ward office. We never ask for Aadhaar. Do you agree?",
		"पढ़कर सुनाएँ: हम दिल्ली के स्वास्थ्य सर्वे से आए हैं। हम पूछेंगे कि यहाँ कौन-कौन रहता है, उनकी उम्र, फ़ोन और सेहत, ताकि हर एक को ई-हेल्थ कार्ड मिले " +
			"और अस्पताल में आपका रिकॉर्ड मिल सके। इसे सिर्फ़ आपका इलाज करने वाले और सर्वे दफ़्तर देखते हैं। आप मना कर सकते हैं, या कोई सवाल छोड़ सकते हैं; " +
			"इससे कोई सुविधा नहीं रुकेगी। बाद में वार्ड दफ़्तर में सहमति वापस ले सकते हैं। आधार हम कभी नहीं माँगते। क्या आप सहमत हैं?",
	}
	locationLabel = text{"Where the house is (GPS)", "मकान की जगह (जीपीएस)"}
	locationHint  = text{
		"Stand in the open, near the door. Leave it out if the phone finds nothing.",
		"खुले में, दरवाज़े के पास खड़े हों। फ़ोन को जगह न मिले तो छोड़ दें।",
	}
	membersLabel = text{"Member", "सदस्य"}
	countDiffers = text{
		"${members_total} people were said to live here, but the number of members listed is another. Go back if someone was left out or counted twice.",
		"बताया गया था कि यहाँ ${members_total} लोग रहते हैं, पर लिखे गए सदस्य उतने नहीं हैं। कोई छूट गया हो या दो बार लिखा हो तो पीछे जाकर ठीक करें।",
	}
	// Each listing gives a member an id of its own: who is listed on two visits is two residents until somebody joins them.
	listedBefore = question{
		kind: "note", name: "listed_before", relevant: "${visit_no} > 1",
		label: text{"Were members listed on an earlier visit? Then list only those who are missing.", "पिछले दौरे में सदस्य लिखे गए थे? तो अब सिर्फ़ छूटे हुए लिखें।"},
	}
	// A member taken off the list moves those below it up by one, which a guardian's line number does not know.
	noSuchGuardian = question{
		kind: "note", name: "no_such_guardian", relevant: "${guardian_line} != '' and ${guardian_line} > ${members_listed}",
		label: text{"Nobody on the list has this line number yet. Look once more when all are listed.", "सूची में अभी इस क्रम संख्या का कोई नहीं है। सब लिख लेने पर फिर देख लें।"},
	}
	noMoreGuess = text{
		"Write the year only if it is known; else leave it empty, and the age is asked.",
		"जन्म का साल पता हो तभी लिखें; नहीं तो खाली छोड़ें, उम्र पूछी जाएगी।",
	}
)

// hints stand in place of a field's help where that speaks of a sheet of paper.
var hints = map[string]text{
	"visit_date":  {},
	"birth_year":  noMoreGuess,
	"age_years":   {"Full years on the day of the visit; 0 for a baby under one year.", "दौरे के दिन पूरे हुए साल; एक साल से छोटे बच्चे के लिए 0।"},
	"disability":  {"What is difficult for this person.", "व्यक्ति को किस काम में कठिनाई है।"},
	"conditions":  {"What a doctor has found.", "जो बीमारी डॉक्टर ने बताई हो।"},
	"consent":     {"Yes only if the family agrees.", "परिवार मान जाए तभी हाँ।"},
	"ward_code":   {"Type a part of the number or name.", "नंबर या नाम का कोई हिस्सा लिखें।"},
	"blood_group": {"Only from a laboratory report; else leave it out.", "सिर्फ़ जाँच की रिपोर्ट देखकर; नहीं तो छोड़ दें।"},
	"household_id": {
		"A number that only this household has in your team, such as the form number; the same on every visit. Never an Aadhaar number.",
		"टीम में सिर्फ़ इसी परिवार का नंबर, जैसे फ़ॉर्म नंबर; हर दौरे में वही। आधार नंबर कभी नहीं।",
	},
	"contact_mobile": {
		"Ten digits. Leave it out if there is no phone or nobody knows the number. Never make one up.",
		"दस अंक। फ़ोन न हो या नंबर पता न हो तो छोड़ दें। अपने मन से नंबर न लिखें।",
	},
	"mobile": {
		"Ten digits, this person's own or the family's. Leave it out if there is none. Never make one up.",
		"दस अंक, अपना या परिवार का। न हो तो छोड़ दें। अपने मन से नंबर न लिखें।",
	},
}

// questions are the rows of the sheet survey.
func questions(surveyCode string) []question {
	out := []question{
		{kind: "start", name: "start"},
		{kind: "end", name: "end"},
		{kind: "deviceid", name: "deviceid"},
		{kind: "username", name: "username"},
		{kind: "audit", name: "audit"},
		{kind: "calculate", name: "survey_code", calculation: quote(surveyCode)},
	}
	out = append(out, visitPage.questions(survey.Household, question{kind: "note", name: "no_aadhaar", label: noAadhaar})...)
	out = append(out, placePage.questions(survey.Household)...)
	out = append(out,
		question{kind: "geopoint", name: "location", label: locationLabel, hint: locationHint, constraint: inDelhi(), say: notInDelhi},
		question{kind: "calculate", name: "latitude", relevant: located, calculation: "selected-at(${location}, 0)"},
		question{kind: "calculate", name: "longitude", relevant: located, calculation: "selected-at(${location}, 1)"},
		question{kind: "calculate", name: "gps_accuracy", relevant: located, calculation: "selected-at(${location}, 3)"},
	)
	out = append(out, doorQuestion)
	out = append(out, consentPage.questions(survey.Household, question{kind: "note", name: "notice", label: notice})...)
	out = append(out, question{kind: "calculate", name: "notice_version", relevant: met, calculation: quote(noticeVersion)})
	last := familyPage
	last.fields = append(slices.Clone(last.fields), unplaced(survey.Household)...)
	out = append(out, last.questions(survey.Household, listedBefore)...)
	out = append(
		out,
		question{kind: "begin_repeat", name: "members", label: membersLabel, relevant: agreed},
		question{kind: "calculate", name: "member_id", calculation: "once(uuid())"},
		question{kind: "calculate", name: "line_no", calculation: "position(..)"},
	)
	for i, p := range memberPages {
		if i == len(memberPages)-1 {
			p.fields = append(slices.Clone(p.fields), unplaced(survey.Member)...)
		}
		out = append(out, p.questions(survey.Member)...)
		if p.name == "papers" {
			out = slices.Insert(out, slices.IndexFunc(out, func(q question) bool { return q.name == "guardian_line" })+1, noSuchGuardian)
		}
		if p.name == "birth" {
			out = append(out, question{kind: "calculate", name: "age", calculation: ageOnVisit()})
		}
	}
	return append(
		out,
		question{kind: "end_repeat", name: "members"},
		question{kind: "calculate", name: "members_listed", relevant: agreed, calculation: "count(${members})"},
		question{kind: "note", name: "count_differs", label: countDiffers, relevant: agreed + " and not(${visit_no} > 1) and ${members_total} != '' and ${members_listed} != ${members_total}"},
		finishedQuestion,
		question{kind: "calculate", name: "visit_outcome", calculation: outcome},
		thanks,
	)
}

// unplaced are the fields of a level that no page asks and nothing calculates.
func unplaced(l survey.Level) []string {
	var placed []string
	for _, p := range append([]page{visitPage, placePage, consentPage, familyPage}, memberPages...) {
		placed = append(placed, p.fields...)
	}
	var out []string
	for _, f := range survey.Fields(l) {
		if !slices.Contains(placed, f.Name) && !slices.Contains(fromElsewhere, f.Name) {
			out = append(out, f.Name)
		}
	}
	return out
}

// questions are the rows of a page: its group, what stands on top, and its fields.
func (p page) questions(l survey.Level, top ...question) []question {
	out := []question{{kind: "begin_group", name: p.name, label: p.label, relevant: p.relevant, appearance: "field-list"}}
	out = append(out, top...)
	for _, name := range p.fields {
		out = append(out, ask(l, name))
	}
	return append(out, question{kind: "end_group", name: p.name})
}

// ask is the question that asks for a field.
func ask(l survey.Level, name string) question {
	fields := survey.Fields(l)
	f := fields[slices.IndexFunc(fields, func(f survey.Field) bool { return f.Name == name })]
	q := question{
		kind: kindOf(f), name: f.Name, label: text{f.Label, f.LabelHi}, hint: text{f.Help, f.HelpHi},
		relevant: relevantIf[f.Name], required: requiredIf(f), appearance: appearanceOf(f), otherwise: defaults[f.Name],
	}
	if hint, ok := hints[f.Name]; ok {
		q.hint = hint
	}
	if q.required != "" {
		q.mustSay[0], q.mustSay[1] = f.Message("required")
	}
	q.constraint, q.say = constraintOf(f)
	return q
}

func kindOf(f survey.Field) string {
	switch f.Type {
	case survey.Whole:
		return "integer"
	case survey.Decimal:
		return "decimal"
	case survey.Day:
		return "date"
	case survey.One:
		return "select_one " + f.Name
	case survey.Many:
		return "select_multiple " + f.Name
	}
	if f.Name == "ward_code" {
		return "select_one " + f.Name
	}
	return "text"
}

// appearanceOf: a list longer than a screen folds up, and what is all digits brings the keypad.
func appearanceOf(f survey.Field) string {
	switch {
	case f.Name == "ward_code":
		return "minimal autocomplete"
	case len(f.Codes) > 12:
		return "minimal"
	case f.Type == survey.Phone, f.Name == "pin_code", f.Name == "abha_number":
		return "numbers"
	case f.Name == "address_line":
		return "multiline"
	}
	return ""
}

// requiredIf tells when a field must be answered. One that stands in for another is needed where that is empty.
func requiredIf(f survey.Field) string {
	switch {
	case f.Name == "consent", f.Name == "age_years":
		return "yes"
	case f.Name == "team_id", f.Name == "enumerator_id": // coverage is told by them
		return "yes"
	case f.Name == "birth_year": // the age is asked where it is empty
		return ""
	case f.Required && f.Or != "":
		return "${" + f.Or + "} = ''"
	case f.Required:
		return "yes"
	}
	return ""
}

var defaults = map[string]string{"visit_date": "today()", "visit_no": "1"}
