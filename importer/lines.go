package importer

import (
	"errors"
	"io"
	"iter"
	"os"
	"slices"

	"sehat/survey"
)

// Lines reads the first sheet of a workbook, or a CSV of any delimiter, row by row, with the limits and the help that an import
// has. A file that cannot be read is a [FileError].
func (im *Importer) Lines(path string) iter.Seq2[survey.Line, error] {
	return func(yield func(survey.Line, error) bool) {
		if err := im.lines(path, yield); err != nil {
			yield(survey.Line{}, err)
		}
	}
}

func (im *Importer) lines(path string, yield func(survey.Line, error) bool) error {
	dir, err := im.tempDir()
	if err != nil {
		return err
	}
	defer os.RemoveAll(dir) // on a failure the next run sweeps it
	b, err := openBook(path, dir)
	if err != nil {
		return err
	}
	defer b.Close()
	r, err := b.open(b.sheets()[0])
	if err != nil {
		return err
	}
	defer r.Close()
	for {
		n, cells, err := r.next()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		if !yield(survey.Line{No: n, Cells: slices.Clone(cells)}, nil) {
			return nil
		}
	}
}
