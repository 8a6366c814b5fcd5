package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"

	"sehat/records/linkage"
)

// A LinkStore is where residents come from and where what linkage found goes to.
type LinkStore interface {
	// LinkState returns what a linkage has to know before it reads anything else.
	LinkState(ctx context.Context) (LinkState, error)
	// LinkRecords streams the active residents with the household's columns that linkage compares, and with the person each
	// belongs to so far: those of the households named, or everybody if households is nil.
	LinkRecords(ctx context.Context, households []string) iter.Seq2[linkage.Record, error]
	// Standing reads the linkage that stands. It returns linkage.ErrStanding where a part of it is missing.
	Standing(ctx context.Context, state LinkState) (io.ReadCloser, error)
	// SaveLinkage stores what a linkage found, in one transaction. It returns ErrConflict, and changes nothing, if other
	// decisions stand by now than those that the run knew, or if another linkage was saved.
	SaveLinkage(ctx context.Context, l Linked) error
	// MatchCounts counts the matches: those that are sure, and those that wait for a person.
	MatchCounts(ctx context.Context) (sure, waiting int, err error)
	// PersonCounts counts the residents who were linked, and the persons that they are.
	PersonCounts(ctx context.Context) (residents, persons int, err error)
}

// A LinkState is what a store knows about its linkage.
type LinkState struct {
	Decisions  []Decision // the review decisions that stand: neither undone nor replaced
	Last       int64      // changes with each linkage that is saved
	Standing   int64      // bytes of the linkage that stands; 0 if none does
	Seen       []string   // stamps of what was written since the last linkage
	Households []string   // in which it was written; not told where nothing stands
}

// Linked is what a linkage found, to be saved in one transaction.
type Linked struct {
	State    LinkState               // that it started from
	Part     bool                    // the matches and persons of Persons and Gone are replaced, not everybody's
	Matches  iter.Seq2[Match, error] // nil is none
	Persons  iter.Seq[PersonOf]
	Gone     []string                // residents who are no longer linked
	Standing func(w io.Writer) error // writes what the next linkage needs: in a part what is to be added; nil if nothing can be kept
}

// A DedupeReport says what a run of dedupe did, and what stands after it.
type DedupeReport struct {
	Residents     int    `json:"residents"`
	PairsCompared int64  `json:"pairs_compared"`
	Matches       int    `json:"matches"`
	Reviews       int    `json:"reviews"` // pairs that wait for a person
	Persons       int    `json:"persons"`
	Compared      int    `json:"residents_compared"`                   // with all: everybody, or those of whom something was written since
	Learned       bool   `json:"weights_learned"`                      // from everybody, compared anew
	Why           string `json:"why,omitempty"`                        // everybody was compared anew though a linkage stood
	Untaught      int    `json:"decisions_not_learned_from,omitempty"` // pairs decided since weights were learned, where they are many
	Refused       string `json:"refused,omitempty"`                    // why no weights could be estimated; then everyone is a person of their own

	PairsLeft    int64   `json:"pairs_left,omitempty"`   // not compared: too many records agree on the same things
	Completeness float64 `json:"completeness,omitempty"` // estimated share of all true pairs that were compared; absent where it cannot be told

	Linkage *linkage.Report `json:"-"` // with linkage.Options.Report
}

// Dedupe finds the residents who were recorded twice. Those of whom something was written since the last run are compared with
// all who stand, under the weights that were learned then; what people decided stays. Everybody is compared anew, and weights
// are learned anew, where train asks for it, where nothing stands or what stands cannot be read, and once a fifth more
// residents came or were corrected. Pairs in doubt wait for a review and hold back the cards of both.
func Dedupe(ctx context.Context, s LinkStore, opts linkage.Options, train bool) (DedupeReport, error) {
	for range 3 {
		report, err := dedupe(ctx, s, opts, train)
		if !errors.Is(err, ErrConflict) { // else somebody decided on a pair or linked meanwhile
			return report, err
		}
	}
	return DedupeReport{}, fmt.Errorf("people decide pairs faster than these can be linked: %w", ErrConflict)
}

func dedupe(ctx context.Context, s LinkStore, opts linkage.Options, train bool) (DedupeReport, error) {
	state, err := s.LinkState(ctx)
	if err != nil {
		return DedupeReport{}, err
	}
	if !train && !opts.Report && state.Standing > 0 && len(state.Seen) == 0 {
		residents, persons, err := s.PersonCounts(ctx)
		if err != nil {
			return DedupeReport{}, err
		}
		return withMatches(ctx, s, DedupeReport{Residents: residents, Persons: persons})
	}
	opts.Keep = true
	decided := verdicts(state.Decisions)
	for pair, verdict := range decided {
		opts.Decided = append(opts.Decided, linkage.Decided{Left: pair[0], Right: pair[1], Same: verdict == DecidedSame})
	}
	slices.SortFunc(opts.Decided, func(a, b linkage.Decided) int {
		return slices.Compare([]string{a.Left, a.Right}, []string{b.Left, b.Right})
	})
	if state.Standing == 0 {
		return linkAnew(ctx, s, state, opts, "")
	}
	if train {
		return linkAnew(ctx, s, state, opts, "it was asked for")
	}
	if opts.Report {
		return linkAnew(ctx, s, state, opts, "a report tells of all pairs")
	}
	report, err := linkFurther(ctx, s, state, opts)
	if why := whyAnew(err); why != "" {
		return linkAnew(ctx, s, state, opts, why)
	}
	return report, err
}

// linkAnew compares everybody with everybody.
func linkAnew(ctx context.Context, s LinkStore, state LinkState, opts linkage.Options, why string) (DedupeReport, error) {
	result, err := linkage.Link(ctx, s.LinkRecords(ctx, nil), opts)
	if err != nil {
		return DedupeReport{}, fmt.Errorf("linking: %w", err)
	}
	l := Linked{State: state, Matches: found(result), Persons: memberships(result), Standing: result.Save}
	if result.Refused != nil {
		l.Standing = nil
	}
	if err := s.SaveLinkage(ctx, l); err != nil {
		return DedupeReport{}, err
	}
	return withMatches(ctx, s, DedupeReport{
		Residents: result.Records, Persons: result.Persons, Compared: result.Records, PairsCompared: result.Compared, Learned: result.Refused == nil, Why: why, Refused: refusal(result),
		PairsLeft: result.Blocks.Left, Completeness: result.Blocks.Completeness, Linkage: result.Report,
	})
}

func refusal(result *linkage.Result) string {
	if result.Refused == nil {
		return ""
	}
	return result.Refused.Error()
}

// linkFurther compares those of whom something was written with all who stand.
func linkFurther(ctx context.Context, s LinkStore, state LinkState, opts linkage.Options) (DedupeReport, error) {
	standing, err := restore(ctx, s, state)
	if err != nil {
		return DedupeReport{}, err
	}
	model := standing.Model()
	compared := 0
	further := atMost(s.LinkRecords(ctx, state.Households), model.Records+model.Records/5-standing.Rows(), &compared)
	result, err := standing.Extend(ctx, state.Households, further, opts)
	if err != nil {
		return DedupeReport{}, fmt.Errorf("linking: %w", err)
	}
	l := Linked{State: state, Part: true, Matches: found(result), Persons: memberships(result), Gone: result.Gone(), Standing: result.Save}
	if err := s.SaveLinkage(ctx, l); err != nil {
		return DedupeReport{}, err
	}
	return withMatches(ctx, s, DedupeReport{
		Residents: result.Records, Persons: result.Persons, Compared: compared, PairsCompared: result.Compared, Untaught: untaught(opts.Decided, model.Taught),
	})
}

func restore(ctx context.Context, s LinkStore, state LinkState) (*linkage.Standing, error) {
	r, err := s.Standing(ctx, state)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	return linkage.Restore(r, state.Standing)
}

// errGrown says that the weights were learned from too few of those who are here now.
var errGrown = errors.New("more than a fifth came or were corrected since the weights were learned")

// atMost passes records on and counts them; beyond most it ends with errGrown.
func atMost(all iter.Seq2[linkage.Record, error], most int, n *int) iter.Seq2[linkage.Record, error] {
	return func(yield func(linkage.Record, error) bool) {
		for r, err := range all {
			if *n++; *n > most && err == nil {
				err = errGrown
			}
			if !yield(r, err) || err != nil {
				return
			}
		}
	}
}

// whyAnew tells which errors of linking further are reasons to compare everybody anew.
func whyAnew(err error) string {
	switch {
	case errors.Is(err, errGrown):
		return errGrown.Error()
	case errors.Is(err, linkage.ErrStanding), errors.Is(err, linkage.ErrRecord):
		return err.Error()
	}
	return ""
}

// untaught is how many pairs people decided since weights were learned, or 0 where they are too few to matter.
func untaught(decided []linkage.Decided, taught int) int {
	if n := len(decided) - taught; n >= 20 && n > taught/5 {
		return n
	}
	return 0
}

// withMatches adds the matches that stand now.
func withMatches(ctx context.Context, s LinkStore, report DedupeReport) (DedupeReport, error) {
	var err error
	report.Matches, report.Reviews, err = s.MatchCounts(ctx)
	return report, err
}

// found yields the pairs that the engine found, explained.
func found(result *linkage.Result) iter.Seq2[Match, error] {
	return func(yield func(Match, error) bool) {
		for _, p := range result.Pairs {
			explanation := result.Explain(p)
			steps, err := json.Marshal(explanation)
			if err != nil {
				yield(Match{}, fmt.Errorf("explaining a match: %w", err))
				return
			}
			left, right := result.ID(p.Left), result.ID(p.Right)
			if left > right {
				left, right = right, left
			}
			m := Match{
				Left: left, Right: right, Status: p.Decision.String(),
				Weight: float64(p.Weight), Probability: float64(p.Probability),
				Explanation: explanation.String(), Steps: steps,
			}
			if !yield(m, nil) {
				return
			}
		}
	}
}

// memberships yields who is whom.
func memberships(result *linkage.Result) iter.Seq[PersonOf] {
	return func(yield func(PersonOf) bool) {
		for resident, person := range result.Memberships() {
			if !yield(PersonOf{resident, person}) {
				return
			}
		}
	}
}

// verdicts returns what people decided on each pair. Opposite decisions on one pair keep the two apart.
func verdicts(decisions []Decision) map[[2]string]string {
	out := make(map[[2]string]string, len(decisions))
	for _, d := range decisions {
		pair := [2]string{d.Left, d.Right}
		if out[pair] != DecidedDifferent {
			out[pair] = d.Decision
		}
	}
	return out
}
