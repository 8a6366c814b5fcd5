package store

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"sehat/records"
)

// check returns a *[records.BuiltOnError] where something was built on the import.
func (u *undoing) check(ctx context.Context) error {
	built := &builtOn{u: u, BuiltOnError: &records.BuiltOnError{}}
	for _, look := range []func(context.Context) error{
		built.trail, built.later, built.rows, built.inside, built.sent, built.cards, built.photos, built.decisions, built.conflicts, built.audit,
	} {
		if err := look(ctx); err != nil {
			return err
		}
	}
	if len(built.Reasons) > 0 {
		return built.BuiltOnError
	}
	return nil
}

// builtOn gathers what was built on an import.
type builtOn struct {
	*records.BuiltOnError
	u *undoing
}

func (b *builtOn) add(n int, one, many string) {
	switch {
	case n == 1:
		b.Reasons = append(b.Reasons, "1 "+one)
	case n > 1:
		b.Reasons = append(b.Reasons, fmt.Sprintf("%d %s", n, many))
	}
}

// trail looks whether the import left one.
func (b *builtOn) trail(ctx context.Context) error {
	var kept int
	if err := b.u.tx.QueryRowContext(ctx, `SELECT trail FROM imports WHERE id = $1`, b.u.entry.ID).Scan(&kept); err != nil {
		return err
	}
	if kept == 0 {
		b.Reasons = append(b.Reasons, "it was made by an older version of sehat, which did not note what it changed")
	}
	return nil
}

// later looks for later imports that met its rows.
func (b *builtOn) later(ctx context.Context) error {
	counts := map[string]map[records.Noun]int{}
	var order []string
	for p, err := range query(ctx, b.u.tx, scanTrailPiece, trailPieces+` WHERE seq > $1 AND import_id <> $2 ORDER BY seq DESC`, b.u.first, b.u.entry.ID) {
		if err != nil {
			return fmt.Errorf("reading the trails of later imports: %w", err)
		}
		ours := b.u.written[p.noun]
		if len(ours) == 0 {
			continue
		}
		for packed := range packedIDs(p.ids) {
			row, ok := ours[unpackID(packed)]
			if !ok || row.seq > p.seq {
				continue
			}
			if counts[p.from] == nil {
				counts[p.from] = map[records.Noun]int{}
				order = append(order, p.from)
			}
			counts[p.from][p.noun]++
		}
	}
	for _, id := range order {
		e, err := importEntry(ctx, b.u.tx, id)
		if err != nil {
			return err
		}
		n := 0
		for _, c := range counts[id] {
			n += c
		}
		b.Later = append(b.Later, e)
		b.add(n, "of its rows was read again by a later import, of "+e.File, "of its rows were read again by a later import, of "+e.File)
	}
	return nil
}

// rows looks whether the rows are as the import left them.
func (b *builtOn) rows(ctx context.Context) error {
	if len(b.Later) > 0 {
		return nil // which tells why they are not
	}
	changed, left := 0, 0
	for noun, table := range map[records.Noun]string{records.NounHousehold: "households", records.NounResident: "residents", records.NounVisit: "visits"} {
		state := `''`
		if noun == records.NounResident {
			state = "state"
		}
		ours := b.u.written[noun]
		found := 0
		for ids := range chunks(b.u.ids(noun, func(writtenRow) bool { return true })) {
			type stored struct {
				id    string
				rev   int64
				state string
			}
			for r, err := range query(ctx, b.u.tx, func(row scanner) (stored, error) {
				var r stored
				err := row.Scan(&r.id, &r.rev, &r.state)
				return r, err
			}, `SELECT id, rev, `+state+` FROM `+table+` WHERE id IN `+b.u.store.list(1, len(ids)), anys(ids)...) {
				if err != nil {
					return fmt.Errorf("reading %s: %w", table, err)
				}
				found++
				switch {
				case ours[r.id].fresh && noun == records.NounResident && r.state != records.ResidentActive:
					left++
				case r.rev != ours[r.id].rev:
					changed++
				}
			}
		}
		changed += len(ours) - found
	}
	b.add(left, "resident of it has left the register since", "residents of it have left the register since")
	b.add(changed, "of its rows was changed since", "of its rows were changed since")
	return nil
}

// inside looks for rows in its households that it did not bring.
func (b *builtOn) inside(ctx context.Context) error {
	if len(b.Later) > 0 {
		return nil
	}
	for noun, table := range map[records.Noun]string{records.NounResident: "residents", records.NounVisit: "visits"} {
		n := 0
		for ids := range chunks(b.u.fresh(records.NounHousehold)) {
			for id, err := range query(ctx, b.u.tx, scanText, `SELECT id FROM `+table+` WHERE household_id IN `+b.u.store.list(1, len(ids)), anys(ids)...) {
				if err != nil {
					return fmt.Errorf("reading %s: %w", table, err)
				}
				if !b.u.written[noun][id].fresh {
					n++
				}
			}
		}
		if noun == records.NounResident {
			b.add(n, "resident came into its households from elsewhere", "residents came into its households from elsewhere")
		} else {
			b.add(n, "visit to its households came from elsewhere", "visits to its households came from elsewhere")
		}
	}
	return nil
}

// sent looks for rows that a frozen batch holds: on a device, those that no longer wait in the outbox.
func (b *builtOn) sent(ctx context.Context) error {
	if b.u.home.Role != records.RoleDevice {
		return nil
	}
	n := 0
	for _, noun := range []records.Noun{records.NounHousehold, records.NounResident, records.NounVisit} {
		ids := b.u.ids(noun, func(r writtenRow) bool { return !r.bare })
		waiting, err := b.find(ctx, `SELECT row_key FROM outbox WHERE noun = $1 AND row_key IN %s`, ids, string(noun))
		if err != nil {
			return err
		}
		n += len(ids) - len(waiting)
	}
	b.add(n, "of its rows was sent to the centre, or is frozen in a batch to be sent", "of its rows were sent to the centre, or are frozen in batches to be sent")
	return nil
}

// find gathers what a query finds for ids, which stand at %s after the other arguments.
func (b *builtOn) find(ctx context.Context, text string, ids []string, args ...any) (map[string]bool, error) {
	found := map[string]bool{}
	for part := range chunks(ids) {
		full := fmt.Sprintf(text, b.u.store.list(len(args)+1, len(part)))
		for key, err := range query(ctx, b.u.tx, scanText, full, append(slices.Clone(args), anys(part)...)...) {
			if err != nil {
				return nil, fmt.Errorf("looking what was built on the import: %w", err)
			}
			found[key] = true
		}
	}
	return found, nil
}

// since gathers what hangs on residents: all of it for those that the import brought, and what came after it began for those that
// it changed. The query's first column names what is found, at is the column of its time and id that of the resident.
func (b *builtOn) since(ctx context.Context, text, at, id string) (map[string]bool, error) {
	all, err := b.find(ctx, text+" WHERE "+id+" IN %s", b.u.fresh(records.NounResident))
	if err != nil {
		return nil, err
	}
	changed := b.u.ids(records.NounResident, func(r writtenRow) bool { return !r.fresh && !r.bare })
	later, err := b.find(ctx, text+" WHERE "+at+" >= $1 AND "+id+" IN %s", changed, b.u.entry.StartedAt)
	maps.Copy(all, later)
	return all, err
}

// cards looks for numbers and cards of its residents.
func (b *builtOn) cards(ctx context.Context) error {
	numbers, err := b.since(ctx, `SELECT number FROM numbers`, "reserved_at", "resident_id")
	if err != nil {
		return err
	}
	cards, err := b.since(ctx, `SELECT number FROM cards`, "issued_at", "resident_id")
	if err != nil {
		return err
	}
	maps.Copy(numbers, cards)
	b.add(len(numbers), "card was issued to its residents", "cards were issued to its residents")
	return nil
}

// photos looks for photos of its residents.
func (b *builtOn) photos(ctx context.Context) error {
	photos, err := b.since(ctx, `SELECT hash FROM resident_photos`, "decided_at", "resident_id")
	b.add(len(photos), "photo was taken of its residents", "photos were taken of its residents")
	return err
}

// decisions looks for what people decided about its residents.
func (b *builtOn) decisions(ctx context.Context) error {
	left, err := b.since(ctx, `SELECT id FROM decisions`, "decided_at", "left_id")
	if err != nil {
		return err
	}
	right, err := b.since(ctx, `SELECT id FROM decisions`, "decided_at", "right_id")
	if err != nil {
		return err
	}
	maps.Copy(left, right)
	b.add(len(left), "review decision was taken about its residents", "review decisions were taken about its residents")
	return nil
}

// conflicts looks for what other devices wrote against its rows.
func (b *builtOn) conflicts(ctx context.Context) error {
	n := 0
	for _, noun := range []records.Noun{records.NounHousehold, records.NounResident, records.NounVisit} {
		found, err := b.find(ctx, `SELECT id FROM conflicts WHERE noun = $1 AND row_key IN %s`, b.u.ids(noun, func(writtenRow) bool { return true }), string(noun))
		if err != nil {
			return err
		}
		n += len(found)
	}
	b.add(n, "laptop has sent another version of one of its rows", "other versions of its rows were sent by laptops")
	return nil
}

// audit looks whether a hospital was told of its residents: what was told cannot vanish.
func (b *builtOn) audit(ctx context.Context) error {
	told, err := b.since(ctx, `SELECT resident_id FROM audit`, "at", "resident_id")
	b.add(len(told), "resident of it was looked up by a hospital", "residents of it were looked up by hospitals")
	return err
}
