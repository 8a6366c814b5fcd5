package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"image"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"sehat/cards"
)

// photographed are the sample faces, each with a photo of its own.
func photographed(t testing.TB, n int) []cards.Face {
	t.Helper()
	list := sampleFaces(n)
	for i := range list {
		picture := quarters(96, 120)
		for k := range picture.Pix {
			if k%4 == i%3 {
				picture.Pix[k] ^= byte(i * 7)
			}
		}
		portrait, err := Portrait(bytes.NewReader(asJPEG(t, picture)))
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(portrait)
		list[i].Photo, list[i].Picture = hex.EncodeToString(sum[:]), string(portrait)
	}
	return list
}

func TestPhotosAreInTheFileAsTheyAre(t *testing.T) {
	tool(t, "pdfimages", "poppler-utils")
	tool(t, "qpdf", "qpdf")
	faces := photographed(t, 12)
	faces[5].Photo, faces[5].Picture = "", ""
	faces[7].Picture = ""                                               // removed
	faces[9].Photo, faces[9].Picture = faces[8].Photo, faces[8].Picture // of the same bytes
	pdf := printed(t, "a4-10", faces)
	if out, err := exec.Command("qpdf", "--check", pdf).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	stem := filepath.Join(t.TempDir(), "i")
	if out, err := exec.Command("pdfimages", "-j", pdf, stem).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var got []string
	files, err := filepath.Glob(stem + "*.jpg")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, string(b))
	}
	var want []string
	for _, f := range faces {
		if f.Picture != "" {
			want = append(want, f.Picture)
		}
	}
	if !slices.Equal(got, want) {
		t.Errorf("%d photos come out of the file, or others: %d went in", len(got), len(want))
	}
	file, err := os.ReadFile(pdf)
	if err != nil {
		t.Fatal(err)
	}
	if n := bytes.Count(file, []byte("/DCTDecode")); n != 9 {
		t.Errorf("%d photos are stored, and 9 are different", n)
	}
}

func TestThePreviewShowsPhotosAsThePDFDoes(t *testing.T) {
	tool(t, "pdftoppm", "poppler-utils")
	const dpi = 150
	faces := photographed(t, 10)
	faces[3].Picture = ""
	front, _, err := Preview(Job{Batch: "W12-0001", Layout: "a4-10", Made: made, Faces: Faces(faces)}, dpi)
	if err != nil {
		t.Fatal(err)
	}
	stem := filepath.Join(t.TempDir(), "page")
	if out, err := exec.Command("pdftoppm", "-png", "-singlefile", "-r", fmt.Sprint(dpi), printed(t, "a4-10", faces), stem).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var ours image.Image = front
	mean, most := difference(ours, readPNG(t, stem+".png"), dpi*1.5/25.4)
	t.Logf("the mean difference is %.2f of 255, the greatest %.0f", mean, most)
	if mean > 4 || most > 60 {
		t.Errorf("the mean difference is %.2f of 255, the greatest %.0f", mean, most)
	}
}

func TestAPhotoThatIsNotTheCardsStopsTheJob(t *testing.T) {
	for name, change := range map[string]func(*cards.Face){
		"is not the one that it was issued with": func(f *cards.Face) { f.Picture += "x" },
		"cannot be read": func(f *cards.Face) {
			f.Picture = "no picture"
			sum := sha256.Sum256([]byte(f.Picture))
			f.Photo = hex.EncodeToString(sum[:])
		},
	} {
		faces := photographed(t, 2)
		change(&faces[1])
		err := Render(t.Context(), &bytes.Buffer{}, Job{Batch: "B1", Made: made, Faces: Faces(faces)})
		if err == nil || !strings.Contains(err.Error(), name) || !strings.Contains(err.Error(), faces[1].Number.Printed()) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestASealedJobCarriesPhotos(t *testing.T) {
	printer := identity(t)
	faces := photographed(t, 30)
	faces[4].Picture = ""
	envelope, _, err := JobHeader{Batch: "B1", Layout: "a4-10", Made: made, For: idOf(keyOf('p')), Cards: len(faces)}.Sign(keyOf('c'))
	if err != nil {
		t.Fatal(err)
	}
	var file bytes.Buffer
	if err := SealJob(&file, keyOf('c'), printer.Recipient().String(), envelope, Faces(faces)); err != nil {
		t.Fatal(err)
	}
	j, err := OpenJob(&file, printer.String(), idOf(keyOf('p')), knowing(keyOf('c')))
	if err != nil {
		t.Fatal(err)
	}
	var got []cards.Face
	for f, err := range j.Faces() {
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, f)
	}
	if !slices.Equal(got, faces) {
		t.Error("the faces or their photos are others")
	}
}

func TestAFaceFileWithAPhotoThatCannotBe(t *testing.T) {
	d, err := DefaultDesign()
	if err != nil {
		t.Fatal(err)
	}
	item := regexp.MustCompile(`\{"photo": true[^}]*\}`)
	for name, c := range map[string]struct{ item, want string }{
		"of another shape":        {`{"photo": true, "x": 5, "y": 17, "w": 16, "h": 16}`, "four wide to five high"},
		"beyond the edge":         {`{"photo": true, "x": 75, "y": 17, "w": 16, "h": 20}`, "does not lie on the card"},
		"without a height":        {`{"photo": true, "x": 5, "y": 17, "w": 16}`, "h is missing"},
		"written as a text":       {`{"text": "{photo}", "x": 5, "y": 17, "w": 16, "size": 6}`, "{photo} is no field"},
		"that is a box, too":      {`{"photo": true, "box": true, "x": 5, "y": 17, "w": 16, "h": 20}`, "must be one"},
		"under a wrong condition": {`{"photo": true, "when": "no foto", "x": 5, "y": 17, "w": 16, "h": 20}`, "when is missing"},
	} {
		_, err := ParseDesign(item.ReplaceAll(d.Source(), []byte(c.item)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", name, err, c.want)
		}
	}
}
