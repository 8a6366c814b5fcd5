package importer

import (
	"regexp"
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
	paths         string // what parts a question from the groups it stands in
	key           string // of a submission; the same in every export
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
		},
		{
			profile: ProfileODK, name: "an export of ODK Central", paths: "-/", key: "KEY", revs: []string{"Edits"}, parent: "PARENT_KEY", link: "KEY",
			rejected: map[string]map[string]string{
				"ReviewState": {"rejected": "rejected"},
				"Status":      {"not decrypted": "encrypted", "missing encrypted form data": "encrypted"},
			},
		},
		{
			profile: ProfileSurveyCTO, name: "an export of SurveyCTO", paths: "/", key: "KEY", parent: "PARENT_KEY", link: "KEY",
			rejected: map[string]map[string]string{"review_status": {"rejected": "rejected"}},
		},
		{
			profile: ProfileKobo, name: "a KoboToolbox export", paths: "/", key: "_id", revs: []string{"_uuid"}, parent: "_submission__id", link: "_id",
			rejected: map[string]map[string]string{"_validation_status": {"validation_status_not_approved": "rejected", "not approved": "rejected"}},
		},
	}
}

// Profiles lists the names of the profiles that need no mapping, our own form first.
func Profiles() []string {
	names := []string{ProfileSehat}
	for _, t := range tools() {
		names = append(names, t.profile)
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
		roster := slices.ContainsFunc(header, func(s string) bool {
			return strings.HasSuffix(s, "__id") && s != "interview__id" && s != "assignment__id"
		})
		return has("interview__id"), roster
	case ProfileODK:
		return has("KEY", "PARENT_KEY") && !isSurveyCTO(header), has("PARENT_KEY")
	case ProfileSurveyCTO:
		return has("KEY", "PARENT_KEY") && isSurveyCTO(header), has("PARENT_KEY")
	}
	repeat = has("_parent_index", "_submission__id")
	return repeat || has("_index", "_id") && has("_uuid", "_submission_time", "_index") && has("_id", "_uuid"), repeat
}

// isSurveyCTO reports whether one of the columns that only SurveyCTO writes is there.
func isSurveyCTO(header []string) bool {
	return slices.ContainsFunc(header, func(s string) bool {
		return s == "formdef_version" || s == "instanceID" || s == "review_corrections" || strings.HasPrefix(s, "SET-OF-")
	})
}

// toolOf finds the tool that wrote a book, its sheet of submissions and those of repeats, by their places in heads; root is -1 if there
// is none.
func toolOf(heads []head) (found *tool, root int, repeats []int) {
	root = -1
	for _, t := range tools() {
		if t.profile == ProfileODK && slices.ContainsFunc(heads, func(h head) bool { return isSurveyCTO(h.header()) }) {
			continue
		}
		for i, h := range heads {
			is, repeat := t.wrote(h.header())
			if !is && t.profile == ProfileSurveyCTO {
				is, repeat = slices.Contains(h.header(), "PARENT_KEY"), true
			}
			switch {
			case is && repeat:
				repeats = append(repeats, i)
			case is && root < 0:
				root = i
			}
		}
		if root >= 0 || len(repeats) > 0 {
			return &t, root, repeats
		}
	}
	return nil, -1, nil
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

// A finder finds our questions among the columns of a tool.
type finder struct {
	book book
	tool *tool
}

// table finds the questions of a level in a sheet. A question that two columns answer stops the import.
func (f *finder) table(h head, l survey.Level) (*TableMapping, error) {
	t := &TableMapping{Sheet: h.sheet, Fields: map[string]FieldMapping{}}
	header := h.header()
	if err := newBinding(h, slices.IndexFunc(h.rows, func(row []string) bool { return row != nil })).distinct(); err != nil {
		return nil, err
	}
	for _, whole := range []bool{true, false} { // as it is, then without the path through groups
		found := map[string]int{}
		for i, text := range header {
			name, ok := f.question(l, text, header, whole)
			if !ok || t.Fields[name].Column != "" && t.Fields[name].Column != text && found[name] == 0 {
				continue
			}
			if j := found[name]; j > 0 {
				return nil, fileError("delete the one that is not needed, or write a mapping with --suggest-mapping",
					"sheet %s: columns %s and %s (%s) both hold %s", h.sheet, columnName(j-1), columnName(i), oneLine(text), name)
			}
			if _, told := t.Fields[name]; told {
				continue
			}
			found[name] = i + 1
			t.Fields[name] = f.field(l, name, text)
		}
	}
	f.choices(t, l, header)
	return t, nil
}

// field is the mapping of a column; codes that have labels of their own are translated by them.
func (f *finder) field(l survey.Level, name, column string) FieldMapping {
	m := FieldMapping{Column: column}
	b, ok := f.book.(labelled)
	if !ok {
		return m
	}
	_, place, _ := fieldNamed(name)
	for code, label := range b.codesOf(column) {
		if _, known := fieldsOf[l][place].Understands(code); known {
			continue
		}
		if ours, known := fieldsOf[l][place].Understands(label); known {
			if m.Codes == nil {
				m.Codes = map[string]string{}
			}
			m.Codes[code] = ours
		}
	}
	return m
}

// question returns the field that a header names, by machine name or label.
func (f *finder) question(l survey.Level, text string, header []string, whole bool) (string, bool) {
	if whole {
		if place, ok := survey.Lookup(l, text); ok {
			return fieldsOf[l][place].Name, true
		}
		return "", false
	}
	if _, _, is := f.choice(l, text, header); is {
		return "", false
	}
	i := strings.LastIndexAny(text, f.tool.paths)
	if i < 0 || f.tool.paths == "" {
		return "", false
	}
	if place, ok := survey.Lookup(l, text[i+1:]); ok {
		return fieldsOf[l][place].Name, true
	}
	return "", false
}

// choice reports whether a column is one answer of a question with several, q/choice: the question's column, and the answer.
func (f *finder) choice(l survey.Level, text string, header []string) (question, answer string, is bool) {
	i := strings.LastIndexByte(text, '/')
	if i < 0 {
		return "", "", false
	}
	question, answer = text[:i], text[i+1:]
	if slices.Contains(header, question) {
		return question, answer, true
	}
	last := question[strings.LastIndexAny(question, f.tool.paths)+1:]
	if place, ok := survey.Lookup(l, last); ok && fieldsOf[l][place].Type == survey.Many {
		_, is = fieldsOf[l][place].Understands(answer)
	}
	return question, answer, is
}

// choices finds the columns of single answers: q/choice, and q_choice as SurveyCTO writes it.
func (f *finder) choices(t *TableMapping, l survey.Level, header []string) {
	for _, field := range fieldsOf[l] {
		if field.Type != survey.Many {
			continue
		}
		found := map[string]string{}
		for _, text := range header {
			question, answer, is := f.choice(l, text, header)
			if !is && f.tool.profile == ProfileSurveyCTO {
				last := text[strings.LastIndexByte(text, '/')+1:]
				answer, is = strings.CutPrefix(last, field.Name+"_")
				question = field.Name
			}
			last := question[strings.LastIndexAny(question, f.tool.paths)+1:]
			place, ok := survey.Lookup(l, last)
			if code, known := field.Understands(answer); is && known && ok && fieldsOf[l][place].Name == field.Name {
				found[text] = code
			}
		}
		if len(found) > 0 {
			m := t.Fields[field.Name]
			m.Choices = found
			t.Fields[field.Name] = m
		}
	}
}

// splitPlace is a column of a geopoint: _g_latitude in Kobo, g-Latitude in ODK and SurveyCTO.
var splitPlace = regexp.MustCompile(`^(?:.*/)?_?(.*?)[-_]?(?i:(latitude|longitude|precision|accuracy))$`)

// place finds the parts of a geopoint, where there is only one.
func (f *finder) place(t *TableMapping, header []string) {
	points := map[string]map[string]string{}
	for _, text := range header {
		if m := splitPlace.FindStringSubmatch(text); m != nil {
			if points[m[1]] == nil {
				points[m[1]] = map[string]string{}
			}
			points[m[1]][strings.ToLower(m[2])] = text
		}
	}
	if len(points) == 1 {
		for _, parts := range points {
			for part, name := range map[string]string{"latitude": "latitude", "longitude": "longitude", "precision": "gps_accuracy", "accuracy": "gps_accuracy"} {
				if parts[part] != "" && t.Fields[name].ways() == 0 {
					t.Fields[name] = FieldMapping{Column: parts[part]}
				}
			}
		}
		return
	}
	for _, text := range header {
		switch last := text[strings.LastIndexAny(text, f.tool.paths)+1:]; strings.ToLower(last) {
		case "gps", "location", "geopoint", "gps_location", "geolocation":
			for name, part := range map[string]int{"latitude": 1, "longitude": 2, "gps_accuracy": 4} {
				if t.Fields[name].ways() == 0 {
					t.Fields[name] = FieldMapping{Column: text, Part: part}
				}
			}
			return
		}
	}
}

// household adds what the tool itself tells about a submission.
func (f *finder) household(t *TableMapping, header []string) {
	f.place(t, header)
	if slices.Contains(header, f.tool.key) {
		if own, ok := t.Fields[survey.LinkField]; ok {
			t.Fields[survey.LinkField] = FieldMapping{First: []string{own.Column, f.tool.key}}
		} else {
			t.Fields[survey.LinkField] = FieldMapping{Column: f.tool.key}
		}
	}
	if t.Fields["visit_date"].ways() == 0 {
		var days []string
		for _, text := range header {
			if last := text[strings.LastIndexAny(text, f.tool.paths)+1:]; last == "today" || last == "start" || text == "SubmissionDate" || text == "_submission_time" {
				days = append(days, text)
			}
		}
		slices.SortStableFunc(days, func(a, b string) int { return dayRank(a) - dayRank(b) })
		if len(days) > 0 {
			t.Fields["visit_date"] = FieldMapping{First: days}
		}
	}
	for _, rev := range f.tool.revs {
		if slices.Contains(header, rev) {
			t.SourceRev = rev
		}
	}
	for column, values := range f.tool.rejected {
		if slices.Contains(header, column) {
			if t.RejectedWhere == nil {
				t.RejectedWhere = map[string]map[string]string{}
			}
			t.RejectedWhere[column] = values
		}
	}
}

// dayRank orders the columns that may tell the day of the visit, the surest first.
func dayRank(text string) int {
	switch {
	case strings.HasSuffix(text, "today"):
		return 0
	case strings.HasSuffix(text, "start"):
		return 1
	}
	return 2
}

// repeatOfOurs returns the place of the repeat that holds the members, or -1.
func (f *finder) repeatOfOurs(heads []head, repeats []int) int {
	best, most := -1, 1
	for _, i := range repeats {
		n := 0
		for _, text := range heads[i].header() {
			if _, ok := f.question(survey.Member, text, heads[i].header(), true); ok {
				n++
			} else if _, ok := f.question(survey.Member, text, heads[i].header(), false); ok {
				n++
			}
		}
		if n > most {
			best, most = i, n
		}
	}
	return best
}

// member adds what the tool itself tells about a row of a repeat.
func (f *finder) member(t *TableMapping, header, root []string) {
	t.Link = &Link{f.tool.parent, f.tool.link}
	if f.tool.profile == ProfileKobo && (!slices.Contains(header, f.tool.parent) || !slices.Contains(root, f.tool.link)) {
		t.Link = &Link{"_parent_index", "_index"}
	}
	if t.Fields["line_no"].ways() > 0 || t.Fields["member_id"].ways() > 0 {
		return
	}
	t.Fields["line_no"] = FieldMapping{Count: true}
	if f.tool.position != "" && slices.Contains(header, f.tool.position) {
		t.Fields["line_no"] = FieldMapping{Column: f.tool.position}
	}
}

var numbered = regexp.MustCompile(`^(.+)_[1-9][0-9]*$`)

// isWide reports whether members stand side by side: at least two questions about them carry numbers.
func (f *finder) isWide(header []string) bool {
	found := map[int]bool{}
	for _, text := range header {
		if m := numbered.FindStringSubmatch(text); m != nil {
			if place, ok := survey.Lookup(survey.Member, m[1][strings.LastIndexByte(m[1], '/')+1:]); ok {
				found[place] = true
			}
		}
	}
	return len(found) >= 2
}

// wide maps the members of a wide sheet.
func (f *finder) wide(h head) *TableMapping {
	var stems []string
	for _, text := range h.header() {
		if m := numbered.FindStringSubmatch(text); m != nil && !slices.Contains(stems, m[1]) {
			stems = append(stems, m[1])
		}
	}
	plain := TableMapping{Fields: map[string]FieldMapping{}}
	for _, stem := range stems {
		if place, ok := survey.Lookup(survey.Member, stem[strings.LastIndexByte(stem, '/')+1:]); ok {
			plain.Fields[fieldsOf[survey.Member][place].Name] = FieldMapping{Column: stem + "_#"}
		}
	}
	f.choices(&plain, survey.Member, stems)
	for name, field := range plain.Fields {
		choices := map[string]string{}
		for text, code := range field.Choices {
			choices[text+"_#"] = code
		}
		if field.Choices = nil; len(choices) > 0 {
			field.Choices = choices
		}
		plain.Fields[name] = field
	}
	plain.Melt, plain.Link = true, &Link{f.tool.parent, f.tool.link}
	if plain.Fields["line_no"].ways() == 0 && plain.Fields["member_id"].ways() == 0 {
		plain.Fields["line_no"] = FieldMapping{Column: memberNumber}
	}
	return &plain
}
