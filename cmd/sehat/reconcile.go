package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/store"
)

type reconcileOptions struct {
	batch  string
	ward   string
	byWard bool
	days   int
	csv    string
	list   string
}

func newPrintReconcileCommand(a *app) *cobra.Command {
	var opts reconcileOptions
	var names []string
	for _, m := range records.Mismatches() {
		names = append(names, string(m))
	}
	cmd := &cobra.Command{
		Use:   "reconcile [BATCH]",
		Short: "Say where every printed card is, and name what does not add up",
		Long: `Reconcile counts every copy of every card once, where it is now: by print batch, or by ward
with --by-ward. In each row the columns from "not made" to "spoiled" add up to the cards.
Below the table stand the cards that do not add up, each kind with the command that lists
them. It ends with status 3 if there are any, as does --list if it lists any.`,
		Args: usage(cobra.MaximumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if len(args) == 1 {
				opts.batch = args[0]
			}
			if opts.list != "" && !slices.Contains(names, opts.list) {
				return usageError{fmt.Errorf("--list is one of %s, not %q", strings.Join(names, ", "), opts.list)}
			}
			return runReconcile(cmd.Context(), a, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.ward, "ward", "", "only the cards of this ward")
	flags.BoolVar(&opts.byWard, "by-ward", false, "a row a ward instead of a row a print batch")
	flags.IntVar(&opts.days, "days", 30, "a card may be printed, dispatched or returned for so many days")
	flags.StringVar(&opts.csv, "csv", "", "write the table as CSV, too")
	flags.StringVar(&opts.list, "list", "", "list the cards of one kind: "+strings.Join(names, ", "))
	return cmd
}

// A reconciliation is where all printed cards are.
type reconciliation struct {
	Cards      records.CardCount   `json:"cards"`
	Piles      []records.PileCount `json:"piles"`
	Total      records.PileCount   `json:"total"`
	Balanced   bool                `json:"balanced"`
	Mismatches []mismatchLine      `json:"mismatches"`
	CSV        string              `json:"csv,omitempty"`
}

// A mismatchLine is how many cards do not add up in one way.
type mismatchLine struct {
	Kind    records.Mismatch `json:"kind"`
	Cards   int              `json:"cards"`
	What    string           `json:"what"`
	Command string           `json:"command"` // that lists them
}

func runReconcile(ctx context.Context, a *app, opts reconcileOptions) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if opts.batch != "" {
		if _, err := s.PrintBatch(ctx, opts.batch); errors.Is(err, records.ErrNotFound) {
			return withHint(fmt.Errorf("print batch %s is not in the register", opts.batch), `"sehat print list" names them`)
		} else if err != nil {
			return err
		}
	}
	filter := records.PileFilter{
		Batch: opts.batch, Ward: opts.ward, Before: records.Stamp(a.now().AddDate(0, 0, -opts.days)), Now: records.Stamp(a.now()),
	}
	if opts.list != "" {
		return listMismatch(ctx, a, s, opts, filter)
	}
	r, err := reconcile(ctx, s, opts, filter)
	if err != nil {
		return err
	}
	if opts.csv != "" {
		if err := writeStream(opts.csv, r.writeCSV); err != nil {
			return err
		}
	}
	if a.json {
		err = a.result(r, "")
	} else {
		err = r.print(a, opts)
	}
	if err != nil {
		return err
	}
	if len(r.Mismatches) > 0 {
		return needsPerson{"the cards do not add up in " + count(len(r.Mismatches), "way"), "begin with: " + r.Mismatches[0].Command}
	}
	return nil
}

func reconcile(ctx context.Context, s *store.Store, opts reconcileOptions, filter records.PileFilter) (reconciliation, error) {
	r := reconciliation{CSV: opts.csv, Mismatches: []mismatchLine{}}
	var err error
	if r.Piles, err = s.PileCounts(ctx, filter, opts.byWard); err != nil {
		return r, err
	}
	if r.Cards, err = s.CardsInPiles(ctx, opts.ward, filter.Now); err != nil {
		return r, err
	}
	r.Balanced = r.Cards.Balanced()
	for _, p := range r.Piles {
		r.Total.Add(p)
		r.Balanced = r.Balanced && p.Balanced()
	}
	if !r.Balanced {
		return r, errors.New("the cards do not add up: this must not happen, tell the makers")
	}
	for _, m := range records.Mismatches() {
		n, err := s.CountMismatched(ctx, m, filter)
		if err != nil {
			return r, err
		}
		if n > 0 {
			r.Mismatches = append(r.Mismatches, mismatchLine{m, n, mismatchWords(m, opts.days), opts.listCommand(m)})
		}
	}
	return r, nil
}

// listCommand is the command that lists the cards of one kind, within the same bounds.
func (o reconcileOptions) listCommand(m records.Mismatch) string {
	text := "sehat print reconcile"
	if o.batch != "" {
		text += " " + o.batch
	}
	if o.ward != "" {
		text += " --ward " + o.ward
	}
	if o.days != 30 {
		text += " --days " + strconv.Itoa(o.days)
	}
	return text + " --list " + string(m)
}

// mismatchWords says what does not add up, and what to do.
func mismatchWords(m records.Mismatch, days int) string {
	switch m {
	case records.MismatchTwice:
		return "handed over twice: find out in whose hands"
	case records.MismatchTwoPiles:
		return "printed twice: destroy one copy and report it spoiled"
	case records.MismatchSpoiledInHand:
		return "reported spoiled, and handed over: find out which is true"
	case records.MismatchEnded:
		return "not valid any more, and still in a pile: take out, destroy and report spoiled"
	case records.MismatchNotDispatched:
		return "handed over, though never dispatched as others of the batch were"
	case records.MismatchClock:
		return "handed over before being printed: a clock was wrong"
	case records.MismatchLate:
		return "dispatched, and not handed over after " + count(days, "day") + ": ask the office"
	case records.MismatchIdle:
		return "printed, and neither dispatched nor handed over after " + count(days, "day")
	case records.MismatchReturnedWaiting:
		return "returned for more than " + count(days, "day") + ": send again, or end"
	case records.MismatchToReprint:
		return `spoiled, and not printed again: run "sehat print"`
	}
	return string(m)
}

// columns are what the table and its CSV show of a pile.
var reconcileColumns = []string{"cards", "not made", "printed", "dispatched", "handed over", "returned", "ended", "spoiled", "reprinted"}

func reconcileCells(p records.PileCount) []string {
	cells := make([]string, 0, len(reconcileColumns))
	for _, n := range []int{p.Copies, p.Making, p.Printed, p.Dispatched, p.HandedOver, p.Returned, p.Ended, p.Spoiled, p.Reprinted} {
		cells = append(cells, strconv.Itoa(n))
	}
	return cells
}

func (r reconciliation) print(a *app, opts reconcileOptions) error {
	table := newTable(a.stdout)
	first := "print batch"
	if opts.byWard {
		first = "ward"
	}
	table.row(append([]string{first}, reconcileColumns...)...)
	for _, p := range r.Piles {
		table.row(append([]string{p.Batch + p.Ward}, reconcileCells(p)...)...)
	}
	table.row(append([]string{"total"}, reconcileCells(r.Total)...)...)
	table.flush()
	c := r.Cards
	text := fmt.Sprintf("%s: %d in a pile", count(c.Cards, "card"), c.InAPile)
	for _, part := range []struct {
		n    int
		what string
	}{
		{c.ToPrint, "to print"}, {c.ToReprint, "to print again"}, {c.Ended, "ended"}, {c.Elsewhere, "on laptops, or printed where nothing is known of here"},
	} {
		if part.n > 0 {
			text += fmt.Sprintf(", %d %s", part.n, part.what)
		}
	}
	fmt.Fprintln(a.stdout, text)
	for _, m := range r.Mismatches {
		fmt.Fprintf(a.stdout, "%s %s\n  %s\n", count(m.Cards, "card"), m.What, m.Command)
	}
	if len(r.Mismatches) == 0 {
		fmt.Fprintln(a.stdout, "everything adds up")
	}
	return nil
}

// writeCSV writes the table, and below it what does not add up, which its last column names.
func (r reconciliation) writeCSV(w io.Writer) error {
	out := csv.NewWriter(w)
	_ = out.Write(append([]string{"print_batch", "ward"}, underscored(append(slices.Clone(reconcileColumns), "mismatch"))...)) // Flush tells
	for _, p := range r.Piles {
		_ = out.Write(append(append([]string{p.Batch, p.Ward}, reconcileCells(p)...), ""))
	}
	_ = out.Write(append(append([]string{"total", ""}, reconcileCells(r.Total)...), ""))
	for _, m := range r.Mismatches {
		row := make([]string, len(reconcileColumns)+3)
		row[2], row[len(row)-1] = strconv.Itoa(m.Cards), string(m.Kind)
		_ = out.Write(row)
	}
	out.Flush()
	return out.Error()
}

func underscored(words []string) []string {
	for i := range words {
		words[i] = strings.ReplaceAll(words[i], " ", "_")
	}
	return words
}

// listMismatch lists the cards that do not add up in one way.
func listMismatch(ctx context.Context, a *app, s *store.Store, opts reconcileOptions, filter records.PileFilter) error {
	m := records.Mismatch(opts.list)
	where := newPlaces(s)
	table := newTable(a.stdout)
	n := 0
	for row, err := range s.Mismatched(ctx, m, filter) {
		if err != nil {
			return fmt.Errorf("reading printed cards: %w", err)
		}
		n++
		_, at, _ := strings.Cut(where.of(ctx, row.Batch, row.Position), " ")
		line := pileLine{row, at}
		if a.json {
			if err := a.result(line, ""); err != nil {
				return err
			}
			continue
		}
		table.row(row.Batch, line.Place, records.Card{Number: row.Number}.Printed(), wardWord(row.Ward), stateWord(row.State), dayText(row.Since))
	}
	table.flush()
	if n == 0 && !a.json {
		return a.result(nil, "no such card")
	}
	if n > 0 {
		return needsPerson{count(n, "card") + " " + mismatchWords(m, opts.days), mismatchHint(m)}
	}
	return nil
}

// mismatchHint names the command that helps with one card.
func mismatchHint(m records.Mismatch) string {
	switch m {
	case records.MismatchTwoPiles, records.MismatchEnded:
		return `"sehat print spoiled BATCH PLACE" takes a copy down that was destroyed: the first two columns`
	case records.MismatchLate, records.MismatchIdle:
		return `"sehat print dispatch", "sehat card handover" and "sehat card returned" take down where a card is`
	case records.MismatchReturnedWaiting:
		return `"sehat card handover" when somebody took it after all, "sehat card end" when the holder died or moved away`
	case records.MismatchToReprint:
		return `"sehat print" puts them into the next batch`
	}
	return `"sehat card show NUMBER" tells all that happened to a card`
}
