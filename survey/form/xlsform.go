package form

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/xuri/excelize/v2"

	"sehat/survey"
)

// The languages of the XLSForm, as its columns name them, and the one in which it opens: most who go from door to door read Hindi.
const (
	english         = "English (en)"
	hindi           = "Hindi (hi)"
	defaultLanguage = hindi
)

// ErrQuotedSurveyCode tells that a survey code cannot be written into an XLSForm.
var ErrQuotedSurveyCode = errors.New("a survey code with quotation marks cannot stand in an XLSForm")

// WriteXLSForm writes the survey as an XLSForm, which KoboToolbox and ODK Central take. The same options give the same bytes.
//
// Its questions bear the names of the fields, so that an export of it needs no mapping. The form knows its version: a hash of
// all that is asked.
func WriteXLSForm(w io.Writer, o Options) error {
	switch {
	case o.SurveyCode == "":
		return ErrNoSurveyCode
	case strings.ContainsAny(o.SurveyCode, `"'`):
		return ErrQuotedSurveyCode
	}
	x := newXLSForm(o)
	f := excelize.NewFile()
	defer f.Close() //nolint:errcheck // nothing was spilled to disk that could fail
	b := &xlsformBook{File: f}
	if err := b.write(x); err != nil {
		return fmt.Errorf("write the XLSForm: %w", err)
	}
	if _, err := f.WriteTo(w); err != nil {
		return fmt.Errorf("write the XLSForm: %w", err)
	}
	return nil
}

// An xlsform is the three sheets of the form, a header row first.
type xlsform struct {
	survey, choices, settings [][]string
}

// A text is in English and Hindi.
type text [2]string

// A question is a row of the sheet survey.
type question struct {
	kind, name  string
	label, hint text
	required    string // "yes", or when
	mustSay     text
	relevant    string
	constraint  string
	say         text // where the constraint does not hold
	calculation string
	appearance  string
	otherwise   string // default
}

func (q question) cells() []string {
	return []string{
		q.kind, q.name, q.label[0], q.label[1], q.hint[0], q.hint[1], q.required, q.mustSay[0], q.mustSay[1], q.relevant,
		q.constraint, q.say[0], q.say[1], q.calculation, q.appearance, q.otherwise,
	}
}

// surveyHeader names the columns of cells, as the XLSForm standard does (xlsform.org, docs.getodk.org/xlsform).
func surveyHeader() []string {
	h := []string{"type", "name"}
	both := func(name string) { h = append(h, name+"::"+english, name+"::"+hindi) }
	both("label")
	both("hint")
	h = append(h, "required")
	both("required_message")
	h = append(h, "relevant", "constraint")
	both("constraint_message")
	return append(h, "calculation", "appearance", "default")
}

func newXLSForm(o Options) xlsform {
	x := xlsform{survey: [][]string{surveyHeader()}, choices: [][]string{{"list_name", "name", "label::" + english, "label::" + hindi}}}
	for _, q := range questions(o.SurveyCode) {
		x.survey = append(x.survey, q.cells())
	}
	for _, l := range []survey.Level{survey.Household, survey.Member} {
		for _, f := range survey.Fields(l) {
			if f.Name == "visit_outcome" {
				x.choices = append(x.choices, doorChoices()...)
				continue
			}
			for _, c := range f.Codes {
				x.choices = append(x.choices, []string{f.Name, c.Code, c.Label, c.LabelHi})
			}
			if f.Name == "ward_code" {
				x.choices = append(x.choices, wardChoices(o)...)
			}
		}
	}
	x.settings = [][]string{
		{"form_title", "form_id", "version", "default_language", "style", "instance_name"},
		{
			"Household health survey · घर-घर स्वास्थ्य सर्वे " + o.SurveyCode, formID(o.SurveyCode), x.version(o.SurveyCode), defaultLanguage, "pages",
			`concat(${ward_code}, " / ", ${household_id}, " / ", ${visit_no})`,
		},
	}
	return x
}

// wardChoices are the wards of the form's day, one row a ward.
func wardChoices(o Options) [][]string {
	if o.Areas == nil {
		return nil
	}
	var out [][]string
	seen := map[string]bool{}
	for _, a := range o.Areas.List("ward", o.Day) {
		if !seen[a.Code] {
			seen[a.Code] = true
			out = append(out, []string{"ward_code", a.Code, a.Choice(), a.Choice()})
		}
	}
	return out
}

// formID is what servers know the form by: the next version of a round's form replaces the one before, another round is another form.
func formID(surveyCode string) string {
	return "sehat_" + strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' {
			return r
		}
		return '_'
	}, surveyCode)
}

// version is the round and a hash of all that is asked: equal forms have equal versions on whatever machine they are written.
func (x xlsform) version(surveyCode string) string {
	h := sha256.New()
	json.NewEncoder(h).Encode([][][]string{x.survey, x.choices}) //nolint:errcheck // texts are always encoded, and a hash takes all
	return surveyCode + "-" + hex.EncodeToString(h.Sum(nil))[:8]
}
