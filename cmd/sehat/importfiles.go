package main

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"sehat/importer"
)

// importFiles are the files that somebody named, one by one or by their folders.
type importFiles struct {
	paths   []string // to be imported, in this order
	left    []string // in the folders, and not to be imported: neither workbooks nor CSV files nor exports
	folders []string // in the folders; nobody looks into them
	waiting int      // rejects workbooks in the folders in which nobody has corrected anything yet
}

// importedKinds are the files of a folder that are imported.
var importedKinds = []string{".xlsx", ".xlsm", ".csv", ".zip", ".csdb"}

// filesOf lists the files to import. A folder stands for the workbooks, CSV files and exports in it; a rejects workbook comes after the
// file it was made from, and is left out as long as nobody has corrected anything in it.
func filesOf(args []string) (importFiles, error) {
	var files importFiles
	for _, arg := range args {
		info, err := os.Stat(arg)
		switch {
		case errors.Is(err, os.ErrNotExist):
			return files, fmt.Errorf("%s: there is no such file", arg)
		case err != nil:
			return files, err
		case info.IsDir():
			if err := files.folder(arg); err != nil {
				return files, err
			}
		case !info.Mode().IsRegular():
			return files, withHint(fmt.Errorf("%s: this is no file that can be read twice", arg), "save what it holds as a file first")
		default:
			files.paths = append(files.paths, arg)
		}
	}
	files.withoutCompanions()
	return files, nil
}

// folder adds the files of a folder.
func (f *importFiles) folder(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("reading %s: %w", dir, err)
	}
	var inside, folders []string
	for _, e := range entries {
		name, path := e.Name(), filepath.Join(dir, e.Name())
		switch {
		case strings.HasPrefix(name, "."), strings.HasPrefix(name, "~$"): // hidden, and what Excel keeps beside an open workbook
		case e.IsDir():
			folders = append(folders, path)
		case !e.Type().IsRegular() || !slices.Contains(importedKinds, strings.ToLower(filepath.Ext(name))):
			if !isMappingName(name) {
				f.left = append(f.left, path)
			}
		case isRejects(name) && importer.Untouched(path):
			f.waiting++
		default:
			inside = append(inside, path)
		}
	}
	if len(inside) == 0 {
		err := fmt.Errorf("%s: there are no workbooks (.xlsx), CSV files or exports (.zip, .csdb) in the folder", dir)
		switch {
		case f.waiting > 0:
			return withHint(fmt.Errorf("%s: nothing was corrected in %s", dir, countThe(f.waiting, "rejects workbook")), "correct the red cells, save, and import the folder again")
		case len(folders) > 0:
			return withHint(err, "folders in it are not looked into; name them: sehat import %s", commandWords(folders[:min(len(folders), 3)]))
		case len(f.left) > 0:
			return withHint(err, "save %s as a workbook (.xlsx) or as CSV", firstOf(f.left, 3))
		}
		return err
	}
	slices.SortStableFunc(inside, func(a, b string) int { return strings.Compare(rejectsLast(a), rejectsLast(b)) })
	f.paths, f.folders = append(f.paths, inside...), append(f.folders, folders...)
	return nil
}

// isMappingName reports whether a file looks like the mapping of another one.
func isMappingName(name string) bool {
	ext := strings.ToLower(filepath.Ext(name))
	return ext == ".json" || ext == ".yaml" || ext == ".yml"
}

// withoutCompanions leaves the files of repeats out that are read together with another of the files, and what was named twice.
func (f *importFiles) withoutCompanions() {
	seen := map[string]bool{}
	for _, path := range f.paths {
		for _, part := range importer.Companions(path) {
			seen[part] = true
		}
	}
	f.paths = slices.DeleteFunc(f.paths, func(path string) bool {
		path = filepath.Clean(path)
		was := seen[path]
		seen[path] = true
		return was
	})
}

// isRejects reports whether a file is called as a rejects workbook is.
func isRejects(path string) bool { return strings.Contains(filepath.Base(path), ".rejects") }

func isFolder(path string) bool {
	info, err := os.Stat(path)
	return err == nil && info.IsDir()
}

// rejectsLast sorts the rejects workbooks of a file behind it, in the order in which they were written.
func rejectsLast(path string) string {
	stem, rest, ok := strings.Cut(path, ".rejects")
	if !ok {
		return path
	}
	n, err := strconv.Atoi(strings.TrimPrefix(strings.TrimSuffix(rest, filepath.Ext(rest)), "-"))
	if err != nil {
		n = 1
	}
	return fmt.Sprintf("%s\uffff%06d%s", stem, n, rest)
}
