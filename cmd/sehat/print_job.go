package main

import (
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"path/filepath"

	"sehat/cards"
	"sehat/cards/sheet"
	"sehat/records"
	batchsync "sehat/sync"
)

// A sealReport is what sealing a job came to.
type sealReport struct {
	Batch string `json:"print_batch"`
	Cards int    `json:"cards"`
	File  string `json:"file"`
	For   string `json:"for"` // the print centre's name
}

// runSealJob seals the next print batch, or a named one, to a print centre.
func runSealJob(ctx context.Context, a *app, opts printOptions) error {
	s, h, key, err := a.openAs(ctx, records.RoleCentre)
	if err != nil {
		return err
	}
	defer s.Close()
	press, err := h.enrolled(opts.press)
	if err != nil {
		return err
	}
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	batch, err := batchToPrint(ctx, a, s, h, opts, by, func(b records.PrintBatch) ([]byte, error) {
		if _, err := os.Stat(opts.job); err == nil {
			return nil, withHint(fmt.Errorf("%s is there already, and would be lost", opts.job), "name another file, or remove it if it came to the print centre")
		}
		return jobHeader(b, press, key)
	})
	if errors.Is(err, records.ErrNothingToPrint) {
		return a.result(sealReport{}, "nothing to print: no card that was issued here waits")
	}
	if err != nil {
		return err
	}
	header, _, err := sheet.OpenJobHeader(batch.Job, ownKey(key))
	if err != nil {
		return fmt.Errorf("print batch %s: %w", batch.ID, err)
	}
	if header.For != cards.NewKeyID(press.PublicKey) {
		return withHint(fmt.Errorf("print batch %s is sealed to another print centre: sealed to two, its cards would be printed twice", batch.ID), "name the request of that one with --for")
	}
	if err := removeUnfinished(opts.job); err != nil {
		return err
	}
	face, err := faceOfBatch(batch)
	if err != nil {
		return err
	}
	pace := a.pace("sealing card", header.Cards)
	defer pace.end()
	err = writeStream(opts.job, func(w io.Writer) error {
		return sheet.SealJob(w, key, press.Recipient, batch.Job, fitting(faces(ctx, s, face, s.BatchCards(ctx, batch.ID)), face, pace))
	})
	if misfit := new(sheet.OverflowError); errors.As(err, &misfit) {
		return dropMisfits(ctx, a, s, batch, by, err)
	}
	if err != nil {
		return err
	}
	if err := records.SealedPrintBatch(ctx, s, batch, by, press.Name, a.now()); err != nil {
		return err
	}
	return a.result(sealReport{batch.ID, header.Cards, opts.job, press.Name},
		"print batch %s: %s sealed to %s\nwrote %s: take it there, and let them run \"sehat print %s\"", batch.ID, count(header.Cards, "card"), press.Name, opts.job, filepath.Base(opts.job))
}

// jobHeader says what the job of a batch is, signed.
func jobHeader(b records.PrintBatch, press batchsync.Request, key ed25519.PrivateKey) ([]byte, error) {
	made, err := records.ParseStamp(b.MadeAt)
	if err != nil {
		return nil, fmt.Errorf("print batch %s: %w", b.ID, err)
	}
	envelope, _, err := sheet.JobHeader{
		Batch: b.ID, Layout: b.Layout, Made: made, For: cards.NewKeyID(press.PublicKey), Cards: len(b.Slots),
		FaceFile: []byte(b.Face), MadeWith: version,
	}.Sign(key)
	return envelope, err
}

// ownKey finds the centre's own key.
func ownKey(key ed25519.PrivateKey) func(cards.KeyID) (ed25519.PublicKey, error) {
	return func(cards.KeyID) (ed25519.PublicKey, error) { return publicOf(key), nil }
}

// enrolled reads the enrolment request of a device and sees that it is enrolled here.
func (h home) enrolled(path string) (batchsync.Request, error) {
	file, err := readSmall(path)
	if err != nil {
		return batchsync.Request{}, err
	}
	r, err := batchsync.OpenRequest(file)
	if err != nil {
		return r, withHint(fmt.Errorf("%s: %w", path, err), `--for names the file that the print centre wrote with "sehat sync enrol --request FILE"`)
	}
	trust, err := h.trust()
	if err != nil {
		return r, err
	}
	entry, ok := trust.Keys.Find(cards.NewKeyID(r.PublicKey))
	switch {
	case !ok || entry.DeviceID != r.DeviceID:
		return r, withHint(fmt.Errorf("%s: %s is not enrolled here", path, r.Name), `enrol it first: sehat sync enrol --approve %s --out GRANT --quota 1`, path)
	case entry.Status != cards.KeyActive:
		return r, fmt.Errorf("%s: the key of %s is marked %s", path, r.Name, entry.Status)
	case r.Recipient == "":
		return r, withHint(fmt.Errorf("%s: the request names no key to seal a job to", path), `an older version wrote it; let the print centre write it again: sehat sync enrol --request FILE`)
	}
	return r, nil
}

// fitting passes faces on that can be printed whole, and ends with those that cannot: a print centre could not correct them.
func fitting(list iter.Seq2[cards.Face, error], face *sheet.Design, pace *pace) iter.Seq2[cards.Face, error] {
	return func(yield func(cards.Face, error) bool) {
		fitter, err := sheet.NewFitter(face)
		if err != nil {
			yield(cards.Face{}, err)
			return
		}
		var misfits []sheet.Misfit
		done := 0
		for f, err := range list {
			if err == nil {
				if misfit := new(sheet.OverflowError); errors.As(fitter.Fits(f), &misfit) {
					misfits = append(misfits, misfit.Misfits...)
				}
				done++
				pace.at(done, 0)
			}
			if len(misfits) == 0 && !yield(f, err) || err != nil {
				return
			}
		}
		if len(misfits) > 0 {
			yield(cards.Face{}, &sheet.OverflowError{Misfits: misfits})
		}
	}
}

// runPrintJob makes the sheets of a sealed job at the print centre. What it holds goes nowhere but into the sheets.
func runPrintJob(ctx context.Context, a *app, path, dir string) error {
	s, h, err := a.open(ctx) // for its operators; there is no register
	if err != nil {
		return err
	}
	defer s.Close()
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	job, err := h.openJob(path)
	if err != nil {
		return err
	}
	defer job.close()
	if job.Header.MadeWith != version {
		a.say("the centre has version %s and this is %s: the sheets may differ from the centre's own, and are as good", job.Header.MadeWith, version)
	}
	var design *sheet.Design
	if len(job.Header.FaceFile) > 0 {
		if design, err = sheet.ParseDesign(job.Header.FaceFile); err != nil {
			return withHint(err, "the centre's version of sehat may be newer: install it here, too")
		}
	}
	if dir == "" {
		dir = h.path("print", job.Header.Batch)
	}
	manifest, err := a.makeFiles(ctx, dir, job.Header.Cards, sheet.Job{
		Batch: job.Header.Batch, Layout: job.Header.Layout, Design: design, Made: job.Header.Made, Faces: job.Faces(),
	})
	if misfit := new(sheet.OverflowError); errors.As(err, &misfit) {
		return withHint(err, "nothing can be printed of this job: tell the centre which cards these are; it seals a new one without them")
	}
	if err != nil {
		return err
	}
	if err := beginReport(dir, job, manifest, sheet.Report{Made: a.now().UTC(), By: by}); err != nil {
		return err
	}
	made := records.PrintBatchEvent{BatchID: job.Header.Batch, By: by, At: records.Stamp(a.now())}
	used, err := s.UsePrintStock(ctx, made, job.Header.Layout, job.Header.Cards)
	if err == nil && used {
		err = warnOfStock(ctx, a, s, h, job.Header.Layout)
	}
	if err != nil {
		return err
	}
	report := madeReport(manifest, dir)
	return a.result(report, "%s\nafter the press: sehat print report %s --spoiled SHEET-SLOT=WHY --dispatched COURIER --out FILE", report.text(), report.Batch)
}

// openedJob is a sealed job and the file that it is read from.
type openedJob struct {
	*sheet.SealedJob
	close func() error
}

// openJob opens a job that the centre sealed to this home.
func (h home) openJob(path string) (openedJob, error) {
	trust, err := h.trust()
	if err != nil {
		return openedJob{}, err
	}
	own, err := h.signingKey()
	if err != nil {
		return openedJob{}, err
	}
	box, err := h.mailKey(false)
	if err != nil {
		return openedJob{}, err
	}
	f, err := os.Open(path)
	if err != nil {
		return openedJob{}, err
	}
	job, err := sheet.OpenJob(f, box.String(), cards.NewKeyID(publicOf(own)), keyOfKind(trust, cards.CentreKey))
	if err == nil {
		return openedJob{job, f.Close}, nil
	}
	err = errors.Join(fmt.Errorf("%s: %w", path, err), f.Close())
	switch {
	case errors.Is(err, sheet.ErrOtherKey):
		err = withHint(err, "the centre seals it to this one with --for and the request that was written here")
	case errors.Is(err, cards.ErrUnknownKey):
		err = withHint(err, `the centre may have a new key: fetch its lists with "sehat sync pull"`)
	}
	return openedJob{}, err
}

// keyOfKind finds keys of one kind in the key list that are not lost.
func keyOfKind(trust *cards.Trust, kind cards.KeyKind) func(cards.KeyID) (ed25519.PublicKey, error) {
	return func(id cards.KeyID) (ed25519.PublicKey, error) {
		k, ok := trust.Keys.Find(id)
		switch {
		case !ok:
			return nil, cards.ErrUnknownKey
		case k.Kind != kind:
			return nil, cards.ErrNotAllowed
		case k.Status == cards.KeyLost:
			return nil, cards.ErrKeyLost
		}
		return k.PublicKey, nil
	}
}
