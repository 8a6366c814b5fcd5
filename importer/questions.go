package importer

import (
	"regexp"
	"slices"
	"strings"

	"sehat/survey"
)

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

// field is the mapping of a column; codes that have labels of their own mean what these say.
func (f *finder) field(l survey.Level, name, column string) FieldMapping {
	m := FieldMapping{Column: column}
	_, place, _ := fieldNamed(name)
	if f.tool.profile == ProfileCSPro && dateFormOf(fieldsOf[l][place]) != formAsIs {
		m.Date = "compact" // CSPro keeps days as numbers
	}
	b, ok := f.book.(labelled)
	if !ok {
		return m
	}
	for code, label := range b.codesOf(column) {
		if ours, known := fieldsOf[l][place].Understands(label); known && ours != code {
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
		if place, ok := lookup(l, text); ok {
			return fieldsOf[l][place].Name, true
		}
		return "", false
	}
	if _, _, is := f.choice(l, text, header); is {
		return "", false
	}
	if place, ok := behind(l, text, f.tool.paths); ok {
		return fieldsOf[l][place].Name, true
	}
	return "", false
}

// choice reports whether a column is one answer of a question with several, q/choice: the question's column, and the answer. KoboToolbox
// puts the separator of groups between the two, ODK Central always a slash.
func (f *finder) choice(l survey.Level, text string, header []string) (question, answer string, is bool) {
	sep := "/"
	if f.tool.profile == ProfileKobo {
		sep = f.tool.paths[0]
	}
	if len(text) > 4*maxName {
		return "", "", false
	}
	last := strings.LastIndex(text, sep)
	for i := last; i > 0 && i > len(text)-maxName; i = strings.LastIndex(text[:i], sep) { // an answer may hold a separator of its own
		question, answer = text[:i], text[i+len(sep):]
		if i == last && slices.Contains(header, question) {
			return question, answer, true
		}
		if place, ok := f.named(l, question); ok && fieldsOf[l][place].Type == survey.Many {
			if _, is = fieldsOf[l][place].Understands(answer); is {
				return question, answer, true
			}
		}
	}
	return "", "", false
}

// named returns the place of the question that a header names, with or without its groups.
func (f *finder) named(l survey.Level, text string) (place int, ok bool) {
	if place, ok = lookup(l, text); ok {
		return place, true
	}
	return behind(l, text, f.tool.paths)
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
				answer, is = strings.CutPrefix(f.tool.afterPath(text), field.Name+"_")
				question = field.Name
			}
			if f.tool.profile == ProfileSolutions {
				if place, code, ok := f.solutionsChoice(l, text); ok && fieldsOf[l][place].Name == field.Name {
					found[text] = code
				}
				continue
			}
			place, ok := f.named(l, question)
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
		if len(text) > 4*maxName {
			continue
		}
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
		switch strings.ToLower(f.tool.afterPath(text)) {
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
			if last := f.tool.afterPath(text); last == "today" || last == "start" || text == "SubmissionDate" || text == "_submission_time" {
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
	if id := rosterID(t.Sheet, header); id != "" && f.tool.profile == ProfileSolutions {
		t.Fields["line_no"] = FieldMapping{Column: id}
	}
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
			if place, ok := f.named(survey.Member, m[1]); ok {
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
		if place, ok := f.named(survey.Member, stem); ok {
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
