package cards

import (
	"encoding/csv"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// sharedData returns the folder of data to try things on, which is not part of the project.
func sharedData(t testing.TB) string {
	t.Helper()
	folder := filepath.Join("..", "..", "shared", "data")
	if _, err := os.Stat(folder); err != nil {
		t.Skip("SKIPPED: no ../shared/data beside the checkout, so real names were not tried")
	}
	return folder
}

// How many cards carry both names in their QR, for names put together from 8,700 real ones.
func TestHowManyNamesFit(t *testing.T) {
	f, err := os.Open(filepath.Join(sharedData(t), "linkage", "indian_names_hindi_pairs_parlikar.tsv"))
	if err != nil {
		t.Skip("SKIPPED: ", err)
	}
	defer f.Close()
	r := csv.NewReader(f)
	r.Comma, r.LazyQuotes = '\t', true
	names, err := r.ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	key := testKey("centre")
	for _, c := range []struct {
		name      string
		issuer    string
		words     int
		temporary bool
		atLeast   float64
	}{
		{"permanent, two words, short issuer", "sehat:dl", 2, false, 0.8},
		{"temporary, two words, short issuer", "sehat:dl", 2, true, 0.6},
		{"permanent, three words, short issuer", "sehat:dl", 3, false, 0},
		{"permanent, two words, issuer of 21 letters", testIssuer, 2, false, 0},
		{"temporary, two words, issuer of 21 letters", testIssuer, 2, true, 0},
	} {
		rng := rand.New(rand.NewPCG(1, 2))
		const cards = 400
		whole := 0
		for i := range cards {
			in := permanentCard()
			in.Issuer, in.Number = c.issuer, number(MinBody+rng.Uint64N(MaxBody-MinBody))
			in.Birth = Date{1950 + i%60, 1 + i%12, 1 + i%28}
			in.Name, in.SecondName = "", ""
			for range c.words {
				pair := names[1+rng.IntN(len(names)-1)]
				in.Name, in.SecondName = in.Name+" "+pair[0], in.SecondName+" "+pair[1]
			}
			in.Name, in.SecondName = in.Name[1:], in.SecondName[1:]
			if c.temporary {
				in.Expires = in.Issued.Add(365 * 24 * time.Hour)
			}
			_, _, leftOut, err := SignToFit(key, in)
			if err != nil {
				t.Fatal(err)
			}
			if leftOut == nil {
				whole++
			}
		}
		share := float64(whole) / cards
		t.Logf("%s: %.0f %% with both names", c.name, 100*share)
		if share < c.atLeast {
			t.Errorf("%s: less than %.0f %%", c.name, 100*c.atLeast)
		}
	}
}
