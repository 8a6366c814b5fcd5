package importer

import (
	"archive/zip"
	"io"
	"regexp"
	"slices"
	"strings"

	"sehat/survey"
)

// A solutionsBook is the archive of tab files that Survey Solutions exports: a file for each level. What was not asked or not answered is
// written as a word or number of its own there, and what the codes mean stands in the .do files beside the data.
type solutionsBook struct {
	*filesBook
	codes  map[string]map[string]string // variable to its codes and their labels
	titles map[string]string            // variable to its own label; of one answer of several it ends with that answer
}

// openSolutions makes an archive a solutionsBook if its tables are those of Survey Solutions; do are its .do files.
func openSolutions(b *filesBook, do []*zip.File) book {
	is := false
	for _, name := range b.names {
		h, err := readHead(b, name)
		if err != nil {
			continue // the error comes again where the sheet is read
		}
		is = is || slices.ContainsFunc(h.header(), func(s string) bool { return s == "interview__id" || s == "ParentId1" })
	}
	if !is {
		return b
	}
	s := &solutionsBook{filesBook: b, codes: map[string]map[string]string{}, titles: map[string]string{}}
	for _, part := range do[:min(len(do), maxDoFiles)] {
		r, err := part.Open()
		if err != nil {
			continue // without labels the codes mean themselves
		}
		text, err := io.ReadAll(io.LimitReader(r, maxDoFile))
		r.Close()
		if err == nil {
			s.learn(string(text))
		}
	}
	return s
}

// There is a .do file for each level, and in it a label for each answer.
const (
	maxDoFiles = 64
	maxDoFile  = 4 << 20
)

var (
	doLabel  = regexp.MustCompile(`(-?[0-9]+) ` + "`" + `"([^"]*)"'`)
	doValues = regexp.MustCompile(`^label values (\S+) (\S+)`)
	doTitle  = regexp.MustCompile(`^(?:capture )?label variable (\S+) ` + "`" + `"(.*)"'`)
)

// learn takes the labels out of a .do file:
//
//	label define sex 1 `"Male"' 2 `"Female"'
//	label values sex sex
//	label variable conditions__2 `"conditions:Diabetes"'
func (b *solutionsBook) learn(text string) {
	sets := map[string]map[string]string{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if rest, is := strings.CutPrefix(line, "label define "); is {
			name, all, _ := strings.Cut(rest, " ")
			sets[name] = map[string]string{}
			for _, m := range doLabel.FindAllStringSubmatch(all, -1) {
				sets[name][m[1]] = strings.TrimSpace(m[2])
			}
		} else if m := doValues.FindStringSubmatch(line); m != nil {
			b.codes[m[1]] = sets[m[2]]
		} else if m := doTitle.FindStringSubmatch(line); m != nil {
			b.titles[m[1]] = m[2]
		}
	}
}

func (b *solutionsBook) label(column string) string              { return b.titles[column] }
func (b *solutionsBook) codesOf(column string) map[string]string { return b.codes[column] }

func (b *solutionsBook) open(sheet string) (rowReader, error) {
	rows, err := b.filesBook.open(sheet)
	if err != nil {
		return nil, err
	}
	return solutionsRows{rows}, nil
}

// solutionsRows are rows in which what was not answered is empty.
type solutionsRows struct{ rowReader }

func (r solutionsRows) offset() int64 { return offsetOf(r.rowReader) }

func (r solutionsRows) next() (int, []string, error) {
	n, cells, err := r.rowReader.next()
	for i, text := range cells {
		if len(text) < 7 || text[0] != '-' && text[0] != '#' {
			continue
		}
		switch strings.TrimSuffix(text, ".0") {
		case "##N/A##", "-999999999":
			cells[i] = ""
		}
	}
	return n, cells, err
}

// solutionsChoice reports whether a column tells one of several answers, conditions__2: the question's place, and the code of ours that
// the label of the column means.
func (f *finder) solutionsChoice(l survey.Level, text string) (place int, code string, is bool) {
	i := strings.LastIndex(text, "__")
	if i <= 0 {
		return 0, "", false
	}
	place, ok := survey.Lookup(l, text[:i])
	if !ok || fieldsOf[l][place].Type != survey.Many {
		return 0, "", false
	}
	if b, ok := f.book.(labelled); ok {
		title := b.label(text) // question:answer, and either may hold a colon
		for j := strings.IndexByte(title, ':'); j >= 0; {
			if code, is = fieldsOf[l][place].Understands(title[j+1:]); is {
				return place, code, true
			}
			next := strings.IndexByte(title[j+1:], ':')
			if next < 0 {
				break
			}
			j += 1 + next
		}
	}
	code, is = fieldsOf[l][place].Understands(text[i+2:])
	return place, code, is
}

// rosterID returns the column that numbers the rows of a roster by codes that stay, members__id; "" if there is none.
func rosterID(sheet string, header []string) string {
	if own := sheet + "__id"; slices.Contains(header, own) {
		return own
	}
	for _, text := range header {
		if strings.HasSuffix(text, "__id") && text != "interview__id" && text != "assignment__id" {
			return text
		}
	}
	return ""
}
