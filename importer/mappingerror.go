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
		return fmt.Errorf("line %d cannot be read", lineAt(text, syntax.Offset))
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF):
		return errors.New("it breaks off in the middle")
	case errors.As(err, &typed):
		return fmt.Errorf("line %d: something else belongs to %q than a %s", lineAt(text, typed.Offset), shown(typed.Field), typed.Value)
	}
	cause := strings.TrimPrefix(err.Error(), "json: ")
	return errors.New(shown(cause))
}

// lineAt is the line of a text in which a byte stands, from 1.
func lineAt(text []byte, offset int64) int {
	return 1 + bytes.Count(text[:min(int(max(offset, 0)), len(text))], []byte{'\n'})
}
