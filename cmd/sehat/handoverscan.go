package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"

	"github.com/mattn/go-isatty"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
)

// A scanLine is what is answered to one scan.
type scanLine struct {
	Word    string `json:"word"` // ok, again, or why not, in a word or two
	Number  string `json:"number,omitempty"`
	Version int    `json:"version,omitempty"`
	Name    string `json:"name,omitempty"`
	Why     string `json:"why,omitempty"`
}

// A scanReport sums a session up.
type scanReport struct {
	Event   string `json:"event"`
	Scans   int    `json:"scans"` // = the three below
	Applied int    `json:"applied"`
	Already int    `json:"already"`
	Refused int    `json:"refused"`
}

// A scanner answers a hand scanner, which types what it reads, and Enter.
type scanner struct {
	*app
	store    *store.Store
	verifier *cards.Verifier // nil where no key list is known
	told     records.PrintEvent
	atCentre bool
	report   scanReport
}

// runScan takes scans until the input ends. Each is on the disk before it is answered.
func runScan(ctx context.Context, a *app, s *store.Store, h home, told records.PrintEvent) error {
	by, err := a.by(ctx, s)
	if err != nil {
		return err
	}
	told.By = by
	sc := scanner{app: a, store: s, told: told, atCentre: h.Role == records.RoleCentre, report: scanReport{Event: told.Event}}
	if trust, err := a.pinnedTrust(); err == nil {
		sc.verifier = cards.NewVerifier(trust, a.now)
	}
	sc.greet()
	in := bufio.NewScanner(a.stdin)
	for in.Scan() {
		if err := ctx.Err(); err != nil {
			return err
		}
		text := strings.TrimSpace(in.Text())
		switch {
		case text == "":
			continue
		case sc.take(text):
			continue
		}
		line, err := sc.scan(ctx, text)
		if err != nil {
			return err
		}
		if err := sc.answer(line); err != nil {
			return err
		}
	}
	if err := in.Err(); err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the scanner: %w", err)
	}
	r := sc.report
	if err := a.result(r, "%s: %d taken down, %d again, %d not taken", count(r.Scans, "scan"), r.Applied, r.Already, r.Refused); err != nil {
		return err
	}
	if r.Refused > 0 {
		return needsPerson{count(r.Refused, "scan") + " not taken down", "lay these cards aside; see each with \"sehat card show NUMBER\""}
	}
	return nil
}

// greet says how to go on, to somebody at a terminal.
func (sc *scanner) greet() {
	if f, ok := sc.stdin.(*os.File); !ok || !isatty.IsTerminal(f.Fd()) {
		return
	}
	sc.say("scan one card after the other; every answer is on the disk already. Ctrl-D ends (on Windows Ctrl-Z, Enter)")
	if sc.told.Event == records.CardHandedOver {
		sc.say(`who takes the cards that follow: "to wife", "to neighbour Ram Lal", "to self"`)
	}
}

// take understands "to RELATION NAME": who takes the cards that follow.
func (sc *scanner) take(text string) bool {
	words := strings.Fields(text)
	if sc.told.Event != records.CardHandedOver || len(words) < 2 || !strings.EqualFold(words[0], "to") {
		return false
	}
	sc.told.Relation, sc.told.To = strings.ToLower(words[1]), strings.Join(words[2:], " ")
	if !sc.json {
		fmt.Fprintf(sc.stdout, "the cards that follow: to %s\n", strings.Join(words[1:], " "))
	}
	return true
}

// scan takes one card down.
func (sc *scanner) scan(ctx context.Context, text string) (scanLine, error) {
	sc.report.Scans++
	e := sc.told
	if e.At == "" {
		e.At = records.Stamp(sc.now())
	}
	var line scanLine
	var hash string
	n, bad := cards.ParseNumber(text)
	switch {
	case bad == nil:
		e.Number, line.Number = n.String(), n.String()
	case errors.Is(bad, cards.ErrCheckDigits):
		line.Word, line.Why = "unreadable", bad.Error()
		sc.report.Refused++
		return line, nil
	default:
		if hash = sc.read(text, &e, &line); line.Word != "" {
			sc.report.Refused++
			return line, nil
		}
	}
	known, err := sc.store.Cards(ctx, e.Number)
	if err != nil && !errors.Is(err, records.ErrNotFound) {
		return line, err
	}
	for _, c := range known {
		if line.Name == "" {
			line.Name = nameOn(c)
		}
		if e.Genuine && c.Version == e.Version && c.CredentialHash != hash {
			line.Word, line.Why = "unknown", "the register has another document of this number"
			sc.report.Refused++
			return line, nil
		}
	}
	out, err := records.ApplyPrintEvents(ctx, sc.store, []records.PrintEvent{e})
	if err != nil {
		return line, err
	}
	answer := out.Answers[0]
	sc.report.Applied += out.Applied
	sc.report.Already += out.Already
	sc.report.Refused += out.Refused
	line.Version, line.Word, line.Why = answer.Version, scanWord(answer), answer.Why
	if answer.How == records.PrintUnknown && !e.Genuine && !sc.atCentre {
		line.Why = "this laptop does not know the card: scan its QR"
	}
	return line, nil
}

// read reads a QR text into the event and returns its credential's hash. If the card is not to be given to anybody, the line says so.
func (sc *scanner) read(text string, e *records.PrintEvent, line *scanLine) (hash string) {
	switch {
	case len(text) < shortestQR:
		line.Word, line.Why = "unreadable", "this is neither a card's QR nor its number: scan it again"
		return ""
	case sc.verifier == nil:
		line.Word, line.Why = "unknown", "no keys to verify with are known here: scan the bar code on the back"
		return ""
	}
	found, err := sc.verifier.Verify(strings.ToUpper(text))
	if found.Hash != "" {
		c := found.Credential
		e.Number, e.Version, e.Genuine = c.Number.String(), c.Version, true
		line.Number, line.Version, line.Name = e.Number, c.Version, c.Name
	}
	switch {
	case err == nil, sc.told.Event == records.CardReturned && found.Hash != "": // whatever is wrong with it, it came back
	case errors.Is(err, cards.ErrRevoked):
		line.Word, line.Why = "revoked", err.Error()
	case errors.Is(err, cards.ErrExpired):
		line.Word, line.Why = "expired", err.Error()
	default:
		line.Word, line.Why = "not genuine", err.Error()
	}
	return found.Hash
}

// shortestQR is shorter than the text of any card's QR, and longer than the other bar codes that lie about.
const shortestQR = 40

// scanWord answers in a word or two.
func scanWord(a records.PrintAnswer) string {
	switch a.How {
	case records.PrintApplied:
		return "ok"
	case records.PrintAlready, records.PrintInHand:
		return "again"
	case records.PrintNotThere:
		return "not yours"
	case records.PrintEnded:
		return a.State
	case records.PrintTooEarly:
		return "clock"
	case records.PrintNotPrinted:
		return "not printed"
	}
	return string(a.How)
}

// answer prints the answer to a scan; at a terminal the bell rings where the card is to be laid aside.
func (sc *scanner) answer(line scanLine) error {
	if sc.json {
		return sc.result(line, "")
	}
	bell := ""
	if f, ok := sc.stdout.(*os.File); ok && line.Word != "ok" && isatty.IsTerminal(f.Fd()) {
		bell = "\a"
	}
	text := fmt.Sprintf("%s%-11s %s  %s", bell, line.Word, records.Card{Number: line.Number}.Printed(), line.Name)
	if line.Why != "" {
		text = strings.TrimRight(text, " ") + "  (" + line.Why + ")"
	}
	return sc.result(nil, "%s", strings.TrimRight(text, " "))
}

// nameOn is the name that a card prints.
func nameOn(c records.Card) string {
	var f cards.Face
	if json.Unmarshal(c.Face, &f) != nil {
		return ""
	}
	return f.Name
}
