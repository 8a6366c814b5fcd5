package main

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"sehat/cards"
	"sehat/cards/sheet"
	"sehat/records"
	"sehat/records/store"
)

// Words that name printed cards on a command line, as they stand on the cards: a print batch, then sheets and slots in it; or
// numbers. All of it may be one word or several.
var (
	batchWord = regexp.MustCompile(`^\d{8}-[a-z0-9]{4}$`)
	slotWord  = regexp.MustCompile(`^[Ss]?(\d{1,5})(?:-(\d{1,2}))?$`)
	groupWord = regexp.MustCompile(`^\d{5}$`)
)

// placesHelp says in a command's help how cards are named.
const placesHelp = `Cards are named as they are marked: the print batch, then S3 for sheet 3, S3-07 for slot 7 on
it (0003-07, as it stands on the card, is the same), S3..S5 or S3-01..S3-04 for all between;
or by their numbers.`

// A placement reads the words that name printed cards.
type placement struct {
	store  *store.Store
	batch  records.PrintBatch // named last; its ID is empty before the first
	places int                // named in it
	events []records.PrintEvent
}

// placed returns an event for each card that words name, without saying what happened. A print batch without sheets and slots
// stands for all its cards.
func placed(ctx context.Context, s *store.Store, args []string) ([]records.PrintEvent, error) {
	p := placement{store: s}
	words := strings.Fields(strings.Join(args, " "))
	for i := 0; i < len(words); i++ {
		w := words[i]
		var err error
		switch {
		case batchWord.MatchString(strings.ToLower(w)):
			err = p.begin(ctx, strings.ToLower(w))
		case i+2 < len(words) && groupWord.MatchString(w) && groupWord.MatchString(words[i+1]) && groupWord.MatchString(words[i+2]):
			err = p.number(w + words[i+1] + words[i+2])
			i += 2
		case len(w) >= 11 && strings.Trim(w, "0123456789") == "":
			err = p.number(w)
		default:
			err = p.slots(w)
		}
		if err != nil {
			return nil, err
		}
	}
	p.whole()
	return p.events, nil
}

// begin goes on with another print batch.
func (p *placement) begin(ctx context.Context, id string) error {
	p.whole()
	var err error
	p.places = 0
	p.batch, err = p.store.PrintBatch(ctx, id)
	if errors.Is(err, records.ErrNotFound) {
		return withHint(fmt.Errorf("print batch %s is not in the register", id), `"sehat print list" names them; a print centre tells of a job's sheets with "sehat print report %s --spoiled SHEET-SLOT=WHY"`, id)
	}
	return err
}

// whole names all cards of the batch that was named last, if nothing else was named in it.
func (p *placement) whole() {
	if p.batch.ID != "" && p.places == 0 {
		p.events = append(p.events, records.PrintEvent{Batch: p.batch.ID})
	}
}

func (p *placement) number(text string) error {
	n, err := cards.ParseNumber(text)
	if err != nil {
		return usageError{err}
	}
	p.places++
	p.events = append(p.events, records.PrintEvent{Batch: p.batch.ID, Number: n.String()})
	return nil
}

// slots names the slots of a word such as S3, S3-07 or S3..S5.
func (p *placement) slots(word string) error {
	from, to, ranged := strings.Cut(word, "..")
	if !ranged {
		to = from
	}
	if slotWord.FindString(from) == "" || slotWord.FindString(to) == "" {
		return usageError{fmt.Errorf("%q names no card: give a print batch with sheets (S3) or slots (S3-07), or a card's number", word)}
	}
	if p.batch.ID == "" {
		return usageError{fmt.Errorf("%q is a place in a print batch: name the batch before it, as on the card", word)}
	}
	layout, err := sheet.LayoutNamed(p.batch.Layout)
	if err != nil {
		return err
	}
	first, _ := positions(from, layout.PerSheet())
	_, last := positions(to, layout.PerSheet())
	if n := len(p.batch.Slots); last > n && first <= n && (last-1)/layout.PerSheet() == (n-1)/layout.PerSheet() && !strings.Contains(to, "-") {
		last = n // the last sheet is not full
	}
	if first == 0 || last == 0 {
		return usageError{fmt.Errorf("%q: a sheet of print batch %s has slots 1 to %d", word, p.batch.ID, layout.PerSheet())}
	}
	if first < 1 || last > len(p.batch.Slots) || first > last {
		return usageError{fmt.Errorf("%q is not in print batch %s: it ends with %s", word, p.batch.ID, place(layout, len(p.batch.Slots)))}
	}
	for at := first; at <= last; at++ {
		p.places++
		p.events = append(p.events, records.PrintEvent{Batch: p.batch.ID, Position: at})
	}
	return nil
}

// positions returns the first and the last position of a sheet, or twice that of a slot; zeros where there is no such slot.
func positions(word string, perSheet int) (first, last int) {
	part := slotWord.FindStringSubmatch(word)
	number, _ := strconv.Atoi(part[1]) //nolint:errcheck // digits
	if part[2] == "" {
		return (number-1)*perSheet + 1, number * perSheet
	}
	slot, _ := strconv.Atoi(part[2]) //nolint:errcheck // digits
	if slot < 1 || slot > perSheet {
		return 0, 0
	}
	return (number-1)*perSheet + slot, (number-1)*perSheet + slot
}

// place writes a position as it stands on the card: sheet and slot.
func place(l sheet.Layout, position int) string {
	if position < 1 {
		return ""
	}
	return fmt.Sprintf("%04d-%02d", (position-1)/l.PerSheet()+1, (position-1)%l.PerSheet()+1)
}

// places writes positions of several batches.
type places struct {
	store   *store.Store
	layouts map[string]sheet.Layout
}

func newPlaces(s *store.Store) places { return places{s, map[string]sheet.Layout{}} }

// of writes a card's place with its batch, or nothing where it has none.
func (p places) of(ctx context.Context, batch string, position int) string {
	if batch == "" || position < 1 {
		return ""
	}
	layout, ok := p.layouts[batch]
	if !ok {
		if b, err := p.store.PrintBatch(ctx, batch); err == nil {
			layout, _ = sheet.LayoutNamed(b.Layout) //nolint:errcheck // the first layout stands for one that is not known here
		}
		if layout.Columns == 0 {
			layout = sheet.Layouts()[0]
		}
		p.layouts[batch] = layout
	}
	return batch + " " + place(layout, position)
}
