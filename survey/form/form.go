// Package form writes the empty forms of the survey from its field list: a workbook that a team fills in Excel or LibreOffice, its
// flat CSV twin, and an XLSForm for phones.
//
// # The workbook
//
// Households and Members are two plain tables: one header row, then a row for each household or member. The header says each question
// in English and Hindi on two lines of one cell, with a star where an answer is needed; [survey.Lookup] understands it, so that
// the row that people read is the row that the importer reads. The Members sheet leads with the household's ID and offers those of the
// Households sheet. Codes are chosen from lists that show both languages; a typed code is taken too, after a word of warning. IDs, phones
// and dates are text cells, so that no spreadsheet bends them: a date is typed as day-month-year.
//
// The survey round is written once on the hidden sheet Settings (name in column A, value in column B: "survey_code"), where nobody can
// half overwrite it, drag it into "R2, R3, R4", or lose it with a row. Rows copied into another round's workbook belong to that round.
//
// # The CSV
//
// One header row of machine names, the household's columns and then the member's; one row a member, with its household's answers
// repeated; a household without members is one row with empty member columns. Here survey_code is a column like the others.
//
// # The XLSForm
//
// KoboToolbox and ODK Central take it (https://xlsform.org), in Hindi and English. Its questions bear the names of the fields. Where and when
// comes first, then the outcome of the visit; where somebody was met, the notice is read out before anything is asked about people, and
// members are asked only with consent. They are a repeat, "members"; each has an id that the phone draws once (member_id), so that a
// correction finds its member wherever it stands. Whatever passes the form's constraints passes the rules of the survey package.
package form

import (
	"encoding/csv"
	"errors"
	"fmt"
	"io"

	"sehat/survey"
)

// Options say for whom a form is written.
type Options struct {
	SurveyCode string        // the round; needed for the workbook
	Areas      *survey.Areas // wards for the drop-down; nil leaves it out
	Day        survey.Date   // whose wards; the zero Date takes every version's
}

// ErrNoSurveyCode tells that a workbook was asked for without the round it belongs to.
var ErrNoSurveyCode = errors.New("no survey code: a form carries its round")

// A column of a sheet.
type column struct {
	survey.Field
	width float64
}

// householdColumns are the columns of the Households sheet: every household field but the round.
func householdColumns() []column {
	var out []column
	for _, f := range survey.Fields(survey.Household) {
		if f.Name != "survey_code" {
			out = append(out, column{Field: f, width: widthOf(f)})
		}
	}
	return out
}

// memberColumns are the columns of the Members sheet: the household's key and every member field.
func memberColumns() []column {
	var out []column
	for _, f := range survey.Fields(survey.Household) {
		if f.Name == survey.LinkField {
			out = append(out, column{Field: f, width: widthOf(f)})
		}
	}
	for _, f := range survey.Fields(survey.Member) {
		out = append(out, column{Field: f, width: widthOf(f)})
	}
	return out
}

// widthOf is a column's width in characters: what its answers need, and no less than its header.
func widthOf(f survey.Field) float64 {
	switch f.Name {
	case "address_line", "locality":
		return 30
	case "full_name", "full_name_hi", "father_or_husband_name":
		return 26
	case "conditions", "relation", "visit_outcome", "allergies":
		return 24
	case "abha_number", "ward_code", "disability", "contact_mobile", "guardian_line", "gps_accuracy", "members_total":
		return 20
	case "member_id":
		return 13
	}
	switch f.Type {
	case survey.Key, survey.Phone, survey.Text, survey.One:
		return 16
	}
	return 13
}

// Header is the header row of the CSV form: the machine names of the household fields and then of the member fields.
func Header() []string {
	var out []string
	for _, l := range []survey.Level{survey.Household, survey.Member} {
		for _, f := range survey.Fields(l) {
			out = append(out, f.Name)
		}
	}
	return out
}

// WriteCSV writes the empty CSV form: the header row alone, behind a byte-order mark, by which Excel knows that the file is UTF-8.
func WriteCSV(w io.Writer, _ Options) error {
	if _, err := io.WriteString(w, "\ufeff"); err != nil {
		return fmt.Errorf("write the CSV form: %w", err)
	}
	out := csv.NewWriter(w)
	out.UseCRLF = true // RFC 4180
	if err := out.Write(Header()); err != nil {
		return fmt.Errorf("write the CSV form: %w", err)
	}
	out.Flush()
	if err := out.Error(); err != nil {
		return fmt.Errorf("write the CSV form: %w", err)
	}
	return nil
}
