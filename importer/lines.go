package importer

import (
	"context"
	"errors"
	"io"
	"iter"
	"slices"

	"sehat/survey"
)

// Lines reads the first sheet of a workbook, or a CSV of any delimiter, row by row, with the limits and the help that an import
// has. A file that cannot be read is a [FileError].
func Lines(ctx context.Context, path string) iter.Seq2[survey.Line, error] {
	return func(yield func(survey.Line, error) bool) {
		if err := lines(ctx, path, yield); err != nil {
			yield(survey.Line{}, err)
		}
	}
}

func lines(ctx context.Context, path string, yield func(survey.Line, error) bool) error {
	b, err := openBook(ctx, path)
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
