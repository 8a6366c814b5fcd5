package sheet

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// HarfBuzz itself is the oracle: glyph numbers and positions must be the same, for every name at hand and in every font.
func TestShapingEqualsHarfBuzz(t *testing.T) {
	if _, err := exec.LookPath("hb-shape"); err != nil {
		t.Skip("SKIPPED: no hb-shape (Debian: libharfbuzz-bin), shaping was not compared with HarfBuzz")
	}
	fonts, err := loadFonts()
	if err != nil {
		t.Fatal(err)
	}
	devanagari := join(strings.Fields(devanagariWords))
	latin := join(strings.Fields("Asha Kumari Avtar Tasveer Vaidya Yash Jyoti Fakhruddin Affan Özil Renée d'Souza"))
	if dir := sharedData(); dir == "" {
		t.Log("SKIPPED: no ../shared/data/linkage, only the names of this file were compared")
	} else {
		devanagari = append(devanagari, column(t, filepath.Join(dir, "linkage/name_spellings_en_hi.csv"), ',', 1)...)
		devanagari = append(devanagari, column(t, filepath.Join(dir, "linkage/indian_names_hindi_pairs_parlikar.tsv"), '\t', 1)...)
		latin = append(latin, join(column(t, filepath.Join(dir, "linkage/indian_names_hindi_pairs_parlikar.tsv"), '\t', 0)[:2000])...)
	}
	for _, script := range []struct {
		family          int
		name, lang, dir string
		names           []string
	}{
		{0, "latn", "en", "ltr", latin},
		{1, "deva", "hi", "ltr", devanagari},
		{2, "guru", "pa", "ltr", join(strings.Fields(gurmukhiWords))},
		{3, "arab", "ur", "rtl", join(strings.Fields(urduWords))},
	} {
		for weight := range weights {
			f := fonts[script.family*weights+weight]
			t.Run(f.name, func(t *testing.T) {
				want := hbShape(t, f.name, script.name, script.lang, script.dir, script.names)
				s := newShaper(fonts)
				wrong := 0
				for i, name := range script.names {
					if got := describe(s.shape(name, weight)); got != want[i] {
						if wrong++; wrong <= 5 {
							t.Errorf("line %d, %q:\n got %s\nwant %s", i+1, name, got, want[i])
						}
					}
				}
				t.Logf("%d of %d names differ", wrong, len(script.names))
			})
		}
	}
}

// Words are shaped by themselves and put together: no rule of a font may reach over a space, or from digit to digit.
func TestWordsShapeAloneAsInALine(t *testing.T) {
	s := testShaper(t)
	for family, letters := range [][2]rune{{0x21, 0x17f}, {0x900, 0x97f}, {0xa01, 0xa75}} {
		others := [][]string{strings.Fields("A V T Y f j . 1 ( - d’ L."), strings.Fields("अ क्ष रि र्क ँ । १ श्री 1"), strings.Fields("ਅ ਕਿ ਸ੍ਰੀ ਂ ੧ 1 ।")}[family]
		for weight := range weights {
			font := family*weights + weight
			for letter := letters[0]; letter <= letters[1]; letter++ {
				if !s.has(family, weight, letter) {
					continue
				}
				for _, other := range others {
					for _, text := range []string{string(letter) + " " + other, other + " " + string(letter), other + " " + string(letter) + " 10"} {
						runes := []rune(text)
						whole, put := s.piece(runes, 0, len(runes), font), s.run(&line{}, runes, 0, len(runes), family, weight)
						if !slices.Equal(whole.glyphs, put.glyphs) || whole.width != put.width {
							t.Fatalf("%q in %s is %v, put together %v", text, s.fonts[font].name, whole.glyphs, put.glyphs)
						}
					}
				}
			}
			for n := range 1000 {
				runes := []rune(fmt.Sprintf("%03d", n))
				whole, put := s.piece(runes, 0, len(runes), font), s.run(&line{}, runes, 0, len(runes), family, weight)
				if !slices.Equal(whole.glyphs, put.glyphs) {
					t.Fatalf("%03d in %s is %v, put together %v", n, s.fonts[font].name, whole.glyphs, put.glyphs)
				}
			}
		}
	}
}

// describe writes a line as hb-shape does.
func describe(l *line) string {
	var parts []string
	for _, r := range l.runs {
		for _, g := range r.glyphs {
			at := ""
			if g.dx != 0 || g.dy != 0 {
				at = fmt.Sprintf("@%d,%d", g.dx, g.dy)
			}
			parts = append(parts, fmt.Sprintf("%d%s+%d", g.id, at, g.advance))
		}
	}
	return "[" + strings.Join(parts, "|") + "]"
}

func hbShape(t *testing.T, font, script, lang, dir string, names []string) []string {
	t.Helper()
	cmd := exec.Command("hb-shape", "--no-glyph-names", "--no-clusters", "--script="+script, "--language="+lang, "--direction="+dir,
		"../../templates/fonts/"+font+".ttf")
	cmd.Stdin = strings.NewReader(strings.Join(names, "\n") + "\n")
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("hb-shape: %v", err)
	}
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if len(lines) != len(names) {
		t.Fatalf("hb-shape answered %d lines to %d names", len(lines), len(names))
	}
	return lines
}

// sharedData returns the folder of data to try things on, or "".
func sharedData() string {
	dir, err := os.Getwd()
	if err != nil {
		return ""
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			break
		}
		if dir == filepath.Dir(dir) {
			return ""
		}
		dir = filepath.Dir(dir)
	}
	data := filepath.Join(dir, "..", "shared", "data")
	if _, err := os.Stat(data); err != nil {
		return ""
	}
	return data
}

// column reads the second column of a table.
// column returns a column of a table with a header, counted from 0.
func column(t *testing.T, path string, comma rune, at int) []string {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = comma, true, -1
	rows, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, row := range rows[1:] {
		if at < len(row) && strings.TrimSpace(row[at]) != "" {
			list = append(list, strings.TrimSpace(row[at]))
		}
	}
	return list
}

// join makes names of one, two and three words, so that spaces are shaped too.
func join(words []string) []string {
	var names []string
	for i, w := range words {
		names = append(names, w)
		for j := 1; j <= 6; j++ {
			other := words[(i+7*j)%len(words)]
			names = append(names, w+" "+other)
			if j == 3 {
				names = append(names, w+" "+other+" "+words[(i+11)%len(words)])
			}
		}
	}
	return names
}

const devanagariWords = `आशा कुमारी देवी कृष्णकांत श्रीवास्तव ज्योत्स्ना चतुर्वेदी सुब्रह्मण्यम लक्ष्मी त्र्यंबक राष्ट्रपाल
क्षितिज ज्ञानेंद्र द्विवेदी विद्यावती शृंगारिका ऋषभ कर्णिका मुहम्मद फ़ातिमा ज़ैनब इम्तियाज़ हृदयेश दुर्गा पद्मिनी
डॉ. सत्यनारायण उर्मिला ईश्वर ऐश्वर्या औरंगज़ेब छत्रपाल ट्विंकल ब्रजेश भ्रमर र्` + "\u200d" + `हस्व स्त्री`

const gurmukhiWords = `ਹਰਪ੍ਰੀਤ ਕੌਰ ਸੰਧੂ ਸੁਖਵਿੰਦਰ ਸਿੰਘ ਗੁਰਪ੍ਰੀਤ ਜਸਵਿੰਦਰ ਮਨਜੀਤ ਬਲਵਿੰਦਰ ਕੁਲਦੀਪ ਅਮਰਜੀਤ ਪਰਮਿੰਦਰ ਰਣਜੀਤ ਦਲਜੀਤ
ਇੰਦਰਜੀਤ ਓਂਕਾਰ ਉਂਕਾਰ ਗੁਰਮੁਖ ਹਰਭਜਨ ਜਗਤਾਰ ਕਰਤਾਰ ਲਖਵਿੰਦਰ ਨਵਨੀਤ ਪ੍ਰਭਜੋਤ ਸਤਵੰਤ ਤ੍ਰਿਪਤਾ ਵਰਿੰਦਰ ਢਿੱਲੋਂ ਬੱਬੂ ਸ਼ਮਸ਼ੇਰ
ਖ਼ੁਸ਼ਵੰਤ ਗ਼ਜ਼ਲ ਜ਼ੋਰਾਵਰ ਫ਼ਤਿਹ ਸ੍ਵਰਨ ਦ੍ਰਿਸ਼ਟੀ ਕੁੰਵਰ ਮੁਖਤਿਆਰ ਪਿਆਰਾ ਐਸ਼ਵਰਿਆ ਔਜਲਾ ਈਸ਼ਰ`

const urduWords = `محمد عرفان خان زینب فاطمہ عبدالرحمٰن صدیقی قریشی انصاری مصطفیٰ یٰسین حسین عائشہ خدیجہ شکیلہ نسرین
پروین بیگم رضیہ سلطانہ شیخ سیّد مرزا غالب چودھری بھٹی ڈار ٹیپو ژالہ گلزار کلثوم نجمہ ممتاز لیاقت وقار ظہیر ضیاء الدین
اشرف آمنہ ثمینہ جاوید ذاکر طارق غزالہ ہمایوں`
