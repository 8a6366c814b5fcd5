package xlsx

import (
	"errors"
	"io"
	"unicode/utf8"
)

// Limits of the texts that cells share.
const (
	chunkSize  = 1 << 20
	maxCell    = 128 << 10 // bytes of a text; Excel's own have 32,767 letters
	maxShared  = 256 << 20
	maxStrings = 16 << 20
)

// A stringTable holds the texts that cells share, one behind the other. A text lies in one chunk, and is much shorter.
type stringTable struct {
	chunks []string
	starts []uint32 // chunk and place in it
	last   []byte   // becomes the next chunk
}

// readStrings reads the part xl/sharedStrings.xml.
func readStrings(r io.Reader) (*stringTable, error) {
	s := newScanner(r)
	t := &stringTable{last: make([]byte, 0, chunkSize)}
	var one []byte
	for {
		kind, err := s.next()
		switch {
		case err != nil:
			return nil, err
		case kind == endOfPart:
			return t, t.flush()
		case kind != startTag || s.depth < 2 && !s.closed:
		case string(s.name) == "si":
			if one, err = readText(s, one[:0]); err != nil {
				return nil, err
			}
			if err := t.add(one); err != nil {
				return nil, err
			}
		default:
			if err := s.skip(); err != nil {
				return nil, err
			}
		}
	}
}

func (t *stringTable) add(text []byte) error {
	if len(text) > maxCell {
		return errLongText
	}
	if len(t.last)+len(text) >= chunkSize {
		if err := t.flush(); err != nil {
			return err
		}
	}
	if len(t.chunks)*chunkSize > maxShared || len(t.starts) >= maxStrings {
		return fail(TooLarge, "its texts need more memory than %d megabytes", maxShared>>20)
	}
	t.starts = append(t.starts, uint32(len(t.chunks)*chunkSize+len(t.last)))
	t.last = append(t.last, text...)
	return nil
}

func (t *stringTable) flush() error {
	if !utf8.Valid(t.last) {
		return errEncoding
	}
	t.chunks = append(t.chunks, string(t.last))
	t.last = t.last[:0]
	return nil
}

var errLongText = fail(Hostile, "a cell holds more than 128 KB")

var errEncoding = fail(Damaged, "a text in it is no UTF-8")

// get returns a text by its index.
func (t *stringTable) get(i int) (string, bool) {
	if i < 0 || i >= len(t.starts) {
		return "", false
	}
	start := t.starts[i]
	chunk := t.chunks[start/chunkSize]
	if i+1 < len(t.starts) && t.starts[i+1]/chunkSize == start/chunkSize {
		return chunk[start%chunkSize : t.starts[i+1]%chunkSize], true
	}
	return chunk[start%chunkSize:], true
}

var (
	errTwice   = fail(Unusual, "a text or a value stands twice in one cell")
	errUnknown = fail(Unusual, "a cell or a text has a part that is not known")
)

// readText appends the text of the element whose start tag was just read, <si> or <is>: one <t>, or that of each run of a rich
// text. How it is pronounced does not belong to it.
func readText(s *scanner, dst []byte) ([]byte, error) {
	if s.closed {
		return dst, nil
	}
	start, depth := len(dst), s.depth
	told, runs := false, false
	for s.depth >= depth {
		kind, err := s.next()
		switch {
		case err != nil:
			return dst, err
		case kind == endOfPart:
			return dst, errCutOff
		case kind != startTag:
			continue
		}
		inRun := s.depth > depth+1 || s.closed && s.depth > depth
		switch string(s.name) {
		case "t":
			if told || runs && !inRun {
				return dst, errTwice
			}
			told = true
			dst, err = readContent(s, dst)
		case "r":
			if inRun || told && !runs {
				return dst, errUnknown
			}
			runs, told = true, false
		case "rPr", "rPh", "phoneticPr":
			err = s.skip()
		default:
			return dst, errUnknown
		}
		if err != nil {
			return dst, err
		}
	}
	return dst[:start+len(unescape(dst[start:]))], nil
}

// readContent appends the text of the element whose start tag was just read, which has no elements in it.
func readContent(s *scanner, dst []byte) ([]byte, error) {
	if s.closed {
		return dst, nil
	}
	for {
		kind, err := s.next()
		if err != nil {
			return dst, err
		}
		switch kind {
		case endTag:
			return dst, nil
		case text, rawText:
			if dst, err = appendText(dst, s.text, kind); err != nil {
				return dst, err
			}
		case startTag:
			return dst, errUnknown
		default:
			return dst, errCutOff
		}
	}
}

// isEnd reports whether an error is the end of a stream.
func isEnd(err error) bool { return errors.Is(err, io.EOF) }
