package survey

// Places of the member fields that a rule names; a question without a rule of its own needs no line here.
var (
	mbKey        = place(memberFields, "member_id")
	mbLine       = place(memberFields, "line_no")
	mbName       = place(memberFields, "full_name")
	mbNameHi     = place(memberFields, "full_name_hi")
	mbFather     = place(memberFields, "father_or_husband_name")
	mbRelation   = place(memberFields, "relation")
	mbSex        = place(memberFields, "sex")
	mbBirthYear  = place(memberFields, "birth_year")
	mbBirthMonth = place(memberFields, "birth_month")
	mbBirthDay   = place(memberFields, "birth_day")
	mbAge        = place(memberFields, "age_years")
	mbGuardian   = place(memberFields, "guardian_line")
	mbMobile     = place(memberFields, "mobile")
	mbEPIC       = place(memberFields, "epic_no")
	mbABHA       = place(memberFields, "abha_number")
	mbAllergies  = place(memberFields, "allergies")
	mbPregnant   = place(memberFields, "pregnant")
)

// memberFields are asked for each member of a household that gave consent.
var memberFields = []Field{
	{
		Name: "member_id", Level: Member, Type: Key, Column: true, MaxRunes: 80,
		Label: "Member ID", LabelHi: "सदस्य आईडी",
		Help:   "Only if an app made one for this member. On paper leave it empty. Never an Aadhaar number.",
		HelpHi: "तभी लिखें जब ऐप ने इस सदस्य को आईडी दी हो, नहीं तो खाली छोड़ें। आधार नंबर कभी न लिखें।",
		Also:   []string{"member key", "person id", "individual id", "resident id", "सदस्य क्रमांक"},
	},
	{
		Name: "line_no", Level: Member, Type: Whole, Required: true, Or: "member_id", Column: true, Min: 1, Max: 100,
		Label: "Line number", LabelHi: "क्रम संख्या",
		Help:   "1 for the head of the household, then 2, 3 and so on. A member keeps the same number in later forms.",
		HelpHi: "मुखिया के लिए 1, फिर 2, 3 आगे। अगले फ़ॉर्म में भी सदस्य का नंबर यही रहे।",
		Also:   []string{"line", "serial number", "s no", "sl no", "sr no", "member no", "member number", "क्रमांक", "क्रम", "सदस्य संख्या क्रम"},
	},
	{
		Name: "full_name", Level: Member, Type: Name, Required: true, Or: "full_name_hi", Column: true, MaxRunes: 100,
		Label: "Full name", LabelHi: "पूरा नाम",
		Help:   "The name as the person wants it on the card, in English letters if you can. No Shri, Smt, Kumari.",
		HelpHi: "जैसा नाम कार्ड पर चाहिए; हो सके तो अंग्रेज़ी अक्षरों में। श्री, श्रीमती, कुमारी न लिखें।",
		Also:   []string{"name", "member name", "name of member", "resident name", "person name", "name of person", "नाम", "सदस्य का नाम"},
	},
	{
		Name: "full_name_hi", Level: Member, Type: Name, Column: true, MaxRunes: 100,
		Label: "Full name in Hindi", LabelHi: "पूरा नाम हिन्दी में",
		Help:   "The same name in Hindi, typed in a Unicode font such as Mangal. It is printed on the card as you write it.",
		HelpHi: "वही नाम हिन्दी में, मंगल जैसे यूनिकोड फ़ॉन्ट में। कार्ड पर जैसा लिखेंगे वैसा ही छपेगा।",
		Also:   []string{"hindi name", "name in hindi", "name hindi", "name hi", "हिन्दी नाम", "हिंदी में नाम"},
	},
	{
		Name: "father_or_husband_name", Level: Member, Type: Name, Column: true, MaxRunes: 100,
		Label: "Father's or husband's name", LabelHi: "पिता या पति का नाम",
		Help:   "For a married woman her husband's name, else the father's.",
		HelpHi: "विवाहित महिला के लिए पति का नाम, बाकी के लिए पिता का।",
		Also:   []string{"father name", "fathers name", "husband name", "husbands name", "father husband name", "guardian name", "s o", "w o", "पिता का नाम", "पति का नाम", "पिता/पति का नाम"},
	},
	{
		Name: "relation", Level: Member, Type: One, Required: true, Column: true, Codes: relationCodes,
		Label: "Relation to head", LabelHi: "मुखिया से रिश्ता",
		Help:   "Who this person is to the head of the household. One member of each household is the head.",
		HelpHi: "यह व्यक्ति मुखिया का क्या लगता है। हर परिवार में एक मुखिया होता है।",
		Also:   []string{"relationship", "relation with head", "relation to hoh", "relationship to head", "रिश्ता", "संबंध", "मुखिया से संबंध", "मुखिया से सम्बन्ध"},
	},
	{
		Name: "sex", Level: Member, Type: One, Required: true, Column: true, Codes: sexCodes,
		Label: "Sex", LabelHi: "लिंग",
		Help:   "Male, female or other, as the person says.",
		HelpHi: "पुरुष, महिला या अन्य, जैसा व्यक्ति बताए।",
		Also:   []string{"gender", "male female", "जेंडर"},
	},
	{
		Name: "birth_year", Level: Member, Type: Whole, Required: true, Or: "age_years", Column: true, Min: 1890, Max: 2200,
		Label: "Year of birth", LabelHi: "जन्म का साल",
		Help:   "Four digits, for example 1985. If it is not known, write the age instead.",
		HelpHi: "चार अंक, जैसे 1985। पता न हो तो उम्र लिखें।",
		Also:   []string{"birth year", "yob", "year", "जन्म वर्ष", "जन्म का वर्ष"},
	},
	{
		Name: "birth_month", Level: Member, Type: Whole, Column: true, Min: 1, Max: 12,
		Label: "Month of birth", LabelHi: "जन्म का महीना",
		Help:   "1 to 12. Leave empty if not known; do not guess.",
		HelpHi: "1 से 12। पता न हो तो खाली छोड़ें, अंदाज़े से न लिखें।",
		Also:   []string{"birth month", "mob", "month", "जन्म माह"},
	},
	{
		Name: "birth_day", Level: Member, Type: Whole, Column: true, Min: 1, Max: 31,
		Label: "Day of birth", LabelHi: "जन्म का दिन",
		Help:   "1 to 31. Leave empty if not known; do not write 1 for an unknown day.",
		HelpHi: "1 से 31। पता न हो तो खाली छोड़ें, 1 न लिख दें।",
		Also:   []string{"birth day", "day", "जन्म तारीख"},
	},
	{
		Name: "age_years", Level: Member, Type: Whole, Column: true, Min: 0, Max: 120,
		Label: "Age in years", LabelHi: "उम्र (पूरे साल)",
		Help:   "Full years on the day of the visit; 0 for a baby under one year. Needed if the year of birth is not known.",
		HelpHi: "दौरे के दिन पूरे हुए साल; एक साल से छोटे बच्चे के लिए 0। जन्म का साल पता न हो तो ज़रूरी है।",
		Also:   []string{"age", "age in completed years", "उम्र", "आयु", "आयु वर्ष में"},
	},
	{
		Name: "guardian_line", Level: Member, Type: Whole, Column: true, Min: 1, Max: 100,
		Label: "Guardian's line number", LabelHi: "अभिभावक की क्रम संख्या",
		Help:   "For a child under 18: the line number of the parent or guardian in this household.",
		HelpHi: "18 साल से छोटे बच्चे के लिए: इसी परिवार में माता, पिता या अभिभावक की क्रम संख्या।",
		Also:   []string{"guardian", "guardian line no", "guardian serial number", "अभिभावक"},
	},
	{
		Name: "mobile", Level: Member, Type: Phone, Column: true,
		Label: "Mobile number", LabelHi: "मोबाइल नंबर",
		Help:   "Ten digits, this person's own or the family's. Empty or unknown if there is none. Never make one up.",
		HelpHi: "दस अंक, अपना या परिवार का। न हो तो खाली छोड़ें या 'पता नहीं' लिखें। अपने मन से नंबर न लिखें।",
		Also:   []string{"phone", "phone number", "mobile no", "telephone", "cell", "मोबाइल", "फ़ोन", "फ़ोन नंबर", "मोबाइल संख्या"},
	},
	{
		Name: "epic_no", Level: Member, Type: Digits, Column: true, MaxRunes: 10,
		Label: "Voter card number", LabelHi: "वोटर कार्ड नंबर",
		Help:   "Three letters and seven digits, for example ABC1234567. Leave empty if there is no card.",
		HelpHi: "तीन अक्षर और सात अंक, जैसे ABC1234567। कार्ड न हो तो खाली छोड़ें।",
		Also:   []string{"epic", "voter id", "voter card", "election card", "elector photo identity card", "वोटर आईडी", "मतदाता पहचान पत्र", "पहचान पत्र संख्या"},
	},
	{
		Name: "abha_number", Level: Member, Type: Digits, Column: true, MaxRunes: 14,
		Label: "ABHA number", LabelHi: "आभा नंबर",
		Help:   "The 14 digits of the ABHA card, if the person has one. Not the Aadhaar number, which has 12.",
		HelpHi: "आभा कार्ड के 14 अंक, अगर कार्ड हो। आधार नंबर (12 अंक) न लिखें।",
		Also:   []string{"abha", "abha id", "health id", "abha no", "आभा", "आभा आईडी", "हेल्थ आईडी"},
	},
	{
		Name: "blood_group", Level: Member, Type: One, Codes: bloodCodes,
		Label: "Blood group", LabelHi: "ब्लड ग्रुप",
		Help:   "Only from a laboratory report; else Not known.",
		HelpHi: "सिर्फ़ जाँच की रिपोर्ट देखकर; नहीं तो 'पता नहीं'।",
		Also:   []string{"blood", "blood type", "रक्त समूह", "रक्त वर्ग"},
	},
	{
		Name: "disability", Level: Member, Type: Many, Codes: disabilityCodes,
		Label: "Disability", LabelHi: "दिव्यांगता",
		Help:   "What is difficult for this person. Several with a comma between them.",
		HelpHi: "व्यक्ति को किस काम में कठिनाई है। एक से ज़्यादा हों तो बीच में कॉमा लगाएँ।",
		Also:   []string{"disabled", "handicap", "divyang", "pwd", "विकलांगता", "दिव्यांग"},
	},
	{
		Name: "conditions", Level: Member, Type: Many, Codes: conditionCodes,
		Label: "Long-term illnesses", LabelHi: "पुरानी बीमारियाँ",
		Help:   "What a doctor has found. Several with a comma between them. No illness if asked and none.",
		HelpHi: "जो बीमारी डॉक्टर ने बताई हो। एक से ज़्यादा हों तो बीच में कॉमा लगाएँ। कोई न हो तो 'कोई बीमारी नहीं'।",
		Also:   []string{"illness", "illnesses", "disease", "diseases", "chronic disease", "ncd", "morbidity", "health condition", "बीमारी", "बीमारियाँ", "रोग"},
	},
	{
		Name: "allergies", Level: Member, Type: Text, MaxRunes: 200,
		Label: "Allergies", LabelHi: "एलर्जी",
		Help:   "Medicines or foods that made this person ill, for example penicillin.",
		HelpHi: "जिस दवा या खाने से तकलीफ़ हुई हो, जैसे पेनिसिलिन।",
		Also:   []string{"allergy", "drug allergy", "allergic to", "एलर्जी है"},
	},
	{
		Name: "pregnant", Level: Member, Type: One, Codes: pregnantCodes,
		Label: "Pregnant now", LabelHi: "अभी गर्भवती",
		Help:   "Only for women and girls of 12 to 55 years.",
		HelpHi: "सिर्फ़ 12 से 55 साल की महिलाओं के लिए।",
		Also:   []string{"pregnancy", "is pregnant", "currently pregnant", "गर्भवती", "गर्भावस्था"},
	},
	{
		Name: "health_on_card", Level: Member, Type: One, Codes: yesNoCodes,
		Label: "Health facts on the card", LabelHi: "कार्ड पर ब्लड ग्रुप, एलर्जी",
		Help:   "Blood group and allergies. Ask each adult, or the guardian: whoever scans the card can read them. Yes only if they say so.",
		HelpHi: "हर वयस्क या अभिभावक से पूछें: कार्ड स्कैन करने वाला इन्हें पढ़ सकेगा। वे कहें तभी हाँ; खाली का मतलब नहीं।",
		Also:   []string{"blood group and allergies on the card", "clinical facts on card", "कार्ड पर स्वास्थ्य जानकारी"},
	},
}
