// Package lookup is the hospital service: a person behind a card, over FHIR for a hospital's system and as a page for the
// person at its counter.
//
// # Promises
//
// No durable audit row, no answer: what is told about a person is written down, and committed, before it leaves. Whoever is
// unknown and whoever may not be told of look the same. Card numbers, names and QR texts are in no log, and the desk page
// keeps them out of addresses. The register's own ids never leave: outside, a person is known by a public id that only the centre's
// key leads back to the register's (records.PublicIDs).
//
// # FHIR
//
// R4, JSON. A request carries a facility key (Authorization: Bearer) and says why it asks (Purpose-Of-Use: TREAT, ETREAT,
// PATADMIN, CAREMGT or PUBHLTH; there is no default, so that the purpose in the audit log is one that somebody chose).
//
//	GET  /fhir/metadata                                  what the server can do; needs no key
//	GET  /fhir/Patient?identifier=urn:sehat:card|NUMBER  a Bundle of one Patient or none; the system may be left out
//	POST /fhir/Patient/_search                           the same as a form, so that the number stays out of addresses
//	GET  /fhir/Patient/{id}                              by public id; ETag and If-None-Match
//
// A card is found by its number whatever became of it: the Patient's identifiers tell the state of each card, and the Bundle
// says in an OperationOutcome that the card asked for is lost, revoked, replaced, expired or held. A search answers with the
// person's canonical record; a read of a record that was merged answers with that record, inactive, and a link "replaced-by".
//
// # The desk page
//
// One field takes a typed number or a QR text from a hand scanner. A QR is verified before anything is looked up. The page
// needs no script; with scripts the field selects what it holds, so that the next scan replaces it.
package lookup
