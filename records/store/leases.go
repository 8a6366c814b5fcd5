package store

import (
	"cmp"
	"context"
	"fmt"
	"slices"

	"sehat/records"
)

// Leases returns a device's leases, those with numbers left first, then in the order of their ranges. Used counts the numbers
// that this store knows to be drawn.
func (s *Store) Leases(ctx context.Context, deviceID string) ([]records.Lease, error) {
	return s.leases(ctx, ` WHERE l.device_id = $1`, deviceID)
}

// AllLeases returns the leases of every device, those with numbers left first.
func (s *Store) AllLeases(ctx context.Context) ([]records.Lease, error) { return s.leases(ctx, "") }

func (s *Store) leases(ctx context.Context, where string, args ...any) ([]records.Lease, error) {
	list, err := collect(query(ctx, s.read, scanLease, `
SELECT l.id, l.device_id, l.first, l.last, l.quota, l.issued_at, l.status,
	(SELECT COUNT(*) FROM numbers n WHERE n.lease_id = l.id)
FROM leases l`+where+` ORDER BY l.first`, args...))
	if err != nil {
		return nil, fmt.Errorf("reading leases: %w", err)
	}
	slices.SortStableFunc(list, func(a, b records.Lease) int { return cmp.Compare(spent(a), spent(b)) })
	return list, nil
}

func spent(l records.Lease) int {
	if l.Used >= l.Quota {
		return 1
	}
	return 0
}

func scanLease(row scanner) (records.Lease, error) {
	var l records.Lease
	err := row.Scan(&l.ID, &l.DeviceID, &l.First, &l.Last, &l.Quota, &l.IssuedAt, &l.Status, &l.Used)
	return l, err
}

// Accepted returns the hashes of the credentials signed with a key that had not expired at a time, in order, whatever became of
// their cards since.
func (s *Store) Accepted(ctx context.Context, keyID, at string) ([]string, error) {
	list, err := collect(query(ctx, s.read, scanText,
		`SELECT credential_hash FROM cards WHERE kid = $1 AND (expires_at = '' OR expires_at > $2) ORDER BY credential_hash`, keyID, at))
	if err != nil {
		return nil, fmt.Errorf("reading the credentials of a key: %w", err)
	}
	return list, nil
}

// saveLeases writes leases as the centre tells them, in place of what was known.
func saveLeases(ctx context.Context, tx querier, list []records.Lease) error {
	rows := make([][]any, 0, len(list))
	for _, l := range list {
		rows = append(rows, []any{l.ID, l.DeviceID, int64(l.First), int64(l.Last), l.Quota, l.IssuedAt, l.Status})
	}
	_, err := upsert("leases", 1, "id", "device_id", "first", "last", "quota", "issued_at", "status").rows(ctx, tx, rows)
	return err
}

// SaveTrust writes what the centre signed and the leases that follow from it, in one transaction. It returns
// records.ErrConflict, and writes nothing, where a document is no longer the one that the change was made from.
func (s *Store) SaveTrust(ctx context.Context, c records.TrustChange) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "trust"); err != nil {
			return err
		}
		for _, d := range c.Documents {
			was, err := document(ctx, tx, d.Name)
			if err != nil {
				return err
			}
			if hashOf(was) != d.Was {
				return fmt.Errorf("%s: %w: somebody else changed it", d.Name, records.ErrConflict)
			}
		}
		for _, d := range c.Documents {
			if err := saveDocument(ctx, tx, d.Name, d.Bytes, c.At); err != nil {
				return err
			}
		}
		if c.Device != nil {
			if err := saveDevice(ctx, tx, *c.Device); err != nil {
				return err
			}
		}
		return saveLeases(ctx, tx, c.Leases)
	})
}

// hashOf is the hash of a document's bytes, or "" if there is none.
func hashOf(b []byte) string {
	if b == nil {
		return ""
	}
	return records.Hash(b)
}
