package sync

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"sehat/cards"
	"sehat/records"
)

// An Outbox is where a device keeps the rows that are still to travel.
type Outbox interface {
	// Outgoing returns up to limit changed rows, parents first, or none.
	Outgoing(ctx context.Context, limit int) ([]records.Change, error)
	// LastBatch returns number and hash of the batch frozen last; 0 and "" before the first.
	LastBatch(ctx context.Context) (number int64, hash string, err error)
	// SaveBatch stores a frozen batch, takes its rows out of the outbox and sets their base, in one transaction. A row that
	// changed meanwhile stays in the outbox. It returns records.ErrConflict if another batch was frozen meanwhile.
	SaveBatch(ctx context.Context, f records.Frozen, changes []records.Change) error
}

// A Shelf is where a device keeps frozen batches until their receipts are there.
type Shelf interface {
	// Unconfirmed returns the batches without a receipt, without their bytes, in the order of their numbers.
	Unconfirmed(ctx context.Context) ([]records.Frozen, error)
	// BatchBytes returns a frozen batch as it is sent.
	BatchBytes(ctx context.Context, number int64) ([]byte, error)
	// SaveReceipt keeps the receipt of a batch, and puts those of its rejected rows back into the outbox that only lacked their
	// parent. It returns how many travel again.
	SaveReceipt(ctx context.Context, number int64, receipt []byte, at string, rejected []records.RowReject) (again int, err error)
}

// An Inbox is a centre, as a device sees it.
type Inbox interface {
	// Deliver puts a batch into the inbox. A batch that is there already stays as it is; one that was refused is tried again.
	Deliver(ctx context.Context, b records.Inbound) error
	// Delivered returns the batches of a device from a number on, without their bytes.
	Delivered(ctx context.Context, deviceID string, from int64) ([]records.Inbound, error)
	// Receipts returns the receipts of a device's batches from a number on, by number.
	Receipts(ctx context.Context, deviceID string, from int64) (map[int64][]byte, error)
}

// A Device is a home that is enrolled at a centre, about to push.
type Device struct {
	ID     string
	Key    ed25519.PrivateKey
	Outbox Outbox
	Shelf  Shelf
	Keys   cards.KeyList // by which receipts are verified
	Now    func() time.Time
}

// FreezeReport counts what was frozen.
type FreezeReport struct{ Batches, Rows int }

// Freeze freezes all of the outbox into batches. What is frozen when it is cut off stays so.
func (d *Device) Freeze(ctx context.Context) (FreezeReport, error) {
	var report FreezeReport
	limit := MaxRows
	for {
		changes, err := d.Outbox.Outgoing(ctx, limit)
		if err != nil || len(changes) == 0 {
			return report, err
		}
		number, prev, err := d.Outbox.LastBatch(ctx)
		if err != nil {
			return report, err
		}
		header := Header{DeviceID: d.ID, Number: number + 1, Prev: prev, FrozenAt: records.Stamp(d.Now())}
		frozen, err := Freeze(header, changes, d.Key)
		if errors.Is(err, ErrTooBig) && len(changes) > 1 {
			limit = len(changes) / 2
			continue
		}
		if err != nil {
			return report, fmt.Errorf("freezing batch %d: %w", header.Number, err)
		}
		if err := d.Outbox.SaveBatch(ctx, frozen, changes); err != nil {
			return report, fmt.Errorf("freezing batch %d: %w", header.Number, err)
		}
		report.Batches++
		report.Rows += len(changes)
		limit = MaxRows
	}
}

// A PushReport says what a push did.
type PushReport struct {
	Batches   int    `json:"batches"`         // delivered by this run
	Rows      int    `json:"rows"`            // in them
	Receipts  int    `json:"receipts"`        // fetched by this run
	Conflicts int    `json:"conflicts"`       // rows in conflict, by these receipts
	Rejects   int    `json:"rejects"`         // rows not taken, by these receipts, that do not travel again
	Again     int    `json:"again,omitempty"` // rows not taken that travel again, after their parents
	Waiting   int    `json:"waiting"`         // batches that the centre has and did not apply yet
	Held      []Held `json:"held,omitempty"`
}

// A Held batch is one that the centre does not take.
type Held struct {
	Number int64  `json:"batch"`
	Status string `json:"status"` // fork or refused
	Why    string `json:"why"`
}

// Attempts at delivering one batch, and at reaching the centre again in between.
const attempts = 3

// Push puts every batch without a receipt into the centre's inbox and fetches the receipts that are there. dial reaches the
// centre; it is called again after an error, because an error at commit does not tell whether the batch is there: the centre
// is asked.
func (d *Device) Push(ctx context.Context, dial func(context.Context) (Inbox, error)) (PushReport, error) {
	var report PushReport
	waiting, err := d.Shelf.Unconfirmed(ctx)
	if err != nil {
		return report, err
	}
	p := pushing{Device: d, dial: dial, report: &report}
	if err := p.connect(ctx); err != nil || len(waiting) == 0 {
		return report, err
	}
	if err := p.ask(ctx, waiting[0].Number); err != nil {
		return report, err
	}
	for _, f := range waiting {
		if err := p.deliver(ctx, f); err != nil {
			return report, fmt.Errorf("delivering batch %d: %w", f.Number, err)
		}
	}
	return report, p.fetch(ctx, waiting)
}

// Receipts fetches the receipts that the centre has for batches without one, and counts the batches that wait there.
func (d *Device) Receipts(ctx context.Context, inbox Inbox) (PushReport, error) {
	var report PushReport
	waiting, err := d.Shelf.Unconfirmed(ctx)
	if err != nil || len(waiting) == 0 {
		return report, err
	}
	p := pushing{Device: d, inbox: inbox, report: &report}
	return report, p.fetch(ctx, waiting)
}

// pushing is one push.
type pushing struct {
	*Device
	dial   func(context.Context) (Inbox, error)
	inbox  Inbox
	there  map[int64][]records.Inbound // what the centre has of this device
	report *PushReport
}

func (p *pushing) connect(ctx context.Context) (err error) {
	p.inbox, err = p.dial(ctx)
	return err
}

// ask asks the centre what it has from a number on.
func (p *pushing) ask(ctx context.Context, from int64) error {
	list, err := p.inbox.Delivered(ctx, p.ID, from)
	if err != nil {
		return err
	}
	p.there = map[int64][]records.Inbound{}
	for _, b := range list {
		p.there[b.Number] = append(p.there[b.Number], b)
	}
	return nil
}

// find returns the centre's row for a batch.
func (p *pushing) find(f records.Frozen) (records.Inbound, bool) {
	for _, b := range p.there[f.Number] {
		if b.Hash == f.Hash {
			return b, true
		}
	}
	return records.Inbound{}, false
}

// deliver puts a batch into the inbox unless it is there.
func (p *pushing) deliver(ctx context.Context, f records.Frozen) error {
	if b, ok := p.find(f); ok && b.Status != records.InboxRefused {
		return nil
	}
	bytes, err := p.Shelf.BatchBytes(ctx, f.Number)
	if err != nil {
		return err
	}
	b := records.Inbound{
		DeviceID: p.ID, Number: f.Number, Hash: f.Hash, Bytes: bytes, ReceivedAt: records.Stamp(p.Now()), Status: records.InboxWaiting,
	}
	var failed error
	for range attempts {
		if failed != nil { // reconnect and ask, before anything is sent again
			if err := p.connect(ctx); err != nil {
				continue
			}
			if err := p.ask(ctx, f.Number); err != nil {
				continue
			}
			if there, ok := p.find(f); ok && there.Status != records.InboxRefused {
				failed = nil
				break
			}
		}
		if failed = p.inbox.Deliver(ctx, b); failed == nil || ctx.Err() != nil {
			break
		}
	}
	if failed == nil {
		p.report.Batches++
		p.report.Rows += f.Rows
	}
	return failed
}

// fetch keeps the receipts that are there, and tells what the centre holds back.
func (p *pushing) fetch(ctx context.Context, waiting []records.Frozen) error {
	receipts, err := p.inbox.Receipts(ctx, p.ID, waiting[0].Number)
	if err != nil {
		return err
	}
	if err := p.ask(ctx, waiting[0].Number); err != nil {
		return err
	}
	for _, f := range waiting {
		confirmed, err := p.confirm(ctx, f, receipts[f.Number])
		if err != nil {
			return err
		}
		if confirmed {
			continue
		}
		b, _ := p.find(f)
		switch b.Status {
		case records.InboxFork, records.InboxRefused:
			p.report.Held = append(p.report.Held, Held{Number: f.Number, Status: b.Status, Why: b.Why})
		default:
			p.report.Waiting++
		}
	}
	return nil
}

// confirm keeps the receipt of a batch. It is false where there is none, or where it is that of another batch with this number.
func (p *pushing) confirm(ctx context.Context, f records.Frozen, file []byte) (bool, error) {
	if file == nil {
		return false, nil
	}
	r, err := OpenReceipt(file, p.Keys)
	if err != nil {
		return false, err
	}
	if r.DeviceID != p.ID || r.Number != f.Number || r.Hash != f.Hash {
		return false, nil
	}
	again, err := p.Shelf.SaveReceipt(ctx, f.Number, file, records.Stamp(p.Now()), r.Rejected)
	if err != nil {
		return false, err
	}
	p.report.Receipts++
	p.report.Conflicts += r.Conflicts
	p.report.Rejects += r.Rejects - again
	p.report.Again += again
	return true, nil
}
