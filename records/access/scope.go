package access

import (
	"fmt"
	"slices"
	"strings"
)

// A Scope is one thing that a key may do.
type Scope string

// The scopes there are.
const (
	ScopePatient     Scope = "patient"     // ask over FHIR who holds a card
	ScopeDesk        Scope = "desk"        // open the desk page
	ScopeContact     Scope = "contact"     // be told address and phone, too
	ScopeIdentifiers Scope = "identifiers" // be told voter card and ABHA number, too
)

// AllScopes lists the scopes there are.
func AllScopes() Scopes { return Scopes{ScopePatient, ScopeDesk, ScopeContact, ScopeIdentifiers} }

// DefaultScopes is what a key may do if nobody says otherwise.
func DefaultScopes() Scopes { return Scopes{ScopePatient, ScopeDesk} }

// Scopes is all that a key may do.
type Scopes []Scope

// Has reports whether s is among them.
func (all Scopes) Has(s Scope) bool { return slices.Contains(all, s) }

// String joins the scopes with spaces, as they are stored.
func (all Scopes) String() string {
	words := make([]string, len(all))
	for i, s := range all {
		words[i] = string(s)
	}
	return strings.Join(words, " ")
}

// ParseScopes reads scopes with spaces or commas between them. An unknown one is an error that lists those there are.
func ParseScopes(text string) (Scopes, error) {
	var all Scopes
	for _, word := range strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' }) {
		s := Scope(word)
		if !AllScopes().Has(s) {
			return nil, fmt.Errorf("unknown scope %q: there are %s", word, AllScopes())
		}
		if !all.Has(s) {
			all = append(all, s)
		}
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no scope: there are %s", AllScopes())
	}
	return all, nil
}
