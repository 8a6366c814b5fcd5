package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sehat/records"
	"sehat/records/store"
)

// A deliveryReport is what came of telling what became of printed cards.
type deliveryReport struct {
	Event   string         `json:"event"`
	Applied int            `json:"applied"`
	Already int            `json:"already"`
	LeftOut int            `json:"left_out"` // of a whole batch, those that are not in its pile any more
	Refused []deliveryLine `json:"refused"`
	List    string         `json:"list,omitempty"` // a file that names the cards

	whole bool // the events are a batch but for some cards: those that are not in its pile any more are left out, too
}

// A deliveryLine is one card of which it could not be taken down.
type deliveryLine struct {
	Place   string `json:"place,omitempty"` // print batch, sheet and slot
	Number  string `json:"number,omitempty"`
	Version int    `json:"version,omitempty"`
	How     string `json:"how"`
	Why     string `json:"why"`
}

// mostLines is how many cards a report names to somebody who reads.
const mostLines = 50

// deliver takes down events, which say what happened but not who and when, and reports it in the words of the event.
func (a *app) deliver(ctx context.Context, s *store.Store, events []records.PrintEvent, what string, report *deliveryReport) (records.PrintOutcome, error) {
	if len(events) == 0 {
		return records.PrintOutcome{}, usageError{errors.New("name the cards: a print batch with sheets or slots, or numbers")}
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return records.PrintOutcome{}, err
	}
	now := records.Stamp(a.now())
	for i := range events {
		events[i].By = by
		if events[i].At == "" {
			events[i].At = now
		}
	}
	out, err := records.ApplyPrintEvents(ctx, s, events)
	if err != nil {
		return out, err
	}
	*report = deliveryReport{Event: events[0].Event, Applied: out.Applied, Already: out.Already, Refused: []deliveryLine{}, List: report.List, whole: report.whole}
	where := newPlaces(s)
	text := fmt.Sprintf("%s %s", count(out.Applied, "card"), what)
	if out.Already > 0 {
		text += fmt.Sprintf("; %d %s so already", out.Already, was(out.Already))
	}
	var left, lines []string
	whole := map[records.PrintHow]int{}
	for _, r := range out.Answers {
		e := events[r.Index]
		switch {
		case !r.How.Refused():
		case (report.whole || e.Position == 0 && e.Number == "") && (r.How == records.PrintSpoiled || r.How == records.PrintInHand):
			report.LeftOut++
			whole[r.How]++
		default:
			line := deliveryLine{where.of(ctx, r.Batch, r.Position), r.Number, r.Version, string(r.How), r.Why}
			report.Refused = append(report.Refused, line)
			if len(lines) == mostLines {
				lines = append(lines, "\n  and others: --json lists them all")
			}
			if len(lines) > mostLines {
				continue
			}
			lines = append(lines, "\n  "+strings.TrimLeft(line.Place+"  "+records.Card{Number: line.Number}.Printed()+": "+line.Why, " :"))
		}
	}
	for _, how := range []struct {
		records.PrintHow
		words string
	}{{records.PrintSpoiled, "spoiled"}, {records.PrintInHand, "handed over"}} {
		if n := whole[how.PrintHow]; n > 0 {
			left = append(left, fmt.Sprintf("%d that %s %s", n, was(n), how.words))
		}
	}
	if len(left) > 0 {
		text += "; left out " + aloud(left)
	}
	if report.List != "" {
		if err := writeParcelList(ctx, report.List, where, out); err != nil {
			return out, err
		}
		text += "\n  " + report.List
	}
	if err := a.result(report, "%s", text+strings.Join(lines, "")); err != nil {
		return out, err
	}
	if n := len(report.Refused); n > 0 {
		return out, needsPerson{count(n, "card") + " not taken down", `see each with "sehat card show NUMBER"`}
	}
	return out, nil
}

func was(n int) string {
	if n == 1 {
		return "was"
	}
	return "were"
}

// writeParcelList writes which cards an event was about, for the parcel: without names.
func writeParcelList(ctx context.Context, path string, where places, out records.PrintOutcome) error {
	return writeStream(path, func(w io.Writer) error {
		list := csv.NewWriter(w)
		_ = list.Write([]string{"no", "place", "number", "version"}) // Flush tells
		n := 0
		for _, r := range out.Answers {
			if r.How.Refused() {
				continue
			}
			n++
			_ = list.Write([]string{strconv.Itoa(n), where.of(ctx, r.Batch, r.Position), r.Number, strconv.Itoa(r.Version)})
		}
		list.Flush()
		return list.Error()
	})
}

func newPrintSpoiledCommand(a *app) *cobra.Command {
	var why string
	var all bool
	cmd := &cobra.Command{
		Use:   "spoiled BATCH SLOT… | NUMBER…",
		Short: "Report printed cards that were spoiled: the next print makes them again",
		Long: `Spoiled takes down that copies of cards were spoiled: smudged, cut wrongly, torn. Destroy them.
The cards wait again, and the next "sehat print" makes them with the same number and the same
QR, among the others.

` + placesHelp + `

A card that got lost is not spoiled: somebody may hold it. "sehat card lost" gives a new number.`,
		Example: "  sehat print spoiled 20260131-k7f3 S3 S5-02 --why smudged",
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			return withPlaced(cmd.Context(), a, args, func(s *store.Store, events []records.PrintEvent) error {
				for i := range events {
					if events[i].Position == 0 && events[i].Number == "" && !all {
						return usageError{fmt.Errorf("which cards of print batch %s? name sheets or slots, or say --all", events[i].Batch)}
					}
					events[i].Event, events[i].Why = records.CardSpoiled, why
				}
				var report deliveryReport
				_, err := a.deliver(cmd.Context(), s, events, `spoiled, to be made again by the next "sehat print"`, &report)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&why, "why", "", "what happened to them")
	cmd.Flags().BoolVar(&all, "all", false, "every card of the batch")
	return cmd
}

func newPrintDispatchCommand(a *app) *cobra.Command {
	var to, list string
	cmd := &cobra.Command{
		Use:   "dispatch BATCH [SLOT…] --to PLACE",
		Short: "Take down where a pile of cards was sent",
		Long: `Dispatch takes down that cards left for a place or for somebody who hands them out. A whole
batch goes without those of its cards that were spoiled or handed over. --list writes which
cards lie in the parcel, without names.

` + placesHelp,
		Example: `  sehat print dispatch 20260131-k7f3 --to "Ward office 045" --list parcel.csv`,
		Args:    usage(cobra.MinimumNArgs(1)),
		RunE: func(cmd *cobra.Command, args []string) error {
			if strings.TrimSpace(to) == "" {
				return usageError{errors.New("say where they were sent, or to whom, with --to")}
			}
			return withPlaced(cmd.Context(), a, args, func(s *store.Store, events []records.PrintEvent) error {
				for i := range events {
					events[i].Event, events[i].To = records.CardDispatched, strings.TrimSpace(to)
				}
				report := deliveryReport{List: list}
				_, err := a.deliver(cmd.Context(), s, events, "dispatched to "+strings.TrimSpace(to), &report)
				return err
			})
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the place, or who hands them out")
	cmd.Flags().StringVar(&list, "list", "", "write a CSV of what lies in the parcel")
	return cmd
}

// withPlaced opens the store and reads the words that name printed cards.
func withPlaced(ctx context.Context, a *app, args []string, f func(*store.Store, []records.PrintEvent) error) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	events, err := placed(ctx, s, args)
	if err != nil {
		return err
	}
	return f(s, events)
}

// dayText writes the day of a stamp.
func dayText(stamp string) string {
	t, err := records.ParseStamp(stamp)
	if err != nil {
		return stamp
	}
	return t.Local().Format("2 Jan 2006")
}

// endOfDay is the stamp of a day that somebody wrote down without the hour: its end, or now if that is earlier.
func endOfDay(day, now time.Time) string {
	end := time.Date(day.Year(), day.Month(), day.Day(), 23, 59, 59, 0, now.Location())
	if end.After(now) {
		end = now
	}
	return records.Stamp(end)
}
