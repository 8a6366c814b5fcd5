package cards

// Kinds of card, as in a [Face]. They are the words that the registry uses.
const (
	Permanent = "permanent" // signed by the centre
	Temporary = "temporary" // signed by a device, valid one year
)

// A Face is every field that a card prints, frozen when the card is issued: a reprint reads only this. It holds no address,
// no phone and nothing about health. Texts are printed as they are.
type Face struct {
	Number     Number `json:"number"`
	Version    int    `json:"version"`               // from 1; a corrected card is the next version of the same number
	Kind       string `json:"kind"`                  // Permanent or Temporary
	Name       string `json:"name"`                  // in Latin letters, or in the only script told
	NameSecond string `json:"name_second,omitempty"` // in Devanagari, Gurmukhi or Urdu, as the resident confirmed it
	NameLang   string `json:"name_lang,omitempty"`   // of NameSecond: hi, pa or ur
	Birth      string `json:"birth"`                 // as precisely as it was told: "14 Mar 1987", "1987", "about 1985"
	Sex        string `json:"sex"`                   // M, F or O; the design of the card says how each is printed
	IssuedOn   string `json:"issued_on"`             // "22 Nov 2026"
	ValidUntil string `json:"valid_until,omitempty"` // temporary cards only
	Ward       string `json:"ward,omitempty"`        // not on the card: in the margin of the sheet, for those who hand out
	Photo      string `json:"photo,omitempty"`       // SHA-256 in hex of the holder's photo; empty without one
	Picture    string `json:"-"`                     // the photo's bytes, a JPEG, kept beside the face; empty where it was removed
	QR         string `json:"-"`                     // the text of the QR: the credential, kept beside the face
}
