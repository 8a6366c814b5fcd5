package survey

// The codes of the questions. A code that was ever stored is never given another meaning.

var outcomeCodes = []Code{
	{Code: "complete", Label: "Complete", LabelHi: "पूरा हुआ", Also: []string{"completed", "done", "पूर्ण", "पूरा"}},
	{Code: "partial", Label: "Partly done", LabelHi: "अधूरा रहा", Also: []string{"incomplete", "partially complete", "अधूरा", "आंशिक"}},
	{Code: "locked", Label: "House locked", LabelHi: "ताला लगा था", Also: []string{"door locked", "lock", "ताला", "घर बंद", "मकान बंद", "बंद"}},
	{Code: "refused", Label: "Refused", LabelHi: "मना कर दिया", Also: []string{"refusal", "denied", "इनकार", "इंकार", "मना किया", "मना"}},
	{Code: "vacant", Label: "Nobody lives there", LabelHi: "मकान खाली है", Also: []string{"empty house", "खाली", "खाली मकान"}},
	{Code: "not_found", Label: "House not found", LabelHi: "मकान नहीं मिला", Also: []string{"not traceable", "नहीं मिला"}},
	{Code: "revisit", Label: "Come again later", LabelHi: "दोबारा आना है", Also: []string{"visit again", "call back", "callback", "फिर आना है", "दुबारा आना है"}},
}

var yesNoCodes = []Code{
	{Code: "yes", Label: "Yes", LabelHi: "हाँ", Also: []string{"y", "true", "1", "given", "हां", "जी हाँ", "दी"}},
	{Code: "no", Label: "No", LabelHi: "नहीं", Also: []string{"n", "false", "0", "not given", "ना", "जी नहीं", "नही"}},
}

var languageCodes = []Code{
	{Code: "hi", Label: "Hindi", LabelHi: "हिन्दी", Also: []string{"हिंदी"}},
	{Code: "en", Label: "English", LabelHi: "अंग्रेज़ी", Also: []string{"अंग्रेजी", "इंग्लिश"}},
	{Code: "pa", Label: "Punjabi", LabelHi: "पंजाबी", Also: []string{"पञ्जाबी", "ਪੰਜਾਬੀ"}},
	{Code: "ur", Label: "Urdu", LabelHi: "उर्दू", Also: []string{"اردو"}},
	{Code: "bn", Label: "Bengali", LabelHi: "बांग्ला", Also: []string{"bangla", "बंगाली", "বাংলা"}},
	{Code: "ta", Label: "Tamil", LabelHi: "तमिल", Also: []string{"தமிழ்"}},
	{Code: "other", Label: "Another language", LabelHi: "कोई और भाषा", Also: []string{"others", "अन्य"}},
}

var relationCodes = []Code{
	{Code: "head", Label: "Head of household", LabelHi: "मुखिया", Also: []string{"self", "hof", "head of family", "स्वयं", "खुद", "परिवार का मुखिया"}},
	{Code: "spouse", Label: "Wife or husband", LabelHi: "पत्नी या पति", Also: []string{"wife", "husband", "पत्नी", "पति", "बीवी", "शौहर"}},
	{Code: "son", Label: "Son", LabelHi: "बेटा", Also: []string{"पुत्र", "लड़का"}},
	{Code: "daughter", Label: "Daughter", LabelHi: "बेटी", Also: []string{"पुत्री", "लड़की"}},
	{Code: "daughter_in_law", Label: "Daughter-in-law", LabelHi: "बहू", Also: []string{"sons wife", "पुत्रवधू", "पुत्र वधू"}},
	{Code: "son_in_law", Label: "Son-in-law", LabelHi: "दामाद", Also: []string{"daughters husband", "जमाई"}},
	{Code: "grandson", Label: "Grandson", LabelHi: "पोता या नाती", Also: []string{"पोता", "नाती", "पौत्र", "grandchild"}},
	{Code: "granddaughter", Label: "Granddaughter", LabelHi: "पोती या नातिन", Also: []string{"पोती", "नातिन", "पौत्री"}},
	{Code: "father", Label: "Father", LabelHi: "पिता", Also: []string{"पिताजी", "बाप", "वालिद"}},
	{Code: "mother", Label: "Mother", LabelHi: "माता", Also: []string{"माँ", "मां", "माताजी", "वालिदा"}},
	{Code: "brother", Label: "Brother", LabelHi: "भाई"},
	{Code: "sister", Label: "Sister", LabelHi: "बहन", Also: []string{"बहिन"}},
	{Code: "father_in_law", Label: "Father-in-law", LabelHi: "ससुर"},
	{Code: "mother_in_law", Label: "Mother-in-law", LabelHi: "सास"},
	{Code: "brother_in_law", Label: "Brother-in-law", LabelHi: "देवर, जेठ, साला या जीजा", Also: []string{"देवर", "जेठ", "साला", "जीजा", "बहनोई"}},
	{Code: "sister_in_law", Label: "Sister-in-law", LabelHi: "ननद, भाभी, साली, देवरानी या जेठानी", Also: []string{"ननद", "भाभी", "साली", "देवरानी", "जेठानी", "brothers wife"}},
	{Code: "nephew", Label: "Nephew", LabelHi: "भतीजा या भांजा", Also: []string{"भतीजा", "भांजा", "भानजा"}},
	{Code: "niece", Label: "Niece", LabelHi: "भतीजी या भांजी", Also: []string{"भतीजी", "भांजी", "भानजी"}},
	{Code: "grandfather", Label: "Grandfather", LabelHi: "दादा या नाना", Also: []string{"दादा", "नाना"}},
	{Code: "grandmother", Label: "Grandmother", LabelHi: "दादी या नानी", Also: []string{"दादी", "नानी"}},
	{Code: "other_relative", Label: "Other relative", LabelHi: "कोई और रिश्तेदार", Also: []string{"relative", "uncle", "aunt", "cousin", "रिश्तेदार", "अन्य रिश्तेदार", "चाचा", "चाची", "मामा", "मामी", "बुआ", "मौसी"}},
	{Code: "domestic_worker", Label: "Domestic worker", LabelHi: "घरेलू कामगार", Also: []string{"servant", "maid", "house help", "नौकर", "नौकरानी"}},
	{Code: "tenant", Label: "Tenant or lodger", LabelHi: "किराएदार", Also: []string{"tenant", "lodger", "paying guest", "किरायेदार"}},
	{Code: "not_related", Label: "Not related", LabelHi: "कोई रिश्ता नहीं", Also: []string{"unrelated", "non relative", "friend", "other", "अन्य", "मित्र"}},
}

var sexCodes = []Code{
	{Code: "M", Label: "Male", LabelHi: "पुरुष", Also: []string{"man", "boy", "पु", "नर", "लड़का", "मर्द"}},
	{Code: "F", Label: "Female", LabelHi: "महिला", Also: []string{"woman", "girl", "स्त्री", "औरत", "लड़की"}},
	{Code: "O", Label: "Other", LabelHi: "अन्य", Also: []string{"third gender", "transgender", "trans", "t", "तृतीय लिंग", "ट्रांसजेंडर", "किन्नर"}},
}

var bloodCodes = []Code{
	{Code: "A+", Label: "A+", LabelHi: "A+"},
	{Code: "A-", Label: "A-", LabelHi: "A-"},
	{Code: "B+", Label: "B+", LabelHi: "B+"},
	{Code: "B-", Label: "B-", LabelHi: "B-"},
	{Code: "AB+", Label: "AB+", LabelHi: "AB+"},
	{Code: "AB-", Label: "AB-", LabelHi: "AB-"},
	{Code: "O+", Label: "O+", LabelHi: "O+"},
	{Code: "O-", Label: "O-", LabelHi: "O-"},
	{Code: "unknown", Label: "Not known", LabelHi: "पता नहीं", Also: []string{"na", "n/a", "dont know", "not tested", "मालूम नहीं", "जाँच नहीं हुई"}},
}

var disabilityCodes = []Code{
	{Code: "none", Label: "No disability", LabelHi: "कोई दिव्यांगता नहीं", Also: []string{"no", "nil", "नहीं", "कोई नहीं"}},
	{Code: "seeing", Label: "Seeing", LabelHi: "देखने में", Also: []string{"blind", "low vision", "visual", "दृष्टिबाधित", "नेत्रहीन"}},
	{Code: "hearing", Label: "Hearing", LabelHi: "सुनने में", Also: []string{"deaf", "बधिर", "श्रवण बाधित"}},
	{Code: "speech", Label: "Speaking", LabelHi: "बोलने में", Also: []string{"mute", "dumb", "मूक"}},
	{Code: "movement", Label: "Walking or moving", LabelHi: "चलने-फिरने में", Also: []string{"locomotor", "physical", "orthopaedic", "orthopedic", "अस्थिबाधित"}},
	{Code: "learning", Label: "Understanding or learning", LabelHi: "समझने या सीखने में", Also: []string{"intellectual", "autism", "मंदबुद्धि", "बौद्धिक"}},
	{Code: "mental", Label: "Mental illness", LabelHi: "मानसिक रोग", Also: []string{"psychosocial"}},
	{Code: "other", Label: "Another disability", LabelHi: "कोई और दिव्यांगता", Also: []string{"multiple", "अन्य"}},
}

var conditionCodes = []Code{
	{Code: "none", Label: "No illness", LabelHi: "कोई बीमारी नहीं", Also: []string{"no", "nil", "healthy", "नहीं", "कोई नहीं", "स्वस्थ"}},
	{Code: "hypertension", Label: "High blood pressure", LabelHi: "हाई बीपी", Also: []string{"bp", "high bp", "htn", "बीपी", "उच्च रक्तचाप", "ब्लड प्रेशर"}},
	{Code: "diabetes", Label: "Diabetes", LabelHi: "शुगर (मधुमेह)", Also: []string{"sugar", "dm", "शुगर", "मधुमेह", "डायबिटीज", "डायबिटीज़"}},
	{Code: "heart", Label: "Heart disease", LabelHi: "दिल की बीमारी", Also: []string{"cardiac", "heart", "हृदय रोग", "दिल"}},
	{Code: "asthma_copd", Label: "Asthma or COPD", LabelHi: "दमा या साँस की बीमारी", Also: []string{"asthma", "copd", "दमा", "अस्थमा", "साँस की बीमारी"}},
	{Code: "kidney", Label: "Kidney disease", LabelHi: "गुर्दे की बीमारी", Also: []string{"renal", "ckd", "किडनी", "गुर्दा", "किडनी की बीमारी"}},
	{Code: "cancer", Label: "Cancer", LabelHi: "कैंसर", Also: []string{"कैन्सर"}},
	{Code: "tuberculosis", Label: "TB", LabelHi: "टीबी", Also: []string{"t.b.", "tuberculosis", "क्षय रोग", "तपेदिक"}},
	{Code: "epilepsy", Label: "Epilepsy (fits)", LabelHi: "मिर्गी (दौरे)", Also: []string{"fits", "seizures", "मिर्गी", "दौरे"}},
	{Code: "mental", Label: "Mental illness", LabelHi: "मानसिक रोग", Also: []string{"depression", "psychiatric", "मानसिक बीमारी", "डिप्रेशन"}},
	{Code: "thalassaemia_sickle", Label: "Thalassaemia or sickle cell", LabelHi: "थैलेसीमिया या सिकल सेल", Also: []string{"thalassaemia", "thalassemia", "sickle cell", "sickle", "थैलेसीमिया", "सिकल सेल"}},
	{Code: "other", Label: "Another illness", LabelHi: "कोई और बीमारी", Also: []string{"others", "अन्य"}},
}

var pregnantCodes = []Code{
	{Code: "yes", Label: "Yes", LabelHi: "हाँ", Also: []string{"y", "true", "1", "pregnant", "हां", "जी हाँ", "गर्भवती"}},
	{Code: "no", Label: "No", LabelHi: "नहीं", Also: []string{"n", "false", "0", "not pregnant", "ना", "जी नहीं", "नही"}},
	{Code: "dont_know", Label: "Not known", LabelHi: "पता नहीं", Also: []string{"unknown", "dont know", "मालूम नहीं"}},
}
