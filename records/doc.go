// Package records is the registry: who lives where, who is the same person, which card each person holds, and what
// happened to it. It holds the registry's words (the row types), its rules (what an import may overwrite, who may have a
// card, which record of a person is canonical) and the flows that join the parts: dedupe, review, issue, print batch and
// merge. Each flow works over a small interface it declares; package store implements them all.
//
// # Rows
//
// Households, residents and visits are rows that may change; every change is an outbox row in the same transaction, so that
// a laptop can hand it to the centre exactly once. Each row carries [Meta]: the device that wrote it, a revision, the
// source's own revision, the hash of its content, and the hash its writer had seen (the base).
//
// # Events
//
// What people decide or do (a review decision, a card handed over) is an event: it has a random id, who and when, and is
// never changed. A decision is undone by another event that names it. One that would end a permanent card is only proposed by the
// first person, and made by the second; so is a list of cards to revoke, which waits as a [Pending] decision. Who may decide in a home
// are its [Operator]s; a home that has none takes every name on trust.
//
// # Persons
//
// A person is a cluster of resident records, named after one of them; the name stays with that record. Its canonical record is the one whose card outranks the others' (a permanent one
// before a temporary one, then the number that was given first), else the one with the smallest id; only that record is given a
// card. A resident whom dedupe has not seen, or has to see again because somebody's decision arrived, waits.
package records
