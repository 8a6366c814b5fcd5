package sheet

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	"image/draw"
	"image/jpeg"
	"image/png"
	"io"

	xdraw "golang.org/x/image/draw"
)

// The size of a photo as it is kept, in pixels: four to five, and 320 dots an inch where the card face that sehat comes with shows it.
const (
	photoWidth  = 192
	photoHeight = 240
)

const (
	maxPhotoFile   = 32 << 20   // what a camera writes
	maxPhotoPixels = 25_000_000 // 24 megapixels and a little; the worst kind of JPEG takes 15 bytes of memory a pixel
	maxPortrait    = 10 << 10   // bytes, as kept
)

// What a picture can be refused for. Each is a sentence about "the picture".
var (
	ErrNotAPicture   = errors.New("is no JPEG or PNG picture")
	ErrBrokenPicture = errors.New("is cut off or damaged")
	ErrHugePicture   = errors.New("is too large")
	ErrSmallPicture  = errors.New("is too small to know a face by")
)

// Portrait makes a picture into what cards show: upright as the camera was held, cut to four by five around its centre, of 192 × 240 pixels, a
// JPEG in colour of 12 KB at most, with no word left of who took it, when and where. It takes JPEG and PNG of at most 32 MB and 25
// megapixels, in some 400 MB of memory at the very worst and 60 for a usual photo of 12; errors are ErrNotAPicture and its like.
// The same picture gives the same bytes from the same version of sehat.
func Portrait(r io.Reader) ([]byte, error) {
	file, err := io.ReadAll(io.LimitReader(r, maxPhotoFile+1))
	if err != nil {
		return nil, err
	}
	if len(file) > maxPhotoFile {
		return nil, fmt.Errorf("%w: more than %d MB", ErrHugePicture, maxPhotoFile>>20)
	}
	measure, read, turned := jpeg.DecodeConfig, jpeg.Decode, orientation(file)
	switch {
	case bytes.HasPrefix(file, []byte("\xff\xd8\xff")):
	case bytes.HasPrefix(file, []byte("\x89PNG\r\n\x1a\n")):
		measure, read = png.DecodeConfig, png.Decode
	default:
		return nil, ErrNotAPicture
	}
	size, err := measure(bytes.NewReader(file))
	if err != nil {
		return nil, ErrBrokenPicture
	}
	part := centre(size.Width, size.Height, turned >= 5)
	switch {
	case size.Width*size.Height > maxPhotoPixels: // each is below 2^16 in a JPEG and 2^31 in a PNG
		return nil, fmt.Errorf("%w: %d × %d pixels, and at most %d million are taken", ErrHugePicture, size.Width, size.Height, maxPhotoPixels/1_000_000)
	case min(part.Dx(), part.Dy()) < photoWidth/2:
		return nil, fmt.Errorf("%w: %d × %d pixels, and the face needs %d × %d", ErrSmallPicture, size.Width, size.Height, photoWidth/2, photoHeight/2)
	}
	whole, err := read(bytes.NewReader(file))
	if err != nil {
		return nil, ErrBrokenPicture
	}
	return pressed(upright(reduced(whole, part, turned >= 5), turned))
}

// centre is the largest part of a picture around its centre that is four wide to five high, or five to four if it lies.
func centre(width, height int, lies bool) image.Rectangle {
	across, down := photoWidth, photoHeight
	if lies {
		across, down = down, across
	}
	w, h := width, width*down/across
	if h > height {
		w, h = height*across/down, height
	}
	return image.Rect(0, 0, w, h).Add(image.Pt((width-w)/2, (height-h)/2))
}

// reduced is that part of a picture in the size in which it is kept, on white.
func reduced(whole image.Image, part image.Rectangle, lies bool) *image.RGBA {
	small := image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight))
	if lies {
		small = image.NewRGBA(image.Rect(0, 0, photoHeight, photoWidth))
	}
	draw.Draw(small, small.Rect, image.White, image.Point{}, draw.Src)
	xdraw.CatmullRom.Scale(small, small.Rect, whole, part.Add(whole.Bounds().Min), draw.Over, nil)
	return small
}

// upright turns a picture as its orientation says (EXIF 2.32, 4.6.4).
func upright(lying *image.RGBA, turned int) *image.RGBA {
	w, h := lying.Rect.Dx()-1, lying.Rect.Dy()-1
	var from func(x, y int) (int, int)
	switch turned {
	case 2:
		from = func(x, y int) (int, int) { return w - x, y }
	case 3:
		from = func(x, y int) (int, int) { return w - x, h - y }
	case 4:
		from = func(x, y int) (int, int) { return x, h - y }
	case 5:
		from = func(x, y int) (int, int) { return y, x }
	case 6:
		from = func(x, y int) (int, int) { return y, h - x }
	case 7:
		from = func(x, y int) (int, int) { return w - y, h - x }
	case 8:
		from = func(x, y int) (int, int) { return w - y, x }
	default:
		return lying
	}
	out := image.NewRGBA(image.Rect(0, 0, photoWidth, photoHeight))
	for y := range photoHeight {
		for x := range photoWidth {
			out.SetRGBA(x, y, lying.RGBAAt(from(x, y)))
		}
	}
	return out
}

// pressed is a picture as a JPEG that is small enough.
func pressed(picture *image.RGBA) ([]byte, error) {
	var out bytes.Buffer
	for quality := 85; ; quality -= 5 {
		out.Reset()
		if err := jpeg.Encode(&out, picture, &jpeg.Options{Quality: quality}); err != nil {
			return nil, err
		}
		if out.Len() <= maxPortrait || quality <= 5 {
			return out.Bytes(), nil
		}
	}
}
