package main

import (
	"github.com/spf13/cobra"
)

func newSyncCommand(a *app) *cobra.Command {
	return group("sync", "Bring what laptops collected to the centre, exactly once",
		`Sync carries rows from laptops to their centre.

Once for each laptop:
  on the laptop    sehat sync enrol --request laptop.request
  at the centre    sehat sync enrol --approve laptop.request --out laptop.grant
  on the laptop    sehat sync enrol --accept laptop.grant

As often as you like, in any order, with any interruption:
  on the laptop    sehat sync push --to postgres://centre/sehat
  at the centre    sehat sync apply
  on the laptop    sehat sync pull`,
		newSyncEnrolCommand(a),
		newSyncLeaseCommand(a),
		newSyncLostCommand(a),
		newSyncPushCommand(a),
		newSyncApplyCommand(a),
		newSyncPullCommand(a),
		newSyncStatusCommand(a),
		newSyncConflictsCommand(a),
		newSyncResolveCommand(a),
	)
}
