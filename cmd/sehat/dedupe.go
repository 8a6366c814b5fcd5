package main

import (
	"context"
	"fmt"
	"runtime/debug"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/linkage"
)

type dedupeOptions struct {
	file     string
	columns  []string
	pairs    string
	clusters string
	report   string
	train    bool
}

func newDedupeCommand(a *app) *cobra.Command {
	var opts dedupeOptions
	cmd := &cobra.Command{
		Use:   "dedupe",
		Short: "Find the residents who were recorded twice",
		Long: `Dedupe compares the residents of the store with each other and says which records are
one person. Sure matches become one person at once; pairs in doubt wait for
"sehat review" and hold back both cards meanwhile. Running it again compares those who
were imported or corrected since with all the others, in seconds, and changes nothing if
there are none. What people decided stays.

The weights of names and dates are learned from the residents themselves, the first time
and again once a fifth more have come. --train learns them anew now, also from what was
decided in reviews, and compares everybody anew.

With --file it does the same to any CSV, without a store: headers named as in the
survey form are known, --columns names the others, for example

  sehat dedupe --file people.csv --columns id=rec_id,family_name=surname,text:state=state \
    --pairs pairs.csv --clusters clusters.csv

Fields: id, household, line_no, full_name, full_name_hi, given_name, family_name,
father_or_husband_name, relation, sex, birth_date (any common form, partial too),
birth_year, birth_month, birth_day, age_years, visit_date, mobile, epic_no,
abha_number, house_no, address_line, locality, pin_code, ward_code, and
text:NAME for extra text to compare.

--report writes a page for a browser or a printer: what was found, how sure it is, example
pairs at every weight, what each agreement counts. It holds names; only you can read it.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := mayReport(opts); err != nil {
				return err
			}
			if opts.file != "" {
				if opts.train {
					return usageError{fmt.Errorf("--train is for the store: --file always learns")}
				}
				return runDedupeFile(cmd.Context(), a, opts)
			}
			if len(opts.columns) > 0 || opts.pairs != "" || opts.clusters != "" {
				return usageError{fmt.Errorf("--columns, --pairs and --clusters go with --file")}
			}
			return runDedupe(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.file, "file", "", "a CSV of people to link, instead of the store")
	flags.StringSliceVar(&opts.columns, "columns", nil, "field=header,… for headers that are not known")
	flags.StringVar(&opts.pairs, "pairs", "", "write the pairs found to this CSV")
	flags.StringVar(&opts.clusters, "clusters", "", "write each record's person to this CSV")
	flags.StringVar(&opts.report, "report", "", "write a page about the run to this HTML file")
	flags.BoolVar(&opts.train, "train", false, "learn the weights anew and compare everybody")
	return cmd
}

func runDedupe(ctx context.Context, a *app, opts dedupeOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	// The engine's records are nearly free of pointers: collecting them often costs little and halves the peak.
	defer debug.SetGCPercent(debug.SetGCPercent(50))
	report, err := records.Dedupe(ctx, s, linkage.Options{Report: opts.report != ""}, opts.train)
	if err != nil {
		return err
	}
	if opts.report != "" {
		if err := writeReport(a, opts.report, report.Linkage, storeReport(ctx, s, h)); err != nil {
			return err
		}
	}
	if err := a.result(report, "%s", dedupeSummary(report)); err != nil {
		return err
	}
	if report.Reviews > 0 {
		return needsPerson{count(report.Reviews, "pair") + " in doubt: a person must decide", `decide them with "sehat review"`}
	}
	return nil
}

func dedupeSummary(r records.DedupeReport) string {
	var text string
	switch {
	case r.Learned || r.Refused != "":
		text = fmt.Sprintf("%s compared with each other in %s", count(r.Compared, "resident"), count(r.PairsCompared, "pair"))
	case r.Compared > 0 || r.PairsCompared > 0:
		text = fmt.Sprintf("%s compared with %d in %s", count(r.Compared, "resident"), r.Residents, count(r.PairsCompared, "pair"))
	default:
		text = "nothing new among " + count(r.Residents, "resident")
	}
	text += fmt.Sprintf(": %s, %s (%s recorded more than once)", count(r.Matches, "match"), count(r.Persons, "person"), count(r.Residents-r.Persons, "time"))
	if r.Why != "" {
		text += "\nall compared anew: " + r.Why
	}
	if r.Learned {
		text += "\nweights learned from " + count(r.Compared, "resident")
	}
	text += reachSummary(r.Completeness, r.PairsLeft)
	if r.Refused != "" {
		text += "\nno duplicates were sought: " + r.Refused
	}
	if r.Untaught > 0 {
		text += fmt.Sprintf("\n%s decided since the weights were learned: \"sehat dedupe --train\" learns from them", count(r.Untaught, "pair"))
	}
	return text
}
