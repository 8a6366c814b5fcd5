package store

import (
	"context"
	"fmt"
	"slices"

	"sehat/records"
)

// cards merges cards. Two documents that claim one number are both held: nobody can tell which of them is in whose hand.
func (m *merging) cards(ctx context.Context, rows []int) error {
	if err := m.store.lock(ctx, m.tx, "cards"); err != nil {
		return err
	}
	list := arrivals(m, rows, func(c records.Card) string { return records.CardKey(c.Number, c.Version) })
	residents, err := m.exist(ctx, "residents", each(list, func(a arrival[records.Card]) string { return a.content.ResidentID }))
	if err != nil {
		return err
	}
	numbers := each(list, func(a arrival[records.Card]) string { return a.content.Number })
	owner, err := m.owners(ctx, numbers)
	if err != nil {
		return err
	}
	stored, err := m.versions(ctx, numbers)
	if err != nil {
		return err
	}
	var save []records.Card
	var claimed []string
	for _, a := range list {
		c := a.content
		hash, there := stored[c.Number][c.Version]
		holder, taken := owner[c.Number]
		switch {
		case there && hash == a.Hash:
			m.ends[a.at] = endUnchanged
		case !residents[c.ResidentID]:
			m.reject(a.at, noResident)
		case there || taken && holder != c.ResidentID:
			m.conflict(a.at, hash, "two documents claim the number; both are held")
			claimed = append(claimed, c.Number)
		default:
			m.ends[a.at] = endStored
			owner[c.Number] = c.ResidentID
			c.State = records.CardIssued
			c.Meta = records.Meta{Origin: m.DeviceID, Rev: 1, Hash: a.Hash, Base: a.Base}
			save = append(save, c)
		}
	}
	if err := m.saveCards(ctx, save); err != nil {
		return err
	}
	byForks, err := m.meetClaims(ctx, save)
	if err != nil {
		return err
	}
	return m.hold(ctx, append(claimed, byForks...))
}

// owners tells whose each number is.
func (m *merging) owners(ctx context.Context, numbers []string) (map[string]string, error) {
	owner := map[string]string{}
	for part := range chunks(numbers) {
		found, err := hashes(ctx, m.tx, `SELECT number, resident_id FROM numbers WHERE number IN `+m.store.list(1, len(part)), part)
		if err != nil {
			return nil, err
		}
		for number, resident := range found {
			owner[number] = resident
		}
	}
	return owner, nil
}

// versions returns the content hashes of the stored versions of numbers.
func (m *merging) versions(ctx context.Context, numbers []string) (map[string]map[int]string, error) {
	stored := map[string]map[int]string{}
	for part := range chunks(numbers) {
		_, err := collect(query(ctx, m.tx, func(row scanner) (struct{}, error) {
			var number, hash string
			var version int
			err := row.Scan(&number, &version, &hash)
			if stored[number] == nil {
				stored[number] = map[int]string{}
			}
			stored[number][version] = hash
			return struct{}{}, err
		}, `SELECT number, version, content_hash FROM cards WHERE number IN `+m.store.list(1, len(part)), anys(part)...))
		if err != nil {
			return nil, err
		}
	}
	return stored, nil
}

func (m *merging) saveCards(ctx context.Context, save []records.Card) error {
	numbers := make([][]any, 0, len(save))
	for _, c := range save {
		numbers = append(numbers, []any{c.Number, c.ResidentID, c.LeaseID, c.IssuedAt})
	}
	if _, err := keep("numbers", 1, "number", "resident_id", "lease_id", "reserved_at").rows(ctx, m.tx, numbers); err != nil {
		return err
	}
	return writeCards(ctx, m.tx, save)
}

// hold takes the stored cards of numbers out of use, with an event that says why.
func (m *merging) hold(ctx context.Context, numbers []string) error {
	slices.Sort(numbers)
	var events []records.CardEvent
	for part := range chunks(slices.Compact(numbers)) {
		found, err := collect(query(ctx, m.tx, scanCard,
			`SELECT `+cardColumns+` FROM cards c WHERE `+stands+` AND c.state <> 'held' AND c.number IN `+m.store.list(1, len(part)), anys(part)...))
		if err != nil {
			return err
		}
		for _, c := range found {
			events = append(events, records.CardEvent{
				ID: records.NewID(), Number: c.Number, Version: c.Version, Event: records.CardHeld, By: m.By, At: m.At,
				Why: fmt.Sprintf("batch %d of device %s claims the number for another document", m.Number, m.DeviceID),
			})
		}
	}
	return addCardEvents(ctx, m.tx, m.home, events)
}

// cardEvents merges what happened to cards, and moves each card to the state that follows.
func (m *merging) cardEvents(ctx context.Context, rows []int) error {
	if err := m.store.lock(ctx, m.tx, "cards"); err != nil {
		return err
	}
	list, err := fresh(ctx, m, records.NounCardEvent, arrivals(m, rows, func(e records.CardEvent) string { return e.ID }))
	if err != nil {
		return err
	}
	cards, err := m.cardOrigins(ctx, each(list, func(a arrival[records.CardEvent]) string { return a.content.Number }))
	if err != nil {
		return err
	}
	var save []records.CardEvent
	var touched []string
	for _, a := range list {
		e := a.content
		e.Origin = m.DeviceID
		if why := m.mayHappen(e, cards[records.CardKey(e.Number, e.Version)]); why != "" {
			m.reject(a.at, why)
			continue
		}
		m.ends[a.at] = endStored
		save = append(save, e)
		touched = append(touched, e.Number)
	}
	if err := writeCardEvents(ctx, m.tx, save); err != nil {
		return err
	}
	if err := settleCards(ctx, m.tx, m.home, touched); err != nil {
		return err
	}
	return toPublish(ctx, m.tx, m.home, save, nil)
}

// mayHappen tells why an event of a device must not be stored, or nothing. Only the centre makes a card active or holds it, and to
// a card that is not its own a device does nothing but hand it over or take it back.
func (m *merging) mayHappen(e records.CardEvent, card records.Card) string {
	switch {
	case card.Number == "":
		return noCard
	case e.Event == records.CardActive || e.Event == records.CardHeld || e.Event == records.CardReleased || !records.KnownCardEvent(e.Event):
		return "a device does not say this of a card"
	case !isStamp(e.At):
		return "its time cannot be read"
	case card.Origin != m.DeviceID && e.Event != records.CardHandedOver && e.Event != records.CardReturned:
		return "the card is not of this device, which may only hand it over or take it back"
	}
	return ""
}

// cardOrigins returns number, version and origin of the cards with the given numbers, by their keys.
func (m *merging) cardOrigins(ctx context.Context, numbers []string) (map[string]records.Card, error) {
	found := map[string]records.Card{}
	for part := range chunks(numbers) {
		_, err := collect(query(ctx, m.tx, func(row scanner) (struct{}, error) {
			var c records.Card
			err := row.Scan(&c.Number, &c.Version, &c.Origin)
			found[records.CardKey(c.Number, c.Version)] = c
			return struct{}{}, err
		}, `SELECT number, version, origin FROM cards WHERE number IN `+m.store.list(1, len(part)), anys(part)...))
		if err != nil {
			return nil, err
		}
	}
	return found, nil
}
