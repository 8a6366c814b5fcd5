package importer

import (
	"slices"
	"strings"

	"sehat/survey"
)

// Names of the profiles that are recognised by the columns that a tool writes beside the answers. They go into every id.
const (
	ProfileKobo      = "kobo"
	ProfileODK       = "odk"
	ProfileSurveyCTO = "surveycto"
	ProfileCSPro     = "cspro"
	ProfileSolutions = "survey-solutions"
)

// A tool is how one program exports what it collected; its columns are in EXPORTS.md.
type tool struct {
	profile, name string
	paths         []string // what may part a question from the groups it stands in
	key           string   // of a submission; the same in every export
	revs          []string
	parent, link  string // the column of a repeat's row that names the submission, and of the submission that it names
	position      string // numbers the rows of a repeat in their submission; empty: they are counted
	rejected      map[string]map[string]string
}

// tools lists the programs in the order in which they are looked for.
func tools() []tool {
	return []tool{
		{
			profile: ProfileCSPro, name: "a data file of CSPro", key: "case_id", revs: []string{"case_revision"}, parent: "case_id", link: "case_id", position: "occ",
			rejected: map[string]map[string]string{"case_deleted": {"1": "deleted"}, "case_partial": {"*": "partial"}},
		},
		{
			profile: ProfileSolutions, name: "an export of Survey Solutions", key: "interview__id", parent: "interview__id", link: "interview__id",
			rejected: map[string]map[string]string{"interview__status": solutionsStatus},
		},
		{ // before 2017
			profile: ProfileSolutions, name: "an export of Survey Solutions", key: "Id", parent: "ParentId1", link: "Id",
		},
		{
			profile: ProfileODK, name: "an export of ODK Central", paths: []string{"-", "/"}, key: "KEY", revs: []string{"Edits"}, parent: "PARENT_KEY", link: "KEY",
			rejected: map[string]map[string]string{
				"ReviewState": {"rejected": "rejected"},
				"Status":      {"not decrypted": "encrypted", "missing encrypted form data": "encrypted"},
			},
		},
		{
			profile: ProfileSurveyCTO, name: "an export of SurveyCTO", paths: []string{"-", "/"}, key: "KEY", parent: "PARENT_KEY", link: "KEY",
			rejected: map[string]map[string]string{"review_status": {"rejected": "rejected"}},
		},
		{
			profile: ProfileKobo, name: "a KoboToolbox export", paths: []string{"/"}, key: "_id", revs: []string{"_uuid"}, parent: "_submission__id", link: "_id",
			rejected: map[string]map[string]string{"_validation_status": {"validation_status_not_approved": "rejected", "not approved": "rejected"}},
		},
	}
}

// solutionsStatus are the states of an interview that do not count: rejected by a supervisor or the headquarters, deleted, and not yet
// completed.
var solutionsStatus = map[string]string{
	"65": "rejected", "125": "rejected", "-1": "deleted",
	"0": "partial", "20": "partial", "40": "partial", "60": "partial", "80": "partial", "85": "partial", "95": "partial",
}

// Profiles lists the names of the profiles that need no mapping, our own form first.
func Profiles() []string {
	names := []string{ProfileSehat}
	for _, t := range tools() {
		if !slices.Contains(names, t.profile) {
			names = append(names, t.profile)
		}
	}
	return names
}

// wrote reports whether a sheet was written by the tool, and whether it is one of a repeat.
func (t tool) wrote(header []string) (is, repeat bool) {
	has := func(names ...string) bool {
		return slices.ContainsFunc(names, func(s string) bool { return slices.Contains(header, s) })
	}
	switch t.profile {
	case ProfileCSPro:
		return has("case_id") && has("case_revision", "occ"), has("occ")
	case ProfileSolutions:
		if t.key == "Id" {
			return has("ParentId1") || has("Id") && has("ssSys_IRnd", "sssys_irnd"), has("ParentId1")
		}
		roster := slices.ContainsFunc(header, func(s string) bool {
			return strings.HasSuffix(s, "__id") && s != "interview__id" && s != "assignment__id"
		})
		return has("interview__id"), roster
	case ProfileODK:
		return has("KEY", "PARENT_KEY"), has("PARENT_KEY")
	case ProfileSurveyCTO:
		return has("KEY", "PARENT_KEY"), has("PARENT_KEY")
	}
	repeat = has("_parent_index", "_submission__id")
	return repeat || has("_index", "_id") && has("_uuid", "_submission_time", "_index") && has("_id", "_uuid"), repeat
}

// isSurveyCTO tells apart two tools that both call the submission KEY, by the columns that only one of them writes, the surest first: ODK
// Central writes an instanceID, too, and ODK Briefcase a SET-OF- as SurveyCTO does.
func isSurveyCTO(heads []head) bool {
	for _, mark := range []struct {
		names []string
		cto   bool
	}{
		{[]string{"SubmitterID", "SubmitterName", "AttachmentsExpected", "ReviewState", "FormVersion"}, false},
		{[]string{"formdef_version", "review_corrections", "review_quality"}, true},
		{[]string{"meta-instanceID"}, false},
		{[]string{"instanceID"}, true},
	} {
		if anyHeader(heads, func(s string) bool { return slices.Contains(mark.names, s) }) {
			return mark.cto
		}
	}
	return anyHeader(heads, func(s string) bool { return strings.HasPrefix(s, "SET-OF-") })
}

func anyHeader(heads []head, is func(string) bool) bool {
	return slices.ContainsFunc(heads, func(h head) bool { return slices.ContainsFunc(h.header(), is) })
}

// toolOf finds the tool that wrote a book, its sheet of submissions and those of repeats, by their places in heads; root is -1 if there
// is none.
func toolOf(heads []head) (found *tool, root int, repeats []int) {
	root = -1
	cto := isSurveyCTO(heads)
	for _, t := range tools() {
		if t.profile == ProfileODK && cto || t.profile == ProfileSurveyCTO && !cto {
			continue
		}
		for i, h := range heads {
			is, repeat := t.wrote(h.header())
			switch {
			case is && repeat:
				repeats = append(repeats, i)
			case is && root < 0:
				root = i
			}
		}
		if root >= 0 || len(repeats) > 0 {
			return t.in(heads), root, repeats
		}
	}
	return nil, -1, nil
}

// otherPaths are what KoboToolbox may be told to put between a question and its groups in place of the slash.
var otherPaths = []string{".", ":", "-", "|", ">", "__", "\\"}

// in returns the tool as it wrote these sheets: the separator of groups is the one by which the most headers end with a question of ours.
func (t tool) in(heads []head) *tool {
	if t.profile != ProfileKobo {
		return &t
	}
	most := countPaths(heads, "/")
	for _, sep := range otherPaths {
		if n := countPaths(heads, sep); n > most && n >= 3 {
			t.paths, most = []string{sep}, n
		}
	}
	return &t
}

// countPaths counts the headers that are a question of ours behind a separator.
func countPaths(heads []head, sep string) int {
	n := 0
	for _, h := range heads {
		for _, text := range h.header() {
			for _, l := range []survey.Level{survey.Household, survey.Member} {
				if _, whole := lookup(l, text); whole {
					break
				}
				if _, ok := behind(l, text, []string{sep}); ok {
					n++
					break
				}
			}
		}
	}
	return n
}

// maxName is how long in bytes the name or the labels of a question of ours may be; no headers but made-up ones are much longer.
const maxName = 300

// lookup is survey.Lookup for headers that may be pages long.
func lookup(l survey.Level, text string) (place int, ok bool) {
	if len(text) > 4*maxName {
		return 0, false
	}
	return survey.Lookup(l, text)
}

// behind returns the place of the question that a header names behind its groups: the longest end of it after a separator.
func behind(l survey.Level, text string, seps []string) (place int, ok bool) {
	for i := max(1, len(text)-maxName); i < len(text); i++ {
		for _, sep := range seps {
			if rest, is := strings.CutPrefix(text[i:], sep); is {
				if place, ok = lookup(l, rest); ok {
					return place, true
				}
			}
		}
	}
	return 0, false
}

// afterPath is what follows the last separator.
func (t *tool) afterPath(text string) string {
	end := 0
	for _, sep := range t.paths {
		if i := strings.LastIndex(text, sep); i >= 0 {
			end = max(end, i+len(sep))
		}
	}
	return text[end:]
}

// recogniseAs is recognise, where somebody may have said what the file is.
func recogniseAs(profile string, b book, heads []head) (*Mapping, error) {
	if profile == ProfileSehat {
		return nil, nil
	}
	m, err := recognise(b, heads)
	if err == nil && profile != "" && (m == nil || m.Name != profile) {
		return nil, fileError("leave --profile out, or name another one: "+strings.Join(Profiles(), ", "), "the file does not look as %s writes it", profile)
	}
	return m, err
}

// recognise makes the mapping of a file that a tool exported from a form of ours: its questions are called as our fields are, or by their
// labels. It returns nil for a file that no tool wrote, and an error that says what to do about another form.
func recognise(b book, heads []head) (*Mapping, error) {
	t, root, repeats := toolOf(heads)
	if t == nil {
		return nil, nil
	}
	other := fileError(mapIt, "this looks like %s of another form; it needs a mapping from its questions to ours", t.name)
	if root < 0 {
		return nil, fileError("import the file of the submissions, with those of the repeats beside it", "this is a repeat of %s, and says nothing about the households", t.name)
	}
	f := finder{book: b, tool: t}
	m := &Mapping{Version: 1, Name: t.profile}
	households, err := f.table(heads[root], survey.Household)
	if err != nil {
		return nil, err
	}
	if len(households.Fields) < 3 {
		return nil, other
	}
	f.household(households, heads[root].header())
	m.Households = households
	switch place := f.repeatOfOurs(heads, repeats); {
	case place >= 0:
		if m.Members, err = f.table(heads[place], survey.Member); err != nil {
			return nil, err
		}
		f.member(m.Members, heads[place].header(), heads[root].header())
		return m, nil
	case f.isWide(heads[root].header()):
		m.Members = f.wide(heads[root])
		return m, nil
	}
	members, err := f.table(heads[root], survey.Member)
	if err != nil {
		return nil, err
	}
	if len(members.Fields) < 3 || members.Fields["full_name"].ways()+members.Fields["full_name_hi"].ways() == 0 {
		return m, nil // a repeat without rows has no sheet
	}
	for name, field := range members.Fields { // one submission, one person
		households.Fields[name] = field
	}
	if _, told := households.Fields["line_no"]; !told && members.Fields["member_id"].ways() == 0 {
		households.Fields["line_no"] = FieldMapping{Count: true}
	}
	m.Households, m.Rows = nil, households
	return m, nil
}

// bySubmission reports whether members find their household by the id that a tool gave to its submission.
func (m *Mapping) bySubmission() bool {
	if m == nil || m.Members == nil || m.Members.Link == nil {
		return false
	}
	return m.isJoined() || slices.ContainsFunc(tools(), func(t tool) bool { return t.link == m.Members.Link.Household })
}
