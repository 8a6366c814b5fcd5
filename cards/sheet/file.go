package sheet

import (
	"context"
	"fmt"
	"io"
	"time"

	"sehat/cards"
)

// A printer makes the files of one job, one after the other. Each worker has its own.
type printer struct {
	design *Design
	layout Layout
	skip   int
	batch  string
	made   time.Time
	fonts  []*fontFile
	shaper *shaper
	qr     qrMaker
}

// A part of a job that becomes one file.
type chunk struct {
	index      int // from 0, of the file
	firstSheet int // from 1
	faces      []cards.Face
}

// A printing is one file in the making.
type printing struct {
	*printer
	doc     *document
	forms   map[string]*form // what is equal on many cards
	misfits []Misfit
}

// A page is one side of a sheet in the making.
type page struct {
	content
	forms []placed
}

// file writes one file. Where cards do not fit it goes on to find all of them, and what it wrote is of no use.
func (p *printer) file(ctx context.Context, w io.Writer, c chunk, progress func(cards int)) ([]Misfit, error) {
	id, title := fmt.Sprintf("%s-%d", p.batch, c.index+1), fmt.Sprintf("%s, file %d", p.batch, c.index+1)
	doc := newDocument(id, title, p.layout.PageWidth, p.layout.PageHeight, p.made, p.fonts)
	f := &printing{printer: p, doc: doc, forms: map[string]*form{}}
	for start, sheet := 0, c.firstSheet; start < len(c.faces); start, sheet = start+p.layout.PerSheet(), sheet+1 {
		if err := ctx.Err(); err != nil {
			return nil, err
		}
		faces := c.faces[start:min(start+p.layout.PerSheet(), len(c.faces))]
		if err := f.sheet(faces, sheet); err != nil {
			return nil, err
		}
		progress(len(faces))
	}
	return f.misfits, doc.write(w, p.layout.OneSided)
}

// sheet adds the front and the back of one sheet to the file.
func (f *printing) sheet(faces []cards.Face, number int) error {
	front, back, err := f.draw(faces, number)
	if err != nil {
		return err
	}
	f.doc.page(front.forms, front.b)
	if !f.layout.OneSided {
		f.doc.page(back.forms, back.b)
	}
	return nil
}

// draw draws the front and the back of one sheet.
func (f *printing) draw(faces []cards.Face, number int) (front, back page, err error) {
	front, back = page{content: content{doc: f.doc}}, page{content: content{doc: f.doc}}
	for slot := range faces {
		face := &faces[slot]
		if bad := checkIssued(face); bad != nil {
			f.misfits = append(f.misfits, bad...)
			continue
		}
		place := fmt.Sprintf("%s %04d-%02d", f.batch, number, slot+1)
		at := slot
		if number == 1 {
			at += f.skip
		}
		x, y := f.layout.front(at)
		if err := f.side(&front, f.design.Front, "front", face, place, x, y); err != nil {
			return front, back, err
		}
		if f.layout.OneSided {
			continue
		}
		x, y = f.layout.back(at)
		if err := f.side(&back, f.design.Back, "back", face, place, x, y); err != nil {
			return front, back, err
		}
	}
	f.margin(&front, faces, number, "front")
	f.margin(&back, faces, number, "back")
	return front, back, nil
}
