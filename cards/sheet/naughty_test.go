package sheet

import (
	"errors"
	"io"
	"strings"
	"testing"
	"unicode"

	"golang.org/x/text/unicode/norm"

	"sehat/cards"
)

// naughty names: what a survey brings, by accident or on purpose. Each is printed whole or stops the job, in every script.
var naughty = []string{
	"A", "Ó", "d'Souza", "O’Neil-Fernández", "Jean  Luc", " Asha ", "Asha\tDevi", "Asha\nDevi", "NULL", "<b>Asha</b>", "Robert'); DROP TABLE", `C:\new (1)`,
	"Ａｓｈａ", "Asha🙂", "𝐀sha", "Ash\u0301a", "Z͑ͫ̓ͪ̂ͫ̽͏̴̙̤̞͉͚̯̞̠͍A̴̵̜̰͔ͫ͗͢L̠ͨͧͩ͘G̴̻͈͍͔̹̑͗̎̅͛́Ǫ", "\u202eimuK", "Asha\u200bDevi", "\u0301", "ASHA\u0000",
	strings.Repeat("W", 24), strings.Repeat("W", 60), strings.Repeat("i", 120), strings.Repeat("Wi ", 30), "Lakshminarasimhan " + strings.Repeat("x", 40),
	"आ", "क्ष्म्य", "श्री॰ त्र्यंबकेश्वर", "र्\u200dहस्व", "क\u200cष", "ँ", "ि", strings.Repeat("क्ष्म्य", 9), strings.Repeat("क्ष्म्य ", 12), strings.Repeat("ज्ञानेश्वर", 12),
	"ੳ", "ਸ੍ਰੀ ਗੁਰਪ੍ਰੀਤ", strings.Repeat("ਸ੍ਵ", 20), strings.Repeat("ਹਰਪ੍ਰੀਤ ", 12),
	"ا", "لا", "محمّد بْن", strings.Repeat("ک", 40), strings.Repeat("محمد ", 20), "عبدالرحمٰن", "خان 12",
	"Asha आशा ਆਸ਼ਾ آشا", "आशा Khan محمد", "রিনা", "王小明", "Владимир", "۞", "१२३",
}

func TestNoNameIsEverCut(t *testing.T) {
	tool(t, "pdftotext", "poppler-utils")
	fitter, err := NewFitter(nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, field := range []string{"name", "name_second"} {
		var all, faces []cards.Face
		var texts []string
		stops := map[cards.Number]bool{}
		for i, f := range sampleFaces(len(naughty)) {
			f.Kind, f.ValidUntil, f.Name, f.NameSecond = cards.Permanent, "", "Rani", naughty[i]
			if field == "name" {
				f.Name, f.NameSecond = naughty[i], ""
			}
			all = append(all, f)
			if stops[f.Number] = fitter.Fits(f) != nil; !stops[f.Number] {
				faces, texts = append(faces, f), append(texts, naughty[i])
			}
		}
		if len(all)-len(faces) < 5 || len(faces) < 20 {
			t.Errorf("%s: %d of %d are printed: the list does not try much", field, len(faces), len(all))
		}
		var overflow *OverflowError
		if err := Render(t.Context(), io.Discard, Job{Batch: "B1", Made: made, Faces: Faces(all)}); !errors.As(err, &overflow) {
			t.Fatal(err)
		}
		for _, m := range overflow.Misfits {
			if !stops[m.Number] {
				t.Errorf("%s: %s stops the job, and Fits did not say so", field, m.Why)
			}
			delete(stops, m.Number)
		}
		for _, f := range all {
			if stops[f.Number] {
				t.Errorf("%s: %q does not stop the job, and Fits said so", field, f.Name+f.NameSecond)
			}
		}
		pages := strings.Split(output(t, "pdftotext", "-raw", printed(t, "cr80", faces), "-"), "\f")
		for i, name := range texts {
			for word := range strings.FieldsSeq(letters(name)) {
				page := letters(pages[2*i])
				for _, r := range word {
					if unicode.Is(unicode.Arabic, r) { // Poppler breaks words where letters stand above each other
						word = string(r)
						if !strings.Contains(page, word) {
							break
						}
					}
				}
				if !strings.Contains(page, word) {
					t.Errorf("%s %q: %q is not on the card, which says %q", field, name, word, page)
				}
			}
		}
	}
}

// letters drops what is not seen and what a reader of PDF may write otherwise.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.Is(unicode.Cf, r) || unicode.Is(unicode.M, r):
			return -1
		case unicode.IsSpace(r):
			return ' '
		}
		return r
	}, norm.NFKC.String(s))
}
