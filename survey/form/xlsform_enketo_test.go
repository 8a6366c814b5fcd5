package form

import (
	"slices"
	"strconv"
	"testing"
)

type enketoCase struct {
	Expression string            `json:"expression"`
	At         string            `json:"at"`
	Answers    map[string]string `json:"answers"`
}

type enketoResult struct{ Text, Error string }

// KoboToolbox's engine, which is neither ours nor ODK's, reads every expression of the form and finds what the survey's rules find.
func TestTheEngineOfKoboToolboxAgreesWithTheRules(t *testing.T) {
	var cases []enketoCase
	var want []bool
	all := questions("2026-1")
	for _, s := range allSamples() {
		q := all[slices.IndexFunc(all, func(q question) bool { return q.name == s.field })]
		for i, value := range append(slices.Clone(s.good), s.bad...) {
			if s.field == "visit_date" {
				continue // the engine's today is the true one
			}
			answers := sampleAnswers()
			for name, other := range s.instead {
				answers[name] = other
			}
			answers[s.field] = value
			cases = append(cases, enketoCase{q.constraint, s.field, withBlanks(answers)})
			want = append(want, i < len(s.good))
		}
	}
	told := len(cases)
	for _, q := range all {
		for _, expression := range []string{q.relevant, q.constraint, q.calculation, q.required, q.otherwise} {
			if expression != "" && expression != "yes" {
				cases = append(cases, enketoCase{expression, q.name, withBlanks(sampleAnswers())})
			}
		}
	}
	var results []enketoResult
	inNode(t, "enketo.mjs", "openrosa-xpath-evaluator", cases, &results)
	for i, r := range results {
		c := cases[i]
		switch {
		case r.Error != "":
			t.Errorf("%s: %s: %s", c.At, c.Expression, r.Error)
		case i < told && r.Text != strconv.FormatBool(want[i]):
			t.Errorf("%s %q: the engine says %s", c.At, c.Answers[c.At], r.Text)
		}
		for at, text := range map[string]string{"age": "41", "visit_outcome": "complete", "survey_code": "2026-1"} {
			if i >= told && c.At == at && r.Text != text {
				t.Errorf("%s is %q, want %q", at, r.Text, text)
			}
		}
	}
	if len(results) != len(cases) || told < 80 {
		t.Errorf("%d results of %d cases", len(results), len(cases))
	}
}
