package survey

// Names of rules that other packages ask for.
const (
	RuleNoConsent     = "no_consent"     // a member, or a household's answers, without consent: keep file, row and key only
	RuleAadhaarInKey  = "aadhaar_in_key" // the key is blanked; no id may be derived from it
	RuleAadhaarMasked = "aadhaar_masked" // a warning
)

type ruleID int

const (
	required ruleID = iota
	textInvalid
	textTooLong
	excelError
	excelDestroyed
	legacyHindiFont
	lettersLost
	aadhaarInKey
	codeUnknown
	noneWithOthers
	numberInvalid
	numberOutside
	dateInvalid
	dateTwoDigitYear
	dateMonthFirst
	dateSerial
	dateNoSuchDay
	dateIncomplete
	dateFuture
	dateTooOld
	phoneInvalid
	pinInvalid
	epicInvalid
	abhaInvalid
	abhaCheckDigit
	wardUnknown
	coordinateOutside
	coordinateAlone
	consentMissing
	noConsent
	noHousehold
	memberNotMet
	birthDayAlone
	birthMonthAlone
	birthNoSuchDay
	birthAfterVisit
	birthTooOld
	ageContradictsBirth
	nameHasDigits
	guardianSelf
	pregnantNotFemale
	// Warnings from here.
	aadhaarMasked
	phoneDummyRule
	phoneSeveralRule
	mobileWithoutConsent
	addressMissing
	gpsPoor
	ageBirthDiffer
	ageOver100
	nameDoubtful
	relationSex
	guardianMissing
	guardianNotMinor
	epicMinor
	pregnantAge
	ruleCount
)

var rules = [ruleCount]Rule{
	required: {
		"required", Error,
		"Fill in {label}.", "{label} भरें।",
	},
	textInvalid: {
		"text_invalid", Error,
		"The cell holds characters that no program can read. Type it again.", "इस खाने में ऐसे अक्षर हैं जो पढ़े नहीं जा सकते। दोबारा टाइप करें।",
	},
	textTooLong: {
		"text_too_long", Error,
		"Shorten it to {runes} characters.", "इसे {runes} अक्षरों से छोटा करें।",
	},
	excelError: {
		"excel_error", Error,
		"The sheet shows an error such as #N/A here. Type the answer in place of the formula.", "यहाँ #N/A जैसी गड़बड़ी है। फ़ॉर्मूला हटाकर जवाब लिखें।",
	},
	excelDestroyed: {
		"excel_destroyed", Error,
		"Excel has cut this number short (such as 9.87654E+09) and its digits are gone. Format the column as Text and type the whole number again from the paper.",
		"एक्सेल ने यह नंबर काट दिया है (जैसे 9.87654E+09) और अंक मिट गए हैं। कॉलम को Text करें और कागज़ से देखकर पूरा नंबर दोबारा लिखें।",
	},
	legacyHindiFont: {
		"legacy_hindi_font", Error,
		"This Hindi was typed in an old font such as Kruti Dev, which other programs cannot read. Type it again in a Unicode font such as Mangal, or convert it.",
		"यह हिन्दी कृतिदेव जैसे पुराने फ़ॉन्ट में लिखी है जिसे दूसरे प्रोग्राम नहीं पढ़ सकते। इसे मंगल जैसे यूनिकोड फ़ॉन्ट में दोबारा लिखें या बदलें।",
	},
	lettersLost: {
		"letters_lost", Error,
		"The letters were lost when the file was saved as plain CSV. Save it as a workbook (.xlsx) or as CSV UTF-8 where it was typed, and import that.",
		"फ़ाइल साधारण CSV में सेव करने से अक्षर मिट गए हैं। जहाँ टाइप की थी वहीं से उसे वर्कबुक (.xlsx) या CSV UTF-8 में सेव करके दोबारा इम्पोर्ट करें।",
	},
	aadhaarInKey: {
		RuleAadhaarInKey, Error,
		"An Aadhaar number must not be used as an ID. Write the form number or another number of your own.",
		"आधार नंबर को आईडी न बनाएँ। फ़ॉर्म नंबर या अपना कोई और नंबर लिखें।",
	},
	codeUnknown: {
		"code_unknown", Error,
		"Choose: {codes}.", "चुनें: {codes}।",
	},
	noneWithOthers: {
		"none_with_others", Error,
		"\"None\" cannot stand with other answers. Keep one or the other.", "'कोई नहीं' के साथ दूसरे जवाब नहीं हो सकते। दोनों में से एक रखें।",
	},
	numberInvalid: {
		"number_invalid", Error,
		"Write only a number, in digits.", "सिर्फ़ अंकों में नंबर लिखें।",
	},
	numberOutside: {
		"number_outside", Error,
		"Write a number from {min} to {max}.", "{min} से {max} के बीच का नंबर लिखें।",
	},
	dateInvalid: {
		"date_invalid", Error,
		"Write day, month and year, for example 15-08-2026.", "दिन, महीना और साल लिखें, जैसे 15-08-2026।",
	},
	dateTwoDigitYear: {
		"date_two_digit_year", Error,
		"Write the year with all four digits, for example 2026.", "साल पूरे चार अंकों में लिखें, जैसे 2026।",
	},
	dateMonthFirst: {
		"date_month_first", Error,
		"Write the day before the month, for example 15-08-2026 for 15 August.", "पहले दिन, फिर महीना लिखें, जैसे 15 अगस्त के लिए 15-08-2026।",
	},
	dateSerial: {
		"date_serial", Error,
		"Excel has turned the date into a number. Format the cell as a date, or type the date as text.", "एक्सेल ने तारीख को संख्या बना दिया है। खाने को Date करें या तारीख दोबारा लिखें।",
	},
	dateNoSuchDay: {
		"date_no_such_day", Error,
		"There is no such day in the calendar. Check day and month.", "कैलेंडर में ऐसा कोई दिन नहीं है। दिन और महीना जाँचें।",
	},
	dateIncomplete: {
		"date_incomplete", Error,
		"Write the whole date: day, month and year.", "पूरी तारीख लिखें: दिन, महीना और साल।",
	},
	dateFuture: {
		"date_future", Error,
		"This day has not come yet. Check the date, and the clock of the phone.", "यह दिन अभी आया नहीं है। तारीख जाँचें और फ़ोन की घड़ी देखें।",
	},
	dateTooOld: {
		"date_too_old", Error,
		"This visit lies too far back. Check the year.", "यह दौरा बहुत पुराना है। साल जाँचें।",
	},
	phoneInvalid: {
		"phone_invalid", Error,
		"Write the ten digits of the number, or \"unknown\".", "नंबर के दस अंक लिखें, या 'पता नहीं' लिखें।",
	},
	pinInvalid: {
		"pin_invalid", Error,
		"Write six digits; a PIN code of Delhi starts with 110. Leave it empty if not known.", "छह अंक लिखें; दिल्ली का पिन कोड 110 से शुरू होता है। पता न हो तो खाली छोड़ें।",
	},
	epicInvalid: {
		"epic_invalid", Error,
		"Write the voter card number as on the card: three letters and seven digits. Leave it empty if there is none.", "वोटर कार्ड देखकर नंबर लिखें: तीन अक्षर और सात अंक। कार्ड न हो तो खाली छोड़ें।",
	},
	abhaInvalid: {
		"abha_invalid", Error,
		"Write the 14 digits of the ABHA card. Leave it empty if there is none.", "आभा कार्ड के 14 अंक लिखें। कार्ड न हो तो खाली छोड़ें।",
	},
	abhaCheckDigit: {
		"abha_check_digit", Error,
		"One of the 14 digits is wrong. Compare them with the ABHA card.", "14 में से कोई अंक गलत है। आभा कार्ड से मिलाएँ।",
	},
	wardUnknown: {
		"ward_unknown", Error,
		"There was no such ward on the day of the visit. Write 001 to 250, NDMC or CANT.", "दौरे के दिन ऐसा कोई वार्ड नहीं था। 001 से 250, NDMC या CANT लिखें।",
	},
	coordinateOutside: {
		"coordinate_outside", Error,
		"This place is not in Delhi: {label} must lie between {min} and {max}. Check that latitude and longitude are not exchanged, or clear both.",
		"यह जगह दिल्ली में नहीं है: {label} {min} और {max} के बीच होना चाहिए। देखें कि अक्षांश और देशांतर आपस में न बदल गए हों, या दोनों मिटा दें।",
	},
	coordinateAlone: {
		"coordinate_alone", Error,
		"Write both latitude and longitude, or neither.", "अक्षांश और देशांतर दोनों लिखें, या दोनों खाली छोड़ें।",
	},
	consentMissing: {
		"consent_missing", Error,
		"Write whether the family gave consent: yes or no.", "लिखें कि परिवार ने सहमति दी या नहीं: हाँ या नहीं।",
	},
	noConsent: {
		RuleNoConsent, Error,
		"There is no consent, so nothing about the people may be kept. If they did agree, mend Consent given; if not, set the outcome of the visit to Refused and delete the members.",
		"सहमति नहीं है, इसलिए लोगों की जानकारी नहीं रखी जा सकती। परिवार ने सहमति दी थी तो 'सहमति दी' ठीक करें; नहीं तो दौरे का नतीजा 'मना कर दिया' करें और सदस्यों को मिटा दें।",
	},
	noHousehold: {
		"no_household", Error,
		"There is no household with this ID. Add it to the sheet Households, or mend the ID.", "इस आईडी का कोई परिवार नहीं है। उसे Households शीट में जोड़ें या आईडी ठीक करें।",
	},
	memberNotMet: {
		"member_not_met", Error,
		"The outcome of the visit says that nobody was met. Mend the outcome, or delete the member.", "दौरे के नतीजे के हिसाब से कोई नहीं मिला। नतीजा ठीक करें या सदस्य को मिटा दें।",
	},
	birthDayAlone: {
		"birth_day_without_month", Error,
		"Write the month too, or clear the day.", "महीना भी लिखें, या दिन मिटा दें।",
	},
	birthMonthAlone: {
		"birth_month_without_year", Error,
		"Write the year too, or clear the month.", "साल भी लिखें, या महीना मिटा दें।",
	},
	birthNoSuchDay: {
		"birth_no_such_day", Error,
		"There is no such day in that month. Ask again, or clear the day.", "उस महीने में यह दिन नहीं होता। दोबारा पूछें, या दिन मिटा दें।",
	},
	birthAfterVisit: {
		"birth_after_visit", Error,
		"The birth lies after the visit. Check the year of birth and the date of visit.", "जन्म दौरे के बाद का लिखा है। जन्म का साल और दौरे की तारीख जाँचें।",
	},
	birthTooOld: {
		"birth_too_old", Error,
		"Nobody is that old. Check the year of birth.", "इतनी उम्र का कोई नहीं होता। जन्म का साल जाँचें।",
	},
	ageContradictsBirth: {
		"age_contradicts_birth", Error,
		"Age and date of birth do not fit together. Ask again, and clear the one that is only a guess.", "उम्र और जन्म की तारीख मेल नहीं खाते। दोबारा पूछें, और जो अंदाज़ा हो उसे मिटा दें।",
	},
	nameHasDigits: {
		"name_has_digits", Error,
		"Write only the name, without numbers.", "सिर्फ़ नाम लिखें, कोई नंबर नहीं।",
	},
	guardianSelf: {
		"guardian_self", Error,
		"A child cannot be its own guardian. Write the line number of the parent or guardian.", "बच्चा खुद का अभिभावक नहीं हो सकता। माता, पिता या अभिभावक की क्रम संख्या लिखें।",
	},
	pregnantNotFemale: {
		"pregnant_not_female", Error,
		"A man is marked as pregnant. Mend Sex or Pregnant now.", "पुरुष को गर्भवती लिखा है। लिंग या 'अभी गर्भवती' ठीक करें।",
	},
	aadhaarMasked: {
		RuleAadhaarMasked, Warning,
		"An Aadhaar number was written here; it was hidden. Never write Aadhaar numbers in the survey.", "यहाँ आधार नंबर लिखा था; उसे छिपा दिया गया। सर्वे में आधार नंबर कभी न लिखें।",
	},
	phoneDummyRule: {
		"phone_dummy", Warning,
		"This is not a real number, so it was left out. Ask for the number, or write \"unknown\".", "यह असली नंबर नहीं लगता, इसलिए छोड़ दिया गया। नंबर पूछें, या 'पता नहीं' लिखें।",
	},
	phoneSeveralRule: {
		"phone_several", Warning,
		"There are several numbers here; the first was used. Write one number.", "यहाँ कई नंबर हैं; पहला लिया गया। एक ही नंबर लिखें।",
	},
	mobileWithoutConsent: {
		"mobile_without_consent", Warning,
		"Without consent no number is kept; it was left out. Leave it empty.", "सहमति के बिना नंबर नहीं रखा जाता; इसे छोड़ दिया गया। खाली छोड़ें।",
	},
	addressMissing: {
		"address_missing", Warning,
		"Write a house number, an address or a locality, so that the cards can be brought there.", "मकान नंबर, पता या मोहल्ला लिखें, ताकि कार्ड वहाँ पहुँच सकें।",
	},
	gpsPoor: {
		"gps_poor", Warning,
		"The place is known to more than 100 metres only. Stand in the open and take it again.", "जगह 100 मीटर तक भी सही नहीं है। खुले में खड़े होकर दोबारा लें।",
	},
	ageBirthDiffer: {
		"age_birth_differ", Warning,
		"Age and date of birth differ by some years. Ask again if you can.", "उम्र और जन्म की तारीख में कुछ साल का फ़र्क है। हो सके तो दोबारा पूछें।",
	},
	ageOver100: {
		"age_over_100", Warning,
		"More than 100 years old? Check the age.", "100 साल से ज़्यादा? उम्र जाँचें।",
	},
	nameDoubtful: {
		"name_doubtful", Warning,
		"This does not look like a person's name. Write the full name.", "यह किसी का नाम नहीं लगता। पूरा नाम लिखें।",
	},
	relationSex: {
		"relation_sex", Warning,
		"Relation to head and Sex do not fit together. Check both.", "मुखिया से रिश्ता और लिंग मेल नहीं खाते। दोनों जाँचें।",
	},
	guardianMissing: {
		"guardian_missing", Warning,
		"For a child under 18 write the line number of the parent or guardian.", "18 साल से छोटे बच्चे के लिए माता, पिता या अभिभावक की क्रम संख्या लिखें।",
	},
	guardianNotMinor: {
		"guardian_not_minor", Warning,
		"A guardian is only for children under 18. Check the age, or clear it.", "अभिभावक सिर्फ़ 18 साल से छोटे बच्चों के लिए है। उम्र जाँचें, या इसे मिटा दें।",
	},
	epicMinor: {
		"epic_minor", Warning,
		"A child under 18 has no voter card. Check the age and whose card it is.", "18 साल से छोटे बच्चे का वोटर कार्ड नहीं होता। उम्र जाँचें और देखें कार्ड किसका है।",
	},
	pregnantAge: {
		"pregnant_age", Warning,
		"Pregnant, and younger than 12 or older than 55? Check the age.", "12 से कम या 55 से ज़्यादा उम्र में गर्भवती? उम्र जाँचें।",
	},
}
