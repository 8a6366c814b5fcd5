package lookup

// The few FHIR R4 structures that are needed, in the order of the specification's own listings.

type fhirPatient struct {
	ResourceType string           `json:"resourceType"`
	ID           string           `json:"id"`
	Meta         fhirMeta         `json:"meta"`
	Extension    []fhirExtension  `json:"extension,omitempty"`
	Identifier   []fhirIdentifier `json:"identifier,omitempty"`
	Active       bool             `json:"active"`
	Name         []fhirName       `json:"name,omitempty"`
	Telecom      []fhirContact    `json:"telecom,omitempty"`
	Gender       string           `json:"gender"`
	BirthDate    string           `json:"birthDate,omitempty"`
	Deceased     bool             `json:"deceasedBoolean,omitempty"`
	Address      []fhirAddress    `json:"address,omitempty"`
	Link         []fhirLink       `json:"link,omitempty"`
}

type fhirMeta struct {
	VersionID string `json:"versionId,omitempty"`
}

type fhirExtension struct {
	URL       string          `json:"url"`
	Extension []fhirExtension `json:"extension,omitempty"`
	Code      string          `json:"valueCode,omitempty"`
	Date      string          `json:"valueDate,omitempty"`
	Age       *fhirQuantity   `json:"valueAge,omitempty"`
}

type fhirQuantity struct {
	Value  int    `json:"value"`
	Unit   string `json:"unit"`
	System string `json:"system"`
	Code   string `json:"code"`
}

type fhirCoding struct {
	System  string `json:"system,omitempty"`
	Code    string `json:"code"`
	Display string `json:"display,omitempty"`
}

type fhirConcept struct {
	Coding []fhirCoding `json:"coding,omitempty"`
	Text   string       `json:"text,omitempty"`
}

type fhirIdentifier struct {
	Extension []fhirExtension `json:"extension,omitempty"`
	Use       string          `json:"use,omitempty"`
	Type      *fhirConcept    `json:"type,omitempty"`
	System    string          `json:"system"`
	Value     string          `json:"value"`
	Period    *fhirPeriod     `json:"period,omitempty"`
}

type fhirPeriod struct {
	Start string `json:"start,omitempty"`
	End   string `json:"end,omitempty"`
}

type fhirName struct {
	Extension []fhirExtension `json:"extension,omitempty"`
	Use       string          `json:"use"`
	Text      string          `json:"text"`
}

type fhirContact struct {
	System string `json:"system"`
	Value  string `json:"value"`
	Use    string `json:"use"`
}

type fhirAddress struct {
	Use        string   `json:"use"`
	Line       []string `json:"line,omitempty"`
	PostalCode string   `json:"postalCode,omitempty"`
	Country    string   `json:"country"`
}

type fhirReference struct {
	Reference string `json:"reference"`
}

type fhirLink struct {
	Other fhirReference `json:"other"`
	Type  string        `json:"type"`
}

type fhirOutcome struct {
	ResourceType string      `json:"resourceType"`
	Issue        []fhirIssue `json:"issue"`
}

type fhirIssue struct {
	Severity string      `json:"severity"`
	Code     string      `json:"code"`
	Details  fhirConcept `json:"details"`
}

type fhirBundle struct {
	ResourceType string         `json:"resourceType"`
	Type         string         `json:"type"`
	Total        int            `json:"total"`
	Link         []fhirRelation `json:"link"`
	Entry        []fhirEntry    `json:"entry,omitempty"`
}

type fhirRelation struct {
	Relation string `json:"relation"`
	URL      string `json:"url"`
}

type fhirEntry struct {
	FullURL  string     `json:"fullUrl,omitempty"`
	Resource any        `json:"resource"`
	Search   fhirSearch `json:"search"`
}

type fhirSearch struct {
	Mode string `json:"mode"`
}

type fhirCapability struct {
	ResourceType   string             `json:"resourceType"`
	Status         string             `json:"status"`
	Date           string             `json:"date"`
	Publisher      string             `json:"publisher"`
	Kind           string             `json:"kind"`
	Software       fhirSoftware       `json:"software"`
	Implementation fhirImplementation `json:"implementation"`
	FHIRVersion    string             `json:"fhirVersion"`
	Format         []string           `json:"format"`
	Rest           []fhirRest         `json:"rest"`
}

type fhirSoftware struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

type fhirImplementation struct {
	Description string `json:"description"`
	URL         string `json:"url"`
}

type fhirRest struct {
	Mode     string             `json:"mode"`
	Security fhirSecurity       `json:"security"`
	Resource []fhirRestResource `json:"resource"`
}

type fhirSecurity struct {
	CORS        bool   `json:"cors"`
	Description string `json:"description"`
}

type fhirRestResource struct {
	Type            string            `json:"type"`
	Interaction     []fhirInteraction `json:"interaction"`
	Versioning      string            `json:"versioning"`
	ConditionalRead string            `json:"conditionalRead"`
	SearchParam     []fhirSearchParam `json:"searchParam"`
}

type fhirInteraction struct {
	Code string `json:"code"`
}

type fhirSearchParam struct {
	Name          string `json:"name"`
	Definition    string `json:"definition"`
	Type          string `json:"type"`
	Documentation string `json:"documentation"`
}
