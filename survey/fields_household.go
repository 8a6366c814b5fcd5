package survey

// Places of the household fields that a rule names; a question without a rule of its own needs no line here.
var (
	hhSurveyCode = place(householdFields, "survey_code")
	hhKey        = place(householdFields, "household_id")
	hhWard       = place(householdFields, "ward_code")
	hhBlock      = place(householdFields, "block_no")
	hhHouse      = place(householdFields, "house_no")
	hhAddress    = place(householdFields, "address_line")
	hhLocality   = place(householdFields, "locality")
	hhPIN        = place(householdFields, "pin_code")
	hhLatitude   = place(householdFields, "latitude")
	hhLongitude  = place(householdFields, "longitude")
	hhAccuracy   = place(householdFields, "gps_accuracy")
	hhVisitDate  = place(householdFields, "visit_date")
	hhVisitNo    = place(householdFields, "visit_no")
	hhOutcome    = place(householdFields, "visit_outcome")
	hhMobile     = place(householdFields, "contact_mobile")
	hhConsent    = place(householdFields, "consent")
	hhTeam       = place(householdFields, "team_id")
	hhEnumerator = place(householdFields, "enumerator_id")
)

// householdFields are asked once for each household. A household that was not met answers only where and when it was sought.
var householdFields = []Field{
	{
		Name: "survey_code", Type: Key, Required: true, Column: true, MaxRunes: 40,
		Label: "Survey round", LabelHi: "सर्वे का दौर",
		Help:   "The code of this survey round, as the office gave it, for example 2026-1.",
		HelpHi: "इस सर्वे का कोड, जैसा दफ़्तर ने दिया है, जैसे 2026-1।",
		Also:   []string{"survey", "round", "survey id", "सर्वेक्षण कोड", "सर्वे कोड"},
	},
	{
		Name: "household_id", Type: Key, Required: true, Column: true, MaxRunes: 80,
		Label: "Household ID", LabelHi: "परिवार आईडी",
		Help:   "A number that only this household has in your team, such as the form number. The same beside each member. Never an Aadhaar number.",
		HelpHi: "टीम में सिर्फ़ इसी परिवार का नंबर, जैसे फ़ॉर्म नंबर। हर सदस्य के साथ यही लिखें। आधार नंबर कभी नहीं।",
		Also:   []string{"household key", "hh id", "hhid", "household number", "hh no", "family id", "form number", "form no", "परिवार क्रमांक", "परिवार संख्या", "फ़ॉर्म नंबर"},
	},
	{
		Name: "ward_code", Type: Key, Required: true, Column: true, MaxRunes: 60,
		Label: "Ward", LabelHi: "वार्ड",
		Help:   "The ward's number, 001 to 250; NDMC for New Delhi, CANT for the Cantonment.",
		HelpHi: "वार्ड का नंबर, 001 से 250; नई दिल्ली के लिए NDMC, छावनी के लिए CANT।",
		Also:   []string{"ward number", "ward no", "ward id", "वार्ड नंबर", "वार्ड संख्या", "वार्ड कोड"},
	},
	{
		Name: "block_no", Type: Key, Column: true, MaxRunes: 20,
		Label: "Enumeration block", LabelHi: "गणना ब्लॉक",
		Help:   "The number of the enumeration block on your map.",
		HelpHi: "आपके नक्शे पर लिखा गणना ब्लॉक नंबर।",
		Also:   []string{"block", "eb", "eb number", "block number", "enumeration block number", "ब्लॉक", "ब्लॉक नंबर"},
	},
	{
		Name: "house_no", Type: Text, Column: true, MaxRunes: 60,
		Label: "House number", LabelHi: "मकान नंबर",
		Help:   "As written on the door, with floor or room, for example B-12/3, first floor.",
		HelpHi: "जैसा दरवाज़े पर लिखा है, मंज़िल या कमरे के साथ, जैसे B-12/3, पहली मंज़िल।",
		Also:   []string{"house", "door number", "door no", "flat no", "plot no", "h no", "building number", "मकान संख्या", "घर नंबर", "घर संख्या"},
	},
	{
		Name: "address_line", Type: Text, Column: true, MaxRunes: 200,
		Label: "Address", LabelHi: "पता",
		Help:   "Street or lane, and a landmark that helps to find the house.",
		HelpHi: "गली या सड़क, और कोई पहचान जिससे मकान मिल जाए।",
		Also:   []string{"street", "lane", "gali", "landmark", "full address", "गली", "सड़क", "पूरा पता"},
	},
	{
		Name: "locality", Type: Text, Column: true, MaxRunes: 100,
		Label: "Locality", LabelHi: "मोहल्ला या कॉलोनी",
		Help:   "Colony, village or cluster.",
		HelpHi: "कॉलोनी, गाँव या बस्ती का नाम।",
		Also:   []string{"colony", "mohalla", "village", "area", "basti", "sector", "मोहल्ला", "कॉलोनी", "बस्ती", "गाँव", "इलाका"},
	},
	{
		Name: "pin_code", Type: Digits, Column: true, MaxRunes: 6,
		Label: "PIN code", LabelHi: "पिन कोड",
		Help:   "Six digits; in Delhi it starts with 110.",
		HelpHi: "छह अंक; दिल्ली में 110 से शुरू होता है।",
		Also:   []string{"pin", "pincode", "postal code", "zip", "zip code", "पिन", "पिनकोड"},
	},
	{
		Name: "latitude", Type: Decimal, Min: 28.39, Max: 28.90,
		Label: "Latitude", LabelHi: "अक्षांश",
		Help:   "From the phone's GPS, for example 28.6139. Leave empty if there was none.",
		HelpHi: "फ़ोन के जीपीएस से, जैसे 28.6139। न मिले तो खाली छोड़ें।",
		Also:   []string{"lat", "gps latitude", "gps lat"},
	},
	{
		Name: "longitude", Type: Decimal, Min: 76.82, Max: 77.36,
		Label: "Longitude", LabelHi: "देशांतर",
		Help:   "From the phone's GPS, for example 77.2090. Leave empty if there was none.",
		HelpHi: "फ़ोन के जीपीएस से, जैसे 77.2090। न मिले तो खाली छोड़ें।",
		Also:   []string{"lon", "long", "lng", "gps longitude", "gps lon"},
	},
	{
		Name: "gps_accuracy", Type: Decimal, Min: 0, Max: 10000,
		Label: "GPS accuracy in metres", LabelHi: "जीपीएस कितने मीटर तक सही",
		Help:   "The accuracy that the phone shows, in metres. A smaller number is better.",
		HelpHi: "फ़ोन जितने मीटर दिखाए। कम मीटर यानी ज़्यादा सही।",
		Also:   []string{"accuracy", "gps precision", "precision", "जीपीएस सटीकता", "सटीकता"},
	},
	{
		Name: "visit_date", Type: Day, Required: true, Visit: true,
		Label: "Date of visit", LabelHi: "दौरे की तारीख",
		Help:   "Day, month and year of the visit, for example 15-08-2026.",
		HelpHi: "दौरे का दिन, महीना और साल, जैसे 15-08-2026।",
		Also:   []string{"survey date", "date of survey", "interview date", "date of interview", "date", "सर्वे की तारीख", "सर्वे की तिथि", "तारीख", "दिनांक", "तिथि"},
	},
	{
		Name: "visit_no", Type: Whole, Visit: true, Min: 1, Max: 20,
		Label: "Visit number", LabelHi: "कौन-सा दौरा",
		Help:   "1 for the first visit to this household, 2 for the second. Empty means 1.",
		HelpHi: "इस परिवार के पहले दौरे के लिए 1, दूसरे के लिए 2। खाली का मतलब 1।",
		Also:   []string{"visit", "visit count", "number of visit", "attempt", "दौरा", "दौरा संख्या"},
	},
	{
		Name: "visit_outcome", Type: One, Required: true, Visit: true, Codes: outcomeCodes,
		Label: "Outcome of visit", LabelHi: "दौरे का नतीजा",
		Help:   "What came of the visit. If the house was locked, vacant or not found, or the family refused, leave the members empty.",
		HelpHi: "दौरे में क्या हुआ। ताला, खाली मकान, मकान न मिलना या मना करना हो तो सदस्यों में कुछ न लिखें।",
		Also:   []string{"outcome", "result", "status", "visit status", "visit result", "interview status", "नतीजा", "परिणाम", "स्थिति"},
	},
	{
		Name: "members_total", Type: Whole, Min: 0, Max: 100,
		Label: "Members in household", LabelHi: "परिवार में कुल सदस्य",
		Help:   "How many people live and eat together here, children too.",
		HelpHi: "यहाँ साथ रहने और खाने वाले कुल लोग, बच्चे भी गिनें।",
		Also:   []string{"members", "total members", "family size", "household size", "number of members", "कुल सदस्य", "सदस्य संख्या"},
	},
	{
		Name: "contact_mobile", Type: Phone, Column: true,
		Label: "Household's mobile number", LabelHi: "परिवार का मोबाइल नंबर",
		Help:   "Ten digits. If there is no phone or nobody knows it, leave it empty or write unknown. Never make one up.",
		HelpHi: "दस अंक। फ़ोन न हो या नंबर पता न हो तो खाली छोड़ें या 'पता नहीं' लिखें। अपने मन से नंबर न लिखें।",
		Also:   []string{"household mobile", "contact number", "contact no", "phone of household", "family phone", "contact phone", "परिवार का फ़ोन", "संपर्क नंबर", "सम्पर्क नंबर"},
	},
	{
		Name: "consent", Type: One, Column: true, Codes: yesNoCodes,
		Label: "Consent given", LabelHi: "सहमति दी",
		Help:   "Read the notice aloud first. Yes only if the family agrees; without it write nothing about the members.",
		HelpHi: "पहले सूचना पढ़कर सुनाएँ। परिवार मान जाए तभी हाँ; सहमति के बिना सदस्यों के बारे में कुछ न लिखें।",
		Also:   []string{"informed consent", "consent taken", "agreed", "सहमति", "अनुमति"},
	},
	{
		Name: "consent_language", Type: One, Codes: languageCodes,
		Label: "Language of consent", LabelHi: "सहमति किस भाषा में ली",
		Help:   "The language in which the notice was read out.",
		HelpHi: "सूचना जिस भाषा में पढ़कर सुनाई।",
		Also:   []string{"language", "interview language", "भाषा", "सहमति की भाषा"},
	},
	{
		Name: "notice_version", Type: Text, MaxRunes: 40,
		Label: "Version of the notice", LabelHi: "सूचना पत्र का नंबर",
		Help:   "The number printed at the foot of the notice that was read out.",
		HelpHi: "सुनाई गई सूचना के नीचे छपा नंबर।",
		Also:   []string{"notice", "privacy notice", "notice no", "सूचना पत्र"},
	},
	{
		Name: "team_id", Type: Key, Column: true, MaxRunes: 40,
		Label: "Team", LabelHi: "टीम",
		Help:   "Your team's code, written the same way every day.",
		HelpHi: "आपकी टीम का कोड, हर दिन एक ही तरह लिखें।",
		Also:   []string{"team code", "team no", "team name", "survey team", "टीम कोड", "टीम नंबर", "दल"},
	},
	{
		Name: "enumerator_id", Type: Key, Visit: true, MaxRunes: 40,
		Label: "Enumerator", LabelHi: "सर्वे कर्मी",
		Help:   "The code of the person who made this visit.",
		HelpHi: "यह दौरा करने वाले का कोड।",
		Also:   []string{"enumerator code", "surveyor", "interviewer", "investigator", "asha id", "anm id", "enumerator name", "गणनाकर्मी", "प्रगणक", "सर्वेक्षक", "आशा आईडी"},
	},
}
