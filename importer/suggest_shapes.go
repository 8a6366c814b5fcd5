package importer

import (
	"slices"
	"strconv"
	"strings"

	"sehat/survey"
)

// numberedStems finds members side by side, however they are numbered: name_1 and name_2, "Member 1 Name" and "Member 2 Name", "आयु 1" and
// "आयु 2". It returns the questions with # in place of the number.
func numberedStems(header []string, index wordIndex) map[string]FieldMapping {
	seen := map[string]map[int]bool{}
	var stems []string
	for _, text := range header {
		for i := 0; i < len(text) && len(text) < maxName; i++ {
			if text[i] < '1' || text[i] > '9' || i > 0 && isDigit(text[i-1]) {
				continue
			}
			j := i + 1
			for j < len(text) && isDigit(text[j]) {
				j++
			}
			n, err := strconv.Atoi(text[i:j])
			if err != nil || n > maxMelted {
				continue
			}
			stem := text[:i] + "#" + text[j:]
			if seen[stem] == nil {
				seen[stem] = map[int]bool{}
				stems = append(stems, stem)
			}
			seen[stem][n] = true
		}
	}
	fields := map[string]FieldMapping{}
	for _, stem := range stems {
		if !seen[stem][1] || !seen[stem][2] {
			continue
		}
		text := strings.Replace(stem, "#", " ", 1)
		for place, f := range fieldsOf[survey.Member] {
			if sure := index.fit(survey.Member, place, text); sure >= sureTelling && sure > fields[f.Name].Confidence {
				fields[f.Name] = FieldMapping{Column: stem, Confidence: sure}
				break
			}
		}
	}
	return fields
}

// nameParts are headers of the parts of a name, by bareWords: the first, the middle ones, the last.
var nameParts = [][]string{
	{"firstname", "givenname", "forename", "fname", "पहलानाम", "प्रथमनाम"},
	{"middlename", "secondname", "mname", "मध्यनाम"},
	{"lastname", "surname", "familyname", "lname", "उपनाम", "कुलनाम", "अंतिमनाम", "सरनेम"},
}

// joinNames puts a name together that stands in several columns. A column "name" beside a surname is the first of them.
func (t *TableMapping) joinNames(cols []column) {
	var parts []string
	for i, names := range nameParts {
		at := slices.IndexFunc(cols, func(c column) bool { return slices.Contains(names, bareWords(c.header)) })
		switch {
		case at >= 0:
			parts = append(parts, cols[at].header)
		case i == 0 && t.Fields["full_name"].Column != "":
			parts = append(parts, t.Fields["full_name"].Column)
		}
	}
	if len(parts) > 1 && !slices.Contains(parts[1:], parts[0]) {
		t.Fields["full_name"] = FieldMapping{Columns: parts, Confidence: t.Fields["full_name"].Confidence}
	}
}

// ticks finds columns that each tell of one answer to a question with several: a header that is an answer, "BP", "Sugar", and yes or no
// under it.
func (s *suggester) ticks(t *TableMapping, cols []column, l survey.Level) {
	used := map[string]bool{}
	for _, f := range t.Fields {
		for _, text := range f.every() {
			used[text] = true
		}
	}
	for place, f := range fieldsOf[l] {
		if f.Type != survey.Many || t.Fields[f.Name].ways() > 0 {
			continue
		}
		found := map[string]string{}
		for _, c := range cols {
			code, ok := f.Understands(c.header)
			if b, labels := s.book.(labelled); labels && !ok { // "Chronic illness:Diabetes", as Survey Solutions calls p_ill__2
				title, answer, _ := strings.Cut(b.label(c.header), ":")
				if s.index.fit(l, place, title) >= sureTelling {
					code, ok = f.Understands(answer)
				}
			}
			if ok && !used[c.header] && len(c.values) > 0 && !slices.ContainsFunc(c.values, func(v string) bool { return !isTick(v) && !isNoTick(v) }) {
				found[c.header] = code
				used[c.header] = true
			}
		}
		if len(found) > 0 {
			t.Fields[f.Name] = FieldMapping{Choices: found, Confidence: sureTelling}
		}
	}
}
