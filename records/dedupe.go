package records

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"slices"

	"sehat/records/linkage"
)

// A LinkStore is where residents come from and where what linkage found goes to.
type LinkStore interface {
	// LinkRecords streams every active resident with the household's columns that linkage compares.
	LinkRecords(ctx context.Context) iter.Seq2[linkage.Record, error]
	// Decisions returns the review decisions that stand: neither undone nor replaced.
	Decisions(ctx context.Context) ([]Decision, error)
	// SaveLinkage replaces the matches and the persons in one transaction. It returns ErrConflict, and changes nothing, if
	// other decisions stand by now than those that the run knew.
	SaveLinkage(ctx context.Context, known []Decision, matches []Match, persons []PersonOf) error
}

// A DedupeReport says what a run of dedupe found.
type DedupeReport struct {
	Residents     int    `json:"residents"`
	PairsCompared int64  `json:"pairs_compared"`
	Matches       int    `json:"matches"`
	Reviews       int    `json:"reviews"` // pairs that wait for a person
	Persons       int    `json:"persons"`
	Refused       string `json:"refused,omitempty"` // why no weights could be estimated; then everyone is a person of their own

	PairsLeft    int64   `json:"pairs_left"`             // not compared: too many records agree on the same things
	Completeness float64 `json:"completeness,omitempty"` // estimated share of all true pairs that were compared; absent where it cannot be told

	Linkage *linkage.Report `json:"-"` // with linkage.Options.Report
}

// Dedupe finds the residents who were recorded twice. Everybody is compared anew and the matches of the run before are
// replaced; what people decided stays. Pairs in doubt wait for a review and hold back the cards of both.
func Dedupe(ctx context.Context, s LinkStore, opts linkage.Options) (DedupeReport, error) {
	for range 3 {
		report, err := dedupe(ctx, s, opts)
		if !errors.Is(err, ErrConflict) { // else somebody decided on a pair meanwhile
			return report, err
		}
	}
	return DedupeReport{}, fmt.Errorf("people decide pairs faster than these can be linked: %w", ErrConflict)
}

func dedupe(ctx context.Context, s LinkStore, opts linkage.Options) (DedupeReport, error) {
	decisions, err := s.Decisions(ctx)
	if err != nil {
		return DedupeReport{}, err
	}
	decided := verdicts(decisions)
	for pair, verdict := range decided {
		opts.Decided = append(opts.Decided, linkage.Decided{Left: pair[0], Right: pair[1], Same: verdict == DecidedSame})
	}
	slices.SortFunc(opts.Decided, func(a, b linkage.Decided) int {
		return slices.Compare([]string{a.Left, a.Right}, []string{b.Left, b.Right})
	})
	result, err := linkage.Link(ctx, s.LinkRecords(ctx), opts)
	if err != nil {
		return DedupeReport{}, fmt.Errorf("linking: %w", err)
	}
	matches, persons, err := linked(result)
	if err != nil {
		return DedupeReport{}, err
	}
	if err := s.SaveLinkage(ctx, decisions, matches, persons); err != nil {
		return DedupeReport{}, err
	}
	report := DedupeReport{Residents: result.Records, PairsCompared: result.Compared, Persons: result.Persons, Linkage: result.Report}
	report.PairsLeft, report.Completeness = result.Blocks.Left, result.Blocks.Completeness
	if result.Refused != nil {
		report.Refused = result.Refused.Error()
	}
	for _, m := range matches {
		if m.Status == MatchMatch {
			report.Matches++
		} else if _, ok := decided[[2]string{m.Left, m.Right}]; !ok {
			report.Reviews++
		}
	}
	return report, nil
}

// linked turns what the engine found into rows.
func linked(result *linkage.Result) ([]Match, []PersonOf, error) {
	matches := make([]Match, 0, len(result.Pairs))
	for _, p := range result.Pairs {
		explanation := result.Explain(p)
		steps, err := json.Marshal(explanation)
		if err != nil {
			return nil, nil, fmt.Errorf("explaining a match: %w", err)
		}
		left, right := result.ID(p.Left), result.ID(p.Right)
		if left > right {
			left, right = right, left
		}
		matches = append(matches, Match{
			Left: left, Right: right, Status: p.Decision.String(),
			Weight: float64(p.Weight), Probability: float64(p.Probability),
			Explanation: explanation.String(), Steps: steps,
		})
	}
	persons := make([]PersonOf, 0, result.Records)
	for i := range uint32(result.Records) {
		persons = append(persons, PersonOf{result.ID(i), result.Person(i)})
	}
	return matches, persons, nil
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
