package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sehat/records"
)

// keepFace stores the face of a new print batch: once, however many batches are made with it. One made with the face that sehat
// comes with needs none.
func keepFace(ctx context.Context, tx querier, b records.PrintBatch) error {
	if b.Face == "" {
		return nil
	}
	hash := records.Hash([]byte(b.Face))
	if _, err := keep("faces", 1, "hash", "content").rows(ctx, tx, [][]any{{hash, b.Face}}); err != nil {
		return fmt.Errorf("storing the card face: %w", err)
	}
	_, err := plain("print_batch_faces", "batch_id", "face").rows(ctx, tx, [][]any{{b.ID, hash}})
	return err
}

// faceOf returns the face of a print batch, "" for one that was made with what sehat came with. A face that was changed in the
// store is an error: its sheets would not be the same.
func faceOf(ctx context.Context, q querier, batchID string) (string, error) {
	var hash, content string
	err := q.QueryRowContext(ctx, `SELECT f.hash, f.content FROM print_batch_faces b JOIN faces f ON f.hash = b.face WHERE b.batch_id = $1`, batchID).
		Scan(&hash, &content)
	if errors.Is(err, sql.ErrNoRows) {
		return "", nil
	}
	if err == nil && records.Hash([]byte(content)) != hash {
		err = errors.New("its card face was changed in the store")
	}
	return content, err
}
