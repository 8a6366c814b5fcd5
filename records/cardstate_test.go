package records_test

import (
	"math/rand/v2"
	"slices"
	"strconv"
	"testing"

	"sehat/records"
)

// happened makes events of one card, a minute after each other: "printed A" is the copy of batch A.
func happened(what ...string) []records.CardEvent {
	events := make([]records.CardEvent, 0, len(what))
	for i, w := range what {
		e := records.CardEvent{ID: "e" + strconv.Itoa(i), Event: w, At: "2026-03-01T12:" + strconv.Itoa(10+i) + ":00.000Z"}
		if at := len(w) - 2; at > 0 && w[at] == ' ' {
			e.Event, e.Batch = w[:at], w[at+1:]
		}
		events = append(events, e)
	}
	return events
}

func TestStateOf(t *testing.T) {
	for name, test := range map[string]struct {
		happened []string
		state    string
	}{
		"nothing happened":                                       {nil, "issued"},
		"it was printed":                                         {[]string{"issued", "printed A"}, "printed"},
		"it went to the ward office":                             {[]string{"issued", "printed A", "dispatched A"}, "dispatched"},
		"it was handed over":                                     {[]string{"issued", "printed A", "dispatched A", "handed_over A"}, "handed_over"},
		"its only copy was spoiled":                              {[]string{"printed A", "spoiled A"}, "spoiled"},
		"it was printed again":                                   {[]string{"printed A", "spoiled A", "printed B"}, "printed"},
		"the spoiled copy is reported after the reprint":         {[]string{"printed A", "printed B", "spoiled A"}, "printed"},
		"both copies were spoiled":                               {[]string{"printed A", "spoiled A", "printed B", "spoiled B"}, "spoiled"},
		"a pile was dispatched with a spoiled card in it":        {[]string{"printed A", "spoiled A", "dispatched A"}, "spoiled"},
		"the print centre reports late that it dispatched":       {[]string{"printed A", "handed_over", "dispatched A"}, "handed_over"},
		"the clock of who handed it over runs far behind":        {[]string{"handed_over", "printed A", "dispatched A"}, "handed_over"},
		"the print centre reports a copy in a hand as spoiled":   {[]string{"printed A", "handed_over A", "spoiled A"}, "handed_over"},
		"it came back":                                           {[]string{"printed A", "handed_over A", "returned"}, "returned"},
		"it was sent again":                                      {[]string{"printed A", "dispatched A", "returned A", "dispatched A"}, "dispatched"},
		"it came back and was handed over":                       {[]string{"printed A", "handed_over", "returned", "handed_over"}, "handed_over"},
		"it was revoked in the pile":                             {[]string{"printed A", "revoked", "dispatched A"}, "revoked"},
		"it was replaced, then lost":                             {[]string{"replaced", "lost"}, "lost"},
		"it was lost, then replaced":                             {[]string{"lost", "replaced"}, "lost"},
		"revoked is graver than lost":                            {[]string{"revoked", "lost"}, "revoked"},
		"it is held":                                             {[]string{"printed A", "held", "handed_over"}, "held"},
		"it was released":                                        {[]string{"printed A", "held", "handed_over", "released"}, "handed_over"},
		"it was held again":                                      {[]string{"held", "released", "held"}, "held"},
		"a held card was revoked":                                {[]string{"held", "revoked", "released"}, "revoked"},
		"an event of which this version knows nothing":           {[]string{"printed A", "laminated"}, "printed"},
		"it was made active by an older centre and then came in": {[]string{"printed A", "active", "returned"}, "returned"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := records.StateOf(happened(test.happened...)); got != test.state {
				t.Errorf("%v: %s, want %s", test.happened, got, test.state)
			}
		})
	}
}

// Whatever happens to a card, every order of arrival comes to the same state; and an event that is older than a hand-over or a
// return never takes it back.
func TestStateOfDoesNotDependOnTheOrderOfArrival(t *testing.T) {
	kinds := []string{
		"issued", "printed A", "printed B", "spoiled A", "spoiled B", "dispatched A", "dispatched B", "handed_over", "handed_over A",
		"returned", "returned B", "active", "held", "released", "expired", "replaced", "lost", "revoked",
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 3000 {
		what := make([]string, 1+random.IntN(5))
		for i := range what {
			what[i] = kinds[random.IntN(len(kinds))]
		}
		events := happened(what...)
		for i := range events { // some in one millisecond
			events[i].At = "2026-03-01T12:0" + strconv.Itoa(random.IntN(4)) + ":00.000Z"
		}
		want := records.StateOf(events)
		permute(slices.Clone(events), func(order []records.CardEvent) {
			if got := records.StateOf(order); got != want {
				t.Fatalf("%+v: %s, and in another order %s", events, want, got)
			}
		})
		if want != records.CardHandedOver && want != records.CardReturned {
			continue
		}
		for _, late := range []string{"printed A", "printed C", "dispatched A", "dispatched C"} {
			e := happened(late)[0]
			e.ID, e.At = "late", "2026-02-28T00:00:00.000Z"
			if got := records.StateOf(append(slices.Clone(events), e)); got != want {
				t.Fatalf("%+v: %s, and with %s from before %s", events, want, late, got)
			}
		}
	}
}

// permute calls f with every order of a list.
func permute[T any](list []T, f func([]T)) {
	var step func(int)
	step = func(k int) {
		if k == len(list) {
			f(list)
			return
		}
		for i := k; i < len(list); i++ {
			list[k], list[i] = list[i], list[k]
			step(k + 1)
			list[k], list[i] = list[i], list[k]
		}
	}
	step(0)
}
