package sheet

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"sehat/cards"
)

var readBack = flag.Int("readback", 10, "how many cards have their bar codes read back")

// tool skips a test where a program of Debian is absent.
func tool(t *testing.T, program, debian string) {
	t.Helper()
	if _, err := exec.LookPath(program); err != nil {
		t.Skipf("SKIPPED: no %s (Debian: %s)", program, debian)
	}
}

func output(t *testing.T, program string, args ...string) string {
	t.Helper()
	out, err := exec.Command(program, args...).Output() // zbarimg complains on stderr where there is no D-Bus
	if err != nil {
		t.Errorf("%s %s: %v", program, strings.Join(args, " "), err)
	}
	return string(out)
}

func printed(t *testing.T, layout string, faces []cards.Face) (path string) {
	t.Helper()
	return rendered(t, Job{Batch: "W12-0001", Layout: layout, Made: made, Faces: Faces(faces)})
}

func rendered(t *testing.T, job Job) (path string) {
	t.Helper()
	path = filepath.Join(t.TempDir(), "sheets.pdf")
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := Render(t.Context(), f, job); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestPDFIsSound(t *testing.T) {
	tool(t, "qpdf", "qpdf")
	for _, l := range Layouts() {
		t.Run(l.Name, func(t *testing.T) {
			out := output(t, "qpdf", "--check", printed(t, l.Name, sampleFaces(23)))
			if strings.Contains(strings.ToLower(out), "warning") {
				t.Error(out)
			}
		})
	}
}

// Each card alone, both sides, at the resolutions of a bad office printer, a card printer and a good one.
func TestBarCodesAreReadBack(t *testing.T) {
	tool(t, "pdftoppm", "poppler-utils")
	faces := sampleFaces(*readBack)
	pdf := printed(t, "cr80", faces)
	for _, dpi := range []int{150, 300, 600} {
		t.Run(fmt.Sprintf("%d dpi", dpi), func(t *testing.T) {
			dir := t.TempDir()
			output(t, "pdftoppm", "-gray", "-r", fmt.Sprint(dpi), pdf, filepath.Join(dir, "p"))
			pages, err := filepath.Glob(filepath.Join(dir, "p-*.pgm"))
			if err != nil || len(pages) != 2*len(faces) {
				t.Fatalf("%d pages of %d cards (%v)", len(pages), len(faces), err)
			}
			for i, page := range pages {
				face, symbology := faces[i/2], "qrcode"
				want := face.QR
				if i%2 == 1 {
					symbology, want = "code128", face.Number.String()
				}
				if _, err := exec.LookPath("zbarimg"); err == nil {
					got := output(t, "zbarimg", "--quiet", "--raw", "-Sdisable", "-S"+symbology+".enable", page)
					if strings.TrimSuffix(got, "\n") != want {
						t.Errorf("page %d: zbar reads %q, want %q", i+1, got, want)
					}
				}
				if _, err := exec.LookPath("ZXingReader"); err == nil && i%2 == 0 { // Debian's aborts on any Code 128 that is tall
					got := output(t, "ZXingReader", "-format", "QRCode", "-bytes", page)
					if strings.TrimSuffix(got, "\n") != want {
						t.Errorf("page %d: ZXing reads %q, want %q", i+1, got, want)
					}
				}
			}
		})
	}
	t.Logf("%d cards, both sides, were read back at each resolution", len(faces))
	for program, debian := range map[string]string{"zbarimg": "zbar-tools", "ZXingReader": "zxing-cpp-tools"} {
		if _, err := exec.LookPath(program); err != nil {
			t.Errorf("SKIPPED: no %s (Debian: %s)", program, debian)
		}
	}
}

func TestTextCanBeSearchedInEveryScript(t *testing.T) {
	tool(t, "pdftotext", "poppler-utils")
	faces := sampleFaces(10)
	text := output(t, "pdftotext", "-layout", printed(t, "a4-10", faces), "-")
	for _, f := range faces {
		for _, want := range []string{f.Number.Printed(), f.NameSecond, f.Birth} {
			if !strings.Contains(text, want) {
				t.Errorf("card %s: %q is not found", f.Number, want)
			}
		}
		for word := range strings.FieldsSeq(f.Name) { // a long name is on two lines
			if !strings.Contains(text, word) {
				t.Errorf("card %s: %q is not found", f.Number, word)
			}
		}
	}
	for _, want := range []string{"Delhi Health Card", "दिल्ली स्वास्थ्य कार्ड", "TEMPORARY · अस्थायी", "sheet 1 · front", "W12-0001 0001-10"} {
		if !strings.Contains(text, want) {
			t.Errorf("%q is not found", want)
		}
	}
}

func TestFontsAreEmbeddedUnderANameOfTheFile(t *testing.T) {
	tool(t, "pdffonts", "poppler-utils")
	out := output(t, "pdffonts", printed(t, "a4-10", sampleFaces(10)))
	for _, name := range []string{
		"notosans-regular", "notosans-semibold", "notosansdevanagari-regular", "notosansdevanagari-semibold",
		"notosansgurmukhi-semibold", "notonastaliqurdu-regular",
	} {
		if !strings.Contains(out, "utf8"+name+"-w12-0001-1 ") {
			t.Errorf("%s is not embedded:\n%s", name, out)
		}
	}
	if strings.Count(out, " yes ") < 2*6 {
		t.Errorf("a font is not embedded or has no Unicode:\n%s", out)
	}
}

// Blacks must be K alone and nothing may be RGB.
func TestEveryInkIsCMYK(t *testing.T) {
	tool(t, "qpdf", "qpdf")
	pdf := printed(t, "a4-10", sampleFaces(10))
	out := output(t, "qpdf", "--qdf", "--object-streams=disable", pdf, "-")
	// gofpdf begins every drawing with black in gray; nothing is drawn before the first of our own inks.
	const begin = "0 J\n0 j\n0.57 w\n0.000 G\n0.000 g\n"
	if n := strings.Count(out, begin); n == 0 || n != strings.Count(out, "\nstream\n"+begin) {
		t.Error("drawings do not begin as gofpdf 1.16 begins them")
	}
	out = strings.ReplaceAll(out, begin, "")
	for _, op := range []string{" rg\n", " RG\n", " g\n", " G\n", " sc\n", " scn\n", "DeviceRGB"} {
		if strings.Contains(out, op) {
			t.Errorf("the file has %q", strings.TrimSpace(op))
		}
	}
	if !strings.Contains(out, "0 0 0 1 k\n") {
		t.Error("there is no black")
	}
}

// What gofpdf writes of the fonts must be what the drawing counts on: each code has the width that shaping gave its glyph.
func TestViewersSeeTheWidthsThatShapingSaw(t *testing.T) {
	tool(t, "qpdf", "qpdf")
	fonts, err := loadFonts()
	if err != nil {
		t.Fatal(err)
	}
	for i, f := range fonts {
		if i > 0 && f == fonts[i-1] {
			continue
		}
		t.Run(f.name, func(t *testing.T) {
			doc := newDocument("B1-1", "", 210, 297, made, fonts)
			doc.font(i)
			for g := 1; g < len(f.codes); g += 1 + g%3 {
				doc.use(i, uint16(g))
			}
			doc.page(nil, nil)
			path := filepath.Join(t.TempDir(), "widths.pdf")
			file, err := os.Create(path)
			if err != nil {
				t.Fatal(err)
			}
			if err := errors.Join(doc.write(file, false), file.Close()); err != nil {
				t.Fatal(err)
			}
			widths := widthsOf(t, output(t, "qpdf", "--qdf", "--object-streams=disable", path, "-"))
			for g, used := range doc.glyphs[i] {
				if got, ok := widths[int(f.codes[g])]; used && (!ok || got != int(f.advances[g])) {
					t.Errorf("glyph %d is %d wide (%v), want %d", g, got, ok, f.advances[g])
				}
			}
		})
	}
}

// widthsOf reads the array W of the one font in a file (ISO 32000-1, 9.7.4.3).
func widthsOf(t *testing.T, file string) map[int]int {
	t.Helper()
	_, array, _ := strings.Cut(file, "/W [")
	array, _, _ = strings.Cut(array, ">>")
	words := strings.Fields(strings.NewReplacer("[", " [ ", "]", " ] ").Replace(array))
	number := func(i int) int {
		n, err := strconv.Atoi(words[i])
		if err != nil {
			t.Fatalf("%q is no number", words[i])
		}
		return n
	}
	widths := map[int]int{}
	for i := 0; words[i] != "]"; {
		first := number(i)
		if words[i+1] != "[" {
			for code := first; code <= number(i+1); code++ {
				widths[code] = number(i + 2)
			}
			i += 3
			continue
		}
		for i += 2; words[i] != "]"; i++ {
			widths[first] = number(i)
			first++
		}
		i++
	}
	return widths
}

func TestPrintersAreToldHowToPrint(t *testing.T) {
	tool(t, "qpdf", "qpdf")
	out := output(t, "qpdf", "--qdf", "--object-streams=disable", printed(t, "a4-8", sampleFaces(1)), "-")
	for _, want := range []string{
		"%PDF-1.7", "/PrintScaling /None", "/Duplex /DuplexFlipLongEdge", "/Lang (en-IN)", "(D:20261122093000)", "/Producer (sehat)",
	} {
		if !strings.Contains(out, want) {
			t.Errorf("the file lacks %s", want)
		}
	}
	if got := strings.Count(out, "/TrimBox ["); got != 2 {
		t.Errorf("%d pages have a trim box, want 2", got)
	}
}

// A form of gofpdf begins at its corner: what stands left of the card or above it must not be lost.
func TestBleedIsPrinted(t *testing.T) {
	tool(t, "pdftoppm", "poppler-utils")
	design, err := ParseDesign([]byte(`{"name": "black", "front": [{"box": true, "x": 0, "y": 0, "w": 85.6, "h": 53.98}]}`))
	if err != nil {
		t.Fatal(err)
	}
	layout, err := LayoutNamed("a4-8")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "black.pdf")
	var file bytes.Buffer
	if err := Render(t.Context(), &file, Job{Batch: "B1", Layout: "a4-8", Design: design, Made: made, Faces: Faces(sampleFaces(1))}); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	const dpmm = 10
	picture := output(t, "pdftoppm", "-gray", "-r", fmt.Sprint(25.4*dpmm), "-f", "1", "-l", "1", path)
	var width, height, depth int
	if _, err := fmt.Sscanf(picture, "P5\n%d %d\n%d\n", &width, &height, &depth); err != nil {
		t.Fatal(err)
	}
	pixels := picture[len(picture)-width*height:]
	left, top := layout.front(0)
	right, bottom := left+CardWidth, top+CardHeight
	for _, p := range []struct {
		x, y float64
		ink  bool
	}{
		{left - 2.8, top + 20, true},
		{left - 3.2, top + 20, false},
		{right + 2.8, top + 20, true},
		{right + 3.2, top + 20, false},
		{left + 20, top - 2.8, true},
		{left + 20, top - 3.2, false},
		{left + 20, bottom + 2.8, true},
		{left + 20, bottom + 3.2, false},
	} {
		if ink := pixels[int(p.y*dpmm)*width+int(p.x*dpmm)] < 128; ink != p.ink {
			t.Errorf("at %.1f, %.1f mm there is ink: %v, want %v", p.x, p.y, ink, p.ink)
		}
	}
}
