package xlsx

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"io"
	"path"
	"slices"
	"strings"

	"github.com/klauspost/compress/flate"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// A workbook's XML packs 5 to 60 times; repeated cells a little more. What unpacks to more than this is made to exhaust its reader.
const (
	unpackedAtLeast  = 256 << 20
	unpackedPerByte  = 100
	unpackedAtMost   = 8 << 30
	maxSheets        = 1000
	maxRelationships = 100_000
)

// A Book is an open workbook. It is not safe for concurrent use.
type Book struct {
	parts  map[string]*zip.File // by lower-case name
	names  []string
	sheets map[string]string // names of parts, by the name of the sheet
	mac    bool              // dates from 1904

	stringsPart string
	strings     *stringTable // read when the first cell asks for it
	stringsErr  error

	budget budget
}

// Open reads the plan of a workbook and then every sheet to its end, as the package promises. Ctx ends it early. What it refuses is an
// [Error]; other errors are of ctx or of the disk.
func Open(ctx context.Context, z *zip.Reader, size int64) (*Book, error) {
	z.RegisterDecompressor(zip.Deflate, flate.NewReader)
	b := &Book{
		sheets: map[string]string{},
		budget: budget{ctx: ctx, left: min(unpackedAtLeast+unpackedPerByte*size, unpackedAtMost)},
	}
	if err := b.index(z); err != nil {
		return nil, err
	}
	if err := b.plan(); err != nil {
		return nil, err
	}
	for _, name := range b.names {
		if err := b.check(name); err != nil {
			return nil, err
		}
	}
	b.budget = budget{ctx: context.Background(), left: 1 << 62} // it was checked once
	return b, nil
}

// Sheets returns the names of the sheets in their order, hidden ones too.
func (b *Book) Sheets() []string { return b.names }

// Date1904 reports whether serial numbers count from 1 January 1904, as old Macs did.
func (b *Book) Date1904() bool { return b.mac }

// Size returns how many bytes a sheet has, unpacked; 0 if it is not there.
func (b *Book) Size(sheet string) int64 {
	if part := b.parts[strings.ToLower(b.sheets[sheet])]; part != nil {
		return int64(part.UncompressedSize64)
	}
	return 0
}

// Rows starts to read a sheet. The caller closes it.
func (b *Book) Rows(sheet string) (*Rows, error) { return b.rows(sheet, false) }

func (b *Book) rows(sheet string, check bool) (*Rows, error) {
	name, ok := b.sheets[sheet]
	if !ok {
		return nil, fail(Damaged, "the sheet %q is not in it", sheet)
	}
	part, err := b.open(name)
	if err != nil {
		return nil, err
	}
	r := &Rows{s: newScanner(part), part: part, book: b, check: check}
	if some, err := r.start(); err != nil {
		part.Close()
		return nil, err
	} else if !some && !check {
		r.s = newScanner(strings.NewReader("")) // no rows
	}
	return r, nil
}

// check reads a sheet to its end.
func (b *Book) check(sheet string) error {
	r, err := b.rows(sheet, true)
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		if _, _, err := r.Next(); isEnd(err) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// sharedText returns one of the texts that cells share.
func (b *Book) sharedText(i int) (string, error) {
	if b.strings == nil && b.stringsErr == nil {
		b.strings, b.stringsErr = b.readStrings()
	}
	if b.stringsErr != nil {
		return "", b.stringsErr
	}
	s, ok := b.strings.get(i)
	if !ok {
		return "", fail(Damaged, "a cell refers to a text that is not there")
	}
	return s, nil
}

func (b *Book) readStrings() (*stringTable, error) {
	if b.stringsPart == "" {
		return nil, fail(Damaged, "the texts of its cells are missing")
	}
	part, err := b.open(b.stringsPart)
	if err != nil {
		return nil, err
	}
	defer part.Close()
	return readStrings(part)
}

// index finds the parts of an archive, and refuses one that says two things at once.
func (b *Book) index(z *zip.Reader) error {
	b.parts = make(map[string]*zip.File, len(z.File))
	type span struct{ from, to int64 }
	var spans []span
	for _, f := range z.File {
		if strings.HasSuffix(f.Name, "/") {
			continue
		}
		name := strings.ToLower(strings.ReplaceAll(f.Name, `\`, "/"))
		if b.parts[name] != nil {
			return fail(Hostile, "two of its parts have one name")
		}
		b.parts[name] = f
		from, err := f.DataOffset()
		if err != nil {
			return errUnpack
		}
		if f.CompressedSize64 > 1<<62 {
			return errUnpack
		}
		spans = append(spans, span{from, from + int64(f.CompressedSize64)})
	}
	slices.SortFunc(spans, func(a, b span) int { return int(min(max(a.from-b.from, -1), 1)) })
	for i := 1; i < len(spans); i++ {
		if spans[i].from < spans[i-1].to {
			return fail(Hostile, "its parts lie on top of each other")
		}
	}
	return nil
}

var errUnpack = fail(Damaged, "a part of it cannot be unpacked")

// open starts to read a part as UTF-8.
func (b *Book) open(name string) (io.ReadCloser, error) {
	f := b.parts[strings.ToLower(name)]
	switch {
	case f == nil:
		return nil, fail(Damaged, "a part of it is missing")
	case f.Flags&1 != 0:
		return nil, fail(Locked, "it is locked with a password")
	case f.Method != zip.Store && f.Method != zip.Deflate:
		return nil, fail(Damaged, "it is packed in a way that Excel does not know")
	}
	r, err := f.Open()
	if err != nil {
		return nil, errUnpack
	}
	u, err := asUTF8(&unpacker{r: r, budget: &b.budget})
	if err != nil {
		r.Close()
		return nil, err
	}
	return struct {
		io.Reader
		io.Closer
	}{u, r}, nil
}

// asUTF8 looks at the encoding of a part: UTF-8, UTF-16 with its mark or known by its zero bytes, or one that others may know.
func asUTF8(r io.Reader) (io.Reader, error) {
	head := make([]byte, 256)
	n, err := io.ReadFull(r, head)
	if err != nil && !isEnd(err) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	head = head[:n]
	whole := io.MultiReader(bytes.NewReader(head), r)
	if rest, ok := bytes.CutPrefix(head, []byte("\xEF\xBB\xBF")); ok {
		head, whole = rest, io.MultiReader(bytes.NewReader(rest), r)
	}
	switch {
	case bytes.HasPrefix(head, []byte{0xFF, 0xFE}), bytes.HasPrefix(head, []byte{'<', 0}):
		return transform.NewReader(whole, unicode.UTF16(unicode.LittleEndian, unicode.UseBOM).NewDecoder()), nil
	case bytes.HasPrefix(head, []byte{0xFE, 0xFF}), bytes.HasPrefix(head, []byte{0, '<'}):
		return transform.NewReader(whole, unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewDecoder()), nil
	}
	declaration, _, found := bytes.Cut(head, []byte("?>"))
	if !found || !bytes.HasPrefix(declaration, []byte("<?xml")) {
		return whole, nil
	}
	_, encoding, found := strings.Cut(strings.ToLower(string(declaration)), "encoding")
	if found && !strings.Contains(encoding, "utf-8") && !strings.Contains(encoding, "us-ascii") {
		return nil, fail(Unusual, "it is not written in UTF-8")
	}
	return whole, nil
}

// A budget bounds the work that a workbook may cause before it is known to be good. The context is that of [Open], which is over
// when anybody else reads.
type budget struct {
	ctx  context.Context
	left int64 // bytes to unpack
}

// An unpacker reads a part within a budget.
type unpacker struct {
	r      io.Reader
	budget *budget
}

func (u *unpacker) Read(p []byte) (int, error) {
	if err := u.budget.ctx.Err(); err != nil {
		return 0, err
	}
	n, err := u.r.Read(p)
	if u.budget.left -= int64(n); u.budget.left < 0 {
		return 0, fail(Hostile, "it would unpack to far more than a workbook holds")
	}
	if err != nil && !isEnd(err) {
		return n, errUnpack
	}
	return n, err
}

// plan reads which sheets there are and in which parts they lie.
func (b *Book) plan() error {
	main := "xl/workbook.xml"
	if b.parts["_rels/.rels"] != nil {
		err := b.relationships("_rels/.rels", "", func(_, kind, target string) {
			if kind == "officeDocument" {
				main = target
			}
		})
		if err != nil {
			return err
		}
	}
	dir, base := path.Split(main)
	targets := map[string]string{}
	err := b.relationships(dir+"_rels/"+base+".rels", dir, func(id, kind, target string) {
		switch kind {
		case "sharedStrings":
			b.stringsPart = target
		default:
			targets[id] = target
		}
	})
	if err != nil {
		return err
	}
	return b.elements(main, func(name string, attrs map[string]string) error {
		switch name {
		case "workbookPr":
			b.mac = attrs["date1904"] == "1" || attrs["date1904"] == "true"
		case "sheet":
			sheet, target := attrs["name"], targets[attrs["id"]]
			if target == "" || b.parts[strings.ToLower(target)] == nil {
				return fail(Damaged, "the sheet %q is not in it", sheet)
			}
			if b.sheets[sheet] != "" || sheet == "" {
				return fail(Damaged, "two sheets have one name")
			}
			b.sheets[sheet] = target
			if b.names = append(b.names, sheet); len(b.names) > maxSheets {
				return fail(Hostile, "it has more than %d sheets", maxSheets)
			}
		}
		return nil
	})
}

// relationships reads which parts a part is related to: their ids, the last words of their types, and their names.
func (b *Book) relationships(name, dir string, each func(id, kind, target string)) error {
	n := 0
	return b.elements(name, func(name string, attrs map[string]string) error {
		if name != "Relationship" || attrs["TargetMode"] == "External" {
			return nil
		}
		if n++; n > maxRelationships {
			return fail(Hostile, "it has more than %d relationships", maxRelationships)
		}
		target := attrs["Target"]
		if !strings.HasPrefix(target, "/") {
			target = dir + target
		}
		each(attrs["Id"], path.Base(attrs["Type"]), strings.TrimPrefix(path.Clean("/"+target), "/"))
		return nil
	})
}

// elements calls each for every element of a small part, with its attributes by their names without prefixes.
func (b *Book) elements(name string, each func(name string, attrs map[string]string) error) error {
	part, err := b.open(name)
	if err != nil {
		return err
	}
	defer part.Close()
	s := newScanner(part)
	for {
		kind, err := s.next()
		if err != nil {
			return err
		}
		if kind == endOfPart {
			return nil
		}
		if kind != startTag {
			continue
		}
		attrs := map[string]string{}
		for {
			name, value, err := s.attr()
			if err != nil {
				return err
			}
			if name == nil {
				break
			}
			plain, err := appendText(nil, value, text)
			if err != nil {
				return err
			}
			attrs[string(local(name))] = string(plain)
		}
		if err := each(string(s.name), attrs); err != nil {
			return err
		}
	}
}
