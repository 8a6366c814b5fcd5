package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"sehat/importer"
)

// suggestReport says which mapping was proposed for a file.
type suggestReport struct {
	File    string `json:"file"`
	Mapping string `json:"mapping"`
	*importer.Proposal
}

// runSuggestMapping writes a mapping beside each file. It needs no store. A file that cannot be read does not keep the others back.
func runSuggestMapping(a *app, opts importOptions) error {
	files, err := filesOf(opts.files)
	if err != nil {
		return err
	}
	failed := 0
	for _, path := range files.paths {
		err := suggestMapping(a, path, opts.survey)
		switch {
		case err == nil:
			continue
		case len(files.paths) == 1:
			return err
		}
		failed++
		a.say("%s", err)
		if text := hint(err); text != "" {
			a.hint(text)
		}
	}
	if failed > 0 {
		return fmt.Errorf("no mapping was written for %d of %s", failed, count(len(files.paths), "file"))
	}
	return nil
}

func suggestMapping(a *app, path, surveyCode string) error {
	p, err := importer.SuggestMapping(path, surveyCode)
	var unreadable *importer.FileError
	if errors.As(err, &unreadable) {
		return withHint(fmt.Errorf("%s: %w", path, err), "%s", unreadable.Hint)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	path = filepath.Join(filepath.Dir(path), importer.FileName(path)) // as it is told from here on
	out := strings.TrimSuffix(path, filepath.Ext(path)) + ".mapping.json"
	if _, err := os.Stat(out); err == nil {
		return withHint(fmt.Errorf("%s is there already, and may have been worked on", out), "rename it, or remove it")
	}
	b, err := p.Mapping.Marshal()
	if err != nil {
		return err
	}
	if err := writeFile(out, b); err != nil {
		return err
	}
	if err := a.result(suggestReport{path, out, p}, "%s", suggestText(path, out, p)); err != nil {
		return err
	}
	if len(p.Missing) > 0 {
		a.say("%s: no column was found for %s", path, strings.Join(p.Missing, ", "))
	}
	if len(p.Unknown) > 0 && !a.json {
		a.say("%s: no question was found for these; they are kept beside the answers: %s", path, firstOf(p.Unknown, 6))
	}
	return nil
}

// suggestText lists each field with its column, the doubtful ones last, and says what comes next.
func suggestText(path, out string, p *importer.Proposal) string {
	var b strings.Builder
	if p.Recognised {
		fmt.Fprintf(&b, "%s is an export of our form and needs no mapping: sehat import %s\n", path, path)
	}
	for _, f := range p.Fields {
		fmt.Fprintf(&b, "  %3.0f %%  %-24s %s\n", f.Confidence*100, f.Field, f.Column)
	}
	fmt.Fprintf(&b, "%s: %s found; look through it, then: sehat import %s --profile %s", out, count(len(p.Fields), "answer"), path, out)
	return b.String()
}
