package main

import "github.com/spf13/cobra"

// commands lists the commands, in the order in which help shows them.
func commands(a *app) []*cobra.Command {
	return []*cobra.Command{
		newInitCommand(a),
		newOperatorCommand(a),
		newTemplateCommand(a),
		newImportCommand(a),
		newCoverageCommand(a),
		newDedupeCommand(a),
		newReviewCommand(a),
		newIssueCommand(a),
		newPrintCommand(a),
		newCardCommand(a),
		newPendingCommand(a),
		newStockCommand(a),
		newSyncCommand(a),
		newFacilityCommand(a),
		newServeCommand(a),
		newDoctorCommand(a),
		newDemoCommand(a),
		newSimulateCommand(a),
	}
}
