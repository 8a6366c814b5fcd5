package sheet

import (
	"strings"
	"testing"
)

func TestFacesThatComeWithSehatAreSound(t *testing.T) {
	names := DesignNames()
	if len(names) < 2 {
		t.Fatalf("only %v", names)
	}
	for _, name := range names {
		d, err := DesignNamed(name)
		if err != nil {
			t.Error(err)
			continue
		}
		if err := d.Check(); err != nil {
			t.Error(err)
		}
		if d.Name != name {
			t.Errorf("the face in %s.json calls itself %q", name, d.Name)
		}
		used := 0
		for _, l := range append(Layouts(), Stickers(), Slips()) {
			if l.Takes(d) != nil {
				continue
			}
			used++
			if _, _, err := Preview(Job{Batch: "B1", Layout: l.Name, Design: d, Made: made, Faces: Faces(Specimens(l.PerSheet()))}, 48); err != nil {
				t.Errorf("%s, %s: %v", name, l.Name, err)
			}
		}
		if used == 0 {
			t.Errorf("no layout takes the face %s", name)
		}
	}
}

func TestFacesAreCheckedBeforeACardIsPrinted(t *testing.T) {
	const number = `{"text": "{number}", "x": 5, "y": 10, "w": 40, "size": 9}`
	const qr = `{"qr": true, "x": 50, "y": 10, "w": 31}`
	for name, c := range map[string]struct{ file, want string }{
		"a sound one":                     {`{"name": "a", "front": [` + qr + `, ` + number + `]}`, ""},
		"a sound one from Windows":        {"\ufeff" + `{"name": "a", "front": [` + qr + ", \r\n" + number + `]}`, ""},
		"a file in an old encoding":       {"{\n\"name\": \"caf\xe9\"}", "line 2 is no UTF-8"},
		"the line of a mistake":           {"{\n\"name\": \"a\",\n\"front\": [}\n]}", "line 3: invalid character '}'"},
		"a word where a number belongs":   {"{\"front\": [\n{\"x\": \"five\"}]}", "line 2: front.x is a string and must be a float64"},
		"something behind the end":        {`{} {}`, "something follows its end"},
		"no QR code":                      {`{"name": "a", "front": [` + number + `]}`, "card face a: permanent cards have 0 QR codes"},
		"two QR codes":                    {`{"name": "a", "front": [` + qr + `], "back": [` + qr + `, ` + number + `]}`, "have 2 QR codes"},
		"none on temporary cards":         {`{"name": "a", "front": [{"qr": true, "when": "permanent", "x": 50, "y": 10, "w": 31}, ` + number + `]}`, "temporary cards have 0 QR codes"},
		"no number":                       {`{"name": "a", "front": [` + qr + `]}`, "do not show {number}"},
		"a label that does not fit":       {`{"name": "a", "front": [` + qr + `, ` + number + `, {"text": "Lakshminarasimhan", "x": 1, "y": 5, "w": 5, "size": 9}]}`, `front, item 3: "Lakshminarasimhan" does not fit`},
		"a label in no font's letters":    {`{"name": "a", "front": [` + qr + `, ` + number + `], "back": [{"text": "王", "x": 1, "y": 5, "w": 5, "size": 9}]}`, "back, item 1: \"王\" has a letter"},
		"a QR code too small to read":     {`{"front": [{"qr": true, "x": 50, "y": 10, "w": 25}]}`, "front, item 1: a QR code of 25 mm is too small"},
		"a QR code at the edge":           {`{"front": [{"qr": true, "x": 54.6, "y": 10, "w": 31}]}`, "the white around it do not lie on the card"},
		"bars at the edge":                {`{"front": [{"code128": true, "x": 0, "y": 10, "w": 31, "h": 9}]}`, "the white beside them do not lie on the card"},
		"a text beside the card":          {`{"front": [{"text": "a", "x": 80, "y": 10, "w": 31, "size": 9}]}`, "the text does not lie on the card"},
		"letters nobody can read":         {`{"front": [{"text": "a", "x": 5, "y": 10, "w": 31, "size": 9, "min": 2}]}`, "letters of 2 points are too small"},
		"letters larger than the card":    {`{"front": [{"text": "a", "x": 5, "y": 10, "w": 31, "size": 1e300}]}`, "size is 1e+300 and may be 0 to 150"},
		"a logo larger than a sheet":      {`{"front": [{"path": "M 0 0 L 9e9 1 Z", "scale": 1}]}`, "path is 9e+09 and may be"},
		"a box of less than nothing":      {`{"front": [{"box": true, "w": 1, "h": 1, "round": -1}]}`, "round is -1 and may be"},
		"more ink than paper takes":       {`{"colours": {"mud": [90, 90, 90, 90]}}`, "colour mud: its inks add up to 360 percent"},
		"values of a field nobody knows":  {`{"values": {"caste": {}}}`, "values: caste is no field"},
		"a QR code of no size there is":   {`{"front": [{"qr": true, "modules": 60, "x": 50, "y": 10, "w": 31}]}`, "modules is missing or not a word"},
		"a condition half of it is known": {`{"front": [{"text": "a", "x": 1, "y": 1, "w": 9, "size": 9, "when": "sex, rich"}]}`, "when is missing or not a word"},
	} {
		t.Run(name, func(t *testing.T) {
			d, err := ParseDesign([]byte(c.file))
			if err == nil {
				err = d.Check()
			}
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}
