// Package access decides who may ask the register about a person and who may decide in a home, and keeps the proof of what each was told.
//
// # Keys and sessions
//
// A facility holds keys: 256 random bits behind a public id, shown once and stored as a hash, each with scopes, revocable at
// any moment. A hospital's system sends its key with each request. A person at a desk types it once and is given a session,
// which ends after half an hour without work, after eight hours, or with the key.
//
// # Operators
//
// The people who decide in a home each have a PIN, of which a slow hash is kept (argon2id). A try counts in the store before the PIN is
// looked at, and after five wrong ones each further one waits twice as long, up to an hour. That stops somebody at the machine who tries
// one PIN after the other; it does not stop somebody who can write the store or set its clock back, which is why what was decided also
// stands in events and in lists that the centre's key signed.
//
// # Limits
//
// Each key may ask so often, and may miss so often: card numbers are sparse, and whoever asks for many that nobody holds is
// guessing.
//
// # The audit log
//
// No durable audit row, no answer: [Audit.Record] returns when the row is committed, and the answer waits for it. Requests
// that wait at the same time share one commit. Each entry holds the hash of the one before it, so that a row changed, added
// or taken out is found by [VerifyChain]. Cutting off the end of a chain is found only by an anchor outside.
package access

import "errors"

// Facts that callers branch on.
var (
	ErrDenied  = errors.New("the key is not known here")                   // nor is it said why: unknown, wrong and revoked look the same
	ErrScope   = errors.New("the key may not do this")                     //
	ErrNoAudit = errors.New("the audit log does not take the answer down") // so there is none
)
