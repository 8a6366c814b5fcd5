package sheet

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"math/rand/v2"
	"runtime"
	"strings"
	"testing"
)

// quarters is a picture whose upper left is red, upper right green, lower left blue and lower right white.
func quarters(w, h int) *image.RGBA {
	p := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			c := color.RGBA{220, 20, 20, 255}
			switch {
			case 2*x >= w && 2*y >= h:
				c = color.RGBA{255, 255, 255, 255}
			case 2*x >= w:
				c = color.RGBA{20, 200, 20, 255}
			case 2*y >= h:
				c = color.RGBA{20, 20, 220, 255}
			}
			p.SetRGBA(x, y, c)
		}
	}
	return p
}

func asJPEG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := jpeg.Encode(&b, p, nil); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func asPNG(t testing.TB, p image.Image) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := png.Encode(&b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// held says in a JPEG how the camera was held.
func held(file []byte, turned byte, order binary.ByteOrder) []byte {
	exif := []byte("Exif\x00\x00II*\x00")
	if order == binary.BigEndian {
		exif = []byte("Exif\x00\x00MM\x00*")
	}
	add := func(size int, v uint32) {
		b := make([]byte, size)
		if size == 2 {
			order.PutUint16(b, uint16(v))
		} else {
			order.PutUint32(b, v)
		}
		exif = append(exif, b...)
	}
	add(4, 8)
	add(2, 2)
	add(2, 0x010f) // the maker comes first
	add(2, 2)
	add(4, 4)
	exif = append(exif, "Cam\x00"...)
	add(2, 0x0112)
	add(2, 3)
	add(4, 1)
	add(2, uint32(turned))
	add(2, 0)
	segment := binary.BigEndian.AppendUint16([]byte{0xff, 0xe1}, uint16(len(exif)+2))
	return bytes.Join([][]byte{file[:2], segment, exif, file[2:]}, nil)
}

// corners names the colours of a picture's quarters, from the upper left in rows.
func corners(p image.Image) string {
	name := ""
	for _, at := range []image.Point{{40, 50}, {150, 50}, {40, 190}, {150, 190}} {
		r, g, b, _ := p.At(at.X, at.Y).RGBA()
		switch {
		case r > 0xd000 && g > 0xd000 && b > 0xd000:
			name += "w"
		case r > g && r > b:
			name += "r"
		case g > b:
			name += "g"
		default:
			name += "b"
		}
	}
	return name
}

func TestAPortraitStandsUpright(t *testing.T) {
	plain := asJPEG(t, quarters(800, 600))
	for turned, want := range map[byte]string{1: "rgbw", 2: "grwb", 3: "wbgr", 4: "bwrg", 5: "rbgw", 6: "brwg", 7: "wgbr", 8: "gwrb", 0: "rgbw", 9: "rgbw"} {
		for _, order := range []binary.ByteOrder{binary.LittleEndian, binary.BigEndian} {
			portrait, err := Portrait(bytes.NewReader(held(plain, turned, order)))
			if err != nil {
				t.Fatal(err)
			}
			p, err := jpeg.Decode(bytes.NewReader(portrait))
			if err != nil {
				t.Fatal(err)
			}
			if got := corners(p); got != want || p.Bounds() != image.Rect(0, 0, photoWidth, photoHeight) {
				t.Errorf("held as %d (%v): %s of %v, want %s", turned, order, got, p.Bounds(), want)
			}
			if bytes.Contains(portrait, []byte("Exif")) || bytes.Contains(portrait, []byte("Cam")) {
				t.Errorf("held as %d: words of the camera are left", turned)
			}
		}
	}
}

func TestAPortraitIsCutAroundItsCentreAndSmall(t *testing.T) {
	noise := image.NewRGBA(image.Rect(0, 0, 960, 1200))
	random := rand.New(rand.NewPCG(1, 2))
	for i := range noise.Pix {
		noise.Pix[i] = byte(random.Uint32()) | 0x80
	}
	clear := image.NewNRGBA(image.Rect(0, 0, 300, 300)) // nothing but transparency
	for name, c := range map[string]struct {
		file []byte
		want string // the quarters
	}{
		"a wide JPEG":               {asJPEG(t, quarters(1600, 500)), "rgbw"},
		"a high JPEG":               {asJPEG(t, quarters(300, 3000)), "rgbw"},
		"the smallest":              {asJPEG(t, quarters(96, 120)), "rgbw"},
		"a PNG":                     {asPNG(t, quarters(400, 400)), "rgbw"},
		"a PNG with nothing on it":  {asPNG(t, clear), "wwww"},
		"a picture of noise":        {asPNG(t, noise), ""},
		"a JPEG with a broken EXIF": {held(asJPEG(t, quarters(400, 500)), 6, binary.LittleEndian)[:0], ""},
	} {
		if len(c.file) == 0 {
			c.file = asJPEG(t, quarters(400, 500))
			c.file = bytes.Join([][]byte{c.file[:2], []byte("\xff\xe1\x00\x12Exif\x00\x00II*\x00\xff\xff\xff\xff"), c.file[2:]}, nil)
		}
		portrait, err := Portrait(bytes.NewReader(c.file))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		p, err := jpeg.Decode(bytes.NewReader(portrait))
		if err != nil {
			t.Fatal(err)
		}
		if c.want != "" && corners(p) != c.want {
			t.Errorf("%s: %s, want %s", name, corners(p), c.want)
		}
		if len(portrait) > maxPortrait {
			t.Errorf("%s: %d bytes", name, len(portrait))
		}
		again, err := Portrait(bytes.NewReader(c.file))
		if err != nil || !bytes.Equal(again, portrait) {
			t.Errorf("%s: not the same again: %v", name, err)
		}
	}
}

// declared is the head of a PNG of so many pixels, and no more.
func declared(w, h uint32) []byte {
	head := binary.BigEndian.AppendUint32([]byte("IHDR"), w)
	head = append(binary.BigEndian.AppendUint32(head, h), 8, 6, 0, 0, 0)
	file := binary.BigEndian.AppendUint32([]byte("\x89PNG\r\n\x1a\n"), 13)
	file = append(file, head...)
	return binary.BigEndian.AppendUint32(file, crc32.ChecksumIEEE(head))
}

func TestPicturesThatAreRefused(t *testing.T) {
	good := asJPEG(t, quarters(800, 1000))
	huge := bytes.Clone(good)
	frame := bytes.Index(huge, []byte{0xff, 0xc0})
	copy(huge[frame+5:], []byte{0xff, 0xff, 0xff, 0xff}) // 65,535 each way
	for name, c := range map[string]struct {
		file string
		want error
	}{
		"an empty file":                    {"", ErrNotAPicture},
		"a text":                           {"hello", ErrNotAPicture},
		"a GIF":                            {"GIF89a\x01\x00\x01\x00", ErrNotAPicture},
		"the picture of a new telephone":   {"\x00\x00\x00\x18ftypheic", ErrNotAPicture},
		"a JPEG of its first three bytes":  {"\xff\xd8\xff", ErrBrokenPicture},
		"a JPEG cut off":                   {string(good[:len(good)*2/3]), ErrBrokenPicture},
		"a PNG cut off":                    {string(asPNG(t, quarters(300, 300))[:300]), ErrBrokenPicture},
		"a JPEG that says it is huge":      {string(huge), ErrHugePicture},
		"a PNG that says it is huge":       {string(declared(100_000, 100_000)), ErrHugePicture},
		"a PNG that says it is a line":     {string(declared(2_000_000_000, 1)), ErrHugePicture},
		"a PNG that says more than memory": {string(declared(1<<31-1, 1<<31-1)), nil},
		"a file of 40 MB":                  {"\xff\xd8\xff" + strings.Repeat("\x00", 40<<20), ErrHugePicture},
		"a stamp":                          {string(asJPEG(t, quarters(95, 400))), ErrSmallPicture},
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Portrait(strings.NewReader(c.file))
		runtime.ReadMemStats(&after)
		if err == nil || c.want != nil && !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
		if taken := after.TotalAlloc - before.TotalAlloc; taken > 160<<20 {
			t.Errorf("%s: %d MB of memory", name, taken>>20)
		}
	}
}

func FuzzOrientation(f *testing.F) {
	f.Add(held(asJPEG(f, quarters(96, 120)), 6, binary.BigEndian))
	f.Add([]byte("\xff\xd8\xff\xe1\x00\x10Exif\x00\x00MM\x00*\x00\x00\x00\x08"))
	f.Fuzz(func(t *testing.T, file []byte) {
		if o := orientation(file); o < 1 || o > 8 {
			t.Errorf("held as %d", o)
		}
	})
}
