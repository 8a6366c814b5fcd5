package main

import (
	"context"
	"fmt"

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
}

func newDedupeCommand(a *app) *cobra.Command {
	var opts dedupeOptions
	cmd := &cobra.Command{
		Use:   "dedupe",
		Short: "Find the residents who were recorded twice",
		Long: `Dedupe compares the residents of the store with each other and says which records are
one person. Sure matches become one person at once; pairs in doubt wait for
"sehat review" and hold back both cards meanwhile. Running it again changes nothing,
except for what was imported or decided since.

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
	return cmd
}

func runDedupe(ctx context.Context, a *app, opts dedupeOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	report, err := records.Dedupe(ctx, s, linkage.Options{Report: opts.report != ""})
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
	text := fmt.Sprintf("%s compared in %s: %s, %s (%s recorded more than once)", count(r.Residents, "resident"), count(r.PairsCompared, "pair"),
		count(r.Matches, "match"), count(r.Persons, "person"), count(r.Residents-r.Persons, "time"))
	text += reachSummary(r.Completeness, r.PairsLeft)
	if r.Refused != "" {
		text += "\nno duplicates were sought: " + r.Refused
	}
	return text
}
