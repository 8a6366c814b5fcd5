package sync

import (
	"crypto/ed25519"
	"encoding/json"
	"fmt"

	"sehat/cards"
	"sehat/records"
)

// A Receipt is the centre's signed word on what became of a batch.
type Receipt struct {
	records.Applied
	Rejected []records.RowReject `json:"rejected,omitempty"`
}

// seal signs a receipt with the centre's key.
func (r Receipt) seal(key ed25519.PrivateKey) ([]byte, error) { return signed(key, domainReceipt, r) }

// OpenReceipt verifies a receipt by the key list and reads it. It is an error where its counts do not add up.
func OpenReceipt(file []byte, keys cards.KeyList) (Receipt, error) {
	payload, err := openByCentre(file, domainReceipt, keys)
	if err != nil {
		return Receipt{}, fmt.Errorf("receipt: %w", err)
	}
	var r Receipt
	if err := json.Unmarshal(payload, &r); err != nil {
		return Receipt{}, fmt.Errorf("receipt: %w", ErrDamaged)
	}
	if !r.Balanced() {
		return r, fmt.Errorf("receipt of batch %d: its counts do not add up", r.Number)
	}
	return r, nil
}
