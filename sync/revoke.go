package sync

import (
	"context"

	"sehat/cards"
	"sehat/records"
)

// Revocations signs the revocation list that follows the one in the store, with further credentials. It returns nil where all of
// them are in it already. Whoever keeps it does so with what it says of the cards: [records.Revoker].
func (c *Centre) Revocations(ctx context.Context, revoked []cards.Revocation) (*records.Document, error) {
	lists, err := c.lists(ctx)
	if err != nil {
		return nil, err
	}
	list, err := lists.trust.Revocations.And(revoked, c.Now)
	if err != nil || list.Serial == lists.trust.Revocations.Serial {
		return nil, err
	}
	signed, err := list.Sign(c.Key)
	if err != nil {
		return nil, err
	}
	return &records.Document{Name: records.DocRevocations, Was: lists.was[records.DocRevocations], Bytes: signed}, nil
}
