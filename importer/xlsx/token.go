package xlsx

import (
	"bytes"
	"errors"
	"io"
	"strings"
)

// A tokenKind is what a scanner found.
type tokenKind uint8

const (
	endOfPart tokenKind = iota
	startTag
	endTag
	text    // between tags, with entities
	rawText // a CDATA section: as it stands
)

// maxToken is how long a tag, a text or a comment may be, in bytes. A cell holds 32,767 characters.
const maxToken = 8 << 20

// A scanner cuts XML into tags and texts. It is strict where a mistake could lose a cell (tags must match, quotation marks close)
// and does not look at what no cell depends on. What it returns is good until the next call.
type scanner struct {
	r        io.Reader
	buf      []byte
	pos, end int
	eof      bool
	read     int64 // bytes of the part

	name   []byte // of a tag, without its prefix
	full   []byte // with it
	attrs  []byte // what stands after the name of a start tag
	closed bool   // of a start tag: it is an end tag, too
	text   []byte
	open   []byte // names of the open tags, each with a zero byte behind it
	depth  int    // how many they are
}

func newScanner(r io.Reader) *scanner {
	return &scanner{r: r, buf: make([]byte, 64<<10)}
}

// next returns the next tag or text; comments and processing instructions are passed over.
func (s *scanner) next() (tokenKind, error) {
	for {
		if s.pos == s.end {
			if err := s.fill(); isEnd(err) {
				if s.depth > 0 {
					return 0, errCutOff
				}
				return endOfPart, nil
			} else if err != nil {
				return 0, err
			}
		}
		if s.buf[s.pos] != '<' {
			n, err := s.index("<", 0)
			if errors.Is(err, errCutOff) {
				n, err = s.end-s.pos, nil // blanks behind the last tag; others are refused by the caller
			}
			if err != nil {
				return 0, err
			}
			s.text = s.buf[s.pos : s.pos+n]
			s.pos += n
			return text, nil
		}
		for s.end-s.pos < 3 {
			if err := s.fill(); err != nil {
				return 0, cutOff(err)
			}
		}
		switch s.buf[s.pos+1] {
		case '/':
			return endTag, s.endTag()
		case '!':
			if found, err := s.special(); found || err != nil {
				return rawText, err
			}
		case '?':
			n, err := s.index("?>", 2)
			if err != nil {
				return 0, err
			}
			s.pos += n + 2
		default:
			return startTag, s.startTag()
		}
	}
}

var errCutOff = fail(Damaged, "a part of it breaks off in the middle")

// cutOff turns the end of the stream into an error.
func cutOff(err error) error {
	if isEnd(err) {
		return errCutOff
	}
	return err
}

// fill reads more into the buffer, behind what is there. It returns io.EOF where there is no more.
func (s *scanner) fill() error {
	if s.eof {
		return io.EOF
	}
	if s.pos > 0 {
		s.end = copy(s.buf, s.buf[s.pos:s.end])
		s.pos = 0
	}
	if s.end == len(s.buf) {
		if len(s.buf) >= maxToken {
			return fail(Hostile, "it has a cell or a gap of more than %d megabytes", maxToken>>20)
		}
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		s.read += int64(n)
		switch {
		case isEnd(err):
			s.eof = true
			if n == 0 {
				return io.EOF
			}
			return nil
		case err != nil:
			return err
		case n > 0:
			return nil
		}
	}
}

// index returns how far from here sep stands, not nearer than from; errCutOff if it does not.
func (s *scanner) index(sep string, from int) (int, error) {
	for {
		if s.pos+from <= s.end {
			var i int
			if len(sep) == 1 {
				i = bytes.IndexByte(s.buf[s.pos+from:s.end], sep[0])
			} else {
				i = bytes.Index(s.buf[s.pos+from:s.end], []byte(sep))
			}
			if i >= 0 {
				return from + i, nil
			}
			from = max(from, s.end-s.pos-len(sep)+1)
		}
		if err := s.fill(); err != nil {
			return 0, cutOff(err)
		}
	}
}

func (s *scanner) endTag() error {
	n, err := s.index(">", 2)
	if err != nil {
		return err
	}
	name := s.buf[s.pos+2 : s.pos+n]
	for len(name) > 0 && isSpace(name[len(name)-1]) {
		name = name[:len(name)-1]
	}
	s.setName(name)
	s.pos += n + 1
	return s.pop()
}

// pop takes the innermost open tag off, which must have the name of the current one.
func (s *scanner) pop() error {
	at := len(s.open) - 1 - len(s.full)
	if s.depth == 0 || at < 0 || !bytes.Equal(s.open[at:len(s.open)-1], s.full) || at > 0 && s.open[at-1] != 0 {
		return fail(Damaged, "its XML is broken: a tag is closed that was not opened")
	}
	s.open = s.open[:at]
	s.depth--
	return nil
}

// maxDepth is how deep tags may lie in each other; those of a sheet lie less than twenty deep.
const maxDepth = 1000

func (s *scanner) startTag() error {
	n, err := s.tagEnd()
	if err != nil {
		return err
	}
	tag := s.buf[s.pos+1 : s.pos+n]
	s.pos += n + 1
	s.closed = len(tag) > 0 && tag[len(tag)-1] == '/'
	if s.closed {
		tag = tag[:len(tag)-1]
	}
	end := 0
	for end < len(tag) && !isSpace(tag[end]) {
		end++
	}
	if end == 0 || tag[0] == '"' || tag[0] == '=' || tag[0] == '&' {
		return fail(Damaged, "its XML is broken: a tag has no name")
	}
	s.setName(tag[:end])
	s.attrs = tag[end:]
	if s.closed {
		return nil
	}
	if s.depth++; s.depth > maxDepth {
		return fail(Hostile, "its XML is nested more than %d deep", maxDepth)
	}
	s.open = append(append(s.open, s.full...), 0)
	return nil
}

// tagEnd returns how far from here the start tag ends: at the first > that stands in no quotation marks.
func (s *scanner) tagEnd() (int, error) {
	from := 1
	for {
		n, err := s.index(">", from)
		if err != nil {
			return 0, err
		}
		tag := s.buf[s.pos:][:n]
		if bytes.IndexByte(tag, '\'') < 0 {
			if bytes.Count(tag, quote)&1 == 0 {
				return n, nil
			}
		} else if !inQuotes(tag) {
			return n, nil
		}
		from = n + 1
	}
}

var quote = []byte{'"'}

func inQuotes(tag []byte) bool {
	var in byte
	for _, b := range tag {
		switch {
		case in != 0:
			if b == in {
				in = 0
			}
		case b == '"' || b == '\'':
			in = b
		}
	}
	return in != 0
}

func (s *scanner) setName(full []byte) {
	s.full, s.name = full, full
	if len(full) > 2 { // the names of cells are shorter, unless they have a prefix
		s.name = local(full)
	}
}

// special reads what begins with <!: a comment is passed over, a CDATA section found, anything else refused.
func (s *scanner) special() (found bool, err error) {
	const cdata = "<![CDATA["
	for s.end-s.pos < len(cdata) {
		if err := s.fill(); isEnd(err) {
			break
		} else if err != nil {
			return false, err
		}
	}
	switch head := s.buf[s.pos:s.end]; {
	case len(head) < len(cdata) && (strings.HasPrefix(cdata, string(head)) || bytes.HasPrefix([]byte("<!--"), head)):
		return false, errCutOff
	case bytes.HasPrefix(head, []byte("<!--")):
		n, err := s.index("-->", 4)
		if err != nil {
			return false, err
		}
		s.pos += n + 3
		return false, nil
	case bytes.HasPrefix(head, []byte(cdata)):
		n, err := s.index("]]>", len(cdata))
		if err != nil {
			return false, err
		}
		s.text = s.buf[s.pos+len(cdata) : s.pos+n]
		s.pos += n + 3
		return true, nil
	}
	return false, fail(Hostile, "it declares entities of its own, as no program that writes workbooks does")
}

var errAttribute = fail(Damaged, "its XML is broken: an attribute cannot be read")

// attr cuts the next attribute off the current start tag; a nil name if there is none.
func (s *scanner) attr() (name, value []byte, err error) {
	a := trimSpace(s.attrs)
	if len(a) == 0 {
		return nil, nil, nil
	}
	n := 0
	for n < len(a) && a[n] != '=' && !isSpace(a[n]) {
		n++
	}
	name, a = a[:n], trimSpace(a[n:])
	if n == 0 || len(a) == 0 || a[0] != '=' {
		return nil, nil, errAttribute
	}
	a = trimSpace(a[1:])
	if len(a) < 2 || a[0] != '"' && a[0] != '\'' {
		return nil, nil, errAttribute
	}
	end := 1
	for end < len(a) && a[end] != a[0] && a[end] != '<' {
		end++
	}
	if end == len(a) || a[end] == '<' {
		return nil, nil, errAttribute
	}
	s.attrs = a[end+1:]
	return name, a[1:end], nil
}

// skip passes over everything up to the end of the current start tag's element.
func (s *scanner) skip() error {
	if s.closed {
		return nil
	}
	for depth := s.depth; s.depth >= depth; {
		if kind, err := s.next(); err != nil {
			return err
		} else if kind == endOfPart {
			return errCutOff
		}
	}
	return nil
}

func isSpace(b byte) bool { return b == ' ' || b == '\n' || b == '\t' || b == '\r' }

func trimSpace(b []byte) []byte {
	for len(b) > 0 && isSpace(b[0]) {
		b = b[1:]
	}
	return b
}
