package sheet

import (
	"errors"
	"fmt"
	"image"

	"sehat/cards"
)

// Preview shows the front and the back of a job's first sheet at so many dots an inch, as the PDF will show them; back is nil where
// the layout has none. Nothing is written. A job with fewer cards than a sheet shows those there are; errors are those of [Make].
func Preview(job Job, dpi float64) (front, back *image.RGBA, err error) {
	p, err := newPress(&job)
	if err != nil {
		return nil, nil, fmt.Errorf("preview: %w", err)
	}
	if err := p.design.Check(); err != nil {
		return nil, nil, err
	}
	var faces []cards.Face
	for f, err := range job.Faces {
		if err != nil {
			return nil, nil, fmt.Errorf("preview: %w", err)
		}
		if faces = append(faces, f); len(faces) == p.layout.PerSheet() {
			break
		}
	}
	if len(faces) == 0 {
		return nil, nil, errors.New("preview: there are no cards to show")
	}
	doc := newDocument("preview", "", p.layout.PageWidth, p.layout.PageHeight, job.Made, p.fonts)
	f := &printing{printer: p.worker(), doc: doc, forms: map[string]*form{}}
	pages := [2]page{}
	if pages[0], pages[1], err = f.draw(faces, 1); err != nil {
		return nil, nil, fmt.Errorf("preview: %w", err)
	}
	if len(f.misfits) > 0 {
		return nil, nil, &OverflowError{f.misfits}
	}
	var images [2]*image.RGBA
	for i := range pages {
		if i == 1 && p.layout.OneSided {
			break
		}
		c := newCanvas(doc, p.layout.PageWidth, p.layout.PageHeight, dpi)
		if err := c.page(&pages[i], p.layout.PageHeight); err != nil {
			return nil, nil, fmt.Errorf("preview: %w", err)
		}
		images[i] = c.image
	}
	return images[0], images[1], nil
}
