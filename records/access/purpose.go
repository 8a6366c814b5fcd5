package access

// A Purpose says why somebody asks about a person: a code of HL7's PurposeOfUse (v3-ActReason).
type Purpose string

// The purposes that are taken. Nobody may ask for research, marketing or payment.
const (
	Treatment    Purpose = "TREAT"
	Emergency    Purpose = "ETREAT"
	Registration Purpose = "PATADMIN"
	Coordination Purpose = "CAREMGT"
	PublicHealth Purpose = "PUBHLTH"
)

// Purposes lists the purposes that are taken.
func Purposes() []Purpose {
	return []Purpose{Treatment, Emergency, Registration, Coordination, PublicHealth}
}

// ParsePurpose reads a code; it is false for any that is not taken.
func ParsePurpose(code string) (Purpose, bool) {
	for _, p := range Purposes() {
		if string(p) == code {
			return p, true
		}
	}
	return "", false
}

// String says a purpose in words.
func (p Purpose) String() string {
	switch p {
	case Treatment:
		return "treatment"
	case Emergency:
		return "emergency treatment"
	case Registration:
		return "registration"
	case Coordination:
		return "coordination of care"
	case PublicHealth:
		return "public health"
	}
	return string(p)
}
