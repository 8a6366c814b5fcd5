package main

import (
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// arrows says which of our folders each folder may import: downwards only. Test packages that help others are in it, too.
var arrows = map[string][]string{
	"templates":               {},
	"survey":                  {},
	"cards":                   {},
	"records/linkage":         {},
	"survey/form":             {"survey", "templates"},
	"survey/simulate":         {"survey"},
	"cards/sheet":             {"cards", "templates"},
	"records":                 {"survey", "cards", "records/linkage"},
	"records/store":           {"records", "records/linkage", "survey", "cards"},
	"records/store/storetest": {"records/store"},
	"records/access":          {"records"},
	"records/lookup":          {"records", "records/access", "records/linkage", "cards", "templates"},
	"importer":                {"survey", "records", "importer/xlsx"},
	"importer/xlsx":           {},
	"sync":                    {"records", "cards"},
}

// A listed is what `go list -json` says of a package.
type listed struct {
	ImportPath string
	Imports    []string
	Deps       []string
}

func TestArrowsPointDown(t *testing.T) {
	for _, p := range list(t, "sehat/...") {
		folder := strings.TrimPrefix(p.ImportPath, "sehat/")
		if folder == "cmd/sehat" {
			continue
		}
		allowed, known := arrows[folder]
		if !known {
			t.Errorf("%s is a folder that the design does not have", folder)
			continue
		}
		for _, imported := range p.Imports {
			target, ours := strings.CutPrefix(imported, "sehat/")
			if ours && !slices.Contains(allowed, target) {
				t.Errorf("%s imports %s", folder, target)
			}
		}
	}
}

func TestNobodyLinksThePDFWriterByImportingRecords(t *testing.T) {
	for _, p := range list(t, "sehat/records") {
		for _, dep := range p.Deps {
			if dep == "sehat/cards/sheet" || strings.Contains(dep, "gofpdf") {
				t.Errorf("records depends on %s", dep)
			}
		}
	}
}

func TestTopLevelHoldsWhatTheDesignNames(t *testing.T) {
	allowed := strings.Fields("cmd survey cards importer records sync templates go.mod go.sum Makefile README.md LICENSE CHANGELOG.md")
	made := strings.Fields("bin demo-data sehat-data") // by commands; git ignores them
	entries, err := os.ReadDir(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if !strings.HasPrefix(e.Name(), ".") && !slices.Contains(allowed, e.Name()) && !slices.Contains(made, e.Name()) {
			t.Errorf("%s stands at the top level", e.Name())
		}
	}
}

// modernc.org/sqlite works with exactly the libc that it names: another version builds and then fails in places.
func TestSQLiteHasItsOwnLibc(t *testing.T) {
	mod, err := exec.Command("go", "list", "-m", "-f", "{{.GoMod}}", "modernc.org/sqlite").Output()
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := os.ReadFile(strings.TrimSpace(string(mod)))
	if err != nil {
		t.Fatal(err)
	}
	ours, err := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "modernc.org/libc").Output()
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(theirs), "modernc.org/libc "+strings.TrimSpace(string(ours))+"\n") {
		t.Errorf("libc is %s, which is not the version in sqlite's go.mod", strings.TrimSpace(string(ours)))
	}
}

func list(t *testing.T, pattern string) []listed {
	t.Helper()
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", pattern).Output()
	if err != nil {
		t.Fatal(err)
	}
	var packages []listed
	dec := json.NewDecoder(strings.NewReader(string(out)))
	for {
		var p listed
		if err := dec.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}
