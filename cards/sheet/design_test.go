package sheet

import (
	"strings"
	"testing"

	"sehat/cards"
)

func TestCardFaceFilesThatAreWrongSayWhere(t *testing.T) {
	for name, c := range map[string]struct{ file, want string }{
		"not JSON":                  {`{`, "unexpected EOF"},
		"a word nobody knows":       {`{"fornt": []}`, `unknown field "fornt"`},
		"an item that is nothing":   {`{"front": [{"x": 1}]}`, "front, item 1: is 0 of text, box, path, qr, code128 and photo"},
		"an item that is two":       {`{"front": [{"qr": true, "box": true, "w": 1, "h": 1}]}`, "front, item 1: is 2 of"},
		"a colour that is not told": {`{"back": [{"text": "a", "w": 1, "size": 5, "colour": "pink"}]}`, `back, item 1: colour "pink"`},
		"too much ink":              {`{"colours": {"c": [0, 0, 0, 101]}}`, "101 is not from 0 to 100 percent"},
		"no such field":             {`{"back": [{"text": "{phone}", "w": 1, "size": 5}]}`, "{phone} is no field"},
		"a brace left open":         {`{"back": [{"text": "{name", "w": 1, "size": 5}]}`, "is no field"},
		"a text without a size":     {`{"back": [{"text": "a", "w": 1}]}`, "size is missing"},
		"a text without a width":    {`{"back": [{"text": "a", "size": 5}]}`, "w is missing"},
		"a condition nobody knows":  {`{"back": [{"text": "a", "w": 1, "size": 5, "when": "rich"}]}`, "when is missing or not a word"},
		"sizes that grow":           {`{"back": [{"text": "a", "w": 1, "size": 5, "min": 6}]}`, "sizes must not grow"},
		"a path of curves only SVG has": {
			`{"front": [{"path": "M 0 0 Q 1 1 2 2", "scale": 1}]}`, `path: "Q" is not M, L, C or Z`,
		},
		"a path that ends early": {`{"front": [{"path": "M 0", "scale": 1}]}`, "path: it ends inside a m"},
		"a path of words":        {`{"front": [{"path": "M 0 up", "scale": 1}]}`, `path: "up" is no number`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := ParseDesign([]byte(c.file))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("got %v, want an error with %q", err, c.want)
			}
		})
	}
}

func TestItemsStandOnlyOnTheCardsTheyAreFor(t *testing.T) {
	f := cards.Face{Kind: cards.Temporary, Name: "Rani", NameSecond: "रानी"}
	for when, want := range map[string]bool{
		"": true, "temporary": true, "permanent": false, "name_second": true, "no name_second": false, "valid_until": false, "no valid_until": true,
		"name, temporary": true, "name, permanent": false, "name, no name_second": false,
	} {
		it := Item{When: when}
		if !it.compileWhen() || it.on(&Design{}, &f) != want {
			t.Errorf("when %q: %v", when, !want)
		}
	}
}

func TestTextsAreFilledIn(t *testing.T) {
	d, err := ParseDesign([]byte(`{"values": {"sex": {"F": "Female"}}, "front": [
		{"text": "plain", "w": 1, "size": 5}, {"text": "{sex}, born {birth}", "w": 1, "size": 5}, {"text": "until {valid_until}", "w": 1, "size": 5}]}`))
	if err != nil {
		t.Fatal(err)
	}
	f := cards.Face{Sex: "F", Birth: "1987"}
	for i, want := range []string{"plain", "Female, born 1987", ""} {
		if got := d.write(&d.Front[i], &f, ""); got != want {
			t.Errorf("item %d says %q, want %q", i+1, got, want)
		}
	}
}

func FuzzParseDesign(f *testing.F) {
	f.Add([]byte(`{"front": [{"qr": true, "x": 50, "y": 10, "w": 31}, {"text": "{number}", "x": 5, "y": 10, "w": 40, "size": 9}]}`))
	f.Add([]byte(`{"front": [{"path": "M 0 0 L 1 1 Z", "scale": 1}, {"text": "{name}", "w": 1, "size": 5, "lines": 2}]}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		d, err := ParseDesign(data)
		if err != nil {
			return
		}
		if d.Check() == nil && (Layout{Width: CardWidth, Height: CardHeight}).Takes(d) == nil {
			if _, _, err := Preview(Job{Batch: "B1", Layout: "cr80", Design: d, Made: made, Faces: Faces(Specimens(1))}, 24); err != nil {
				t.Error(err)
			}
		}
		face := sampleFaces(1)[0]
		for i := range d.Front {
			d.write(&d.Front[i], &face, "B1 0001-01")
		}
	})
}
