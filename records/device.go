package records

// Roles of a home.
const (
	RoleCentre = "centre" // it holds the keys that sign permanent cards; a home made with init alone
	RoleDevice = "device" // a laptop that a centre enrols
)

// A Home is what a store knows of the home it belongs to.
type Home struct {
	ID     string // random, made by init
	Role   string
	Device string // this home's own device id
	Name   string // as the people who use it call it
	KeyID  string // hex: the key that signs here
	Centre string // id of the centre's home; its own for a centre
}

// A Device is a laptop or office that the centre has enrolled.
type Device struct {
	ID         string
	Name       string
	PublicKey  []byte // Ed25519
	KeyID      string // hex
	Status     string // active, lost or retired
	EnrolledAt string
	By         string
}

// Statuses of a device.
const (
	DeviceActive  = "active"
	DeviceLost    = "lost"
	DeviceRetired = "retired"
)

// A Lease is a range of card numbers that one device may draw from.
type Lease struct {
	ID       string
	DeviceID string
	First    uint64 // first 13-digit body
	Last     uint64 // last 13-digit body, inclusive
	Quota    int    // cards that may be drawn
	IssuedAt string
	Status   string // active or void
	Used     int    // numbers drawn from it, as far as this store knows
}

// Names of the signed documents that a home keeps as received.
const (
	DocKeys        = "keys"        // the key list, signed by the root
	DocLeases      = "leases"      // the lease list, signed by the centre
	DocRevocations = "revocations" // the revocation list, signed by the centre
)

// DocPrintJob is the name of the signed header of a print batch's job.
func DocPrintJob(batch string) string { return "print-job/" + batch }

// A TrustChange is what one signature of the centre changes: the documents and the rows that must agree with them.
type TrustChange struct {
	Documents []Document
	Device    *Device // newly enrolled, or nil
	Leases    []Lease // new ones, or with another status
	At        string
}

// A Document is a signed document about to be kept in place of another.
type Document struct {
	Name  string
	Was   string // hash of the bytes it replaces; empty if there were none
	Bytes []byte
}
