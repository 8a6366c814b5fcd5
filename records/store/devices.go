package store

import (
	"context"
	"database/sql"
	"errors"
	"fmt"

	"sehat/records"
)

const deviceColumns = `id, name, public_key, kid, status, enrolled_at, decided_by`

func scanDevice(row scanner) (records.Device, error) {
	var d records.Device
	err := row.Scan(&d.ID, &d.Name, &d.PublicKey, &d.KeyID, &d.Status, &d.EnrolledAt, &d.By)
	return d, err
}

// Device returns an enrolled device, or records.ErrNotFound.
func (s *Store) Device(ctx context.Context, id string) (records.Device, error) {
	d, err := scanDevice(s.read.QueryRowContext(ctx, `SELECT `+deviceColumns+` FROM devices WHERE id = $1`, id))
	if errors.Is(err, sql.ErrNoRows) {
		return d, fmt.Errorf("device %s: %w", id, records.ErrNotFound)
	}
	if err != nil {
		return d, fmt.Errorf("reading device %s: %w", id, err)
	}
	return d, nil
}

// Devices returns every enrolled device, in the order of enrolment.
func (s *Store) Devices(ctx context.Context) ([]records.Device, error) {
	list, err := collect(query(ctx, s.read, scanDevice, `SELECT `+deviceColumns+` FROM devices ORDER BY enrolled_at, id`))
	if err != nil {
		return nil, fmt.Errorf("reading devices: %w", err)
	}
	return list, nil
}

func saveDevice(ctx context.Context, tx querier, d records.Device) error {
	in := upsert("devices", 1, "id", "name", "public_key", "kid", "status", "enrolled_at", "decided_by")
	_, err := in.rows(ctx, tx, [][]any{{d.ID, d.Name, d.PublicKey, d.KeyID, d.Status, d.EnrolledAt, d.By}})
	return err
}
