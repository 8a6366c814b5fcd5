package importer

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
)

// maxMapping is how large a mapping may be, in bytes: a hundred times one with every question and long lists of codes.
const maxMapping = 4 << 20

// readMapping reads a mapping file, if it is one.
func readMapping(path string) ([]byte, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("reading the mapping: %w", err)
	}
	if info.IsDir() || !info.Mode().IsRegular() {
		return nil, notAMapping("this is not a file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the mapping: %w", err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, maxMapping+1))
	if err != nil {
		return nil, fmt.Errorf("reading the mapping: %w", err)
	}
	if len(b) > maxMapping {
		return nil, notAMapping(fmt.Sprintf("no mapping has more than %d megabytes", maxMapping>>20), path)
	}
	return b, nil
}

const seeMapping = `--suggest-mapping writes a mapping to begin with; "sehat template mapping" writes the schema by which an editor shows what is wrong`

func notAMapping(what, path string) error {
	return fileError(seeMapping, "%s: %s", PathName(path), what)
}

// mappingCause says in words of a person where a mapping cannot be read.
func mappingCause(text []byte, err error) error {
	var syntax *json.SyntaxError
	var typed *json.UnmarshalTypeError
	switch {
	case errors.As(err, &syntax):
		return errors.New(lineOf(text, syntax.Offset, "it ") + "cannot be read")
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("it breaks off in the middle")
	case errors.As(err, &typed):
		kind, _, _ := strings.Cut(typed.Value, " ")
		return fmt.Errorf("%s%q holds %s, where something else belongs", lineOf(text, typed.Offset, ""), shown(typed.Field), jsonKinds[kind])
	}
	cause := strings.TrimPrefix(err.Error(), "json: ")
	return errors.New(shown(cause))
}

// jsonKinds are the kinds of JSON values as people call them.
var jsonKinds = map[string]string{"array": "a list", "object": "names with values", "string": "a text", "number": "a number", "bool": "true or false", "null": "nothing"}

// lineOf names the line of a text in which a byte stands, where the text has several.
func lineOf(text []byte, offset int64, otherwise string) string {
	if !bytes.Contains(text, []byte{'\n'}) {
		return otherwise
	}
	return fmt.Sprintf("line %d ", 1+bytes.Count(text[:min(int(max(offset, 0)), len(text))], []byte{'\n'}))
}
