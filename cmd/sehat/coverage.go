package main

import (
	"cmp"
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"runtime/debug"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store"
	"sehat/survey"
)

type coverageOptions struct {
	frame    string
	survey   string
	by       string
	csv      string
	html     string
	revisits string
}

// coverageTables are the tables that --by names.
var coverageTables = []string{"ward", "block", "team", "enumerator", "day"}

func newCoverageCommand(a *app) *cobra.Command {
	var opts coverageOptions
	cmd := &cobra.Command{
		Use:   "coverage",
		Short: "Show how far the survey has come: visited, due again, not yet visited",
		Long: `Coverage counts households by how their visits ended. Of several visits of one household the
last one counts that was not "locked" or "come again"; all of them are kept.

How many households there are to visit is told once, by a list with the columns ward_code,
block_no and expected_households, and perhaps team_id (CSV or Excel): --frame FILE. It is
remembered; a newer list takes its place. Without one, nobody knows what was not yet visited.

--html writes one page to look at or to print: wards, the pace and the likely end, revisits by
team, and where an enumerator's work differs so much from the others' that it is worth a look.
It names staff by their ids and nobody else. --revisits writes the addresses to call at again,
for the teams' eyes only.`,
		Example: `  sehat coverage --frame blocks.xlsx
  sehat coverage --by team
  sehat coverage --html coverage.html --revisits revisits.csv`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if !slices.Contains(coverageTables, opts.by) {
				return usageError{fmt.Errorf("--by %s: there are %s", opts.by, strings.Join(coverageTables, ", "))}
			}
			return runCoverage(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.frame, "frame", "", "read how many households are expected from this list, and remember it")
	flags.StringVar(&opts.survey, "survey", "", "the survey round, where there are several (default: the one with the latest visit)")
	flags.StringVar(&opts.by, "by", "ward", "a line for each: "+strings.Join(coverageTables, ", "))
	flags.StringVar(&opts.csv, "csv", "", "write the table to this CSV file")
	flags.StringVar(&opts.html, "html", "", "write a page to look at or to print to this file")
	flags.StringVar(&opts.revisits, "revisits", "", "write the addresses to call at again to this CSV file: personal data")
	return cmd
}

// A coverageReport is what --json prints.
type coverageReport struct {
	*survey.Coverage
	Frame      records.Frame       `json:"frame"`
	Projection survey.Projection   `json:"projection"`
	Looks      []survey.Look       `json:"look_at"`  // with --html or --json, as the next
	Measures   []survey.Comparison `json:"measures"` // of all enumerators
}

func runCoverage(ctx context.Context, a *app, opts coverageOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	rounds, err := s.Rounds(ctx)
	if err != nil {
		return err
	}
	round, err := coverageRound(a, rounds, opts)
	if err != nil {
		return err
	}
	if opts.frame != "" {
		if err := takeFrame(ctx, a, s, opts.frame, round); err != nil {
			return err
		}
	}
	if len(rounds) == 0 && opts.frame == "" {
		return withHint(errors.New("no household is in the register yet"), `"sehat import" brings in what the teams sent`)
	}
	var r coverageReport
	defer debug.SetGCPercent(debug.SetGCPercent(50)) // of a city's households a little stays in memory
	c, err := records.Cover(ctx, s, roundOf(rounds, round), opts.html != "" || a.json)
	if err != nil {
		return err
	}
	r.Coverage, r.Frame, r.Measures = c.Coverage, c.Frame, c.Measures
	r.Projection, r.Looks = r.Project(), survey.Looks(r.Measures)
	if err := writeCoverageFiles(ctx, a, s, h, r, opts); err != nil {
		return err
	}
	if a.json {
		return a.result(r, "")
	}
	printCoverage(a, r, opts.by)
	return nil
}

// coverageRound says which round is shown.
func coverageRound(a *app, rounds []records.Round, opts coverageOptions) (string, error) {
	if opts.survey != "" {
		if opts.frame == "" && !slices.ContainsFunc(rounds, func(r records.Round) bool { return r.Survey == opts.survey }) {
			var names []string
			for _, r := range rounds {
				names = append(names, r.Survey)
			}
			return "", withHint(fmt.Errorf("no household of the round %s is in the register", opts.survey), "there are: %s", cmp.Or(strings.Join(names, ", "), "none"))
		}
		return opts.survey, nil
	}
	switch len(rounds) {
	case 0:
		if opts.frame != "" {
			return "", withHint(usageError{errors.New("the register is empty, so nobody knows which round the list is for")}, "name it: --survey 2026-1")
		}
		return "", nil
	case 1:
	default:
		a.say("%s is the round with the latest visit; there are %d, and --survey names another", rounds[0].Survey, len(rounds))
	}
	return rounds[0].Survey, nil
}

// roundOf finds a round; one that nobody has been visited in yet has no households.
func roundOf(rounds []records.Round, code string) records.Round {
	if i := slices.IndexFunc(rounds, func(r records.Round) bool { return r.Survey == code }); i >= 0 {
		return rounds[i]
	}
	return records.Round{Survey: code}
}

// takeFrame reads a list of expected households and remembers it.
func takeFrame(ctx context.Context, a *app, s *store.Store, path, round string) error {
	areas, err := wards()
	if err != nil {
		return err
	}
	list, err := survey.ParseFrame(importer.Lines(ctx, path), areas)
	if err != nil {
		var unreadable *importer.FileError
		if errors.As(err, &unreadable) {
			return withHint(fmt.Errorf("%s: %w", path, err), "%s", unreadable.Hint)
		}
		if errors.Is(err, survey.ErrFrame) {
			return withHint(fmt.Errorf("%s: %w", path, err), "mend the list and give it again; the one before still counts")
		}
		return fmt.Errorf("%s: %w", path, err)
	}
	by, err := a.attended(ctx, s)
	if err != nil {
		return err
	}
	f := records.Frame{Survey: round, File: importer.FileName(path), By: by, At: records.Stamp(a.now()), Frame: list}
	if err := f.Seal(); err != nil {
		return err
	}
	saved, fresh, err := s.SaveFrame(ctx, f)
	if err != nil {
		return err
	}
	if !fresh {
		a.say("%s holds what was remembered already (list %d, from %s)", path, saved.Version, saved.File)
		return nil
	}
	sum := 0
	for _, r := range list.Rows {
		sum += r.Expected
	}
	a.say("%s is remembered as list %d of round %s: %s expected in %s", path, saved.Version, round, countGrouped(sum, "household"), countGrouped(len(list.Rows), "row"))
	return nil
}

func countGrouped(n int, noun string) string {
	return strings.Replace(count(n, noun), strconv.Itoa(n), grouped(n), 1)
}

func writeCoverageFiles(ctx context.Context, a *app, s *store.Store, h home, r coverageReport, opts coverageOptions) error {
	if opts.csv != "" {
		if err := writeStream(opts.csv, func(w io.Writer) error { return writeCoverageCSV(w, r, opts.by) }); err != nil {
			return err
		}
	}
	if opts.revisits != "" {
		n := 0
		err := writeStream(opts.revisits, func(w io.Writer) (err error) {
			n, err = writeRevisits(ctx, w, s, r.Survey)
			return err
		})
		if err != nil {
			return err
		}
		a.say("%s holds %s to call at again, with addresses: only you can read it; give each team its own part", opts.revisits, countGrouped(n, "household"))
	}
	if opts.html != "" {
		return writeCoveragePage(ctx, a, s, h, r, opts.html)
	}
	return nil
}

// rows is the table that --by names.
func (r coverageReport) rows(by string) []survey.CoverageRow {
	switch by {
	case "block":
		return r.Blocks
	case "team":
		return r.Teams
	case "enumerator":
		return r.Enumerators
	case "day":
		return r.Days
	}
	return r.Wards
}

// coverageNames are the columns that name a row, and their headers.
func coverageNames(by string) []string {
	return map[string][]string{"block": {"ward", "block"}, "enumerator": {"team", "enumerator"}}[by]
}

func coverageName(row survey.CoverageRow, by string) []string {
	or := func(name string) string { return cmp.Or(name, "(none)") }
	switch by {
	case "block":
		return []string{or(row.Ward), or(row.Block)}
	case "team":
		return []string{or(row.Team)}
	case "enumerator":
		return []string{or(row.Team), or(row.Enumerator)}
	case "day":
		return []string{or(row.Day)}
	}
	return []string{or(row.Ward)}
}

func printCoverage(a *app, r coverageReport, by string) {
	fmt.Fprintf(a.stdout, "survey round %s: %s\n", r.Survey, coverageSentence(r))
	t := newTable(a.stdout)
	expects := by == "ward" || by == "block" || by == "team" && slices.ContainsFunc(r.Teams, func(t survey.CoverageRow) bool { return t.Framed })
	names := coverageNames(by)
	if names == nil {
		names = []string{by}
	}
	head := slices.Clone(names)
	if expects {
		head = append(head, "expected")
	}
	head = append(head, "complete", "part", "again", "refused", "vacant") // short, so that a line fits 80 columns
	if expects {
		head = append(head, "to visit", "done")
	}
	t.row(head...)
	line := func(name []string, row survey.CoverageRow) {
		cells := slices.Clone(name)
		if expects {
			cells = append(cells, ifFramed(row.Framed, grouped(row.Expected)))
		}
		cells = append(cells, grouped(row.Complete), grouped(row.Partial), grouped(row.Due()), grouped(row.Refused), grouped(row.Gone()))
		if expects {
			unvisited := grouped(row.Unvisited)
			if row.Beyond > 0 {
				unvisited += " (+" + grouped(row.Beyond) + ")"
			}
			cells = append(cells, ifFramed(row.Framed, unvisited), shareText(row.Tally))
		}
		t.row(cells...)
	}
	for _, row := range r.rows(by) {
		line(coverageName(row, by), row)
	}
	total := make([]string, len(names))
	total[0] = "all"
	line(total, r.Total)
	t.flush()
	fmt.Fprintln(a.stdout, "part: partly done; again: locked or come again; vacant: also not found")
	if expects && r.Total.Beyond > 0 {
		fmt.Fprintf(a.stdout, "(+%s): so many more were found than expected; what one ward has too many makes up for no other\n", grouped(r.Total.Beyond))
	}
	for _, note := range coverageNotes(r) {
		fmt.Fprintln(a.stdout, note)
	}
}

func ifFramed(framed bool, text string) string {
	if !framed {
		return "-"
	}
	return text
}

func shareText(t survey.Tally) string {
	share, ok := t.Share()
	if !ok {
		return "-"
	}
	return flooredPercent(share)
}

// flooredPercent rounds towards what is still to do: 100 % is all.
func flooredPercent(share float64) string {
	n := int(100*share + 1e-9)
	return strconv.Itoa(n) + " %"
}

// coverageSentence says in a line how far it is.
func coverageSentence(r coverageReport) string {
	visited := countGrouped(r.Total.Visited(), "household") + " visited"
	if !r.Total.Framed {
		return visited + ", " + grouped(r.Total.Complete) + " of them complete"
	}
	return fmt.Sprintf("%s of %s expected, %s complete (%s)", visited, grouped(r.Total.Expected), grouped(r.Total.Complete), shareText(r.Total.Tally))
}

// coverageNotes are the lines below the table: what a reader of it has to know.
func coverageNotes(r coverageReport) []string {
	var notes []string
	if !r.Total.Framed {
		return append(notes, `how many households there are is not known: "sehat coverage --frame FILE" takes a list of them by ward and block`)
	}
	unframed := 0
	for _, w := range r.Wards {
		if !w.Framed {
			unframed++
		}
	}
	if unframed > 0 {
		notes = append(notes, countGrouped(unframed, "ward")+" with visits not in the list of expected households, and so without a share")
	}
	if r.Outside > 0 {
		notes = append(notes, countGrouped(r.Outside, "household")+` in blocks that the list does not have: "sehat coverage --by block" shows them with -`)
	}
	return append(notes, endSentence(r.Projection))
}

// endSentence says when the survey will end.
func endSentence(p survey.Projection) string {
	switch {
	case p.Done:
		return "every expected household is settled"
	case p.End == "":
		return "the end cannot be projected: " + p.Why
	case p.Last == "":
		return fmt.Sprintf("at the pace of the last %d weeks it ends about %s, %s at the earliest; how late, that pace cannot tell", p.Weeks, dateText(p.End), dateText(p.First))
	}
	return fmt.Sprintf("at the pace of the last %d weeks it ends about %s (four times in five between %s and %s)", p.Weeks, dateText(p.End), dateText(p.First), dateText(p.Last))
}

// csvForExcel writes CSV that begins with a byte-order mark, without which Excel shows Hindi as rubbish.
func csvForExcel(w io.Writer) (*csv.Writer, error) {
	_, err := io.WriteString(w, "\ufeff")
	return csv.NewWriter(w), err
}

// writeCoverageCSV writes a table with every outcome in a column of its own.
func writeCoverageCSV(w io.Writer, r coverageReport, by string) error {
	out, err := csvForExcel(w)
	if err != nil {
		return err
	}
	names := map[string][]string{
		"ward": {"ward_code"}, "block": {"ward_code", "block_no"}, "team": {"team_id"}, "enumerator": {"team_id", "enumerator_id"}, "day": {"visit_date"},
	}[by]
	head := append(slices.Clone(names), "expected_households", "visited", "complete", "partial", "locked", "revisit", "refused", "vacant", "not_found", "not_visited", "more_than_expected")
	if err := out.Write(head); err != nil {
		return err
	}
	for _, row := range r.rows(by) {
		var cells []string
		for _, name := range map[string][]string{
			"ward": {row.Ward}, "block": {row.Ward, row.Block}, "team": {row.Team}, "enumerator": {row.Team, row.Enumerator}, "day": {row.Day},
		}[by] {
			cells = append(cells, cellText(name))
		}
		counts := []int{row.Visited(), row.Complete, row.Partial, row.Locked, row.Revisit, row.Refused, row.Vacant, row.NotFound}
		expected, left, more := "", "", ""
		if row.Framed {
			expected, left, more = strconv.Itoa(row.Expected), strconv.Itoa(row.Unvisited), strconv.Itoa(row.Beyond)
		}
		cells = append(cells, expected)
		for _, n := range counts {
			cells = append(cells, strconv.Itoa(n))
		}
		if err := out.Write(append(cells, left, more)); err != nil {
			return err
		}
	}
	out.Flush()
	return out.Error()
}

// writeRevisits writes where somebody has to call again, team by team in walking order.
func writeRevisits(ctx context.Context, w io.Writer, s *store.Store, round string) (int, error) {
	out, err := csvForExcel(w)
	if err != nil {
		return 0, err
	}
	n := 0
	err = out.Write([]string{"team_id", "ward_code", "block_no", "house_no", "address_line", "locality", "pin_code", "household_id", "visit_outcome", "visits", "last_visit"})
	if err != nil {
		return n, err
	}
	for r, err := range records.RevisitsInWalkingOrder(s.Revisits(ctx, round)) {
		if err != nil {
			return n, fmt.Errorf("reading revisits: %w", err)
		}
		n++
		cells := []string{r.Team, r.Ward, r.Block, r.House, r.Address, r.Locality, r.PIN, r.Key}
		for i := range cells {
			cells[i] = cellText(cells[i])
		}
		if err := out.Write(append(cells, r.Outcome, strconv.Itoa(r.Calls), r.Last)); err != nil {
			return n, err
		}
	}
	out.Flush()
	return n, out.Error()
}
