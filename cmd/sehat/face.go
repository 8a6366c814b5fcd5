package main

import (
	"errors"
	"fmt"
	"io"
	"os"

	"sehat/cards/sheet"
	"sehat/records"
)

// faceName is the file of a home that replaces the card face sehat comes with.
const faceName = "face.json"

// maxFace bounds a card face file: one with a large logo is some 100 KB.
const maxFace = 1 << 20

// faceFor reads the face of something other than cards: the home's own NAME.json, else the one that sehat comes with.
func (h home) faceFor(name string) (*sheet.Design, error) {
	path := h.path(name + ".json")
	if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
		return sheet.DesignNamed(name)
	}
	return h.face(path)
}

// face reads the card face to print with: a named file, else the home's own, else the one that sehat comes with. It is checked as
// far as it can be without a card.
func (h home) face(path string) (*sheet.Design, error) {
	if path == "" {
		path = h.path(faceName)
		if _, err := os.Stat(path); errors.Is(err, os.ErrNotExist) {
			return sheet.DefaultDesign()
		}
	}
	face, err := readFace(path)
	if err != nil {
		return nil, withHint(fmt.Errorf("%s: %w", path, err), `"sehat template face" writes one to start from; templates/cards/README.md tells every word`)
	}
	return face, nil
}

func readFace(path string) (*sheet.Design, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("reading the card face: %w", errors.Unwrap(err))
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxFace+1))
	if err != nil {
		return nil, fmt.Errorf("reading the card face: %w", err)
	}
	if len(data) > maxFace {
		return nil, fmt.Errorf("larger than %d KB: not a card face", maxFace>>10)
	}
	face, err := sheet.ParseDesign(data)
	if err != nil {
		return nil, err
	}
	return face, face.Check()
}

// faceOfBatch returns the card face that a print batch was begun with.
func faceOfBatch(b records.PrintBatch) (*sheet.Design, error) {
	if b.Face == "" {
		return sheet.DefaultDesign()
	}
	face, err := sheet.ParseDesign([]byte(b.Face))
	if err != nil {
		return nil, fmt.Errorf("print batch %s: %w", b.ID, err)
	}
	return face, nil
}

// runTemplateFace writes a card face file to change.
func runTemplateFace(a *app, opts templateOptions) error {
	face, err := sheet.DesignNamed(opts.from)
	if err != nil {
		return usageError{err}
	}
	if opts.out == "-" {
		_, err := a.stdout.Write(face.Source())
		return err
	}
	if opts.out == "" {
		opts.out = faceName
	}
	if _, err := os.Stat(opts.out); err == nil {
		return withHint(fmt.Errorf("%s is there already, and may be changed", opts.out), "name another file with --out, or remove that one")
	}
	if err := writeFile(opts.out, face.Source()); err != nil {
		return err
	}
	return a.result(templateReport{File: opts.out, Kind: opts.kind}, "%s is ready to be changed; look at it with: sehat print --preview --face %s", opts.out, opts.out)
}
