package sheet

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

func someDoors(n int) []Door {
	doors := make([]Door, n)
	for i, f := range sampleFaces(n) {
		doors[i] = Door{Number: f.Number, Sheet: i/10 + 1, Slot: i%10 + 1, Heading: fmt.Sprintf("ward 045 · block 3 · Gali %d", i/7), House: fmt.Sprint(i / 3), Name: f.Name}
	}
	return doors
}

func TestAHandOutListNamesEveryDoor(t *testing.T) {
	tool(t, "pdftotext", "poppler-utils")
	doors := someDoors(100)
	doors[5].Note = "spoiled: comes with a later batch"
	var file, again bytes.Buffer
	for _, w := range []*bytes.Buffer{&file, &again} {
		if err := Handout(w, "Hand-out list 1 of print batch B1", made, doors); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(file.Bytes(), again.Bytes()) {
		t.Error("the same list gives other bytes")
	}
	path := filepath.Join(t.TempDir(), "list.pdf")
	if err := os.WriteFile(path, file.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	text := output(t, "pdftotext", "-layout", path, "-")
	for i, d := range doors {
		for _, want := range []string{fmt.Sprintf(" %d-%d ", d.Sheet, d.Slot), d.Number.Printed()[12:], d.Heading} {
			if !strings.Contains(text, want) {
				t.Errorf("row %d: %q is not found", i+1, want)
			}
		}
		if strings.Contains(text, d.Number.Printed()) {
			t.Errorf("row %d shows the whole number", i+1)
		}
	}
	if got := strings.Count(text, "page "); got != strings.Count(text, "\f") || got < 4 {
		t.Errorf("%d pages are numbered, of %d", got, strings.Count(text, "\f"))
	}
}

func TestNoHeadingIsTheLastRowOfAPage(t *testing.T) {
	for n := 1; n < 80; n++ {
		h := handout{}
		rows := 0
		for _, page := range h.layOut(someDoors(n)) {
			if len(page) > doorsPerPage || page[0].heading == "" || page[len(page)-1].door == nil {
				t.Errorf("%d doors: a page of %d rows begins or ends wrong", n, len(page))
			}
			for _, r := range page {
				if r.door != nil {
					rows++
				}
			}
		}
		if rows != n {
			t.Errorf("%d of %d doors are on the list", rows, n)
		}
	}
}

func TestPlaceOfAgreesWithTheManifest(t *testing.T) {
	for _, l := range Layouts() {
		m, err := Make(t.Context(), t.TempDir(), Job{Batch: "B1", Layout: l.Name, Made: made, Faces: Faces(sampleFaces(1013))})
		if err != nil {
			t.Fatal(err)
		}
		for i, s := range m.Places().slots {
			if sheet, slot := PlaceOf(l, i+1); sheet != int(s.Sheet) || slot != int(s.Slot) {
				t.Fatalf("%s: position %d is %d-%d, want %d-%d", l.Name, i+1, sheet, slot, s.Sheet, s.Slot)
			}
		}
	}
}
