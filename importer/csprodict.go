package importer

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strings"
)

// A csproDictionary is what a dictionary tells about the items of a data file.
type csproDictionary struct {
	cases  string                       // what a case is called
	labels map[string]string            // item, in lower case, to its label
	codes  map[string]map[string]string // item to codes without leading noughts, and their labels
}

// dictionaryFile is the part of a .dcf of CSPro 8 that is of use here.
type dictionaryFile struct {
	Levels []struct {
		Name    string
		IDs     struct{ Items []dictionaryItem }
		Records []struct{ Items []dictionaryItem }
	}
}

type dictionaryItem struct {
	Name      string
	Labels    []dictionaryLabel
	ValueSets []struct {
		Values []struct {
			Labels []dictionaryLabel
			Pairs  []struct{ Value string }
		}
	}
}

type dictionaryLabel struct{ Text string }

// readDictionary reads the dictionary beside a data file (the same name, or the only .dcf in the folder), or else the copy inside it.
// Without one the codes have no labels.
func readDictionary(ctx context.Context, db *sql.DB, path string) csproDictionary {
	stem := strings.TrimSuffix(path, filepath.Ext(path))
	if d, ok := parseDictionary(readSmall(stem + ".dcf")); ok {
		return d
	}
	if files, err := filepath.Glob(filepath.Join(filepath.Dir(path), "*.dcf")); err == nil && len(files) == 1 {
		if d, ok := parseDictionary(readSmall(files[0])); ok {
			return d
		}
	}
	var text string
	if err := db.QueryRowContext(ctx, "SELECT dictionary FROM meta").Scan(&text); err == nil {
		if d, ok := parseDictionary([]byte(text)); ok {
			return d
		}
	}
	return csproDictionary{cases: "cases"}
}

// readSmall reads a file of at most 16 MB; nothing if it is larger or cannot be read.
func readSmall(path string) []byte {
	f, err := os.Open(path)
	if err != nil {
		return nil
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, 16<<20))
	if err != nil {
		return nil
	}
	return b
}

func parseDictionary(b []byte) (csproDictionary, bool) {
	var file dictionaryFile
	if err := json.Unmarshal(bytes.TrimPrefix(b, []byte{0xEF, 0xBB, 0xBF}), &file); err != nil || len(file.Levels) == 0 {
		return csproDictionary{}, false // a dictionary of CSPro 7 is no JSON
	}
	d := csproDictionary{cases: strings.ToLower(file.Levels[0].Name), labels: map[string]string{}, codes: map[string]map[string]string{}}
	for _, level := range file.Levels {
		items := level.IDs.Items
		for _, r := range level.Records {
			items = append(items, r.Items...)
		}
		for _, item := range items {
			d.add(item)
		}
	}
	return d, true
}

func (d csproDictionary) add(item dictionaryItem) {
	name := strings.ToLower(item.Name)
	if len(item.Labels) > 0 {
		d.labels[name] = item.Labels[0].Text
	}
	if len(item.ValueSets) == 0 {
		return
	}
	codes := map[string]string{}
	for _, v := range item.ValueSets[0].Values {
		for _, pair := range v.Pairs {
			if pair.Value != "" && len(v.Labels) > 0 {
				codes[bareCode(pair.Value)] = v.Labels[0].Text
			}
		}
	}
	d.codes[name] = codes
}

// bareCode is a code without the noughts before it: the dictionary says 01 where the data say 1.
func bareCode(s string) string {
	s = strings.TrimSpace(s)
	if bare := strings.TrimLeft(s, "0"); bare != "" {
		return bare
	}
	return s
}

// A labelled book knows what its columns and codes are called.
type labelled interface {
	label(column string) string
	codesOf(column string) map[string]string
}

func (b *csproBook) label(column string) string              { return b.dict.labels[column] }
func (b *csproBook) codesOf(column string) map[string]string { return b.dict.codes[column] }
