// Package cards turns a resident into something a hospital can check: a card number, a signed credential small enough for
// a QR code, and the signed lists by which anyone can verify it with no network.
//
// # Numbers
//
// A [Number] has 15 digits: a random body and two check digits that find every single typing error, every swap of
// neighbours, every jump and every twin. It says nothing about the person. A laptop draws numbers inside its own [Lease],
// which overlaps no other, so two honest laptops cannot draw the same one.
//
// # Credentials
//
// A [Credential] is what the QR says: a CBOR Web Token with MOSIP's Claim 169, signed with Ed25519. [Sign] makes it at issue,
// once; the text is kept and printed as it is, so that printing needs no key. The same input gives the same bytes.
//
// # Trust
//
// Whoever verifies knows one thing by heart: the [Fingerprint] of the root key. The root key signs the [KeyList]; a centre key
// of that list signs the [LeaseList] and the [RevocationList]; the three travel in one file, a [Trust]. A [Verifier] made from
// it answers for a QR text: genuine or not, and if not, why.
//
// The package opens no file, asks no clock and talks to no one: readers, random sources and times are arguments. Every
// format is written down in FORMAT.md, with test vectors in testdata/vectors.json.
package cards
