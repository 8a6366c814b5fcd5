package survey

import (
	"fmt"
	"strconv"
	"strings"
)

// A Severity says what a finding does to its row.
type Severity uint8

// The severities. A [Warning] goes beside the row's outcome and counts against the enumerator; an [Error] holds the row back.
const (
	Warning Severity = iota
	Error
)

// String is "warning" or "error".
func (s Severity) String() string {
	if s == Error {
		return "error"
	}
	return "warning"
}

// A Finding is what a [Checker] has to say about one cell. It never holds what was written there.
type Finding struct {
	Field    string // the field's machine name
	Rule     string // a stable name: see [Rules]
	Severity Severity
	Message  string // how to mend the cell, in English
	// MessageHi is the same in Hindi.
	MessageHi string
}

// A Rule is one of the things that a [Checker] looks for.
type Rule struct {
	ID       string
	Severity Severity
	// Message and MessageHi are what a finding says; {label}, {codes}, {min}, {max} and {runes} stand for what the field declares.
	Message, MessageHi string
}

// Rules lists every rule, for the documentation.
func Rules() []Rule { return append([]Rule(nil), rules[:]...) }

// HasError reports whether one of the findings holds its row back.
func HasError(fs []Finding) bool {
	for _, f := range fs {
		if f.Severity == Error {
			return true
		}
	}
	return false
}

// Message is what a finding of a rule says about the field, in English and Hindi; empty if there is no such rule.
func (f Field) Message(rule string) (en, hi string) {
	for i := range rules {
		if rules[i].ID == rule {
			found := findingOf(&f, ruleID(i))
			return found.Message, found.MessageHi
		}
	}
	return "", ""
}

func findingOf(f *Field, r ruleID) Finding {
	rule := &rules[r]
	out := Finding{Field: f.Name, Rule: rule.ID, Severity: rule.Severity, Message: rule.Message, MessageHi: rule.MessageHi}
	if strings.IndexByte(rule.Message, '{') >= 0 {
		out.Message = fill(rule.Message, f, false)
		out.MessageHi = fill(rule.MessageHi, f, true)
	}
	return out
}

func fill(message string, f *Field, hindi bool) string {
	label, codes := f.Label, "one of those that the form lists"
	if hindi {
		label, codes = f.LabelHi, "सूची में से एक"
	}
	if len(f.Codes) <= 9 {
		all := make([]string, len(f.Codes))
		for i, c := range f.Codes {
			all[i] = fmt.Sprintf("%s (%s)", c.Code, c.Label)
			if hindi {
				all[i] = fmt.Sprintf("%s (%s)", c.LabelHi, c.Code)
			}
			if c.Code == c.Label {
				all[i] = c.Code
			}
		}
		codes = strings.Join(all, ", ")
	}
	return strings.NewReplacer("{label}", label, "{codes}", codes, "{runes}", strconv.Itoa(f.MaxRunes),
		"{min}", strconv.FormatFloat(f.Min, 'f', -1, 64), "{max}", strconv.FormatFloat(f.Max, 'f', -1, 64)).Replace(message)
}
