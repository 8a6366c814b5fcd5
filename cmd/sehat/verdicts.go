package main

import (
	"errors"

	"sehat/cards"
)

// adviceFor returns the word that cards/FORMAT.md has for what a verifier said, and what to do about it. A word is made for
// programs, the advice for whoever has the card in their hand.
func adviceFor(err error) (word, advice string) {
	for _, v := range []struct {
		err          error
		word, advice string
	}{
		{nil, "valid", ""},
		{cards.ErrNotACard, "not a card", "scan the QR on the front of the card, all of it"},
		{cards.ErrTooLarge, "too large", "scan the QR on the front of the card"},
		{cards.ErrAlgorithm, "another algorithm", "it is made to look like a card: do not rely on it"},
		{cards.ErrUnknownKey, "unknown key", "it is forged, or signed with a key newer than these lists: fetch newer ones before you decide"},
		{cards.ErrBadSignature, "bad signature", "somebody changed what it says, or forged it: do not rely on it"},
		{cards.ErrKeyLost, "key lost", "whoever has the lost laptop may have made it: do not rely on it, and ask where it was given out"},
		{cards.ErrKeyExpired, "key expired", "the key was not to be used on that day: do not rely on it, and tell the centre"},
		{cards.ErrNotAllowed, "not allowed", "do not rely on it, and tell the centre"},
		{cards.ErrOutsideLease, "outside the lease", "the number was never that laptop's to give: do not rely on it, and tell the centre"},
		{cards.ErrRevoked, "revoked", "ask for the holder's new card, or another proof of who they are"},
		{cards.ErrFuture, "in the future", "see that this machine's date is right; if it is, the laptop's was wrong"},
		{cards.ErrExpired, "expired", "it was a temporary card: the ward office gives the permanent one"},
	} {
		if errors.Is(err, v.err) {
			return v.word, v.advice
		}
	}
	return "", ""
}
