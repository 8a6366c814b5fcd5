package importer

import (
	"slices"
	"strings"

	"sehat/records"
	"sehat/survey"
)

// A refusal is a column in which the source itself says that a row does not count.
type refusal struct {
	col    int
	values map[string]string // lower-case text to the reason; "*": anything
}

// refusals are the reasons why a source does not count a row of its own: the rule, and what a person is to do.
var refusals = map[string]survey.Finding{
	"rejected": {
		Rule: "source_rejected", Severity: survey.Error,
		Message:   "This submission was rejected where it was collected. Approve it there and export again, if it counts after all.",
		MessageHi: "यह फ़ॉर्म सर्वे ऐप में नामंज़ूर किया गया है। अगर यह सही है तो वहाँ मंज़ूर करें और दोबारा एक्सपोर्ट करें।",
	},
	"deleted": {
		Rule: "source_deleted", Severity: survey.Error,
		Message:   "This case was deleted where it was collected. Restore it there and export again, if it counts after all.",
		MessageHi: "यह रिकॉर्ड सर्वे ऐप में मिटाया गया है। अगर यह सही है तो वहाँ वापस लाएँ और दोबारा एक्सपोर्ट करें।",
	},
	"partial": {
		Rule: "source_partial", Severity: survey.Error,
		Message:   "This interview was only partly saved. Finish it on the tablet and export again.",
		MessageHi: "यह इंटरव्यू अधूरा सेव हुआ है। टैबलेट पर पूरा करें और दोबारा एक्सपोर्ट करें।",
	},
	"encrypted": {
		Rule: "source_encrypted", Severity: survey.Error,
		Message:   "This submission was not decrypted. Export again with the passphrase of the form's key.",
		MessageHi: "यह फ़ॉर्म अब भी कूट भाषा में है। पासफ़्रेज़ डालकर दोबारा एक्सपोर्ट करें।",
	},
}

func isRefusal(why string) bool { _, ok := refusals[why]; return ok }

// bindRefusals binds the columns of rejected_where. One that the file lacks says nothing.
func (t *binding) bindRefusals(where map[string]map[string]string) {
	for column, values := range where {
		col := t.find(column)
		if col < 0 {
			continue
		}
		r := refusal{col, map[string]string{}}
		for value, why := range values {
			r.values[strings.ToLower(strings.TrimSpace(value))] = why
		}
		t.refusals = append(t.refusals, r)
	}
	slices.SortFunc(t.refusals, func(a, b refusal) int { return a.col - b.col })
}

// refused finds out whether the source itself does not count the row.
func (l *line) refused() (survey.Finding, bool) {
	for _, r := range l.t.refusals {
		text := strings.ToLower(strings.TrimSpace(cell(l.cells, r.col)))
		why, ok := r.values[text]
		if !ok && text != "" {
			why, ok = r.values["*"]
		}
		if ok {
			f := refusals[why]
			f.Field = l.t.header[r.col]
			return f, true
		}
	}
	return survey.Finding{}, false
}

// refuse holds a row back that its source does not count. What people answered is kept only if they agreed to it.
func (r *run) refuse(l *line, f survey.Finding, id string, who person, consent bool) records.ImportRow {
	in := r.held(l, []survey.Finding{f}, id, who)
	if !consent && in.Reject.Cells != nil {
		in.Reject.Cells = l.cellsJSON(true)
	}
	return in
}
