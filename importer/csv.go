package importer

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// Limits of a text file. A cell of Excel holds 32,767 characters and a sheet 16,384 columns.
const (
	maxRecord  = 4 << 20 // bytes of one row
	maxCell    = 128 << 10
	maxColumns = 16384
	maxGap     = 1 << 20 // empty lines below each other
)

var errQuote = fileError(`look for a " in that row and delete it, or write it twice`, "a quotation mark is opened and never closed")

// csvReader reads the rows of delimited text as spreadsheets do: RFC 4180, and where people deviate from it, what they meant. A
// quotation mark inside a cell is a quotation mark, and rows may differ in length. encoding/csv is not used because it skips
// blank lines, so that its rows cannot be numbered as Excel shows them.
type csvReader struct {
	r     *bufio.Reader
	delim byte
	eol   byte
	row   int
	gap   int // empty lines above
	cells []string
	long  []byte // a row that runs over several lines
	text  []byte // its cells, unquoted
	ends  []int
}

// next returns the next row and its number from 1. The cells are good until the next call; io.EOF ends the file.
func (c *csvReader) next() (n int, cells []string, err error) {
	line, err := c.line()
	if err != nil {
		return 0, nil, err
	}
	c.row++
	n = c.row
	if bytes.IndexByte(line, '"') < 0 {
		c.split(string(line))
	} else if err := c.quoted(line); err != nil {
		return n, nil, fmt.Errorf("row %d: %w", n, err)
	}
	if len(c.cells) > maxColumns {
		return n, nil, c.fits(len(c.cells))
	}
	return n, c.cells, nil
}

// skim reads past the next row, for whether it can be read.
func (c *csvReader) skim() error {
	line, err := c.line()
	if err != nil {
		return err
	}
	c.row++
	if c.gap++; len(line) > 0 {
		c.gap = 0
	}
	if c.gap > maxGap {
		return fileError("delete the empty rows, or ask for the file again", "a million empty rows stand above row %d", c.row)
	}
	if bytes.IndexByte(line, '"') < 0 {
		if len(line) > maxCell {
			c.split(string(line))
			return c.fits(len(c.cells))
		}
		c.cells = c.cells[:0]
		return c.fits(bytes.Count(line, []byte{c.delim}) + 1)
	}
	if err := c.quoted(line); err != nil {
		return fmt.Errorf("row %d: %w", c.row, err)
	}
	return c.fits(len(c.cells))
}

// fits refuses a row of more columns than a sheet has, or with a cell that no sheet could hold.
func (c *csvReader) fits(columns int) error {
	if columns <= maxColumns {
		for i := range c.cells {
			if len(c.cells[i]) > maxCell {
				return fileError("shorten it, or ask for the file again", "row %d, column %s: the cell holds more than 128 KB", c.row, columnName(i))
			}
		}
		return nil
	}
	return fileError("delete the columns that nobody needs, or ask for the file again", "row %d has %d columns; a sheet has room for %d", c.row, columns, maxColumns)
}

// line reads up to the end of the line, which is cut off. The bytes are good until the next call.
func (c *csvReader) line() ([]byte, error) {
	line, err := c.r.ReadSlice(c.eol)
	if errors.Is(err, bufio.ErrBufferFull) {
		c.long = append(c.long[:0], line...)
		for errors.Is(err, bufio.ErrBufferFull) {
			if len(c.long) > maxRecord {
				return nil, fileError("ask for the file again; it may have lost its line breaks", "row %d is longer than %d megabytes", c.row+1, maxRecord>>20)
			}
			line, err = c.r.ReadSlice(c.eol)
			c.long = append(c.long, line...)
		}
		line = c.long
	}
	if err != nil && (!errors.Is(err, io.EOF) || len(line) == 0) {
		return nil, err
	}
	line = bytes.TrimSuffix(line, []byte{c.eol})
	if c.eol == '\n' {
		line = bytes.TrimSuffix(line, []byte{'\r'})
	}
	return line, nil
}

// split cuts a row without quotation marks.
func (c *csvReader) split(s string) {
	c.cells = c.cells[:0]
	for {
		i := strings.IndexByte(s, c.delim)
		if i < 0 {
			c.cells = append(c.cells, s)
			return
		}
		c.cells = append(c.cells, s[:i])
		s = s[i+1:]
	}
}

// quoted cuts a row with quotation marks, which may run over several lines.
func (c *csvReader) quoted(line []byte) error {
	c.text, c.ends = c.text[:0], c.ends[:0]
	inside := false
	start := true // of a cell
	for {
		for i := 0; i < len(line); i++ {
			b := line[i]
			switch {
			case inside && b == '"' && i+1 < len(line) && line[i+1] == '"':
				c.text = append(c.text, '"')
				i++
			case inside && b == '"' && (i+1 == len(line) || line[i+1] == c.delim):
				inside = false
			case inside:
				c.text = append(c.text, b)
			case b == c.delim:
				c.ends = append(c.ends, len(c.text))
				start = true
				continue
			case b == '"' && start:
				inside = true
			default:
				c.text = append(c.text, b)
			}
			start = false
		}
		if !inside {
			break
		}
		c.text = append(c.text, '\n')
		if len(c.text) > maxRecord {
			return errQuote
		}
		next, err := c.line()
		if errors.Is(err, io.EOF) {
			return errQuote
		}
		if err != nil {
			return err
		}
		line = next
	}
	c.ends = append(c.ends, len(c.text))
	all := string(c.text)
	c.cells = c.cells[:0]
	from := 0
	for _, end := range c.ends {
		c.cells = append(c.cells, all[from:end])
		from = end
	}
	return nil
}

// csvBook is a delimited text file as a book of one sheet without a name.
type csvBook struct{ path string }

func (b csvBook) sheets() []string { return []string{""} }
func (b csvBook) Close() error     { return nil }
func (b csvBook) dates() dateSystem {
	return noSerials
}
func (b csvBook) setting(string) string { return "" }
func (b csvBook) size(string) int64     { return fileSize(b.path) }

func (b csvBook) open(string) (rowReader, error) {
	f, err := os.Open(b.path)
	if err != nil {
		return nil, err
	}
	return openCSV(f)
}

// openCSV begins to read delimited text in whatever encoding and with whatever delimiter; it closes f with the rows, or on an error.
func openCSV(f io.ReadCloser) (rowReader, error) {
	rows, err := startCSV(f)
	if err != nil {
		return nil, err
	}
	return rows, nil
}

func startCSV(f io.ReadCloser) (*csvRows, error) {
	read := &counter{r: f}
	r, err := decoded(read)
	if err != nil {
		f.Close()
		return nil, err
	}
	buf := buffered(r)
	head, err := buf.Peek(64 << 10)
	if err != nil && !errors.Is(err, io.EOF) {
		f.Close()
		return nil, err
	}
	c := &csvReader{r: buf, eol: '\n'}
	if bytes.IndexByte(head, '\n') < 0 && bytes.IndexByte(head, '\r') >= 0 {
		c.eol = '\r'
	}
	line, _, _ := bytes.Cut(head, []byte{c.eol})
	if delim, ok := sepLine(line); ok { // Excel's own way to say which delimiter it means
		c.delim = delim
		if _, err := c.line(); err != nil {
			f.Close()
			return nil, err
		}
		c.row = 1
	} else {
		c.delim = delimiter(line)
	}
	return &csvRows{c, f, read}, nil
}

type csvRows struct {
	*csvReader
	io.Closer
	read *counter
}

func (r csvRows) offset() int64 { return r.read.n }

// A counter counts what is read through it.
type counter struct {
	r io.Reader
	n int64
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// fileSize is how many bytes a file has; 0 if that cannot be told.
func fileSize(path string) int64 {
	info, err := os.Stat(path)
	if err != nil {
		return 0
	}
	return info.Size()
}

// sepLine reads the line "sep=;".
func sepLine(line []byte) (byte, bool) {
	line = bytes.TrimSuffix(line, []byte{'\r'})
	if len(line) == 5 && bytes.EqualFold(line[:4], []byte("sep=")) {
		return line[4], true
	}
	return 0, false
}

// delimiter returns what parts the cells of the header: the commonest of comma, semicolon, tab and bar outside quotation marks.
func delimiter(header []byte) byte {
	count := map[byte]int{}
	quoted := false
	for _, b := range header {
		switch {
		case b == '"':
			quoted = !quoted
		case !quoted:
			count[b]++
		}
	}
	best := byte(',')
	for _, b := range []byte{';', '\t', '|'} {
		if count[b] > count[best] {
			best = b
		}
	}
	return best
}

// decoded returns the text of a file as UTF-8 without a byte-order mark. UTF-16 is known by its mark, or by its zero bytes; the code page
// in which Excel for Windows saves plain CSV, by its signs.
func decoded(f io.Reader) (io.Reader, error) {
	r := bufio.NewReaderSize(f, 64<<10)
	head, err := r.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	n := len(head)
	utf16 := func(e unicode.Endianness) io.Reader {
		return transform.NewReader(r, unicode.UTF16(e, unicode.UseBOM).NewDecoder())
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xEF, 0xBB, 0xBF}):
		_, err := r.Discard(3)
		return r, err
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), n == 4 && head[1] == 0 && head[3] == 0 && head[0] != 0:
		return utf16(unicode.LittleEndian), nil
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}), n == 4 && head[0] == 0 && head[2] == 0 && head[1] != 0:
		return utf16(unicode.BigEndian), nil
	}
	if head, err = r.Peek(r.Size()); err != nil && !errors.Is(err, io.EOF) {
		return nil, err
	}
	if isWindows1252(head) {
		return transform.NewReader(r, charmap.Windows1252.NewDecoder()), nil
	}
	return r, nil
}

// isWindows1252 reports whether the signs in a text are accented letters, dashes and quotation marks of Windows-1252, and none is UTF-8: a
// UTF-8 file with a damaged letter is not meant.
func isWindows1252(text []byte) bool {
	some := false
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		switch {
		case r < utf8.RuneSelf:
		case r != utf8.RuneError:
			return false
		case !utf8.FullRune(text):
			return some // the sample ends within a letter
		case strings.IndexByte("\x85\x91\x92\x93\x94\x95\x96\x97\xa0\xb0\xbd", text[0]) < 0 && (text[0] < 0xC0 || text[0] == 0xD7 || text[0] == 0xF7 || text[0] >= 0xFE):
			return false
		default:
			some = true
		}
		text = text[n:]
	}
	return some
}
