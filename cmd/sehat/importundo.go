package main

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"sehat/importer"
	"sehat/records"
	"sehat/records/store"
)

// runImportUndo takes an import back.
func runImportUndo(ctx context.Context, a *app, name string, dry bool) error {
	s, _, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	e, err := importNamed(ctx, s, name)
	if err != nil {
		return err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	undo := s.UndoImport
	if dry {
		undo = s.RehearseUndo
	}
	done, err := undo(ctx, e.ID, by, records.Stamp(a.now()))
	var built *records.BuiltOnError
	if errors.As(err, &built) {
		return cannotUndo(e, built)
	}
	if err != nil {
		return err
	}
	return a.result(undoReport{done, dry}, "%s", undoText(done, dry))
}

// undoReport is what --undo says with --json.
type undoReport struct {
	records.Undone
	DryRun bool `json:"dry_run,omitempty"`
}

// importNamed finds the import that a person means: by the first letters of its id, by its file, or "last"; the latest that stands.
func importNamed(ctx context.Context, s *store.Store, name string) (records.ImportEntry, error) {
	list, err := s.Imports(ctx)
	if err != nil {
		return records.ImportEntry{}, err
	}
	file := importer.FileName(name) // the store knows files without their folders
	var found []records.ImportEntry
	for _, e := range list {
		switch {
		case (name == "last" || file == e.File) && e.UndoneAt == "":
			return e, nil
		case name != "last" && strings.HasPrefix(e.ID, strings.ToLower(name)):
			found = append(found, e)
		}
	}
	const see = `"sehat import list" names them`
	switch {
	case isFolder(name):
		return records.ImportEntry{}, withHint(fmt.Errorf("%s: --undo takes one import back, and this is a folder", name), "name its files, the one imported last first; %s", see)
	case name == "last":
		return records.ImportEntry{}, errors.New("there is no import to take back")
	case len(found) == 1 && name != "":
		return found[0], nil
	case len(found) > 1 && name != "":
		return records.ImportEntry{}, withHint(fmt.Errorf("%d imports begin with %s", len(found), name), "write more of the id; %s", see)
	}
	return records.ImportEntry{}, withHint(fmt.Errorf("there is no import %s", name), see)
}

// cannotUndo says why an import stays, and what could be done first.
func cannotUndo(e records.ImportEntry, built *records.BuiltOnError) error {
	err := fmt.Errorf("the import of %s cannot be taken back: %w", e.File, built)
	if len(built.Later) > 0 {
		return withHint(err, `take the later import back first: sehat import --undo %s`, shortID(built.Later[0].ID))
	}
	return withHint(err, "import a corrected file instead: it changes only the rows that differ")
}

func undoText(u records.Undone, dry bool) string {
	e := u.Import
	if u.Again {
		return fmt.Sprintf("the import of %s was taken back on %s by %s; there is nothing to do", e.File, dayText(e.UndoneAt), e.UndoneBy)
	}
	did, text := "was taken back", "the import of "+e.File+" "
	if dry {
		did = "can be taken back"
	}
	text += did
	for _, line := range []struct {
		rows records.UndoneRows
		what string
	}{{u.Removed, "gone"}, {u.Restored, "again what they were before"}} {
		if line.rows.Sum() > 0 {
			text += "\n  " + line.what + ": " + rowsText(line.rows)
		}
	}
	if u.RejectsRemoved > 0 {
		text += "\n  no longer held back: " + count(u.RejectsRemoved, "row")
	}
	if u.HeldAgain > 0 {
		text += "\n  held back again: " + count(u.HeldAgain, "row") + ", which it had corrected"
	}
	if u.Removed.Sum()+u.Restored.Sum()+u.RejectsRemoved+u.HeldAgain == 0 {
		text += "; it had changed nothing"
	}
	if dry {
		text += "\n  nothing was changed: this was a dry run"
	}
	return text
}

func rowsText(r records.UndoneRows) string {
	var parts []string
	for _, p := range []struct {
		n    int
		noun string
	}{{r.Households, "household"}, {r.Residents, "resident"}, {r.Visits, "visit"}} {
		if p.n > 0 {
			parts = append(parts, count(p.n, p.noun))
		}
	}
	return aloud(parts)
}
