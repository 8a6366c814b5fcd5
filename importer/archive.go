package importer

import (
	"archive/zip"
	"errors"
	"io"
	"path"
	"strings"
)

// Limits of an archive of tables. Beside its tables it may hold as many photos as a city's survey has.
const (
	maxDirectory  = 24 << 20 // bytes of the list of its parts
	maxTables     = 500
	tablesAtLeast = 64 << 20 // bytes of all tables together, whatever the size of the archive
	tablesPerByte = 100      // a wide table that is nearly empty packs 50 times
)

var errBomb = fileError("ask where this file comes from", "the archive would unpack to far more than a workbook holds")

// A directoryReader reads an archive while its list of parts is read: archive/zip makes every part that is listed, however many.
type directoryReader struct {
	io.ReaderAt
	left  int64
	spent bool
}

var errSpent = errors.New("the list of parts is too long")

func (r *directoryReader) ReadAt(b []byte, at int64) (int, error) {
	if r.left < 0 {
		r.spent = true
		return 0, errSpent
	}
	n, err := r.ReaderAt.ReadAt(b, at)
	r.left -= int64(n)
	return n, err
}

// readDirectory reads the list of an archive's parts.
func readDirectory(f io.ReaderAt, size int64) (*zip.Reader, error) {
	r := &directoryReader{ReaderAt: f, left: maxDirectory}
	z, err := zip.NewReader(r, size)
	switch {
	case r.spent:
		return nil, fileError("ask where this file comes from", "the archive has far too many parts")
	case err != nil:
		return nil, fileError("ask for the file again; it may have been cut off on the way", "the file is damaged: it cannot be unpacked")
	}
	r.left = 1 << 62
	return z, nil
}

// checkTables looks at the tables of an archive before any is unpacked: together they must not be larger than such an archive can hold, and
// no two may have one name, as it could not be told which is meant.
func checkTables(tables []*zip.File, size int64) error {
	if len(tables) > maxTables {
		return fileError("unpack it and import the tables that the survey needs", "the archive holds %d tables", len(tables))
	}
	left := uint64(max(tablesAtLeast, tablesPerByte*size))
	seen := map[string]bool{}
	for _, part := range tables {
		if part.UncompressedSize64 > left {
			return errBomb
		}
		left -= part.UncompressedSize64
		name := strings.ToLower(path.Base(strings.ReplaceAll(part.Name, `\`, "/")))
		if seen[name] {
			return fileError("unpack it, and import the files in it one by one", "two tables in the archive are called %s", name)
		}
		seen[name] = true
	}
	return nil
}
