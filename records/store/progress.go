package store

import (
	"context"
	"fmt"

	"sehat/records"
)

// Progress tells how far each device has come, by its id. A device from which nothing ever came is not in it.
func (s *Store) Progress(ctx context.Context) (map[string]records.Progress, error) {
	found := map[string]records.Progress{}
	_, err := collect(query(ctx, s.read, func(row scanner) (struct{}, error) {
		var st records.Progress
		err := row.Scan(&st.DeviceID, &st.Batches, &st.Last, &st.AppliedAt, &st.Rows, &st.Stored, &st.Unchanged, &st.Conflicts, &st.Rejects, &st.Unbalanced)
		found[st.DeviceID] = st
		return struct{}{}, err
	}, `
SELECT device_id, COUNT(*), MAX(number), MAX(applied_at), CAST(SUM(rows_total) AS BIGINT), CAST(SUM(stored) AS BIGINT), CAST(SUM(unchanged) AS BIGINT),
	CAST(SUM(conflicts) AS BIGINT), CAST(SUM(rejects) AS BIGINT),
	SUM(CASE WHEN rows_total = stored + unchanged + conflicts + rejects THEN 0 ELSE 1 END)
FROM ledger GROUP BY device_id`))
	if err != nil {
		return nil, fmt.Errorf("reading the ledger: %w", err)
	}
	_, err = collect(query(ctx, s.read, func(row scanner) (struct{}, error) {
		var id, received string
		var waiting, forks, refused int
		err := row.Scan(&id, &received, &waiting, &forks, &refused)
		st := found[id]
		st.DeviceID, st.ReceivedAt, st.Waiting, st.Forks, st.Refused = id, received, waiting, forks, refused
		found[id] = st
		return struct{}{}, err
	}, `
SELECT device_id, MAX(received_at), SUM(CASE WHEN status = 'waiting' THEN 1 ELSE 0 END), SUM(CASE WHEN status = 'fork' THEN 1 ELSE 0 END),
	SUM(CASE WHEN status = 'refused' THEN 1 ELSE 0 END)
FROM inbox GROUP BY device_id`))
	if err != nil {
		return nil, fmt.Errorf("reading the inbox: %w", err)
	}
	return found, nil
}
