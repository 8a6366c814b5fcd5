package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
)

// aloneMay is how many cards one person may revoke at a time. A card in the hand of somebody at the counter cannot wait for a second
// person; a list can, and is what does harm.
const aloneMay = 1

type revokeOptions struct {
	why  string
	file string
}

func newCardRevokeCommand(a *app) *cobra.Command {
	var opts revokeOptions
	cmd := &cobra.Command{
		Use:   "revoke NUMBER…",
		Short: "Take a card back for good, or with a second person a list of them",
		Long: `Revoke ends cards for good: they are in the revocation list from now on, which every verifier
goes by, and no card ever has their number again. Whoever held one is given another by the
next "sehat issue". What was lost is for "sehat card lost".

One card is revoked at once. Two or more wait until a second person confirms them: see
"sehat pending". So does every card after the twentieth that one operator ended alone
within 24 hours; in a home without operators nothing is counted. --file takes the numbers from a CSV file: its column "number", or its only
column. If one number of a list is mistyped or unknown, nothing of it is taken.`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if (opts.file == "") == (len(args) == 0) {
				return usageError{errors.New("which cards? Give their numbers, or a list of them with --file")}
			}
			if strings.TrimSpace(opts.why) == "" {
				return usageError{errors.New("--why is needed: the reason is kept with each card")}
			}
			return runCardRevoke(cmd.Context(), a, args, opts)
		},
	}
	cmd.Flags().StringVar(&opts.why, "why", "", "the reason; it is kept with each card")
	cmd.Flags().StringVar(&opts.file, "file", "", "CSV file with the numbers")
	return cmd
}

// A revokeReport is what came of a revocation.
type revokeReport struct {
	Revoked []string    `json:"revoked"`           // numbers, as of now
	Ended   []endedCard `json:"ended,omitempty"`   // they stood no more: nothing was to do
	Pending string      `json:"pending,omitempty"` // id of the decision that waits for a second person
	Waiting int         `json:"waiting,omitempty"` // cards that it is about
	By      string      `json:"by"`
	Already bool        `json:"already,omitempty"` // it was proposed, or confirmed, before
}

// An endedCard is a card that stood no more.
type endedCard struct {
	Number string `json:"number"`
	State  string `json:"state"`
}

// revokedReport tells what was revoked.
func revokedReport(done records.Revoked, by string) revokeReport {
	r := revokeReport{Revoked: append([]string{}, done.Numbers...), By: by}
	for _, c := range done.Ended {
		r.Ended = append(r.Ended, endedCard{c.Number, c.State})
	}
	return r
}

// words says what was revoked, and what stood no more.
func (r revokeReport) words() string {
	text := count(len(r.Revoked), "card") + " revoked, and in the revocation list from now on"
	if len(r.Revoked) == 1 {
		text = fmt.Sprintf("card %s is revoked, and in the revocation list from now on", records.Card{Number: r.Revoked[0]}.Printed())
	}
	if len(r.Revoked) == 0 {
		text = "nothing to revoke"
	}
	for i, c := range r.Ended {
		if i == fewEnough {
			return text + fmt.Sprintf("\n… and %d more that stood no more", len(r.Ended)-i)
		}
		text += fmt.Sprintf("\ncard %s was %s before: it stays so", records.Card{Number: c.Number}.Printed(), c.State)
	}
	return text
}

// fewEnough is how many cards are named one by one.
const fewEnough = 10

func runCardRevoke(ctx context.Context, a *app, args []string, opts revokeOptions) error {
	numbers, err := parseNumbers(args)
	if opts.file != "" {
		numbers, err = readNumbers(opts.file)
	}
	if err != nil {
		return err
	}
	s, h, r, err := a.openRevoker(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	if len(numbers) > aloneMay {
		return a.proposeRevocation(ctx, s, r, records.CardRevoked, numbers, opts.why)
	}
	done, err := r.Revoke(ctx, records.CardRevoked, numbers, opts.why)
	if errors.Is(err, records.ErrAlone) {
		a.say("%v: this one waits for a second person", records.ErrAlone)
		return a.proposeRevocation(ctx, s, r, records.CardRevoked, numbers, opts.why)
	}
	if err != nil {
		return unknownCard(err)
	}
	if _, err := h.writeTrust(ctx, s); err != nil {
		return err
	}
	report := revokedReport(done, r.By)
	return a.result(report, "%s", report.words())
}

// openRevoker opens the centre's store for somebody who decides and may revoke there.
func (a *app) openRevoker(ctx context.Context) (*store.Store, home, records.Revoker, error) {
	s, h, key, err := a.openAs(ctx, records.RoleCentre)
	if err != nil {
		return nil, h, records.Revoker{}, err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		s.Close()
		return nil, h, records.Revoker{}, err
	}
	if err := h.renewLists(ctx, a, s, key, by); err != nil {
		s.Close()
		return nil, h, records.Revoker{}, err
	}
	r := records.Revoker{Store: s, List: h.centre(a, s, key, by), By: by, Now: a.now(), Limited: a.decider != ""}
	return s, h, r, nil
}

// publish puts cards that ended into the revocation list, where this home is the centre that signs it.
func (a *app) publish(ctx context.Context, s *store.Store, by string) error {
	h, err := a.home()
	if err != nil || h.Role != records.RoleCentre {
		return err
	}
	waiting, err := s.Unpublished(ctx)
	if err != nil || len(waiting) == 0 {
		return err
	}
	key, err := h.signingKey()
	if err != nil {
		return err
	}
	changed, err := records.Revoker{Store: s, List: h.centre(a, s, key, by), By: by, Now: a.now()}.Publish(ctx, false)
	if err != nil || !changed {
		return err
	}
	_, err = h.writeTrust(ctx, s)
	return err
}

func (a *app) proposeRevocation(ctx context.Context, s *store.Store, r records.Revoker, event string, numbers []string, why string) error {
	p, would, err := r.ProposeRevocation(ctx, s, event, numbers, why)
	already := errors.Is(err, records.ErrExists)
	switch {
	case already && !records.SameOperator(p.ProposedBy, r.By):
		return needsPerson{
			fmt.Sprintf("%s proposed the same on %s; nothing is revoked yet", p.ProposedBy, p.ProposedAt[:10]),
			fmt.Sprintf(`"sehat pending confirm %.8s" revokes them`, p.ID),
		}
	case err != nil && !already:
		return unknownCard(err)
	case len(would.Numbers) == 0:
		report := revokedReport(would, r.By)
		return a.result(report, "%s", report.words())
	}
	n := len(would.Numbers) + len(would.Ended)
	report := revokeReport{Revoked: []string{}, Pending: p.ID, Waiting: n, By: p.ProposedBy, Already: already}
	text := "%s to revoke: kept as %.8s. Nothing is revoked yet"
	if already {
		text = "%s to revoke: you proposed this before, as %.8s. Nothing is revoked yet"
	}
	if err := a.result(report, text, count(n, "card"), p.ID); err != nil {
		return err
	}
	return needsPerson{"a second person must confirm it", fmt.Sprintf(`somebody else says "sehat pending confirm %.8s --as NAME"`, p.ID)}
}

// unknownCard adds what to do about a number that was never given.
func unknownCard(err error) error {
	if errors.Is(err, records.ErrNotFound) {
		return withHint(err, "nothing was revoked; the number is well formed: it may be of a laptop that was not synced yet")
	}
	return err
}

// parseNumbers reads card numbers typed as words, each whole or in its three groups.
func parseNumbers(args []string) ([]string, error) {
	var numbers []string
	part := ""
	for i, arg := range args {
		part += arg
		n, err := cards.ParseNumber(part)
		if err == nil {
			numbers, part = append(numbers, n.String()), ""
			continue
		}
		if utf8.RuneCountInString(part) >= 15 || i == len(args)-1 {
			return nil, usageError{fmt.Errorf("%s: %w", part, err)}
		}
	}
	return numbers, nil
}

// numberColumns are the heads under which a list may have its card numbers.
var numberColumns = []string{"number", "card_number", "card"}

// readNumbers reads a list of card numbers: the column called so, or the only one. A row that cannot be read refuses the list.
func readNumbers(path string) ([]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	rows := csv.NewReader(io.LimitReader(f, maxSmall))
	rows.FieldsPerRecord, rows.ReuseRecord, rows.TrimLeadingSpace = -1, true, true
	column := -1
	var numbers []string
	for {
		cells, err := rows.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", path, err)
		}
		line, _ := rows.FieldPos(0)
		if column < 0 {
			var head bool
			if column, head = numberColumn(cells); column < 0 {
				return nil, withHint(fmt.Errorf("%s: which column holds the card numbers?", path), `call it "number" in the first row`)
			}
			if head {
				continue
			}
		}
		if column >= len(cells) || strings.TrimSpace(cells[column]) == "" {
			return nil, fmt.Errorf("%s: row %d has no card number; nothing was revoked", path, line)
		}
		n, err := cards.ParseNumber(cells[column])
		if err != nil {
			return nil, withHint(fmt.Errorf("%s: row %d: %w", path, line, err), "nothing was revoked: correct the row")
		}
		numbers = append(numbers, n.String())
	}
	if len(numbers) == 0 {
		return nil, fmt.Errorf("%s holds no card number", path)
	}
	return numbers, nil
}

// numberColumn finds the column of the numbers in the first row, and whether that row is a head; -1 if there is none.
func numberColumn(cells []string) (column int, head bool) {
	for i, text := range cells {
		text = strings.ToLower(strings.TrimSpace(strings.TrimPrefix(text, "\ufeff")))
		for _, name := range numberColumns {
			if text == name {
				return i, true
			}
		}
	}
	if len(cells) != 1 {
		return -1, false
	}
	_, err := cards.ParseNumber(strings.TrimPrefix(cells[0], "\ufeff"))
	return 0, err != nil && !strings.ContainsAny(cells[0], "0123456789")
}
