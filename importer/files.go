package importer

import (
	"archive/zip"
	"bufio"
	"context"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// A filesBook is several delimited text files as a book with a sheet each: the archive that ODK Central and Survey Solutions
// export, or a CSV with the files of its repeats beside it.
type filesBook struct {
	names  []string
	parts  map[string]textPart
	sizes  map[string]int64
	closer io.Closer // the archive; nil where the files lie open
}

// A textPart is one text file. Each call opens it anew.
type textPart func() (io.ReadCloser, error)

func (b *filesBook) sheets() []string        { return b.names }
func (b *filesBook) setting(string) string   { return "" }
func (b *filesBook) dates() dateSystem       { return noSerials }
func (b *filesBook) size(sheet string) int64 { return b.sizes[sheet] }

func (b *filesBook) Close() error {
	if b.closer == nil {
		return nil
	}
	return b.closer.Close()
}

func (b *filesBook) open(sheet string) (rowReader, error) {
	r, err := b.parts[sheet]()
	if err != nil {
		return nil, err
	}
	return openCSV(r)
}

// add takes a file in under a name that a sheet may have.
func (b *filesBook) add(name string, part textPart, size int64) {
	name = sheetNameOf(name, b.names)
	b.names = append(b.names, name)
	b.parts[name], b.sizes[name] = part, size
}

// maxSheetName is how long Excel lets the name of a sheet be.
const maxSheetName = 31

// sheetNameOf makes a name for a sheet as the exporting tools do: without what Excel forbids, cut to 31 characters, unlike the others.
func sheetNameOf(name string, others []string) string {
	name = strings.Map(func(r rune) rune {
		if r < ' ' || strings.ContainsRune(`:\/?*[]`, r) {
			return '_'
		}
		return r
	}, strings.Trim(name, "' "))
	runes := []rune(name)
	base := string(runes[:min(len(runes), maxSheetName)])
	taken := func(s string) bool {
		return s == "" || slices.ContainsFunc(others, func(o string) bool { return strings.EqualFold(o, s) })
	}
	for i := 1; taken(base); i++ {
		tail := fmt.Sprintf("~%d", i)
		base = string(runes[:min(len(runes), maxSheetName-len(tail))]) + tail
	}
	return base
}

// aside are the parts of an export that hold no answers: comments, errors and paradata.
var aside = []string{"interview__errors", "interview__comments", "interview__actions", "interview__diagnostics", "assignment__actions", "paradata", "media/", "__MACOSX/", "."}

// openZip opens an archive of CSV or tab files. The directory was looked at (checkZip); what it says of a part is held while the part is read.
func openZip(ctx context.Context, f *os.File, z *zip.Reader, size int64) (book, error) {
	b := &filesBook{parts: map[string]textPart{}, sizes: map[string]int64{}, closer: f}
	var files, do []*zip.File
	for _, part := range z.File {
		name := strings.ReplaceAll(part.Name, `\`, "/")
		ext := strings.ToLower(path.Ext(name))
		switch {
		case ext == ".do" && part.Flags&1 == 0:
			do = append(do, part)
			continue
		case ext != ".csv" && ext != ".tab" && ext != ".tsv" && ext != ".txt":
			if strings.HasSuffix(name, ".csv.enc") || name == "submission.xml.enc" {
				return nil, fileError("decrypt the submissions in ODK Central and export again", "the archive holds encrypted submissions")
			}
			continue
		case ext == ".txt", part.UncompressedSize64 == 0, slices.ContainsFunc(aside, func(s string) bool { return strings.HasPrefix(path.Base(name), s) || strings.HasPrefix(name, s) }):
			continue
		case part.Flags&1 != 0:
			return nil, fileError("unpack it with its password and import the files in it", "the archive is locked with a password")
		}
		files = append(files, part)
	}
	if len(files) == 0 {
		if err := foreignPart(z); err != nil {
			return nil, err
		}
		return nil, fileError("unpack it and import the Excel workbooks (.xlsx) and CSV files in it", "this is an archive, not a workbook")
	}
	if err := checkTables(files, size); err != nil {
		return nil, err
	}
	for _, part := range rootFirst(files) {
		open := textPart(func() (io.ReadCloser, error) {
			r, err := part.Open()
			if err != nil {
				return nil, errDamagedPart
			}
			return &wholePart{ReadCloser: r, left: part.UncompressedSize64, sum: part.CRC32}, nil
		})
		if err := open.check(ctx); err != nil {
			return nil, err
		}
		name := path.Base(strings.ReplaceAll(part.Name, `\`, "/"))
		b.add(strings.TrimSuffix(name, path.Ext(name)), open, int64(part.UncompressedSize64))
	}
	return openSolutions(b, do), nil
}

// check reads a file once, to nowhere, so that nothing of it goes in if it cannot be read further on.
func (p textPart) check(ctx context.Context) error {
	r, err := p()
	if err != nil {
		return err
	}
	rows, err := startCSV(r)
	if err != nil {
		return err
	}
	defer rows.Close()
	for err == nil {
		if err = rows.skim(); rows.row%1000 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
	}
	if errors.Is(err, io.EOF) {
		return nil
	}
	return err
}

// rootFirst puts the shortest name first: repeats are called FORM-REPEAT.csv.
func rootFirst(files []*zip.File) []*zip.File {
	slices.SortStableFunc(files, func(a, b *zip.File) int { return len(a.Name) - len(b.Name) })
	return files
}

var errDamagedPart = fileError("ask for the file again; it may have been cut off on the way", "the archive is damaged: a part of it cannot be unpacked")

// A wholePart reads a part of an archive and refuses one that is longer than the directory says: sizes can lie.
type wholePart struct {
	io.ReadCloser
	left uint64
	sum  uint32
	crc  uint32
}

func (p *wholePart) Read(b []byte) (int, error) {
	n, err := p.ReadCloser.Read(b)
	p.crc = crc32.Update(p.crc, crc32.IEEETable, b[:n])
	if uint64(n) > p.left {
		return 0, errDamagedPart
	}
	p.left -= uint64(n)
	switch {
	case errors.Is(err, io.EOF) && (p.left > 0 || p.crc != p.sum):
		return n, errDamagedPart
	case err != nil && !errors.Is(err, io.EOF):
		return n, errDamagedPart
	}
	return n, err
}

// openFamily opens a CSV together with the files of its repeats beside it, FORM-REPEAT.csv, as ODK Central and SurveyCTO write them. A
// CSV without such files is a book of its own.
func openFamily(ctx context.Context, file string) (book, error) {
	parts := Companions(file)
	if len(parts) == 0 {
		if parent := parentOf(file); parent != "" {
			return nil, fileError("import "+filepath.Base(parent)+"; this file is read with it", "this is a repeat of %s, and says nothing about the households", filepath.Base(parent))
		}
		return csvBook{file}, onDisk(file).check(ctx)
	}
	b := &filesBook{parts: map[string]textPart{}, sizes: map[string]int64{}}
	for _, p := range append([]string{file}, parts...) {
		name := filepath.Base(p)
		part := onDisk(p)
		if err := part.check(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", FileName(p), err)
		}
		b.add(strings.TrimSuffix(name, filepath.Ext(name)), part, fileSize(p))
	}
	return b, nil
}

// onDisk is a text file that lies open.
func onDisk(path string) textPart { return func() (io.ReadCloser, error) { return os.Open(path) } }

// Companions lists the CSV files beside one that hold its repeats: they are imported with it, never by themselves.
func Companions(file string) []string {
	if !strings.EqualFold(filepath.Ext(file), ".csv") || !hasHeader(file, "KEY", "") {
		return nil
	}
	stem := strings.TrimSuffix(filepath.Base(file), filepath.Ext(file))
	entries, err := os.ReadDir(filepath.Dir(file))
	if err != nil {
		return nil
	}
	var parts []string
	for _, e := range entries {
		p := filepath.Join(filepath.Dir(file), e.Name())
		if e.Type().IsRegular() && strings.HasPrefix(e.Name(), stem+"-") && strings.EqualFold(filepath.Ext(e.Name()), ".csv") && hasHeader(p, "PARENT_KEY", "") {
			parts = append(parts, p)
		}
	}
	return parts
}

// parentOf returns the CSV file beside a repeat's that the repeat belongs to, or "".
func parentOf(file string) string {
	if !strings.EqualFold(filepath.Ext(file), ".csv") || !hasHeader(file, "PARENT_KEY", "") {
		return ""
	}
	stem := strings.TrimSuffix(file, filepath.Ext(file))
	for i := strings.LastIndexByte(stem, '-'); i > len(filepath.Dir(file)); i = strings.LastIndexByte(stem[:i], '-') {
		parent := stem[:i] + filepath.Ext(file)
		if hasHeader(parent, "KEY", "PARENT_KEY") {
			return parent
		}
	}
	return ""
}

// hasHeader reports whether the first row of a CSV names a column, and not another one.
func hasHeader(file, column, without string) bool {
	f, err := os.Open(file)
	if err != nil {
		return false
	}
	rows, err := openCSV(f)
	if err != nil {
		return false
	}
	defer rows.Close()
	_, cells, err := rows.next()
	return err == nil && slices.Contains(cells, column) && (without == "" || !slices.Contains(cells, without))
}

// buffered is a reader that can be looked ahead in.
func buffered(r io.Reader) *bufio.Reader { return bufio.NewReaderSize(r, 256<<10) }
