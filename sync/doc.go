// Package sync carries what a laptop collected to the centre, exactly once, and brings back proof that it arrived.
//
// # Enrolment
//
// A laptop writes a [Request]; the centre answers with a [Grant] that holds the signed lists and a lease of card numbers; the
// laptop accepts it. Three small files, and a fingerprint that two people compare aloud.
//
// # Batches
//
// Rows that changed are frozen into numbered batches that chain by hash, are signed by the laptop and stored before the first
// byte leaves. A batch is sent again byte for byte until its receipt comes back, however often that takes: the centre applies
// it once, and answers every repetition with the receipt of the first time. FORMAT.md is the wire format.
package sync
