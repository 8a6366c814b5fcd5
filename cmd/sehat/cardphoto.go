package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/spf13/cobra"

	"sehat/cards/sheet"
	"sehat/records"
	"sehat/records/store"
)

type cardPhotoOptions struct {
	list   string
	remove bool
}

func newCardPhotoCommand(a *app) *cobra.Command {
	var opts cardPhotoOptions
	cmd := &cobra.Command{
		Use:   "photo NUMBER FILE | --list FILE",
		Short: "Take down a photo for a card, one at the counter or many by a list",
		Long: `Photo takes a JPEG or PNG, turns it upright, cuts it to four by five around its centre and
keeps it small, in colour, with nothing of where or when it was taken. At a terminal it says
whose it is and asks before it takes it. The next card of that person shows it: the first
one, or for who has a card the next version ("sehat card correct NUMBER", or for all "sehat
issue --corrected"). Another photo later does the same again. --remove takes it back.

--list takes many: a CSV file with the columns "number" (the card's) or "resident_id", and
"file", named from where the list lies. A row that is wrong is told with its reason, and
the others are taken. Nothing but these two tells whose a photo is: names are shared, and
household keys begin at H1 again in every round and team.

Photos are taken down at the centre, and stay in its store: they are not synced and not in
the QR. They go when their holder withdraws ("sehat card end NUMBER --why withdrawn").`,
		Example: `  sehat card photo 23456 78901 23473 asha.jpg
  sehat card photo --list photos.csv`,
		Args: usage(cobra.ArbitraryArgs),
		RunE: func(cmd *cobra.Command, args []string) error {
			if opts.list != "" {
				if len(args) > 0 || opts.remove {
					return usageError{errors.New("--list names cards and files itself")}
				}
				return runCardPhotos(cmd.Context(), a, opts.list)
			}
			file := ""
			if n := len(args); !opts.remove && n > 0 {
				args, file = args[:n-1], args[n-1]
			}
			if len(args) == 0 {
				return usageError{errors.New("say NUMBER and FILE: whose photo it is, and the JPEG or PNG")}
			}
			n, err := parseNumber(args)
			if err != nil {
				return err
			}
			return runCardPhoto(cmd.Context(), a, n.String(), file)
		},
	}
	cmd.Flags().StringVar(&opts.list, "list", "", "CSV file with the columns number or resident_id, and file")
	cmd.Flags().BoolVar(&opts.remove, "remove", false, "show no photo on the next card")
	return cmd
}

// A photoReport is what came of one photo.
type photoReport struct {
	Number     string `json:"number,omitempty"` // of the card that the person has; none yet where it is empty
	ResidentID string `json:"resident_id"`
	Name       string `json:"name"`
	Bytes      int    `json:"bytes,omitempty"`
	Already    bool   `json:"already,omitempty"` // it was so before
}

// openPhotos opens the centre's store for somebody who takes photos down.
func (a *app) openPhotos(ctx context.Context) (*store.Store, string, error) {
	s, h, err := a.open(ctx)
	if err != nil {
		return nil, "", err
	}
	by := ""
	if err = h.mustBe(records.RoleCentre); err == nil {
		by, err = a.by(ctx, s)
	}
	if err != nil {
		s.Close()
	}
	return s, by, err
}

func runCardPhoto(ctx context.Context, a *app, number, file string) error {
	s, by, err := a.openPhotos(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	var portrait []byte
	if file != "" {
		if portrait, err = readPortrait(file); err != nil {
			return withHint(err, "nothing was taken down")
		}
	}
	holder, err := records.Photographed(ctx, s, number, "")
	if err != nil {
		return photoRefused(err, number)
	}
	report := photoReportOf(holder)
	report.Bytes = len(portrait)
	if file == "" {
		report.Already = holder.Photo == ""
		if !report.Already {
			err = s.DropPhoto(ctx, holder.ID)
		}
		if err != nil {
			return err
		}
		return a.result(report, "%s: the next card shows no photo%s", report.whose(), photoNext(holder, ""))
	}
	if _, ok := a.terminal(); ok {
		if err := a.sure(report.whose(), "Is this who "+file+" shows?"); err != nil {
			return err
		}
	}
	taken, err := records.TakePhoto(ctx, s, holder, portrait, by, records.Stamp(a.now()))
	if err != nil {
		return err
	}
	if report.Already = !taken; report.Already {
		return a.result(report, "%s has this photo already", report.whose())
	}
	if holder, err = records.Photographed(ctx, s, number, ""); err != nil {
		return err
	}
	return a.result(report, "photo of %s taken down%s", report.whose(), photoNext(holder, holder.Photo))
}

func photoReportOf(h records.Holder) photoReport {
	r := photoReport{ResidentID: h.ID, Name: h.FullName}
	if r.Name == "" {
		r.Name = h.FullNameHi
	}
	if h.Card != nil {
		r.Number = h.Card.Number
	}
	return r
}

// whose names the person with the card.
func (r photoReport) whose() string {
	if r.Number == "" {
		return r.Name + ", who has no card yet"
	}
	return fmt.Sprintf("%s, card %s", r.Name, records.Card{Number: r.Number}.Printed())
}

// photoNext says how the photo comes onto a card, or off it.
func photoNext(h records.Holder, photo string) string {
	switch {
	case h.Card == nil:
		return "\n\"sehat issue\" gives the card"
	case h.Card.Shows(photo) && photo == "":
		return "\nthe card shows none"
	case h.Card.Shows(photo):
		return "\nthe card shows it already"
	}
	return fmt.Sprintf("\n\"sehat card correct %s\" gives the next version of the card", h.Card.Number)
}

// photoRefused says why nobody's photo was taken.
func photoRefused(err error, number string) error {
	switch {
	case errors.Is(err, records.ErrNotFound):
		return withHint(fmt.Errorf("card %s is not in the register", records.Card{Number: number}.Printed()),
			"the number is well formed: it may have been issued by a laptop that was not synced yet")
	case errors.Is(err, records.ErrLeft):
		return fmt.Errorf("card %s: %w: no card will show a photo", records.Card{Number: number}.Printed(), err)
	}
	return err
}

// readPortrait makes a file into what a card shows.
func readPortrait(path string) ([]byte, error) {
	f, err := os.Open(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%s: there is no such file", path)
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	portrait, err := sheet.Portrait(f)
	if errors.Is(err, sheet.ErrNotAPicture) {
		return nil, fmt.Errorf("%s %w: let the camera or the telephone save it as JPEG", path, err)
	}
	if err != nil {
		return nil, fmt.Errorf("%s %w", path, err)
	}
	return portrait, nil
}
