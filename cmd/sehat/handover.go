package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/store"
	"sehat/survey"
)

type handoverOptions struct {
	to, relation string
	why          string
	date         string
	batch        string
	except       []string
	scan         bool
}

// self is the relation of a holder who came in person.
const self = "self"

func newCardHandoverCommand(a *app) *cobra.Command {
	var opts handoverOptions
	cmd := &cobra.Command{
		Use:   "handover [NUMBER…]",
		Short: "Take down who took a card",
		Long: `Handover takes down that cards were handed over: to the holder, or to whom --relation and --to
name. Who hands them out is --as. At the centre the card is then active.

For many cards: --scan with a hand scanner, one card after the other; "export" and "import"
with a workbook to fill on the way from door to door; or --batch for a whole pile, with
--except for the cards that nobody took.`,
		Example: `  sehat card handover 23456 78901 23456 --relation wife --to "Asha Devi"
  sehat card handover --scan
  sehat card handover --batch 20260131-k7f3 --except S3-07,S4-01`,
		RunE: func(cmd *cobra.Command, args []string) error {
			return runHandover(cmd.Context(), a, args, records.CardHandedOver, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.to, "to", "", "who took the card, if not the holder")
	flags.StringVar(&opts.relation, "relation", "", "of who took it to the holder: wife, son, neighbour, … (default self, unless --to is given)")
	flags.StringVar(&opts.date, "date", "", "the day, if it was not today")
	flags.StringVar(&opts.batch, "batch", "", "all cards that are still in the pile of this print batch; with --scan or NUMBER: only its cards")
	flags.StringSliceVar(&opts.except, "except", nil, "with --batch: but these, by slot or number")
	flags.BoolVar(&opts.scan, "scan", false, "read QR texts and numbers from a hand scanner")
	cmd.AddCommand(newHandoverExportCommand(a), newHandoverImportCommand(a))
	return cmd
}

// Why a card comes back. What is typed with --why may be a key or any words.
var returnReasons = []struct{ key, why string }{
	{"moved", "moved away"},
	{"died", "died"},
	{"refused", "refused"},
	{"not-found", "not found after 3 visits"},
}

func newCardReturnedCommand(a *app) *cobra.Command {
	var opts handoverOptions
	var keys []string
	for _, r := range returnReasons {
		keys = append(keys, r.key)
	}
	cmd := &cobra.Command{
		Use:   "returned NUMBER… --why REASON",
		Short: "Take down that cards came back",
		Long: `Returned takes down that cards came back, and why: ` + strings.Join(keys, ", ") + `, or other words.
Then they are kept where they are, until "sehat print dispatch NUMBER" sends them again, "sehat
card handover NUMBER" hands them over, or "sehat card end NUMBER" ends them.`,
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(opts.why) == "" {
				return usageError{errors.New("say why with --why: " + strings.Join(keys, ", ") + ", or other words")}
			}
			return runHandover(cmd.Context(), a, args, records.CardReturned, opts)
		},
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.why, "why", "", strings.Join(keys, ", ")+", or other words")
	flags.StringVar(&opts.date, "date", "", "the day, if it was not today")
	flags.StringVar(&opts.batch, "batch", "", "only cards of this print batch")
	flags.BoolVar(&opts.scan, "scan", false, "read QR texts and numbers from a hand scanner")
	return cmd
}

func runHandover(ctx context.Context, a *app, args []string, event string, opts handoverOptions) error {
	told, err := opts.event(event, a.now())
	if err != nil {
		return err
	}
	switch {
	case opts.scan && len(args) > 0:
		return usageError{errors.New("either --scan or numbers")}
	case !opts.scan && len(args) == 0 && (opts.batch == "" || event == records.CardReturned):
		return usageError{errors.New("name cards by their numbers, or read them with --scan")}
	case len(opts.except) > 0 && (opts.batch == "" || len(args) > 0 || opts.scan):
		return usageError{errors.New("--except goes with --batch alone")}
	}
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if opts.scan {
		return runScan(ctx, a, s, h, told)
	}
	words := args
	if opts.batch != "" {
		words = append([]string{opts.batch}, args...)
	}
	events, err := placed(ctx, s, words)
	if err != nil {
		return err
	}
	if len(opts.except) > 0 {
		if events, err = allBut(ctx, s, opts.batch, opts.except); err != nil {
			return err
		}
	}
	for i, e := range events {
		events[i] = told
		events[i].Batch, events[i].Position, events[i].Number = e.Batch, e.Position, e.Number
	}
	what := "handed over"
	if event == records.CardReturned {
		what = "returned: " + told.Why
	}
	report := deliveryReport{whole: len(opts.except) > 0}
	_, err = a.deliver(ctx, s, events, what, &report)
	return err
}

// event is what happened, without the card.
func (o handoverOptions) event(event string, now time.Time) (records.PrintEvent, error) {
	e := records.PrintEvent{
		Event: event, To: strings.TrimSpace(o.to), Relation: strings.ToLower(strings.TrimSpace(o.relation)), Why: reasonFor(o.why), Batch: o.batch,
	}
	if event == records.CardHandedOver && e.To == "" {
		e.Relation = cmp.Or(e.Relation, self)
	}
	if o.date != "" {
		day, err := pastDay(o.date, now)
		if err != nil {
			return e, usageError{fmt.Errorf("--date: %w", err)}
		}
		e.At = endOfDay(day, now)
	}
	return e, nil
}

// pastDay reads a day that is not in the future.
func pastDay(text string, now time.Time) (time.Time, error) {
	d, err := survey.ParseDate(text)
	if err == nil && !d.Full() {
		err = survey.ErrDate
	}
	if err != nil {
		return time.Time{}, err
	}
	day := time.Date(d.Year, time.Month(d.Month), d.Day, 0, 0, 0, 0, now.Location())
	if day.After(now) {
		return day, fmt.Errorf("%s is in the future", text)
	}
	return day, nil
}

// reasonFor writes a reason in words.
func reasonFor(text string) string {
	text = strings.TrimSpace(text)
	for _, r := range returnReasons {
		if strings.EqualFold(text, r.key) {
			return r.why
		}
	}
	return text
}

// allBut returns an event for each card of a print batch but those that words name.
func allBut(ctx context.Context, s *store.Store, batch string, except []string) ([]records.PrintEvent, error) {
	left, err := placed(ctx, s, append([]string{batch}, except...))
	if err != nil {
		return nil, err
	}
	b, err := s.PrintBatch(ctx, batch)
	if err != nil {
		return nil, err
	}
	for _, e := range left {
		if e.Number != "" && !slices.ContainsFunc(b.Slots, func(slot records.PrintSlot) bool { return slot.Number == e.Number }) {
			return nil, usageError{fmt.Errorf("--except: card %s is not in print batch %s", records.Card{Number: e.Number}.Printed(), batch)}
		}
	}
	var events []records.PrintEvent
	for _, slot := range b.Slots {
		if !slices.ContainsFunc(left, func(e records.PrintEvent) bool { return e.Position == slot.Position || e.Number == slot.Number }) {
			events = append(events, records.PrintEvent{Batch: b.ID, Position: slot.Position})
		}
	}
	return events, nil
}
