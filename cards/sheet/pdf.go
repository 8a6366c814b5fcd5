package sheet

import (
	"bytes"
	"fmt"
	"io"
	"time"

	"github.com/jung-kurt/gofpdf"
)

// A document is one PDF file in the making, by gofpdf, which is used here and nowhere else. It keeps the file in memory until
// it is written: some 5 MB for a thousand cards.
//
// gofpdf neither shapes text nor places it finely enough, so that the drawing on pages and forms is our own (see content);
// gofpdf makes the file of it, with the fonts cut to the glyphs used.
type document struct {
	pdf    *gofpdf.Fpdf
	id     string // tells this document from others
	fonts  []*fontFile
	names  []string // of the fonts in drawings, as gofpdf calls them (/F and a hash); "" as long as one is not used
	glyphs [][]bool // used of each font
	photos photos
}

// A form is a drawing that is stored once and used on many pages.
type form struct {
	template gofpdf.Template
	size     gofpdf.SizeType
	drawing  []byte // as it was given
}

// A placed form is one on a page, its top left corner at x, y millimetres.
type placed struct {
	form *form
	x, y float64
}

// newDocument begins a file of pages of one size, in millimetres. id is a name of letters, digits, dots and hyphens that no
// other file has.
func newDocument(id, title string, width, height float64, made time.Time, fonts []*fontFile) *document {
	if made.IsZero() {
		made = time.Unix(0, 0) // for gofpdf the zero time means now
	}
	d := &document{id: id, fonts: fonts, names: make([]string, len(fonts)), glyphs: make([][]bool, len(fonts))}
	d.pdf = gofpdf.NewCustom(&gofpdf.InitType{UnitStr: "mm", Size: gofpdf.SizeType{Wd: width, Ht: height}})
	d.pdf.SetCompression(false) // pack does it
	d.pdf.SetCatalogSort(true)  // otherwise in the random order of maps. So are page boxes: there can be one at most
	d.pdf.SetPageBox("trim", 0, 0, width, height)
	d.pdf.SetCreationDate(made.UTC())
	d.pdf.SetModificationDate(made.UTC())
	d.pdf.SetProducer("sehat", false)
	d.pdf.SetTitle(title, true)
	return d
}

// font returns the name of a font in drawings, and has it embedded. All glyphs that are drawn must be told with use.
func (d *document) font(i int) string {
	if d.names[i] != "" {
		return d.names[i]
	}
	// gofpdf gives subsets no name of their own, and some printers keep fonts by name from one file to the next.
	d.pdf.AddUTF8FontFromBytes(d.family(i), "", bytes.Clone(d.fonts[i].data)) // it writes into what it is given
	d.glyphs[i] = make([]bool, len(d.fonts[i].codes))
	// gofpdf tells the name only by using it.
	t := d.pdf.CreateTemplate(func(t *gofpdf.Tpl) { t.SetFont(d.family(i), "", 1) })
	_, after, _ := bytes.Cut(t.Bytes(), []byte("BT "))
	name, _, _ := bytes.Cut(after, []byte(" "))
	d.names[i] = string(name)
	return d.names[i]
}

func (d *document) family(i int) string { return d.fonts[i].name + "-" + d.id }

// use notes that a glyph of a font is drawn.
func (d *document) use(font int, glyph uint16) { d.glyphs[font][glyph] = true }

// form stores a drawing in points from the bottom left, its size in millimetres. What goes beyond is not seen.
func (d *document) form(width, height float64, drawing []byte) *form {
	size := gofpdf.SizeType{Wd: width, Ht: height}
	t := d.pdf.CreateTemplateCustom(gofpdf.PointType{}, size, func(t *gofpdf.Tpl) { t.RawWriteBuf(bytes.NewReader(drawing)) })
	return &form{t, size, drawing}
}

// page adds a page: forms, and above them a drawing in points from the bottom left.
func (d *document) page(forms []placed, drawing []byte) {
	d.pdf.AddPage()
	for _, p := range forms {
		d.pdf.UseTemplateScaled(p.form.template, gofpdf.PointType{X: p.x, Y: p.y}, p.form.size)
	}
	d.pdf.RawWriteBuf(bytes.NewReader(drawing))
}

// write writes the file.
func (d *document) write(w io.Writer, oneSided bool) error {
	// gofpdf embeds the characters that were written with its own calls: here once more, on what no page shows.
	d.pdf.CreateTemplate(func(t *gofpdf.Tpl) {
		for i, used := range d.glyphs {
			var text []rune
			for g, is := range used {
				if is {
					text = append(text, rune(d.fonts[i].codes[g]))
				}
			}
			if len(text) > 0 {
				t.SetFont(d.family(i), "", 1)
				t.Text(0, 0, string(text))
			}
		}
	})
	var file bytes.Buffer
	if err := d.pdf.Output(&file); err != nil {
		return fmt.Errorf("making the PDF: %w", err)
	}
	return pack(w, file.Bytes(), oneSided, d.photos.list)
}
