package survey

import "slices"

// A Level says who is asked: the household once, or each of its members.
type Level uint8

// The two levels of the questionnaire.
const (
	Household Level = iota
	Member
)

// A Type says how the text of an answer is read.
type Type uint8

// The types of answer.
const (
	Text    Type = iota // free text, in any script
	Name                // a person's name: no digits
	Key                 // by what the source knows a row; an Aadhaar number in it holds the row back
	Whole               // a whole number from Min to Max
	Decimal             // a number with a fraction, from Min to Max
	Day                 // a full date
	Phone               // an Indian phone number, or "unknown"
	Digits              // a number that is not for counting (PIN code, ABHA): kept as text
	One                 // one of Codes
	Many                // any of Codes
)

// A Code is one of the answers that a question allows.
type Code struct {
	Code    string   // what is stored, for example "M"
	Label   string   // English
	LabelHi string   // Hindi
	Also    []string // other spellings that are understood, in both languages
}

// Choice is the code's text in a drop-down: both labels, so that one list serves both readers. [Checker] understands it.
func (c Code) Choice() string {
	if c.Label == c.LabelHi {
		return c.Label
	}
	return c.Label + " / " + c.LabelHi
}

// A Field is one question.
type Field struct {
	Name     string // machine name, unique over both levels; the header in the CSV form
	Level    Level
	Type     Type
	Required bool   // an empty answer is an error, unless Or is answered
	Or       string // the field that may be answered instead of a required one; empty if none
	Column   bool   // has a store column of its own; else it is part of the row's canonical JSON
	Visit    bool   // belongs to the visit, not to the household
	Codes    []Code // for One and Many
	Min, Max float64
	MaxRunes int // longest text, in characters; for Text, Name and Key

	Label, LabelHi string // short, unique over both levels
	Help, HelpHi   string // one or two sentences for the person who fills the form
	Also           []string
}

// Fields lists the questions of a level in form order. The index of a field is its place in [Answers]. The slice is the
// caller's own; the codes inside are shared and must not be changed.
func Fields(l Level) []Field { return slices.Clone(table(l)) }

// Header is the field's text in the first row of the workbook: both labels on two lines, a star where an answer is needed.
// [Lookup] understands it.
func (f Field) Header() string {
	star := ""
	if f.Required {
		star = " *"
	}
	return f.Label + star + "\n" + f.LabelHi
}

// The sheets of the workbook form. The Members sheet starts with the household's key column ([LinkField]), so that a member
// finds its household; every other column of it is a member field.
const (
	SheetHouseholds = "Households"
	SheetMembers    = "Members"
	SheetHelp       = "Help"
	// SheetSettings is hidden and holds a name in column A and a value in column B of each row, among them survey_code.
	// A round written once where nobody types cannot be half overwritten, dragged into "R2, R3, R4", or lost with a row.
	SheetSettings = "Settings"
	// SheetLists is hidden and holds the texts of the drop-downs.
	SheetLists = "Lists"
)

// LinkField names the household field that leads every row of the Members sheet.
const LinkField = "household_id"

func table(l Level) []Field {
	if l == Household {
		return householdFields
	}
	return memberFields
}

// place finds a field that the code names. A name that is not in the table is a mistake of ours, seen when the program starts.
func place(fields []Field, name string) int {
	i := slices.IndexFunc(fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		panic("survey: no field " + name)
	}
	return i
}
