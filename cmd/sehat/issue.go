package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/cards/sheet"
	"sehat/records"
	"sehat/records/store"
)

type issueOptions struct {
	ward      string
	limit     int
	corrected bool
	clinical  bool
}

func newIssueCommand(a *app) *cobra.Command {
	var opts issueOptions
	cmd := &cobra.Command{
		Use:   "issue",
		Short: "Give a card number to every resident who may have one",
		Long: `Issue reserves a number from this home's lease for each resident who is not a
duplicate in doubt, signs the card's content and stores both. It prints nothing on
paper: see "sehat print". Running it again issues only to those who have no card yet.

A centre gives permanent cards, one to each person that dedupe found. An enrolled
device gives temporary ones, valid a year, which the centre makes permanent later
under the same number.

With --clinical the QR also says blood group and allergies, of those residents alone who
said yes to "Health facts on the card" (health_on_card): anyone who scans the
card can read them. What the QR has no room for is left out, counted, and told by
"sehat card show".`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if opts.limit < 0 {
				return usageError{errors.New("--limit is at least 0")}
			}
			return runIssue(cmd.Context(), a, opts)
		},
	}
	cmd.Flags().StringVar(&opts.ward, "ward", "", "only this ward")
	cmd.Flags().IntVar(&opts.limit, "limit", 0, "at most so many cards (0: all)")
	cmd.Flags().BoolVar(&opts.corrected, "corrected", false, "also give the next version to cards whose holder's data were corrected since")
	cmd.Flags().BoolVar(&opts.clinical, "clinical", false, "put blood group and allergies into the QR of those who allowed it")
	return cmd
}

// issuerURI names who issues, in the QR. Every letter costs QR, so it is a short URI of our own.
const issuerURI = "sehat:dl"

func runIssue(ctx context.Context, a *app, opts issueOptions) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	issuer, err := a.issuer(ctx, s, h)
	if err != nil {
		return err
	}
	issuer.Ward, issuer.Limit, issuer.Corrected, issuer.Clinical = opts.ward, opts.limit, opts.corrected, opts.clinical
	report, err := issuer.Issue(ctx)
	if err != nil && !errors.Is(err, cards.ErrNoLease) {
		return err
	}
	if err := a.publish(ctx, s, issuer.By); err != nil {
		return err
	}
	if printed := a.result(report, "%s", issueSummary(report, issuer.Centre)); printed != nil {
		return printed
	}
	switch {
	case err != nil && issuer.Centre:
		return withHint(err, `lease more numbers to this home: sehat sync lease %s --quota 100000`, h.Device)
	case err != nil:
		return withHint(err, `ask the centre for more: there "sehat sync lease %s --quota 1000", then here "sehat sync pull"`, h.Device)
	case report.Held > 0:
		return needsPerson{heldSummary(report), heldHint(report)}
	}
	return nil
}

// issuer gives the cards of this home.
func (a *app) issuer(ctx context.Context, s *store.Store, h home) (*records.Issuer, error) {
	key, err := h.signingKey()
	if err != nil {
		return nil, err
	}
	if err := h.maySign(key, a.now()); err != nil {
		return nil, err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return nil, err
	}
	if err := h.renewLists(ctx, a, s, key, by); err != nil {
		return nil, err
	}
	face, err := h.face("")
	if err != nil {
		return nil, err
	}
	fitter, err := sheet.NewFitter(face)
	if err != nil {
		return nil, err
	}
	return &records.Issuer{
		Store: s, Key: key, DeviceID: h.Device, Centre: h.Role == records.RoleCentre, URI: issuerURI,
		By: by, Now: a.now(), Random: a.random, Fits: fitter.Fits,
	}, nil
}

func issueSummary(r records.IssueReport, centre bool) string {
	kind := "temporary card"
	if centre {
		kind = "permanent card"
	}
	text := fmt.Sprintf("%s issued; %s had one already; %s left in the lease", count(r.Issued, kind), count(r.Already, "resident"), count(r.LeaseLeft, "number"))
	if r.Duplicates > 0 {
		text += fmt.Sprintf("\n%s of a person who has another: no card of their own", count(r.Duplicates, "further record"))
	}
	if r.Outdated > 0 {
		text += fmt.Sprintf("\n%s printed before the register was corrected: \"sehat issue --corrected\" gives the next version", count(r.Outdated, "card"))
	}
	if r.AtCentre > 0 {
		text += fmt.Sprintf("\ncorrected at the centre: %d. \"sehat sync push\" sends the corrections, and \"sehat issue --corrected\" there gives the next version", r.AtCentre)
	}
	if r.NoRoom > 0 {
		text += fmt.Sprintf("\n%s with no room in the QR for all: \"sehat card show NUMBER\" tells what is left out", count(r.NoRoom, "card"))
	}
	if r.Retired > 0 {
		text += fmt.Sprintf("\n%s of duplicates retired: \"sehat card list --state replaced\" names them", count(r.Retired, "card"))
	}
	return text
}

// heldReasons says each reason in words.
var heldReasons = map[string]string{
	records.HeldReview:       "wait for a review of a doubtful match",
	records.HeldTwoCards:     "hold two permanent cards as one person, as dedupe found: two people must say so before one is ended",
	records.HeldConflict:     "wait for a decision between two versions of the record",
	records.HeldNotLinked:    "were not deduplicated yet",
	records.HeldNoName:       "have no name to print",
	records.HeldNoLease:      "found no number left in the lease",
	records.HeldNoFit:        "have a name that the card cannot print as it is",
	records.HeldNumberInHand: "hold a number that somebody else claims",
	records.HeldAtCentre:     "have a card that the centre knows, and corrects",
}

func heldSummary(r records.IssueReport) string {
	var parts []string
	for _, why := range sortedKeys(r.HeldWhy) {
		parts = append(parts, fmt.Sprintf("%d %s", r.HeldWhy[why], heldReasons[why]))
	}
	return fmt.Sprintf("%s held back: %s", count(r.Held, "card"), strings.Join(parts, "; "))
}

func heldHint(r records.IssueReport) string {
	switch {
	case r.HeldWhy[records.HeldNotLinked] > 0:
		return `run "sehat dedupe", then issue again`
	case r.HeldWhy[records.HeldTwoCards] > 0:
		return `"sehat review" asks for these pairs, too; where none is left, end the card that is not in use with "sehat card revoke"`
	case r.HeldWhy[records.HeldReview] > 0:
		return `decide the pairs with "sehat review", then issue again`
	case r.HeldWhy[records.HeldConflict]+r.HeldWhy[records.HeldNumberInHand] > 0:
		return `list them with "sehat sync conflicts", decide with "sehat sync resolve"`
	case r.HeldWhy[records.HeldAtCentre] > 0:
		return `"sehat sync push" sends the correction, and "sehat issue --corrected" at the centre gives the next version`
	}
	return "correct the rows and import them again"
}

func sortedKeys[V any](m map[string]V) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}
