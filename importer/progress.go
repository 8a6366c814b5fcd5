package importer

// A Progress says how far the import of one file is.
type Progress struct {
	Rows int     // read so far
	Kept int     // of them, those that an earlier import had taken in before it was cut off: they cost next to nothing
	Part float64 // how much of the file these rows are, 0 to 1, by the bytes of its sheets
}

// A measured book knows how much there is to read of a sheet: in bytes, or in rows, as long as it is the same for all its sheets.
type measured interface{ size(sheet string) int64 }

// Measuring rows know how much of that was read.
type measuring interface{ offset() int64 }

func offsetOf(rows rowReader) int64 {
	if m, ok := rows.(measuring); ok {
		return m.offset()
	}
	return 0
}

// progress tells how far the run is.
func (r *run) progress() {
	if r.Progress != nil {
		r.Progress(Progress{Rows: r.rows, Kept: min(r.rows, r.skip), Part: r.part()})
	}
}

// part is how much of the file was read. Where the book does not know, its sheets count as equally long.
func (r *run) part() float64 {
	var all, read int64
	done := true // the sheet was read
	for _, t := range r.plan.tables {
		size := int64(1)
		if b, ok := r.book.(measured); ok {
			size = b.size(t.sheet)
		}
		all += size
		switch {
		case t == r.now:
			done = false
			read += min(offsetOf(r.reading), size)
		case done:
			read += size
		}
	}
	if all == 0 {
		return 0
	}
	return float64(read) / float64(all)
}
