package sheet

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"time"

	"sehat/cards"
)

var made = time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)

// qrText returns invented content of a QR: as long and as random as a credential.
func qrText(r *rand.Rand, n int) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:"
	b := make([]byte, n)
	for i := range b {
		b[i] = alphabet[r.IntN(len(alphabet))]
	}
	return string(b)
}

// sampleFaces returns n cards of invented people, every seventh a temporary one.
func sampleFaces(n int) []cards.Face {
	r := rand.New(rand.NewPCG(1, 2))
	list := make([]cards.Face, n)
	for i := range list {
		p := invented[i%len(invented)]
		number, err := cards.MakeNumber(2_000_000_000_000 + r.Uint64N(7_000_000_000_000))
		if err != nil {
			panic(err)
		}
		list[i] = cards.Face{
			Number: number, Version: 1, Kind: cards.Permanent, Name: p.name, NameSecond: p.second, NameLang: p.lang,
			Birth: p.birth, Sex: p.sex, IssuedOn: "22 Nov 2026", Ward: fmt.Sprintf("%03d", 12+i/15), QR: qrText(r, 290+r.IntN(45)),
		}
		if i%7 == 3 {
			list[i].Kind, list[i].ValidUntil = cards.Temporary, "22 Nov 2027"
		}
	}
	return list
}

var latinNames = strings.Fields(`Asha Kumari Devi Mohammad Irfan Khan Harpreet Kaur Sandhu Krishnakant Shrivastava Venkata
Rani Zainab Fatima Sukhwinder Singh Deepak Sharma Jyotsna Chaturvedi Ramesh Suresh Lakshmi Abdul Rahman Farhana Begum`)

// devanagariNames are the words of shape_test.go and, where they are at hand, the names of ../shared/data.
func devanagariNames() []string {
	words := strings.Fields(devanagariWords)
	dir := sharedData()
	if dir == "" {
		return words
	}
	data, err := os.ReadFile(filepath.Join(dir, "linkage/indian_names_hindi_pairs_parlikar.tsv"))
	if err != nil {
		return words
	}
	for line := range strings.Lines(string(data)) {
		if _, name, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok && name != "hindi" {
			words = append(words, name)
		}
	}
	return words
}
