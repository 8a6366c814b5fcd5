package records

// A CardFilter takes some cards of a list; its zero value, with Now set, takes all.
type CardFilter struct {
	Now     string // a stamp: temporary cards past it are expired
	State   string // as [Card.StateAt]; empty for all
	Ward    string // of the holder; empty for all
	Since   string // a stamp, or the beginning of one: the last thing happened to the card then or later
	Retired bool   // those that ended for good before their date: lost, revoked, replaced
}

// A CardLine is the latest version of a number, as lists show it.
type CardLine struct {
	Number     string `json:"number"`
	Version    int    `json:"version"`
	Kind       string `json:"kind"`
	State      string `json:"state"`
	Ward       string `json:"ward,omitempty"`
	Since      string `json:"since"`             // when the last thing happened to it
	Instead    string `json:"instead,omitempty"` // of a card that ended: another number that the person has
	IssuedAt   string `json:"issued_at"`
	ExpiresAt  string `json:"expires_at,omitempty"`
	ResidentID string `json:"resident_id"`
	Name       string `json:"name,omitempty"`
	NameSecond string `json:"name_second,omitempty"`
}

// CardStates lists the states in which a card can be.
func CardStates() []string {
	return []string{
		CardIssued, CardPrinted, CardSpoiled, CardDispatched, CardHandedOver, CardReturned, CardActive,
		CardHeld, CardExpired, CardReplaced, CardLost, CardRevoked,
	}
}
