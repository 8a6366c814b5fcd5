package lookup

import (
	"fmt"
	"strconv"
	"time"

	"sehat/records"
)

// Languages of the desk page.
const (
	english = "en"
	hindi   = "hi"
)

// language returns a language that the page has: English unless Hindi is asked for.
func language(code string) string {
	if code == hindi {
		return hindi
	}
	return english
}

// A text is one sentence in both languages.
type text struct{ En, Hi string }

func (t text) in(lang string) string {
	if lang == hindi {
		return t.Hi
	}
	return t.En
}

// texts holds what the page says, by the key that the templates use.
func texts() map[string]text {
	return map[string]text{
		"title":       {"Health card desk", "स्वास्थ्य कार्ड डेस्क"},
		"skip":        {"Go to the field", "सीधे खोज पर जाएँ"},
		"switch":      {"हिन्दी", "English"},
		"sign_in":     {"Sign in", "साइन इन करें"},
		"sign_out":    {"Sign out", "साइन आउट"},
		"key":         {"Facility key", "अस्पताल की कुंजी (key)"},
		"key_help":    {"The centre gave it to your hospital. It is asked once a shift.", "यह केंद्र ने आपके अस्पताल को दी है। हर पाली में एक बार माँगी जाती है।"},
		"field":       {"Card number or QR code", "कार्ड नंबर या QR कोड"},
		"field_help":  {"Scan the card, or type its 15 digits.", "कार्ड स्कैन करें, या उसके 15 अंक लिखें।"},
		"purpose":     {"What for?", "किस लिए?"},
		"TREAT":       {"Treatment", "इलाज"},
		"ETREAT":      {"Emergency", "आपातकाल"},
		"PATADMIN":    {"Registration", "पंजीकरण"},
		"find":        {"Find", "खोजें"},
		"answer":      {"Answer", "उत्तर"},
		"sex":         {"Sex", "लिंग"},
		"age":         {"Age", "आयु"},
		"born":        {"Born", "जन्म"},
		"number":      {"Card number", "कार्ड नंबर"},
		"card":        {"Card", "कार्ड"},
		"issued_on":   {"Issued", "जारी होने की तारीख"},
		"valid_until": {"Valid until", "मान्य"},
		"logged":      {"Every look-up is written down.", "हर खोज दर्ज होती है।"},
		"back":        {"Back to the desk", "डेस्क पर वापस"},
		"M":           {"Male", "पुरुष"},
		"F":           {"Female", "महिला"},
		"O":           {"Other", "अन्य"},
		"not_told":    {"Not told", "नहीं बताया"},
		"temporary":   {"Temporary", "अस्थायी"},
		"permanent":   {"Permanent", "स्थायी"},
		"issued":      {"not yet printed", "अभी छपा नहीं"},
		"printed":     {"printed", "छप चुका"},
		"spoiled":     {"spoiled in printing", "छपाई में ख़राब"},
		"dispatched":  {"on its way to the holder", "धारक के पास भेजा गया"},
		"handed_over": {"handed over", "सौंपा जा चुका"},
		"returned":    {"came back undelivered", "बिना पहुँचे लौटा"},
		"active":      {"active", "चालू"},
		"lost":        {"reported lost", "खोने की सूचना"},
		"revoked":     {"revoked", "रद्द"},
		"replaced":    {"replaced", "बदला जा चुका"},
		"expired":     {"expired", "अवधि समाप्त"},
		"held":        {"held for a decision", "निर्णय तक रोका गया"},
	}
}

// What the desk is told, as a headline and a sentence.
type message struct{ title, help text }

var (
	sayGenuine = message{
		text{"Genuine card", "असली कार्ड"},
		text{"The centre's signature is right, and the card is valid.", "केंद्र के हस्ताक्षर सही हैं और कार्ड मान्य है।"},
	}
	sayTyped = message{
		text{"Found by number", "नंबर से मिला"},
		text{"This says who holds the number. Scan the QR code to know that the card is genuine.", "यह केवल बताता है कि नंबर किसका है। कार्ड असली है या नहीं, यह जानने के लिए QR कोड स्कैन करें।"},
	}
	sayNotArrived = message{
		text{"Genuine card, record not yet arrived", "असली कार्ड, रिकॉर्ड अभी नहीं पहुँचा"},
		text{"What stands below is from the card itself. The record comes when the survey team next sends its data.", "नीचे लिखी बातें कार्ड से ली गई हैं। सर्वे टीम के अगली बार डेटा भेजने पर रिकॉर्ड आ जाएगा।"},
	}
	sayEnded = map[string]message{
		records.CardLost: {
			text{"This card was reported lost", "इस कार्ड के खोने की सूचना है"},
			text{"Whoever shows it may not be the holder. Ask for another proof of who they are.", "दिखाने वाला व्यक्ति धारक न भी हो। पहचान का दूसरा प्रमाण माँगें।"},
		},
		records.CardRevoked: {
			text{"This card was revoked", "यह कार्ड रद्द किया जा चुका है"},
			text{"It is not valid any more. Ask for another proof of who they are.", "यह अब मान्य नहीं है। पहचान का दूसरा प्रमाण माँगें।"},
		},
		records.CardReplaced: {
			text{"This card was replaced", "यह कार्ड बदला जा चुका है"},
			text{"The holder has a newer one. Ask for it.", "धारक के पास नया कार्ड है। वह माँगें।"},
		},
		records.CardExpired: {
			text{"This card has expired", "इस कार्ड की अवधि समाप्त हो गई है"},
			text{"It was a temporary card. The holder can ask the ward office for the permanent one.", "यह अस्थायी कार्ड था। धारक वार्ड कार्यालय से स्थायी कार्ड ले सकते हैं।"},
		},
		records.CardHeld: {
			text{"This card is held", "यह कार्ड रोका गया है"},
			text{"Two documents claim its number. The centre will decide; ask for another proof of who they are.", "इस नंबर पर दो दस्तावेज़ों का दावा है। केंद्र निर्णय करेगा; तब तक पहचान का दूसरा प्रमाण माँगें।"},
		},
	}
	sayNotGenuine = message{
		text{"Not a genuine card", "यह असली कार्ड नहीं है"},
		text{"No key of this register signed this QR code. Do not rely on the card.", "इस QR कोड पर इस रजिस्टर के हस्ताक्षर नहीं हैं। इस कार्ड पर भरोसा न करें।"},
	}
	sayNotValid = message{
		text{"Not a valid card", "यह मान्य कार्ड नहीं है"},
		text{"The key that signed it was lost, has ended, or may not sign such a card. Do not rely on it; tell the centre.", "जिस कुंजी से इस पर हस्ताक्षर हुए वह खो गई है, समाप्त हो गई है, या ऐसे कार्ड के लिए नहीं है। इस पर भरोसा न करें; केंद्र को बताएँ।"},
	}
	sayNotACard = message{
		text{"Not a health card", "यह स्वास्थ्य कार्ड नहीं है"},
		text{"This QR code is something else. Scan the QR code on the front of the card.", "यह कोई और QR कोड है। कार्ड के सामने वाला QR कोड स्कैन करें।"},
	}
	sayNoKeys = message{
		text{"QR codes cannot be checked here yet", "यहाँ QR कोड की जाँच अभी नहीं हो सकती"},
		text{"This service has no key list. Type the number on the card instead.", "इस सेवा के पास कुंजी-सूची नहीं है। कार्ड पर लिखा नंबर टाइप करें।"},
	}
	sayNobody = message{
		text{"Nobody here holds this number", "यह नंबर यहाँ किसी का नहीं है"},
		text{"Compare it with the card, digit by digit.", "कार्ड से एक-एक अंक मिलाएँ।"},
	}
	sayMistyped = message{
		text{"A digit is mistyped", "कोई अंक ग़लत लिखा है"},
		text{"The number's check digits do not match. Compare it with the card, digit by digit.", "नंबर के जाँच-अंक मेल नहीं खाते। कार्ड से एक-एक अंक मिलाएँ।"},
	}
	sayNoNumber = message{
		text{"This is not a card number", "यह कार्ड नंबर नहीं है"},
		text{"A card number has 15 digits.", "कार्ड नंबर में 15 अंक होते हैं।"},
	}
	sayEmpty = message{
		text{"Nothing to look up", "खोजने के लिए कुछ नहीं"},
		text{"Scan a card or type its number.", "कार्ड स्कैन करें या उसका नंबर लिखें।"},
	}
	sayWrongKey = message{
		text{"This key does not open the desk", "इस कुंजी से डेस्क नहीं खुलता"},
		text{"See that all of it was typed or pasted. If it still does not, ask the centre for a new one.", "देखें कि पूरी कुंजी लिखी या चिपकाई गई है। फिर भी न खुले तो केंद्र से नई कुंजी माँगें।"},
	}
	sayTooMany = message{
		text{"Too many look-ups", "बहुत अधिक खोजें"},
		text{"Wait a little, then try again.", "थोड़ा रुककर फिर कोशिश करें।"},
	}
	sayNoAnswer = message{
		text{"No answer just now", "अभी उत्तर नहीं मिल रहा"},
		text{"The register, or its audit log, cannot be reached. Nothing was shown. Try again in a minute.", "रजिस्टर या उसके लेखा-लॉग तक पहुँच नहीं है। कुछ दिखाया नहीं गया। एक मिनट में फिर कोशिश करें।"},
	}
	sayWrong = message{
		text{"Something went wrong here", "यहाँ कुछ गड़बड़ हुई"},
		text{"Try again. If it happens again, tell the people who run this service.", "फिर कोशिश करें। दोबारा हो तो सेवा चलाने वालों को बताएँ।"},
	}
)

// ageText says an age that lies between least and most full years.
func ageText(lang string, least, most int) string {
	years := strconv.Itoa(least)
	if most != least {
		years += "–" + strconv.Itoa(most)
	}
	switch {
	case most < 1:
		return text{"under 1 year", "1 वर्ष से कम"}.in(lang)
	case most == 1 && least == 1:
		return text{"1 year", "1 वर्ष"}.in(lang)
	}
	return fmt.Sprintf(text{"%s years", "%s वर्ष"}.in(lang), years)
}

var hindiMonths = [...]string{"जनवरी", "फ़रवरी", "मार्च", "अप्रैल", "मई", "जून", "जुलाई", "अगस्त", "सितंबर", "अक्टूबर", "नवंबर", "दिसंबर"}

// dateText says a day as precisely as it was told: 14 March 1987, March 1987, 1987.
func dateText(lang string, year, month, day int) string {
	if year == 0 {
		return ""
	}
	words := strconv.Itoa(year)
	if month >= 1 && month <= 12 {
		name := time.Month(month).String()
		if lang == hindi {
			name = hindiMonths[month-1]
		}
		words = name + " " + words
		if day > 0 {
			words = strconv.Itoa(day) + " " + words
		}
	}
	return words
}

// stampText says the day of a time as the store keeps it, in UTC, as the card prints it.
func stampText(lang, stamp string) string {
	t, err := records.ParseStamp(stamp)
	if err != nil {
		return ""
	}
	return dateText(lang, t.Year(), int(t.Month()), t.Day())
}
