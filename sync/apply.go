package sync

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"time"

	"sehat/records"
)

// A Desk is where a centre finds the batches that came.
type Desk interface {
	// Waiting returns the batches that wait, without their bytes, by device and number.
	Waiting(ctx context.Context) ([]records.Inbound, error)
	// Batch returns a batch with its bytes.
	Batch(ctx context.Context, deviceID string, number int64, hash string) (records.Inbound, error)
	// Refuse puts a batch that is no good aside.
	Refuse(ctx context.Context, b records.Inbound, why string) error
}

// A Directory tells a centre about its devices.
type Directory interface {
	// Device returns records.ErrNotFound for one that is not enrolled.
	Device(ctx context.Context, id string) (records.Device, error)
	Leases(ctx context.Context, deviceID string) ([]records.Lease, error)
}

// A Ledger takes a batch into the registry.
type Ledger interface {
	// Apply applies a batch exactly once, in one transaction that ends with the ledger's row and the receipt.
	Apply(ctx context.Context, a records.Application) (records.Answer, error)
}

// An Applier applies the batches in a centre's inbox.
type Applier struct {
	Desk      Desk
	Directory Directory
	Ledger    Ledger
	Key       ed25519.PrivateKey // the centre's, for receipts
	By        string
	Now       func() time.Time
}

// An ApplyReport says what apply did.
type ApplyReport struct {
	Batches   int       `json:"batches"` // applied by this run
	Rows      int       `json:"rows"`
	Stored    int       `json:"stored"`
	Unchanged int       `json:"unchanged"`
	Conflicts int       `json:"conflicts"`
	Rejects   int       `json:"rejects"`
	Again     int       `json:"again"` // batches that were applied before
	Forks     int       `json:"forks"`
	Refused   int       `json:"refused"`
	Lost      int       `json:"lost,omitempty"`   // of these, batches of devices that were reported lost
	Gaps      int       `json:"gaps"`             // batches that wait for one before them
	Failed    int       `json:"failed,omitempty"` // devices whose batches wait because applying one failed
	Problems  []Problem `json:"problems,omitempty"`
}

// A Problem is a batch that was not applied.
type Problem struct {
	DeviceID string `json:"device"`
	Number   int64  `json:"batch"`
	Status   string `json:"status"` // fork, refused, waiting or failed
	Why      string `json:"why"`
}

// statusFailed is a problem's whose batch could not be applied, and waits.
const statusFailed = "failed"

// Apply applies every batch that waits. A batch that is no good is put aside with a reason and blocks no other. Where applying
// one fails, it waits with those of its device behind it, the other devices go on, and the error names each such device: the same
// call tries again.
func (a *Applier) Apply(ctx context.Context) (ApplyReport, error) {
	var report ApplyReport
	waiting, err := a.Desk.Waiting(ctx)
	if err != nil {
		return report, err
	}
	senders := senders{directory: a.Directory}
	var errs []error
	stuck := ""
	for _, b := range waiting {
		if err := ctx.Err(); err != nil {
			return report, err
		}
		if b.DeviceID == stuck {
			continue
		}
		err := a.batch(ctx, b, &senders, &report)
		if err == nil {
			continue
		}
		if ctx.Err() == nil {
			stuck = b.DeviceID
			report.Failed++
			report.Problems = append(report.Problems, Problem{DeviceID: b.DeviceID, Number: b.Number, Status: statusFailed, Why: err.Error()})
		}
		errs = append(errs, fmt.Errorf("batch %d of device %s: %w", b.Number, b.DeviceID, err))
	}
	return report, errors.Join(errs...)
}

func (a *Applier) batch(ctx context.Context, b records.Inbound, senders *senders, report *ApplyReport) error {
	problem := func(status, why string) {
		report.Problems = append(report.Problems, Problem{DeviceID: b.DeviceID, Number: b.Number, Status: status, Why: why})
	}
	b, err := a.Desk.Batch(ctx, b.DeviceID, b.Number, b.Hash)
	if err != nil {
		return err
	}
	from, err := senders.find(ctx, b.DeviceID)
	if err != nil {
		return err
	}
	application, err := verify(b, from)
	if err != nil {
		report.Refused++
		if errors.Is(err, ErrLost) {
			report.Lost++
		}
		problem(records.InboxRefused, err.Error())
		return a.Desk.Refuse(ctx, b, err.Error())
	}
	application.By, application.At = a.By, records.Stamp(a.Now())
	application.Seal = func(applied records.Applied, rejected []records.RowReject) ([]byte, error) {
		return Receipt{Applied: applied, Rejected: rejected}.seal(a.Key)
	}
	answer, err := a.ask(ctx, application)
	if err != nil {
		return err
	}
	switch {
	case answer.Status == records.InboxFork:
		report.Forks++
		problem(answer.Status, answer.Why)
	case answer.Status == records.InboxWaiting:
		report.Gaps++
		problem(answer.Status, fmt.Sprintf("batch %d must come first", answer.Wants))
	case answer.Again:
		report.Again++
	default:
		report.add(answer.Applied)
	}
	return nil
}

// ask applies a batch. After an error, which may have come after the commit, it asks again: the ledger knows whether the batch
// was applied.
func (a *Applier) ask(ctx context.Context, application records.Application) (answer records.Answer, err error) {
	for try := range attempts {
		answer, err = a.Ledger.Apply(ctx, application)
		if err == nil || ctx.Err() != nil {
			answer.Again = answer.Again && try == 0
			break
		}
	}
	return answer, err
}

func (r *ApplyReport) add(a records.Applied) {
	r.Batches++
	r.Rows += a.Rows
	r.Stored += a.Stored
	r.Unchanged += a.Unchanged
	r.Conflicts += a.Conflicts
	r.Rejects += a.Rejects
}

// A sender is a device as the centre knows it. A device that is not enrolled has no key.
type sender struct {
	records.Device
	leases []records.Lease
}

// senders remembers devices for one run.
type senders struct {
	directory Directory
	last      *sender // batches come in the order of their devices
}

func (s *senders) find(ctx context.Context, id string) (*sender, error) {
	if s.last != nil && s.last.ID == id {
		return s.last, nil
	}
	d, err := s.directory.Device(ctx, id)
	if errors.Is(err, records.ErrNotFound) {
		d, err = records.Device{ID: id}, nil
	}
	if err != nil {
		return nil, err
	}
	leases, err := s.directory.Leases(ctx, id)
	if err != nil {
		return nil, err
	}
	s.last = &sender{d, leases}
	return s.last, nil
}

// Why a batch as a whole is refused, besides the errors of [Open].
var (
	ErrUnknownDevice = errors.New("its device is not enrolled here")
	ErrNotActive     = errors.New("its device is not active any more")
)

// errFromLost holds a batch whose device was reported lost. It says what a person has to know.
var errFromLost = fmt.Errorf("%w: the batch is held and nothing of it is used", ErrLost)

// verify holds a batch, as received, to its device's key and to what the inbox says of it.
func verify(b records.Inbound, from *sender) (records.Application, error) {
	switch {
	case from.PublicKey == nil:
		return records.Application{}, ErrUnknownDevice
	case from.Status == records.DeviceLost:
		return records.Application{}, errFromLost
	case from.Status != records.DeviceActive:
		return records.Application{}, ErrNotActive
	case records.Hash(b.Bytes) != b.Hash:
		return records.Application{}, ErrDamaged
	}
	h, rows, err := Open(b.Bytes, from.PublicKey)
	if err != nil {
		return records.Application{}, err
	}
	if h.DeviceID != b.DeviceID || h.Number != b.Number {
		return records.Application{}, ErrDamaged
	}
	a := records.Application{
		DeviceID: h.DeviceID, Number: h.Number, Hash: b.Hash, Prev: h.Prev,
		Changes: make([]records.Change, len(rows)), Why: make([]string, len(rows)),
	}
	for i, r := range rows {
		a.Changes[i], a.Why[i] = r.Change, r.Why
		if r.Why == "" {
			a.Why[i] = from.judge(r.Change)
		}
	}
	return a, nil
}
