package importer

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"io"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// A csproDictionary is what a dictionary tells about the items of a data file.
type csproDictionary struct {
	levels []string                     // what a case, and what stands in it, is called
	labels map[string]string            // item, in lower case, to its label
	codes  map[string]map[string]string // item to codes without leading noughts, and their labels
	widths map[string]int               // of numbers that are shown with leading noughts: how many digits they have
	ticked map[string]int               // check boxes: several codes in one text, one behind the other; how wide each is
}

// dictionaryFile is the part of a dictionary that is of use here, as a .dcf of CSPro 8 writes it.
type dictionaryFile struct {
	Levels []dictionaryLevel
}

type dictionaryLevel struct {
	Name    string
	IDs     struct{ Items []dictionaryItem }
	Records []struct{ Items []dictionaryItem }
}

type dictionaryItem struct {
	Name        string
	Labels      []dictionaryLabel
	ContentType string
	Length      int
	ZeroFill    bool
	ValueSets   []dictionaryValues
}

type dictionaryValues struct {
	Values []dictionaryValue
}

type dictionaryValue struct {
	Labels []dictionaryLabel
	Pairs  []dictionaryPair
}

type dictionaryPair struct{ Value string }

type dictionaryLabel struct{ Text string }

// readDictionary reads the dictionary beside a data file (the same name, or the only .dcf in the folder), or else the copy inside it.
// Without one the codes have no labels.
func readDictionary(ctx context.Context, c *sql.Conn, inside bool, path string) csproDictionary {
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
	if !inside {
		return csproDictionary{}
	}
	if err := c.QueryRowContext(ctx, "SELECT dictionary FROM meta").Scan(&text); err == nil {
		if d, ok := parseDictionary([]byte(text)); ok {
			return d
		}
	}
	return csproDictionary{}
}

// readSmall reads a file of at most 16 MB; nothing if it is larger or cannot be read.
func readSmall(path string) []byte {
	if info, err := os.Stat(path); err != nil || !info.Mode().IsRegular() {
		return nil
	}
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

// parseDictionary reads a dictionary of CSPro 8, which is JSON, or of an earlier one.
func parseDictionary(b []byte) (csproDictionary, bool) {
	var file dictionaryFile
	b = bytes.TrimPrefix(b, []byte{0xEF, 0xBB, 0xBF})
	if err := json.Unmarshal(b, &file); err != nil {
		file = parseOldDictionary(string(b))
	}
	if len(file.Levels) == 0 {
		return csproDictionary{}, false
	}
	d := csproDictionary{labels: map[string]string{}, codes: map[string]map[string]string{}, widths: map[string]int{}, ticked: map[string]int{}}
	for _, level := range file.Levels {
		d.levels = append(d.levels, strings.ToLower(level.Name))
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

// parseOldDictionary reads a dictionary as CSPro up to 7 writes it: sections of NAME=VALUE lines, each of which goes on from the one before.
// A value is a code and its label, "01;Head|मुखिया": one label for each language.
func parseOldDictionary(text string) dictionaryFile {
	var file dictionaryFile
	section := ""
	var item *dictionaryItem
	items := func() *[]dictionaryItem {
		level := &file.Levels[len(file.Levels)-1]
		if n := len(level.Records); n > 0 {
			return &level.Records[n-1].Items
		}
		return &level.IDs.Items
	}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "[") {
			section = line
			switch {
			case section == "[Level]":
				file.Levels, item = append(file.Levels, dictionaryLevel{}), nil
			case len(file.Levels) == 0:
			case section == "[Record]":
				level := &file.Levels[len(file.Levels)-1]
				level.Records, item = append(level.Records, struct{ Items []dictionaryItem }{}), nil
			case section == "[Item]":
				all := items()
				*all = append(*all, dictionaryItem{ContentType: "numeric"})
				item = &(*all)[len(*all)-1]
			case section == "[ValueSet]" && item != nil:
				item.ValueSets = append(item.ValueSets, dictionaryValues{})
			}
			continue
		}
		key, value, _ := strings.Cut(line, "=")
		switch {
		case section == "[Level]" && key == "Name":
			file.Levels[len(file.Levels)-1].Name = value
		case section == "[Item]" && item != nil:
			item.tell(key, value)
		case section == "[ValueSet]" && key == "Value" && item != nil:
			values := &item.ValueSets[len(item.ValueSets)-1].Values
			code, label, _ := strings.Cut(value, ";")
			*values = append(*values, dictionaryValue{Pairs: []dictionaryPair{{strings.Trim(strings.TrimSpace(code), "'\"")}}, Labels: oldLabels(label)})
		}
	}
	return file
}

// tell takes one line of an [Item].
func (item *dictionaryItem) tell(key, value string) {
	switch key {
	case "Name":
		item.Name = value
	case "Label":
		item.Labels = oldLabels(value)
	case "Len":
		if n, err := strconv.Atoi(value); err == nil {
			item.Length = n
		}
	case "DataType":
		item.ContentType = strings.ToLower(value)
	case "ZeroFill":
		item.ZeroFill = value == "Yes"
	}
}

func oldLabels(text string) []dictionaryLabel {
	var labels []dictionaryLabel
	for part := range strings.SplitSeq(text, "|") {
		labels = append(labels, dictionaryLabel{strings.TrimSpace(part)})
	}
	return labels
}

func (d csproDictionary) add(item dictionaryItem) {
	name := strings.ToLower(item.Name)
	if len(item.Labels) > 0 {
		d.labels[name] = item.Labels[0].Text
	}
	if len(item.ValueSets) == 0 {
		if item.ZeroFill && item.ContentType == "numeric" {
			d.widths[name] = item.Length
		}
		return
	}
	codes := map[string]string{}
	width := 0
	for _, v := range item.ValueSets[0].Values {
		for _, pair := range v.Pairs {
			if pair.Value == "" || len(v.Labels) == 0 || v.Labels[0].Text == "" {
				continue // a range, 1:12
			}
			codes[bareCode(pair.Value)] = v.Labels[0].Text
			switch n := len(strings.TrimSpace(pair.Value)); {
			case width == 0:
				width = n
			case width != n:
				width = item.Length
			}
		}
	}
	d.codes[name] = codes
	if strings.HasPrefix(item.ContentType, "alpha") && width > 0 && item.Length > width {
		d.ticked[name] = width
	}
}

// knows reports whether the dictionary says how a column is shown.
func (d csproDictionary) knows(column string) bool {
	return d.widths[column] > 0 || d.ticked[column] > 0 || d.codes[column] != nil
}

// show is what stands in a column, as CSPro shows it: with the noughts before a number, and the codes of check boxes apart.
func (d csproDictionary) show(column, text string) string {
	if n := d.widths[column]; n > len(text) && isNumber(text) {
		return strings.Repeat("0", min(n, 32)-len(text)) + text
	}
	if _, known := d.codes[column][bareCode(text)]; known {
		return bareCode(text)
	}
	n := d.ticked[column]
	if n == 0 {
		return text
	}
	var codes []string
	for rest := strings.ReplaceAll(text, " ", ""); rest != ""; rest = rest[min(n, len(rest)):] {
		code := rest[:min(n, len(rest))]
		if _, known := d.codes[column][bareCode(code)]; !known {
			return text // a text of its own, beside the one or other code
		}
		codes = append(codes, bareCode(code))
	}
	return strings.Join(codes, " ")
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
