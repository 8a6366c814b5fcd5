package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// Deliver puts a batch into the inbox. A batch that is there already stays as it is, so that it may be delivered as often as
// you like; one that was refused takes the new bytes and waits again.
func (s *Store) Deliver(ctx context.Context, b records.Inbound) error {
	_, err := s.write.ExecContext(ctx, `
INSERT INTO inbox (device_id, number, hash, bytes, received_at, status, why) VALUES ($1, $2, $3, $4, $5, 'waiting', '')
ON CONFLICT (device_id, number, hash) DO UPDATE SET bytes = excluded.bytes, received_at = excluded.received_at, status = 'waiting', why = ''
WHERE inbox.status = 'refused'`, b.DeviceID, b.Number, b.Hash, b.Bytes, b.ReceivedAt)
	if err != nil {
		return fmt.Errorf("putting batch %d into the inbox: %w", b.Number, err)
	}
	return nil
}

const inboundColumns = `device_id, number, hash, received_at, status, why`

func scanInbound(row scanner) (records.Inbound, error) {
	var b records.Inbound
	err := row.Scan(&b.DeviceID, &b.Number, &b.Hash, &b.ReceivedAt, &b.Status, &b.Why)
	return b, err
}

func (s *Store) inbound(ctx context.Context, where string, args ...any) ([]records.Inbound, error) {
	list, err := collect(query(ctx, s.read, scanInbound,
		`SELECT `+inboundColumns+` FROM inbox WHERE `+where+` ORDER BY device_id, number, received_at, hash`, args...))
	if err != nil {
		return nil, fmt.Errorf("reading the inbox: %w", err)
	}
	return list, nil
}

// Delivered returns the batches of a device from a number on, without their bytes.
func (s *Store) Delivered(ctx context.Context, deviceID string, from int64) ([]records.Inbound, error) {
	return s.inbound(ctx, `device_id = $1 AND number >= $2`, deviceID, from)
}

// Waiting returns the batches that wait to be applied, without their bytes, by device and number; of two with one number the
// one that came first.
func (s *Store) Waiting(ctx context.Context) ([]records.Inbound, error) {
	return s.inbound(ctx, `status = 'waiting'`)
}

// HeldBatches returns the batches that were not taken, forks and refused ones, without their bytes.
func (s *Store) HeldBatches(ctx context.Context) ([]records.Inbound, error) {
	return s.inbound(ctx, `status IN ('fork', 'refused')`)
}

// Batch returns a batch of the inbox with its bytes, or records.ErrNotFound.
func (s *Store) Batch(ctx context.Context, deviceID string, number int64, hash string) (records.Inbound, error) {
	var b records.Inbound
	err := s.read.QueryRowContext(ctx, `SELECT `+inboundColumns+`, bytes FROM inbox WHERE device_id = $1 AND number = $2 AND hash = $3`, deviceID, number, hash).
		Scan(&b.DeviceID, &b.Number, &b.Hash, &b.ReceivedAt, &b.Status, &b.Why, &b.Bytes)
	return b, notFound(err, fmt.Sprintf("batch %d of device %s", number, deviceID))
}

// Refuse puts a batch that is no good aside.
func (s *Store) Refuse(ctx context.Context, b records.Inbound, why string) error {
	return setInbox(ctx, s.write, b.DeviceID, b.Number, b.Hash, records.InboxRefused, why)
}

// setInbox moves a batch of the inbox to a status.
func setInbox(ctx context.Context, q querier, deviceID string, number int64, hash, status, why string) error {
	_, err := q.ExecContext(ctx, `UPDATE inbox SET status = $1, why = $2 WHERE device_id = $3 AND number = $4 AND hash = $5`, status, why, deviceID, number, hash)
	if err != nil {
		return fmt.Errorf("moving batch %d to %s: %w", number, status, err)
	}
	return nil
}

// Receipts returns the receipts of a device's batches from a number on, by number.
func (s *Store) Receipts(ctx context.Context, deviceID string, from int64) (map[int64][]byte, error) {
	receipts := map[int64][]byte{}
	_, err := collect(query(ctx, s.read, func(row scanner) (struct{}, error) {
		var number int64
		var receipt []byte
		err := row.Scan(&number, &receipt)
		receipts[number] = receipt
		return struct{}{}, err
	}, `SELECT number, receipt FROM ledger WHERE device_id = $1 AND number >= $2`, deviceID, from))
	if err != nil {
		return nil, fmt.Errorf("reading receipts: %w", err)
	}
	return receipts, nil
}
