package sheet

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"image"
	"image/color"
	"image/jpeg"
	"strings"

	"sehat/cards"
)

// invented people: names that are long, short, in four scripts, with conjuncts, and a single one; births as precise as they are told.
var invented = [...]struct{ name, second, lang, birth, sex string }{
	{"Asha Kumari Devi", "आशा कुमारी देवी", "hi", "14 Mar 1987", "F"},
	{"Mohammad Irfan Khan", "محمد عرفان خان", "ur", "1979", "M"},
	{"Harpreet Kaur Sandhu", "ਹਰਪ੍ਰੀਤ ਕੌਰ ਸੰਧੂ", "pa", "2 Nov 1994", "F"},
	{"Krishnakant Shrivastava", "कृष्णकांत श्रीवास्तव", "hi", "about 1958", "M"},
	{"Venkata Subrahmanyam Lakshminarasimhan", "वेंकट सुब्रह्मण्यम लक्ष्मीनरसिंहन", "hi", "Aug 1966", "M"},
	{"Rani", "रानी", "hi", "2019", "F"},
	{"Zainab Fatima", "زینب فاطمہ", "ur", "30 Jan 2001", "F"},
	{"Sukhwinder Singh", "ਸੁਖਵਿੰਦਰ ਸਿੰਘ", "pa", "1990", "M"},
	{"Deepak Sharma", "", "", "9 Sep 1983", "O"},
	{"Jyotsna Chaturvedi", "ज्योत्स्ना चतुर्वेदी", "hi", "", "F"},
}

// Specimens returns n cards of people that do not exist, every fourth a temporary one and every third with a photo, for looking at a card face before there are
// residents. Their QR codes say that they are none.
func Specimens(n int) []cards.Face {
	list := make([]cards.Face, n)
	for i := range list {
		kind := cards.Permanent
		if i%4 == 3 {
			kind = cards.Temporary
		}
		list[i] = specimen(i, kind)
	}
	portrait := silhouette()
	hash := sha256.Sum256(portrait)
	for i := 2; i < len(list); i += 3 {
		list[i].Photo, list[i].Picture = hex.EncodeToString(hash[:]), string(portrait)
	}
	return list
}

// silhouette is a portrait of nobody.
func silhouette() []byte {
	const middle, headY, headX, headHigh, bodyY, bodyX, bodyHigh = 96, 98, 42, 54, 250, 84, 96
	inside := func(x, y, top, across, down float64) bool {
		x, y = (x-middle)/across, (y-top)/down
		return x*x+y*y < 1
	}
	picture := image.NewGray(image.Rect(0, 0, photoWidth, photoHeight))
	for y := range photoHeight {
		for x := range photoWidth {
			shade := color.Gray{Y: 218}
			if inside(float64(x), float64(y), headY, headX, headHigh) || inside(float64(x), float64(y), bodyY, bodyX, bodyHigh) {
				shade.Y = 150
			}
			picture.SetGray(x, y, shade)
		}
	}
	var out bytes.Buffer
	if err := jpeg.Encode(&out, picture, nil); err != nil {
		panic(err) // a buffer takes all
	}
	return out.Bytes()
}

func specimen(i int, kind string) cards.Face {
	const body, apart = 2_345_678_901_234, 7_919_191_919
	p := invented[i%len(invented)]
	number, err := cards.MakeNumber(body + uint64(i)*apart)
	if err != nil {
		panic(err) // of no i that anybody prints
	}
	f := cards.Face{
		Number: number, Version: 1, Kind: kind, Name: p.name, NameSecond: p.second, NameLang: p.lang, Birth: p.birth, Sex: p.sex,
		IssuedOn: "1 Jan 2026", QR: strings.Repeat("THIS IS A SPECIMEN AND NO CARD ", 10), // as long as a credential with two names
	}
	if kind == cards.Temporary {
		f.ValidUntil = "1 Jan 2027"
	}
	return f
}
