package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
)

func newSyncLeaseCommand(a *app) *cobra.Command {
	var quota int
	cmd := &cobra.Command{
		Use:   "lease [DEVICE]",
		Short: "Give a laptop more card numbers, or list who has how many",
		Long: `Lease gives an enrolled laptop (its id, the first letters of it, or its name) the right to
give out more card numbers. The laptop fetches it with "sehat sync pull". Without a
laptop it lists all leases: how many numbers each holds, and how many are used as far as
this store knows.`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 0 {
				if cmd.Flags().Changed("quota") {
					return usageError{errors.New("--quota needs a DEVICE")}
				}
				return runLeases(cmd.Context(), a)
			}
			if quota < 1 || quota > cards.MaxQuota {
				return usageError{fmt.Errorf("--quota is between 1 and %d", cards.MaxQuota)}
			}
			return runLease(cmd.Context(), a, args[0], quota)
		},
	}
	cmd.Flags().IntVar(&quota, "quota", deviceQuota, "card numbers to lease")
	return cmd
}

// leaseLine is one lease as it is listed.
type leaseLine struct {
	Device string `json:"device"`
	Name   string `json:"name,omitempty"`
	Lease  string `json:"lease"`
	Quota  int    `json:"quota"`
	Used   int    `json:"used"`
	Left   int    `json:"left"`
	Status string `json:"status"`
}

func lineOf(l records.Lease, name string) leaseLine {
	return leaseLine{l.DeviceID, name, l.ID, l.Quota, l.Used, max(0, l.Quota-l.Used), l.Status}
}

func runLease(ctx context.Context, a *app, who string, quota int) error {
	s, h, key, err := a.openAs(ctx, records.RoleCentre)
	if err != nil {
		return err
	}
	defer s.Close()
	device, err := findDevice(ctx, s, who)
	if err != nil {
		return err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	lease, err := h.centre(a, s, key, by).Lease(ctx, device.ID, quota)
	if err != nil {
		return signedMeanwhile(err)
	}
	if _, err := h.writeTrust(ctx, s); err != nil {
		return err
	}
	return a.result(lineOf(lease, device.Name), `leased %d card numbers to %s; it fetches them with "sehat sync pull"`, quota, device.Name)
}

func runLeases(ctx context.Context, a *app) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	leases, err := s.AllLeases(ctx)
	if err != nil {
		return err
	}
	names := map[string]string{h.Device: h.Name}
	devices, err := s.Devices(ctx)
	if err != nil {
		return err
	}
	for _, d := range devices {
		names[d.ID] = d.Name
	}
	if len(leases) == 0 && !a.json {
		return a.result(nil, "no lease yet")
	}
	for _, l := range leases {
		line := lineOf(l, names[l.DeviceID])
		if err := a.result(line, "%-24s %9d of %9d used, %9d left  %s", line.Name, line.Used, line.Quota, line.Left, line.Status); err != nil {
			return err
		}
	}
	return nil
}

// signedMeanwhile adds what to do where two people let the centre sign at the same moment.
func signedMeanwhile(err error) error {
	if errors.Is(err, records.ErrConflict) {
		return withHint(err, "run it again; nothing was changed")
	}
	return err
}

// findDevice finds a device by its id, the first letters of its id, or its name.
func findDevice(ctx context.Context, s *store.Store, who string) (records.Device, error) {
	devices, err := s.Devices(ctx)
	if err != nil {
		return records.Device{}, err
	}
	var found []records.Device
	for _, d := range devices {
		if d.ID == who || d.Name == who || len(who) >= 4 && strings.HasPrefix(d.ID, who) {
			found = append(found, d)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return records.Device{}, withHint(fmt.Errorf("device %s: %w", who, records.ErrNotFound), `"sehat sync status" lists the enrolled ones`)
	}
	return records.Device{}, usageError{fmt.Errorf("%d devices are called %s; give the id", len(found), who)}
}
