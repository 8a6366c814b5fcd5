package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"sehat/survey"
)

// Every rule that holds a row back has words that can be read aloud, and no words are for a rule that there is not.
func TestRulesInWords(t *testing.T) {
	rules := map[string]bool{"position_key": true}
	for _, r := range survey.Rules() {
		if r.Severity == survey.Error {
			rules[r.ID] = true
		}
	}
	// Those of the importer are its own business but for their names.
	for _, name := range []string{"held.go", "refuse.go"} {
		text, err := os.ReadFile(filepath.Join("..", "..", "importer", name))
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range regexp.MustCompile(`(?:rule[A-Z]\w+ += |Rule: )"(\w+)"`).FindAllSubmatch(text, -1) {
			rules[string(m[1])] = true
		}
	}
	if !rules["household_held"] || !rules["source_rejected"] {
		t.Error("the importer's rules were not found")
	}
	words := rulesInWords()
	for rule := range rules {
		if words[rule] == "" {
			t.Errorf("%s has no words", rule)
		}
	}
	for rule, text := range words {
		if !rules[rule] {
			t.Errorf("there is no rule %s", rule)
		}
		if strings.TrimSpace(text) != text || strings.Contains(text, "_") {
			t.Errorf("%s: %q", rule, text)
		}
	}
	if got := ruleWords("new_rule"); got != "new rule" {
		t.Errorf("got %q", got)
	}
}
