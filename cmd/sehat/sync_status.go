package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
)

type statusOptions struct {
	silentDays int
	rejects    bool
}

func newSyncStatusCommand(a *app) *cobra.Command {
	var opts statusOptions
	cmd := &cobra.Command{
		Use:   "status",
		Short: "Show what has arrived and what has not",
		Long: `On a laptop, status shows the last batch, what waits for a receipt, what is not frozen
yet, and how many card numbers are left.

At the centre it shows how far each laptop has come and names those from which nothing came
for some days; it adds up the rows of every batch (stored, unchanged, in conflict, not
taken) and says so if they do not make the whole; and it counts forks and open conflicts.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runStatus(cmd.Context(), a, opts) },
	}
	cmd.Flags().IntVar(&opts.silentDays, "silent-days", 7, "at the centre: name laptops from which nothing came for so many days")
	cmd.Flags().BoolVar(&opts.rejects, "rejects", false, "at the centre: name the rows that were not taken")
	return cmd
}

func runStatus(ctx context.Context, a *app, opts statusOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if h.Role == records.RoleCentre {
		return centreStatus(ctx, a, s, h, opts)
	}
	return deviceStatus(ctx, a, s, h)
}

// deviceReport is how far a laptop has come.
type deviceReport struct {
	Role      string `json:"role"`
	Device    string `json:"device"`
	Name      string `json:"name"`
	Enrolled  bool   `json:"enrolled"`
	LastBatch int64  `json:"last_batch"` // 0 before the first
	FrozenAt  string `json:"frozen_at,omitempty"`
	Waiting   int    `json:"waiting"` // batches without a receipt
	Unsent    int    `json:"unsent"`  // rows that are in no batch yet
	LeaseLeft int    `json:"lease_left"`
}

func deviceStatus(ctx context.Context, a *app, s *store.Store, h home) error {
	report := deviceReport{Role: h.Role, Device: h.Device, Name: h.Name, Enrolled: h.Root != ""}
	batches, err := s.Batches(ctx)
	if err != nil {
		return err
	}
	for _, b := range batches {
		report.LastBatch, report.FrozenAt = b.Number, b.FrozenAt
		if b.ReceiptAt == "" {
			report.Waiting++
		}
	}
	if report.Unsent, err = s.OutboxRows(ctx); err != nil {
		return err
	}
	if report.LeaseLeft, err = leaseLeft(ctx, s, h.Device); err != nil {
		return err
	}
	state := "enrolled"
	if !report.Enrolled {
		state = `not enrolled yet: "sehat sync enrol" says how`
	}
	return a.result(report, "%s (device %s), %s\n%s frozen, %d without a receipt, %s not frozen yet\n%s left",
		h.Name, h.Device, state, count(report.LastBatch, "batch"), report.Waiting, count(report.Unsent, "row"), count(report.LeaseLeft, "card number"))
}

// centreReport is what a centre knows of its laptops.
type centreReport struct {
	Role          string       `json:"role"`
	Devices       []deviceLine `json:"devices"`
	Rows          int          `json:"rows"` // of all applied batches, as the four below
	Stored        int          `json:"stored"`
	Unchanged     int          `json:"unchanged"`
	Conflicts     int          `json:"conflicts"`
	Rejects       int          `json:"rejects"`
	Balanced      bool         `json:"balanced"`       // the counts of every batch add up
	Waiting       int          `json:"waiting"`        // batches in the inbox
	Forks         int          `json:"forks"`          // batches held as forks
	Refused       int          `json:"refused"`        // batches put aside
	OpenConflicts int          `json:"open_conflicts"` // rows that wait for a person
	Silent        int          `json:"silent"`         // devices from which nothing came for the days asked for
	Held          []heldLine   `json:"held,omitempty"` // forks and refused batches
	NotTaken      []rejectLine `json:"not_taken,omitempty"`
}

// deviceLine is how far one laptop has come.
type deviceLine struct {
	Device    string `json:"device"`
	Name      string `json:"name"`
	Status    string `json:"status"`
	LastBatch int64  `json:"last_batch"`
	AppliedAt string `json:"applied_at,omitempty"`
	LastSeen  string `json:"last_seen,omitempty"` // when its last batch came; empty if none did
	Silent    int    `json:"silent_days"`         // days since then, or since it was enrolled
	Rows      int    `json:"rows"`
	Waiting   int    `json:"waiting"`
	Forks     int    `json:"forks"`
	Refused   int    `json:"refused"`
	LeaseLeft int    `json:"lease_left"`
}

// heldLine is a batch that was not taken.
type heldLine struct {
	Device string `json:"device"`
	Batch  int64  `json:"batch"`
	Status string `json:"status"` // fork or refused
	Why    string `json:"why"`
}

// rejectLine is a row that was not taken.
type rejectLine struct {
	Device string `json:"device"`
	Batch  int64  `json:"batch"`
	records.RowReject
}

func centreStatus(ctx context.Context, a *app, s *store.Store, h home, opts statusOptions) error {
	report := centreReport{Role: h.Role, Devices: []deviceLine{}, Balanced: true}
	devices, err := s.Devices(ctx)
	if err != nil {
		return err
	}
	progress, err := s.Progress(ctx)
	if err != nil {
		return err
	}
	leases, err := s.AllLeases(ctx)
	if err != nil {
		return err
	}
	left := map[string]int{}
	for _, l := range leases {
		if l.Status == string(cards.LeaseActive) {
			left[l.DeviceID] += max(0, l.Quota-l.Used)
		}
	}
	known := map[string]bool{h.Device: true}
	for _, d := range devices {
		if d.ID != h.Device {
			known[d.ID] = true
			report.add(lineFor(d, progress[d.ID], left[d.ID], a.now()), opts.silentDays)
		}
	}
	for id, st := range progress {
		report.count(st)
		if !known[id] {
			report.add(lineFor(records.Device{ID: id, Name: "unknown", Status: "not enrolled"}, st, 0, a.now()), opts.silentDays)
		}
	}
	held, err := s.HeldBatches(ctx)
	if err != nil {
		return err
	}
	for _, b := range held {
		report.Held = append(report.Held, heldLine{b.DeviceID, b.Number, b.Status, b.Why})
	}
	conflicts, err := s.Conflicts(ctx)
	if err != nil {
		return err
	}
	report.OpenConflicts = len(conflicts)
	if opts.rejects {
		if report.NotTaken, err = notTaken(ctx, s); err != nil {
			return err
		}
	}
	slices.SortFunc(report.Devices, func(a, b deviceLine) int { return cmp.Or(cmp.Compare(b.Silent, a.Silent), cmp.Compare(a.Name, b.Name)) })
	return a.result(report, "%s", report.text(opts.silentDays))
}

func lineFor(d records.Device, st records.Progress, left int, now time.Time) deviceLine {
	line := deviceLine{
		Device: d.ID, Name: d.Name, Status: d.Status, LastBatch: st.Last, AppliedAt: st.AppliedAt, LastSeen: st.ReceivedAt, Rows: st.Rows,
		Waiting: st.Waiting, Forks: st.Forks, Refused: st.Refused, LeaseLeft: left,
	}
	if since, err := records.ParseStamp(cmp.Or(st.ReceivedAt, d.EnrolledAt)); err == nil {
		line.Silent = max(0, int(now.Sub(since).Hours()/24))
	}
	return line
}

func (r *centreReport) add(line deviceLine, silentDays int) {
	r.Devices = append(r.Devices, line)
	if line.Status == records.DeviceActive && line.Silent >= silentDays {
		r.Silent++
	}
}

func (r *centreReport) count(st records.Progress) {
	r.Rows += st.Rows
	r.Stored += st.Stored
	r.Unchanged += st.Unchanged
	r.Conflicts += st.Conflicts
	r.Rejects += st.Rejects
	r.Waiting += st.Waiting
	r.Forks += st.Forks
	r.Refused += st.Refused
	r.Balanced = r.Balanced && st.Unbalanced == 0
}

func notTaken(ctx context.Context, s *store.Store) ([]rejectLine, error) {
	ledger, err := s.Ledger(ctx, "")
	if err != nil {
		return nil, err
	}
	var list []rejectLine
	for _, applied := range ledger {
		if applied.Rejects == 0 {
			continue
		}
		rejects, err := s.SyncRejects(ctx, applied.DeviceID, applied.Number)
		if err != nil {
			return nil, err
		}
		for _, r := range rejects {
			list = append(list, rejectLine{applied.DeviceID, applied.Number, r})
		}
	}
	return list, nil
}

// text tells the report to a person.
func (r centreReport) text(silentDays int) string {
	var b strings.Builder
	if len(r.Devices) == 0 {
		b.WriteString("no laptop is enrolled\n")
	}
	for _, d := range r.Devices {
		fmt.Fprintf(&b, "%-24s batch %-6d %8d rows  %8d card numbers left", d.Name, d.LastBatch, d.Rows, d.LeaseLeft)
		if d.Status != records.DeviceActive {
			fmt.Fprintf(&b, "  %s", d.Status)
		} else if d.Silent >= silentDays {
			fmt.Fprintf(&b, "  nothing for %s", count(d.Silent, "day"))
		}
		for _, batches := range []struct {
			n  int
			is string
		}{{d.Waiting, "waiting"}, {d.Forks, "forks"}, {d.Refused, "refused"}} {
			if batches.n > 0 {
				fmt.Fprintf(&b, "  %d %s", batches.n, batches.is)
			}
		}
		b.WriteByte('\n')
	}
	sum := "which add up"
	if !r.Balanced {
		sum = "WHICH DO NOT ADD UP"
	}
	fmt.Fprintf(&b, "%s applied: %d stored, %d unchanged, %d in conflict, %d not taken, %s\n", count(r.Rows, "row"), r.Stored, r.Unchanged, r.Conflicts, r.Rejects, sum)
	fmt.Fprintf(&b, "%s in the inbox, %s, %d refused; %s", count(r.Waiting, "batch"), count(r.Forks, "fork"), r.Refused, count(r.OpenConflicts, "open conflict"))
	for _, held := range r.Held {
		fmt.Fprintf(&b, "\nbatch %d of device %s: %s: %s", held.Batch, held.Device, held.Status, held.Why)
	}
	for _, n := range r.NotTaken {
		fmt.Fprintf(&b, "\ndevice %s, batch %d, row %d: %s %s: %s", n.Device, n.Batch, n.Row, n.Noun, n.Key, n.Why)
	}
	return b.String()
}
