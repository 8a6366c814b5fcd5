package main

import (
	"fmt"
	"image"
	"image/color"
	"image/jpeg"
	"image/png"
	"os"
	"path/filepath"

	"github.com/rogpeppe/go-internal/testscript"
)

// scriptPicture makes a picture of a colour that depends on the name of its file.
func scriptPicture(ts *testscript.TestScript, _ bool, args []string) {
	var w, h int
	_, err := fmt.Sscanf(args[1], "%dx%d", &w, &h)
	ts.Check(err)
	shade := color.RGBA{40, 90, 140, 255}
	for _, c := range []byte(args[0]) {
		shade.R += c
	}
	picture := image.NewRGBA(image.Rect(0, 0, w, h))
	for y := range h {
		for x := range w {
			picture.SetRGBA(x, y, shade)
		}
	}
	f, err := os.Create(ts.MkAbs(args[0]))
	ts.Check(err)
	if filepath.Ext(args[0]) == ".png" {
		ts.Check(png.Encode(f, picture))
	} else {
		ts.Check(jpeg.Encode(f, picture, nil))
	}
	ts.Check(f.Close())
}
