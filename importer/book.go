package importer

import (
	"archive/zip"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"sehat/survey"
)

// A book is an opened file: sheets of rows.
type book interface {
	// sheets lists the names of the sheets in their order, hidden ones too.
	sheets() []string
	// open starts to read a sheet.
	open(sheet string) (rowReader, error)
	// setting returns what the file itself says about its reading: a value of the form's hidden sheet, or "".
	setting(name string) string
	// dates tells what a bare number means where a date is asked for.
	dates() dateSystem
	io.Closer
}

// A rowReader reads the rows of one sheet.
type rowReader interface {
	// next returns a row and its number as Excel shows it, from 1; io.EOF at the end. The cells are good until the next call.
	next() (n int, cells []string, err error)
	io.Closer
}

// A FileError says why a file cannot be read, in a sentence, and what to do about it.
type FileError struct{ What, Hint string }

func (e *FileError) Error() string { return e.What }

func fileError(hint, format string, args ...any) error {
	for i, arg := range args {
		if text, ok := arg.(string); ok {
			args[i] = cutShort(text, 3*maxShown)
		}
	}
	what, _ := survey.MaskAadhaar(fmt.Sprintf(format, args...)) // a sheet, a header or a file may be named after a person
	hint, _ = survey.MaskAadhaar(hint)
	return &FileError{what, hint}
}

const (
	saveAsXLSX = "open it in Excel or LibreOffice and save it as an Excel workbook (.xlsx) or as CSV"
	unlockIt   = "open it with its password, remove the password under File, Info, Protect Workbook, and save it"
)

// Limits of a workbook, checked before anything in it is parsed.
const (
	maxUnzipped = 4 << 30 // bytes of all parts together
	maxParts    = 10_000
	// A sheet's XML packs 10 to 60 times. What packs more than this and is large is a bomb.
	maxRatio = 400
	bombSize = 256 << 20
)

// openBook opens a file by what is in it, whatever its name says.
func openBook(ctx context.Context, path string) (book, error) {
	b, err := openAny(ctx, path)
	if err != nil {
		return nil, err
	}
	return masked(b), nil
}

// errNoFile refuses what has no end, or can be read only once: a pipe, a device.
var errNoFile = fileError("save what it holds as a file, and name that", "this is not a file")

func openAny(ctx context.Context, path string) (b book, err error) {
	if info, err := os.Stat(path); err == nil && !info.IsDir() && !info.Mode().IsRegular() {
		return nil, errNoFile // to open a pipe would wait for who writes to it
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() {
		switch b := b.(type) {
		case xlsxBook, *solutionsBook: // reads on from the file, and closes it
		case *filesBook:
			if b.closer == nil {
				f.Close()
			}
		default:
			f.Close()
		}
	}()
	info, err := f.Stat()
	if err != nil {
		return nil, err
	}
	if info.IsDir() {
		return nil, fileError("name the files in it", "this is a folder")
	}
	head := make([]byte, 512)
	n, err := io.ReadFull(f, head)
	if err != nil && !errors.Is(err, io.EOF) && !errors.Is(err, io.ErrUnexpectedEOF) {
		return nil, err
	}
	head = head[:n]
	switch {
	case n == 0:
		return nil, fileError("ask for the file again", "the file is empty")
	case bytes.HasPrefix(head, []byte("PK\x03\x04")), bytes.HasPrefix(head, []byte("PK\x05\x06")):
		z, err := checkZip(f, info.Size())
		if err != nil {
			return nil, err
		}
		if !isWorkbook(z) {
			return openZip(ctx, f, z, info.Size())
		}
		return openXLSX(ctx, f, z, info.Size())
	case bytes.HasPrefix(head, []byte{0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1}):
		return nil, compoundFile(f, info.Size())
	case bytes.HasPrefix(head, []byte("SQLite format 3\x00")):
		return openCSPro(ctx, path, info.Size())
	}
	if err := foreign(filepath.Ext(path), head); err != nil {
		return nil, err
	}
	return textFile(ctx, path, head)
}

// textFile opens what is no archive: a CSV, or nothing that has rows.
func textFile(ctx context.Context, path string, head []byte) (book, error) {
	text := bytes.TrimLeft(bytes.TrimPrefix(head, []byte{0xEF, 0xBB, 0xBF}), " \t\r\n")
	ext := strings.ToLower(filepath.Ext(path))
	switch {
	case len(text) == 0:
		return nil, fileError("ask for the file again", "there is nothing in the file")
	case text[0] == '<':
		return nil, fileError(saveAsXLSX, "this is a web page or XML that was saved under another name, not a workbook")
	case bytes.HasPrefix(head, []byte("%PDF")):
		return nil, fileError("ask for the workbook that it was printed from", "this is a PDF")
	case ext == ".xlsx" || ext == ".xlsm" || ext == ".xls" || ext == ".ods" || ext == ".zip":
		if isBinary(head) {
			return nil, fileError("ask for the file again; it may have been damaged on the way", "this is not an Excel workbook, whatever its name says")
		}
		return nil, fileError("if it is a CSV, rename it to .csv; else ask for the workbook again", "this is a text file, not an Excel workbook, whatever its name says")
	case isBinary(head):
		return nil, fileError("import Excel workbooks (.xlsx) and CSV files", "this is neither an Excel workbook nor a CSV file")
	}
	return openFamily(ctx, path)
}

// isBinary reports whether the head of a file is no text. UTF-16 has zero bytes, but every second one.
func isBinary(head []byte) bool {
	if bytes.HasPrefix(head, []byte{0xFF, 0xFE}) || bytes.HasPrefix(head, []byte{0xFE, 0xFF}) {
		return false
	}
	zeros, odd := 0, 0
	for i, b := range head {
		if b == 0 {
			zeros++
			odd += i & 1
		}
	}
	return zeros > 0 && (zeros < len(head)/3 || odd != 0 && odd != zeros)
}

// compoundFile tells the two kinds of old container apart: a workbook of before 2007, and an encrypted new one.
func compoundFile(f io.ReaderAt, size int64) error {
	const name = "E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00"
	buf := make([]byte, 1<<20)
	for at := int64(0); at < size; at += int64(len(buf) - len(name)) {
		n, err := f.ReadAt(buf, at)
		if bytes.Contains(buf[:n], []byte(name)) {
			return fileError(unlockIt, "this workbook is encrypted with a password: save it without one")
		}
		if err != nil {
			break
		}
	}
	return fileError(saveAsXLSX, "this is a workbook of Excel 97–2003 (.xls), which this program does not read")
}

// checkZip looks at an archive's directory before anything is unpacked.
func checkZip(f io.ReaderAt, size int64) (*zip.Reader, error) {
	z, err := readDirectory(f, size)
	if err != nil {
		return nil, err
	}
	workbook := isWorkbook(z)
	if workbook && len(z.File) > maxParts {
		return nil, fileError("ask where this file comes from", "the archive has %d parts; no workbook has so many", len(z.File))
	}
	names := map[string]bool{}
	var total uint64
	for _, part := range z.File {
		if workbook {
			total += part.UncompressedSize64
		}
		names[strings.ToLower(strings.ReplaceAll(part.Name, `\`, "/"))] = true
		if workbook && part.UncompressedSize64 > bombSize && part.UncompressedSize64/max(1, part.CompressedSize64) > maxRatio || total > maxUnzipped {
			return nil, errBomb
		}
	}
	switch {
	case names["xl/workbook.xml"]:
		return z, nil
	case names["xl/workbook.bin"]:
		return nil, fileError(saveAsXLSX, "this is a binary workbook (.xlsb), which this program does not read")
	case names["content.xml"] && names["mimetype"]:
		return nil, fileError(saveAsXLSX, "this is an OpenDocument file (.ods), which this program does not read")
	case names["word/document.xml"]:
		return nil, fileError("import Excel workbooks (.xlsx) and CSV files", "this is a Word document")
	case names["[content_types].xml"]:
		return z, nil // perhaps a workbook that keeps its parts elsewhere
	}
	return z, nil // openZip says what it is
}

// isWorkbook reports whether an archive is one of Excel's kind, rather than a bundle of text files.
func isWorkbook(z *zip.Reader) bool {
	return slices.ContainsFunc(z.File, func(part *zip.File) bool {
		name := strings.ToLower(part.Name)
		return name == "[content_types].xml" || name == "xl/workbook.xml" || name == `xl\workbook.xml`
	})
}
