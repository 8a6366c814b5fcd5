package store

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"fmt"

	"sehat/records"
)

// publicIDsKey is the fact under which a store keeps the key of its public ids. It stays there: no batch carries it.
const publicIDsKey = "public_ids_key"

// publicIDs returns the ids by which residents are known outside, and makes their key the first time.
func (s *Store) publicIDs(ctx context.Context) (records.PublicIDs, error) {
	text, err := s.Meta(ctx, publicIDsKey)
	if err != nil {
		return records.PublicIDs{}, err
	}
	if text == "" {
		fresh := make([]byte, records.PublicKeySize)
		rand.Read(fresh) //nolint:errcheck // it never fails
		// Of several that do this at once, one makes the key and all read that.
		_, err := s.write.ExecContext(ctx, `INSERT INTO meta (key, value) VALUES ($1, $2) ON CONFLICT (key) DO NOTHING`, publicIDsKey, hex.EncodeToString(fresh))
		if err != nil {
			return records.PublicIDs{}, fmt.Errorf("keeping the key of the public ids: %w", err)
		}
		if text, err = meta(ctx, s.write, publicIDsKey); err != nil {
			return records.PublicIDs{}, err
		}
	}
	key, err := hex.DecodeString(text)
	if err != nil {
		return records.PublicIDs{}, fmt.Errorf("the key of the public ids: %w", err)
	}
	return records.NewPublicIDs(key)
}
