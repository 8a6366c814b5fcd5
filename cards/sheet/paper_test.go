package sheet

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"sehat/cards"
)

// paper renders faces on stickers or slips.
func paper(t *testing.T, face, layout string, faces []cards.Face, skip int) (path string) {
	t.Helper()
	design, err := DesignNamed(face)
	if err != nil {
		t.Fatal(err)
	}
	return rendered(t, Job{Batch: "B1", Layout: layout, Design: design, Made: made, Faces: Faces(faces), Skip: skip})
}

// A sticker's modules are 0.34 mm, four dots of a 300 dpi printer: measured to read at 200 dpi and more.
func TestEverySizeOfCodeOnStickersIsRead(t *testing.T) {
	tool(t, "pdftoppm", "poppler-utils")
	tool(t, "zbarimg", "zbar-tools")
	list := sampleFaces(4)
	var faces []cards.Face
	for _, f := range list {
		faces = append(faces, slices.Repeat([]cards.Face{f}, 10)...)
	}
	pdf, l := paper(t, "stickers", "stickers", faces, 0), Stickers()
	for _, dpi := range []int{200, 300, 600} {
		for slot := 0; slot < len(faces); slot += 7 {
			x, y := l.front(slot)
			stem := filepath.Join(t.TempDir(), "label")
			pixels := func(mm float64) string { return fmt.Sprint(int(mm * float64(dpi) / 25.4)) }
			output(t, "pdftoppm", "-gray", "-singlefile", "-r", fmt.Sprint(dpi), "-x", pixels(x), "-y", pixels(y), "-W", pixels(l.Width), "-H", pixels(l.Height), pdf, stem)
			if got := output(t, "zbarimg", "--quiet", "--raw", "-Sdisable", "-Sqrcode.enable", stem+".pgm"); strings.TrimSuffix(got, "\n") != faces[slot].QR {
				t.Errorf("%d dpi, label %d: zbar reads %q", dpi, slot+1, got)
			}
			if _, err := exec.LookPath("ZXingReader"); err == nil {
				if got := output(t, "ZXingReader", "-format", "QRCode", "-bytes", stem+".pgm"); strings.TrimSuffix(got, "\n") != faces[slot].QR {
					t.Errorf("%d dpi, label %d: ZXing reads %q", dpi, slot+1, got)
				}
			}
		}
	}
}

func TestStickersOfAResidentAreAColumn(t *testing.T) {
	l := Stickers()
	for slot := range l.PerSheet() {
		x, y := l.front(slot)
		if wantX, wantY := l.Left+float64(slot/10)*l.StepX, l.Top+float64(slot%10)*l.StepY; x != wantX || y != wantY {
			t.Errorf("slot %d is at %v, %v, want %v, %v", slot+1, x, y, wantX, wantY)
		}
		if x < 0 || x+l.Width > l.PageWidth || y < 0 || y+l.Height > l.PageHeight {
			t.Errorf("slot %d is not on the page", slot+1)
		}
	}
}

func TestSlipsAndStickersHaveNoBack(t *testing.T) {
	tool(t, "qpdf", "qpdf")
	for _, c := range []struct {
		face, layout string
		n, pages     int
	}{{"stickers", "stickers", 40, 1}, {"slip", "slips", 5, 3}} {
		pdf := paper(t, c.face, c.layout, Specimens(c.n), 0)
		if got := strings.TrimSpace(output(t, "qpdf", "--show-npages", pdf)); got != fmt.Sprint(c.pages) {
			t.Errorf("%d %s are on %s pages, want %d", c.n, c.face, got, c.pages)
		}
		if out := output(t, "qpdf", "--qdf", "--object-streams=disable", pdf, "-"); !strings.Contains(out, "/Duplex /Simplex") {
			t.Errorf("%s: printers are not told to print on one side", c.face)
		}
	}
}

// A notice that nobody can read is none: every line of the letter is there, in both languages, for the longest name, too.
func TestLettersHoldTheirWholeText(t *testing.T) {
	tool(t, "pdftotext", "poppler-utils")
	design, err := DesignNamed("slip")
	if err != nil {
		t.Fatal(err)
	}
	text := output(t, "pdftotext", "-raw", paper(t, "slip", "slips", Specimens(1), 0), "-")
	for i := range design.Front {
		for word := range strings.FieldsSeq(design.Front[i].Text) {
			if design.Front[i].When == "" && !strings.Contains(word, "{") && !strings.Contains(text, word) {
				t.Errorf("item %d: %q is not found", i+1, word)
			}
		}
	}
}
