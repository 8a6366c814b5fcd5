package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sehat/records"
	batchsync "sehat/sync"
)

func newSyncApplyCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "apply",
		Short: "Take the batches that came into the centre's store",
		Long: `Apply takes every batch in the centre's inbox into its store, exactly once, and signs a
receipt for each. A row that fits what is stored is stored; one that was made from another
version is a conflict for a person ("sehat sync conflicts"); a bad row is counted and named
and blocks no other. A batch that is no good as a whole is put aside with the reason. Where a
batch cannot be stored, the batches of its laptop wait, the others go on, and the command
fails at the end with the laptop's name.

Once a day it also signs the list of revoked cards anew, for whoever verifies cards tells by
its age how much may be missing from it.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runApply(cmd.Context(), a) },
	}
}

func runApply(ctx context.Context, a *app) error {
	s, h, key, err := a.openAs(ctx, records.RoleCentre)
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.attended(ctx, s)
	if err != nil {
		return err
	}
	if err := h.renewLists(ctx, a, s, key, by); err != nil {
		return err
	}
	applier := batchsync.Applier{Desk: s, Directory: s, Ledger: s, Key: key, By: by, Now: a.now}
	report, failed := applier.Apply(ctx)
	if failed != nil && report.Failed == 0 {
		return failed
	}
	if err := a.publish(ctx, s, by); err != nil { // a laptop may have ended cards
		return err
	}
	if err := a.result(report, "%s", applyText(report)); err != nil {
		return err
	}
	if failed != nil {
		return withHint(fmt.Errorf("the batches of %s were not applied: %w", count(report.Failed, "device"), failed),
			`nothing is lost, and the other laptops' batches are applied; "sehat sync apply" tries again`)
	}
	return applyNeeds(report)
}

func applyText(r batchsync.ApplyReport) string {
	var b strings.Builder
	if r.Batches == 0 && len(r.Problems) == 0 {
		return "no batch waits: nothing to do"
	}
	fmt.Fprintf(&b, "applied %s, %s: %d stored, %d unchanged, %d in conflict, %d not taken",
		count(r.Batches, "batch"), count(r.Rows, "row"), r.Stored, r.Unchanged, r.Conflicts, r.Rejects)
	for _, p := range r.Problems {
		fmt.Fprintf(&b, "\nbatch %d of device %s: %s: %s", p.Number, p.DeviceID, p.Status, p.Why)
	}
	return b.String()
}

// applyNeeds says what a person has to do after apply, if anything. A batch that waits for one before it needs nobody.
func applyNeeds(r batchsync.ApplyReport) error {
	switch {
	case r.Forks > 0:
		return needsPerson{
			"held as a fork, nothing of it is used: " + count(r.Forks, "batch"),
			"the laptop was cloned, or restored from a backup: find it, and enrol it anew with an empty home",
		}
	case r.Lost > 0:
		return needsPerson{
			"held, because the laptop was reported lost: " + count(r.Lost, "batch"),
			`who has that laptop? If it is found again, it is enrolled as a new one: "sehat sync lost --help" says how`,
		}
	case r.Refused > 0:
		return needsPerson{count(r.Refused, "batch") + " refused", "nothing is lost: the laptop offers them again with its next push"}
	case r.Conflicts > 0:
		return needsPerson{count(r.Conflicts, "row") + " in conflict", `see "sehat sync conflicts"`}
	case r.Rejects > 0:
		return needsPerson{count(r.Rejects, "row") + " not taken", `"sehat sync status --rejects" names them`}
	}
	return nil
}
