package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// SavePhoto makes a photo the one that a resident's next card shows. The one before it goes, unless a card of the resident shows it.
func (s *Store) SavePhoto(ctx context.Context, p records.Photo) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "cards"); err != nil {
			return err
		}
		if err := s.notShown(ctx, tx, p.ResidentID); err != nil {
			return err
		}
		// A photo that was removed is given again by whoever takes it again.
		const keepBytes = `INSERT INTO photos (hash, bytes) VALUES ($1, $2) ON CONFLICT (hash) DO UPDATE SET bytes = excluded.bytes`
		if _, err := tx.ExecContext(ctx, keepBytes, p.Hash, p.JPEG); err != nil {
			return fmt.Errorf("storing a photo: %w", err)
		}
		const name = `INSERT INTO resident_photos (resident_id, hash, decided_by, decided_at, current) VALUES ($1, $2, $3, $4, 1)
ON CONFLICT (resident_id, hash) DO UPDATE SET current = 1, decided_by = excluded.decided_by, decided_at = excluded.decided_at`
		if _, err := tx.ExecContext(ctx, name, p.ResidentID, p.Hash, p.By, p.At); err != nil {
			return fmt.Errorf("storing a photo of resident %s: %w", p.ResidentID, err)
		}
		return nil
	})
}

// DropPhoto lets a resident's next card show no photo.
func (s *Store) DropPhoto(ctx context.Context, residentID string) error {
	return s.inTx(ctx, func(tx querier) error {
		if err := s.lock(ctx, tx, "cards"); err != nil {
			return err
		}
		return s.notShown(ctx, tx, residentID)
	})
}

// notShown takes the photo off a resident's next card. It stays where a card shows it, so that it can be printed again.
func (s *Store) notShown(ctx context.Context, tx querier, residentID string) error {
	if _, err := tx.ExecContext(ctx, `UPDATE resident_photos SET current = 0 WHERE resident_id = $1`, residentID); err != nil {
		return fmt.Errorf("putting a photo of resident %s aside: %w", residentID, err)
	}
	old, err := photosOf(ctx, tx, residentID)
	if err != nil {
		return err
	}
	if len(old) == 0 {
		return nil
	}
	list, err := collect(query(ctx, tx, scanCard, `SELECT `+cardColumns+` FROM cards WHERE resident_id = $1`, residentID))
	if err != nil {
		return fmt.Errorf("reading the cards of resident %s: %w", residentID, err)
	}
	for _, hash := range old {
		shown := false
		for _, c := range list {
			shown = shown || c.Shows(hash)
		}
		if shown {
			continue
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM resident_photos WHERE resident_id = $1 AND hash = $2`, residentID, hash); err != nil {
			return fmt.Errorf("removing a photo of resident %s: %w", residentID, err)
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM photos WHERE hash = $1 AND `+ofNobody, hash); err != nil {
			return fmt.Errorf("removing a photo of resident %s: %w", residentID, err)
		}
	}
	return nil
}

// ofNobody holds for a photo that no resident has.
const ofNobody = `NOT EXISTS (SELECT 1 FROM resident_photos r WHERE r.hash = photos.hash)`

func photosOf(ctx context.Context, tx querier, residentID string) ([]string, error) {
	list, err := collect(query(ctx, tx, scanText, `SELECT hash FROM resident_photos WHERE resident_id = $1`, residentID))
	if err != nil {
		return nil, fmt.Errorf("reading the photos of resident %s: %w", residentID, err)
	}
	return list, nil
}

// removePhotos removes all photos of residents who withdraw consent. The empty row says that cards showed one: their place is
// left grey where such a sheet is made again.
func removePhotos(ctx context.Context, tx querier, residents []string) error {
	for _, id := range residents {
		photos, err := photosOf(ctx, tx, id)
		if err != nil {
			return err
		}
		if _, err := tx.ExecContext(ctx, `DELETE FROM resident_photos WHERE resident_id = $1`, id); err != nil {
			return fmt.Errorf("removing the photos of resident %s: %w", id, err)
		}
		for _, hash := range photos {
			if _, err := tx.ExecContext(ctx, `UPDATE photos SET bytes = $1 WHERE hash = $2 AND `+ofNobody, []byte{}, hash); err != nil {
				return fmt.Errorf("removing the photos of resident %s: %w", id, err)
			}
		}
	}
	return nil
}

// Picture returns the bytes of a photo, a JPEG; none where it was removed because its holder withdrew; and records.ErrNotFound where
// it was never taken down here.
func (s *Store) Picture(ctx context.Context, hash string) ([]byte, error) {
	var bytes []byte
	err := s.read.QueryRowContext(ctx, `SELECT bytes FROM photos WHERE hash = $1`, hash).Scan(&bytes)
	return bytes, notFound(err, "photo "+hash)
}
