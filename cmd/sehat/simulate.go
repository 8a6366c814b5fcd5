package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"sehat/survey/simulate"
)

type simulateOptions struct {
	households int
	seed       uint64
	out        string
	format     string
}

func newSimulateCommand(a *app) *cobra.Command {
	var opts simulateOptions
	cmd := &cobra.Command{
		Use:   "simulate",
		Short: "Invent households as survey teams would have recorded them",
		Long: `Simulate writes files that survey teams of Delhi could have sent: families of many
communities, people surveyed twice, spelling errors, bad rows. The truth about them goes
into a folder beside them. All people are invented; the same seed gives the same files.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.households < 1 {
				return usageError{fmt.Errorf("--households must be at least 1")}
			}
			if opts.format != string(simulate.XLSX) && opts.format != string(simulate.CSV) {
				return usageError{fmt.Errorf("--format is %s or %s, not %q", simulate.XLSX, simulate.CSV, opts.format)}
			}
			return runSimulate(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.IntVar(&opts.households, "households", 100, "households to list")
	flags.Uint64Var(&opts.seed, "seed", 1, "another seed, another city")
	flags.StringVar(&opts.out, "out", "survey", "folder for the files")
	flags.StringVar(&opts.format, "format", string(simulate.XLSX), "xlsx or csv")
	return cmd
}

func runSimulate(ctx context.Context, a *app, opts simulateOptions) error {
	report, err := simulate.Write(ctx, opts.out, simulate.Options{
		Households: opts.households, Seed: opts.seed, Format: simulate.Format(strings.ToLower(opts.format)),
	})
	if err != nil {
		return err
	}
	return a.result(report, "%s with %s in %s under %s: %s among them, %s more than once, %s meant to be held back",
		count(report.Households, "household"), count(report.Members, "line"), count(report.Files, "file"), opts.out,
		count(report.Persons, "different person"), count(report.Duplicates, "line"), count(report.BadRows, "row"))
}
