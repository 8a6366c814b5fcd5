package sheet

import (
	"fmt"
	"image"
	"image/color"
	"image/draw"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Two sheets are made, rendered as a scanner would see them, and spoiled in one way each.
func TestScansOfPrintedSheets(t *testing.T) {
	tool(t, "pdftoppm", "poppler-utils")
	made, m, pages := scannedSheets(t)
	for name, c := range map[string]struct {
		change func(pages []*image.Gray) []*image.Gray
		want   []string // place and what
		read   int      // cards, of 13
	}{
		"as they should be":      {want: nil, read: 13},
		"upside down":            {change: func(p []*image.Gray) []*image.Gray { p[0] = turned(p[0]); return p }, read: 13},
		"dusty and uneven light": {change: func(p []*image.Gray) []*image.Gray { return []*image.Gray{dust(p[0]), dust(p[1]), p[2], p[3]} }, read: 13},
		"a smudge on a QR": {
			change: func(p []*image.Gray) []*image.Gray { smudge(p[0], slotArea(p[0], 4)); return p },
			want:   []string{"1-4 its QR cannot be read"}, read: 12,
		},
		"a smudge on a bar code": {
			change: func(p []*image.Gray) []*image.Gray { smudge(p[3], image.Rect(0, 0, 820, 500)); return p },
			want:   []string{"2-2 its bar code cannot be read"}, read: 12,
		},
		"shifted on the paper": {
			change: func(p []*image.Gray) []*image.Gray { p[0] = shifted(p[0], 16, -8); return p },
			want:   []string{"1-0 the page is shifted by 2.0 mm to the right and 1.2 mm up"}, read: 13,
		},
		"the backs of two sheets exchanged": {
			change: func(p []*image.Gray) []*image.Gray { p[1], p[3] = p[3], p[1]; return p },
			want:   []string{"1-0 on the other side of the paper is sheet 2: do not cut it", "2-0 on the other side of the paper is sheet 1: do not cut it"}, read: 13,
		},
		"a sheet that was not scanned": {
			change: func(p []*image.Gray) []*image.Gray { return p[:2] },
			want:   []string{"2-0 no scan shows this sheet"}, read: 10,
		},
		"a back that was not scanned": {
			change: func(p []*image.Gray) []*image.Gray { return p[:3] },
			want:   []string{"2-0 no scan shows the back of this sheet"}, read: 10,
		},
		"a page scanned twice": {
			change: func(p []*image.Gray) []*image.Gray { return append(p, p[0]) },
			want:   []string{"1-0 the front of this sheet is also on 000.png"}, read: 13,
		},
		"an empty page": {
			change: func(p []*image.Gray) []*image.Gray { return append(p, blank(p[0])) },
			want:   []string{"0-0 no card of this batch can be read on this page"}, read: 13,
		},
		"two cards exchanged on the sheet": {
			change: func(p []*image.Gray) []*image.Gray { p[0] = exchanged(p[0], 1, 3); return p },
			want:   []string{"1-1 its QR is that of sheet 1, slot 3", "1-3 its QR is that of sheet 1, slot 1"}, read: 11,
		},
	} {
		t.Run(name, func(t *testing.T) {
			mine := make([]*image.Gray, len(pages))
			for i, p := range pages {
				mine[i] = shifted(p, 0, 0)
			}
			if c.change != nil {
				mine = c.change(mine)
			}
			dir := t.TempDir()
			for i, p := range mine {
				savePicture(t, filepath.Join(dir, fmt.Sprintf("%03d.png", i)), p)
			}
			got, scans, err := (&Checker{Dir: made, Manifest: m, Judge: verified}).Scans(t.Context(), dir)
			if err != nil || scans != len(mine) {
				t.Fatal(scans, err)
			}
			var faults []string
			for _, f := range got.Faults {
				faults = append(faults, fmt.Sprintf("%d-%d %s", f.Sheet, f.Slot, f.What))
			}
			if !slices.Equal(faults, c.want) || got.Cards != c.read {
				t.Errorf("%d cards are read, %q\nwant %d, %q", got.Cards, faults, c.read, c.want)
			}
		})
	}
}

func TestAScanOfAnotherBatch(t *testing.T) {
	tool(t, "pdftoppm", "poppler-utils")
	made, m, pages := scannedSheets(t)
	dir := t.TempDir()
	f, err := os.Create(filepath.Join(dir, "1.jpg"))
	if err != nil {
		t.Fatal(err)
	}
	if err := jpeg.Encode(f, pages[0], nil); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	other := *m
	other.Files = []File{{Name: "none", Sheets: 1, Slots: []Slot{{Number: 200000000000089, Version: 1, Sheet: 1, Slot: 1}}}}
	got, _, err := (&Checker{Dir: made, Manifest: &other}).Scans(t.Context(), dir)
	if err != nil || len(got.Faults) != 2 || got.Faults[0].What != "no card of this batch can be read on this page" || got.Faults[1].What != "no scan shows this sheet" {
		t.Errorf("%+v, %v", got, err)
	}
	if _, _, err := (&Checker{Dir: made, Manifest: m}).Scans(t.Context(), t.TempDir()); err == nil || !strings.Contains(err.Error(), "there are no PNG or JPEG pictures") {
		t.Errorf("an empty folder: %v", err)
	}
}

const scanDPI = 200

// scannedSheets makes two sheets of 13 cards and renders their four pages.
func scannedSheets(t *testing.T) (dir string, m *Manifest, pages []*image.Gray) {
	t.Helper()
	dir = t.TempDir()
	m, err := Make(t.Context(), dir, Job{Batch: "B1", Made: made, Faces: Faces(signedFaces(t, 13))})
	if err != nil {
		t.Fatal(err)
	}
	output(t, "pdftoppm", "-gray", "-png", "-r", fmt.Sprint(scanDPI), filepath.Join(dir, m.Files[0].Name), filepath.Join(dir, "p"))
	names, err := filepath.Glob(filepath.Join(dir, "p-*.png"))
	if err != nil || len(names) != 4 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		img, err := loadScan(name)
		if err != nil {
			t.Fatal(err)
		}
		pages = append(pages, img)
	}
	return dir, m, pages
}

func savePicture(t *testing.T, path string, img image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := (&png.Encoder{CompressionLevel: png.BestSpeed}).Encode(f, img); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

// slotArea is where a card is on a front.
func slotArea(img *image.Gray, slot int) image.Rectangle {
	l := Layouts()[0]
	x, y := l.front(slot - 1)
	px := float64(img.Bounds().Dx()) / l.PageWidth
	return image.Rect(int(x*px), int(y*px), int((x+CardWidth)*px), int((y+CardHeight)*px))
}

func smudge(img *image.Gray, area image.Rectangle) {
	for y := area.Min.Y; y < area.Max.Y; y++ {
		for x := area.Min.X; x < area.Max.X; x++ {
			if (x/5+y/7)%2 == 0 {
				img.SetGray(x, y, color.Gray{})
			}
		}
	}
}

func shifted(img *image.Gray, dx, dy int) *image.Gray {
	out := blank(img)
	draw.Draw(out, img.Bounds().Add(image.Pt(dx, dy)), img, image.Point{}, draw.Src)
	return out
}

func blank(img *image.Gray) *image.Gray {
	out := image.NewGray(img.Bounds())
	draw.Draw(out, out.Bounds(), image.White, image.Point{}, draw.Src)
	return out
}

func exchanged(img *image.Gray, a, b int) *image.Gray {
	out := shifted(img, 0, 0)
	draw.Draw(out, slotArea(img, a), img, slotArea(img, b).Min, draw.Src)
	draw.Draw(out, slotArea(img, b), img, slotArea(img, a).Min, draw.Src)
	return out
}

// dust darkens one corner and sets points.
func dust(img *image.Gray) *image.Gray {
	r := rand.New(rand.NewPCG(1, 2))
	out := shifted(img, 1, 1)
	for i := range out.Pix {
		shade := 1 - 0.25*float64(i%out.Stride)/float64(out.Stride)
		out.Pix[i] = uint8(min(255, float64(out.Pix[i])*shade+r.Float64()*12))
		if r.IntN(4000) == 0 {
			out.Pix[i] = 0
		}
	}
	return out
}
