package importer

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"sehat/survey"
)

// synonyms are headers that people write for a question, in English and Hindi, beside those that the questionnaire itself knows. They make a
// suggestion, never a certainty.
var synonyms = map[string][]string{
	"survey_code":    {"survey round", "round code", "phase"},
	"household_id":   {"hh", "hh key", "hh code", "house id", "family code", "family no", "family number", "ration card family id", "questionnaire number", "schedule no", "परिवार कोड", "परिवार नंबर", "फॉर्म संख्या", "प्रपत्र संख्या"},
	"ward_code":      {"ward name", "municipal ward", "mcd ward", "ward no name", "वार्ड क्रमांक", "वार्ड का नाम"},
	"block_no":       {"enumeration block no", "eb no", "enumeration area", "ea", "hlb", "hlb no", "house listing block", "गणना खंड"},
	"house_no":       {"म नं", "house no", "house num", "hno", "h no", "door", "flat", "flat number", "building no", "census house number", "मकान न", "मकान क्रमांक", "भवन संख्या"},
	"address_line":   {"address", "street name", "street address", "residential address", "present address", "पता", "वर्तमान पता", "निवास"},
	"locality":       {"settlement", "slum", "jj cluster", "neighbourhood", "neighborhood", "area name", "locality name", "क्षेत्र"},
	"pin_code":       {"pin no", "postcode", "पिन नंबर", "पिन संख्या"},
	"visit_date":     {"today", "date visited", "visit day", "interview date", "survey dt", "date of enumeration", "date of listing", "submission date", "interview time", "start interview time", "दौरे का दिन", "भ्रमण तिथि"},
	"visit_no":       {"visit number", "call number", "round of visit"},
	"visit_outcome":  {"survey status", "visit status", "interview status", "house status", "status of survey", "status of visit", "outcome", "सर्वे की स्थिति", "घर की स्थिति", "result of interview", "interview result", "result code", "visit outcome", "response status", "इंटरव्यू का नतीजा"},
	"members_total":  {"hh size", "hhsize", "no of members", "number members", "total persons", "family members", "total family members", "कुल व्यक्ति", "परिवार के सदस्यों की संख्या"},
	"contact_mobile": {"mobile", "mobile no", "mobile number", "phone", "phone no", "phone number", "contact", "contact information", "contact details", "telephone", "whatsapp", "whatsapp number", "मोबाइल", "मोबाइल न", "मोबाइल नंबर", "फोन", "फ़ोन नंबर", "दूरभाष"},
	"consent":        {"consent", "consent yes no", "willing", "willing to participate", "do you agree", "agree to participate", "respond consent", "participation", "सहमत", "क्या सहमत हैं"},
	"team_id":        {"team", "team number", "टीम"},
	"enumerator_id":  {"enumerator", "enum id", "enum", "enumerator no", "surveyor id", "surveyor name", "interviewer id", "interviewer code", "field worker", "data collector", "asha", "asha name", "anm", "username", "गणक"},

	"member_id":              {"individual key", "person key", "person code", "uid of member", "member uuid"},
	"line_no":                {"sno", "slno", "srno", "serial", "serial no", "line num", "person number", "person no", "member serial number", "ind pos", "position", "क्रम सं", "क्र सं", "सदस्य क्रम"},
	"full_name":              {"name", "member name", "respondent", "respondent name", "name of respondent", "first name of respondent", "first name", "person", "individual name", "patient name", "beneficiary name", "resident", "head name", "name of family member", "name english", "name in english", "naam", "व्यक्ति का नाम", "उत्तरदाता का नाम", "लाभार्थी का नाम", "नाम अंग्रेजी में"},
	"full_name_hi":           {"hindi name", "name hindi", "naam hindi", "name devanagari", "name in devanagari", "name in mother tongue", "mother tongue name", "vernacular name", "name in local language", "नाम हिन्दी में", "नाम हिंदी में", "नाम हिंदी", "हिंदी नाम"},
	"father_or_husband_name": {"father", "husband", "father or husband", "fathers husbands name", "father name husband name", "f h name", "so wo do", "s o w o d o", "care of", "spouse name", "parent name", "पिता", "पति", "पिता पति का नाम", "अभिभावक का नाम"},
	"relation":               {"relationship with hoh", "relationship to hoh", "relationship to head", "relation to hoh", "relationship", "relation head", "relationship with head", "relationship head", "relation with hoh", "rel to head", "rel", "rship", "family relation", "मुखिया से नाता", "नाता", "मुखिया के साथ संबंध"},
	"sex":                    {"gender", "sex", "m f", "member sex", "gender of member", "ling", "लिंग पुरुष महिला"},
	"birth_year":             {"dob", "date of birth", "birth date", "birthdate", "d o b", "year born", "born year", "birth", "जन्म तिथि", "जन्मतिथि", "जन्म की तारीख", "जन्म दिनांक", "जन्म"},
	"birth_month":            {"month born", "month of birth"},
	"birth_day":              {"day born", "day of birth"},
	"age_years":              {"age", "age years", "age yrs", "age in yrs", "members age", "completed age", "umar", "aayu", "आयु वर्षों में", "उम्र साल"},
	"mobile":                 {"contact", "contact no", "contact number", "mob", "mob no", "cell number", "cell phone", "whatsapp", "whatsapp no", "phone no", "personal mobile", "संपर्क", "मो नं", "मोबाइल न"},
	"epic_no":                {"epic number", "voter id number", "voter id no", "voter no", "voter card no", "election id", "मतदाता कार्ड", "वोटर कार्ड"},
	"abha_number":            {"abha card", "abha no id", "ayushman id", "ayushman bharat health account", "health account", "ndhm id", "आभा कार्ड"},
	"blood_group":            {"bloodgroup", "bg", "blood grp", "खून का ग्रुप", "रक्त ग्रुप"},
	"disability":             {"any disability", "disability type", "type of disability", "differently abled", "दिव्यांगता का प्रकार"},
	"conditions":             {"chronic illness", "chronic conditions", "comorbidities", "comorbidity", "medical history", "existing disease", "disease history", "ailment", "vulnerabilities", "members vulnerabilities", "लंबी बीमारी", "पुरानी बीमारी"},
	"allergies":              {"any allergy", "known allergies", "एलर्जी"},
	"notice_version":         {"notice ver", "version of notice"},
	"health_on_card":         {"health info on card", "health on card", "health information on card", "कार्ड पर स्वास्थ्य जानकारी"},
	"pregnant":               {"pregnancy status", "pregnant woman", "pw", "गर्भवती है"},
}

// wordIndex finds a field by the words of a header.
type wordIndex [2]map[string]int // by the bare header

func newWordIndex() wordIndex {
	var x wordIndex
	for _, l := range []survey.Level{survey.Household, survey.Member} {
		x[l] = map[string]int{}
		for place, f := range fieldsOf[l] {
			for _, s := range append(synonyms[f.Name], f.Also...) {
				if _, taken := x[l][bareWords(s)]; !taken {
					x[l][bareWords(s)] = place
				}
			}
		}
		for place, f := range fieldsOf[l] { // its own names win
			for _, s := range []string{f.Name, f.Label, f.LabelHi} {
				x[l][bareWords(s)] = place
			}
		}
		for place, f := range fieldsOf[l] { // "Year of birth" is "year birth", too
			for _, s := range []string{f.Label, f.LabelHi} {
				if bare := strings.Join(telling(words(s)), ""); bare != "" {
					if _, taken := x[l][bare]; !taken {
						x[l][bare] = place
					}
				}
			}
		}
	}
	return x
}

// noise are words that say nothing about what is asked.
var noise = map[string]bool{
	"hh": true, "q": true, "member": true, "members": true, "household": true, "respondent": true, "ind": true, "individual": true, "person": true,
	"the": true, "of": true, "a": true, "please": true, "enter": true, "write": true, "what": true, "is": true, "your": true, "in": true, "sadasya": true,
	"का": true, "की": true, "के": true, "सदस्य": true, "आपका": true, "आपकी": true, "क्या": true, "है": true, "लिखें": true, "कृपया": true,
}

// words are the words of a header: lower case, without punctuation and nukta, without the numbers of questions (q2_1_2, 1.4).
func words(header string) []string {
	const nukta, chandrabindu, anusvara = '़', 'ँ', 'ं'
	var b strings.Builder
	lower := false
	for _, r := range norm.NFC.String(header) {
		switch {
		case r == nukta, r == '\'', r == '’':
		case r == chandrabindu:
			b.WriteRune(anusvara)
		case unicode.IsLetter(r) || unicode.Is(unicode.M, r) || unicode.IsDigit(r):
			if unicode.IsUpper(r) && lower { // houseNo
				b.WriteByte(' ')
			}
			lower = unicode.IsLower(r)
			b.WriteRune(unicode.ToLower(r))
		default:
			lower = false
			b.WriteByte(' ')
		}
	}
	var out []string
	for _, w := range strings.Fields(b.String()) {
		if strings.TrimLeft(w, "q0123456789") == "" {
			continue
		}
		if usual, ok := spellings[w]; ok {
			w = usual
		}
		if out = append(out, w); len(out) == maxWords {
			break
		}
	}
	return out
}

// maxWords is how many words of a header are looked at: questions are longer than the names of what they ask for.
const maxWords = 40

// spellings are words that are written in several ways.
var spellings = map[string]string{
	"no": "number", "num": "number", "nbr": "number", "नं": "नंबर", "न": "नंबर", "नम्बर": "नंबर", "yr": "year", "yrs": "years", "हिन्दी": "हिंदी",
}

// telling are the words that are not noise.
func telling(all []string) []string {
	return slices.DeleteFunc(slices.Clone(all), func(w string) bool { return noise[w] })
}

func bareWords(header string) string { return strings.Join(words(header), "") }

// fit is how well a header fits a field, from 0 to 1. What stands in brackets behind it, "(Y/N)", "(if any)", may say how to answer.
func (x wordIndex) fit(l survey.Level, place int, header string) float64 {
	if len(header) > 4*maxName {
		return 0
	}
	best := x.fitWords(l, place, header)
	if i := strings.IndexAny(header, "(["); i > 0 {
		best = max(best, min(x.fitWords(l, place, header[:i]), sureTelling))
	}
	return best
}

func (x wordIndex) fitWords(l survey.Level, place int, header string) float64 {
	if p, ok := survey.Lookup(l, header); ok && p == place {
		return sureName
	}
	all := words(header)
	if p, ok := x[l][strings.Join(all, "")]; ok && p == place {
		return sureSynonym
	}
	say := telling(all)
	if len(say) == 0 {
		return 0
	}
	if p, ok := x[l][strings.Join(say, "")]; ok && p == place {
		return sureTelling
	}
	for i := range say { // all but some words at the beginning or the end
		for j := len(say); j > i; j-- {
			if p, ok := x[l][strings.Join(say[i:j], "")]; ok && p == place && (j-i)*2 >= len(say) {
				return sureWords
			}
		}
	}
	return 0
}
