package main

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"github.com/xuri/excelize/v2"

	"sehat/cards"
	"sehat/records"
	"sehat/records/store"
	"sehat/records/store/storetest"
)

// TestScripts runs the scripts under testdata/script. Beside what testscript knows there are
//
//	status N COMMAND …   the command ends with exit status N; stdout and stderr look at what it printed
//	postgres             sets $PG to the URL of an empty PostgreSQL database, or skips the script
//	qr HOME FILE [NAME]  writes the QR text of a home's first card, or of NAME's, to a file
//	number HOME [NAME]   sets $NUMBER to the card number of the first resident, or of the first whose name begins so
//	encrypted FILE       makes a workbook that asks for a password
//	emptysheet FILE      makes a workbook of our form without a row
//	numbers HOME         sets $CARD1, $CARD2, … to the numbers of a home's cards, in the order of resident ids
//	pending HOME         sets $PENDING1, … to the ids of what waits for a second person, oldest first
//	reprint DIR OTHER    makes the print batch in DIR, $BATCH, again in OTHER and compares the files
//	newer STORE          makes a store one that a newer version of sehat wrote
//	batchid HOME NAME    sets $NAME to the id of a home's first print batch
//	tamper FILE COPY     copies a signed file with one name in it changed
//	decide HOME --take   decides the first open conflict of a home's store
//	doubtful HOME A B …  makes each two names a pair in doubt, $PAIR1, $PAIR2, …
//	fill BOOK B2=same …  writes into cells of a workbook to fill
//	piles HOME           sets $BATCH1, $BATCH2, … to a home's print batches, $C1, $C2, … to the first one's numbers, $Q1, … to their QRs
//	lines FILE A B …     writes a file of these lines
//	picture FILE 300x400 makes a JPEG or PNG of so many pixels, which FILE's name tells from others
//	spent HOME NAME      makes an operator one who ended as many cards today as one person may
//	cutoff HOME NUMBER   retires a card as a command does that is cut off before it signs the revocation list
func TestScripts(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:   "testdata/script",
		Setup: setupScript,
		Cmds: map[string]func(ts *testscript.TestScript, neg bool, args []string){
			"status":     scriptStatus,
			"postgres":   scriptPostgres,
			"qr":         scriptQR,
			"number":     scriptNumber,
			"encrypted":  scriptEncrypted,
			"emptysheet": scriptEmptySheet,
			"newer":      scriptNewer,
			"numbers":    scriptNumbers,
			"pending":    scriptPending,
			"reprint":    scriptReprint,
			"batchid":    scriptBatchID,
			"tamper":     scriptTamper,
			"decide":     scriptDecide,
			"doubtful":   scriptDoubtful,
			"fill":       scriptFill,
			"piles":      scriptPiles,
			"lines":      scriptLines,
			"picture":    scriptPicture,
			"cutoff":     scriptCutOff,
			"spent":      scriptSpent,
		},
	})
}

func setupScript(env *testscript.Env) error {
	env.Setenv("SEHAT_PASSPHRASE", "correct horse battery")
	env.Setenv("SEHAT_OPERATOR", "tester")
	return nil
}

func scriptStatus(ts *testscript.TestScript, _ bool, args []string) {
	want, err := strconv.Atoi(args[0])
	ts.Check(err)
	err = ts.Exec(args[1], args[2:]...)
	got := 0
	if exit := new(exec.ExitError); errors.As(err, &exit) {
		got = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if got != want {
		ts.Fatalf("exit status %d, want %d", got, want)
	}
}

func scriptPostgres(ts *testscript.TestScript, _ bool, _ []string) {
	url, err := storetest.NewDatabase()
	ts.Check(err)
	ts.Setenv("PG", url)
}

func scriptQR(ts *testscript.TestScript, _ bool, args []string) {
	s, err := store.Open(context.Background(), ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer s.Close()
	for h, err := range s.Holders(context.Background()) {
		ts.Check(err)
		if h.Card != nil && (len(args) < 3 || h.FullName == args[2]) {
			versions, err := s.Cards(context.Background(), h.Card.Number)
			ts.Check(err)
			ts.Check(os.WriteFile(ts.MkAbs(args[1]), []byte(versions[0].Credential), 0o600))
			return
		}
	}
	ts.Fatalf("nobody has a card")
}

func scriptNumber(ts *testscript.TestScript, _ bool, args []string) {
	s, err := store.Open(context.Background(), ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer s.Close()
	for h, err := range s.Holders(context.Background()) {
		ts.Check(err)
		if h.Card != nil && (len(args) < 2 || strings.HasPrefix(h.FullName, args[1])) {
			ts.Setenv("NUMBER", h.Card.Number)
			return
		}
	}
	ts.Fatalf("nobody has a card: %s", args)
}

func scriptNumbers(ts *testscript.TestScript, _ bool, args []string) {
	s, err := store.Open(context.Background(), ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer s.Close()
	n := 0
	for r, err := range s.Residents(context.Background()) {
		ts.Check(err)
		list, err := s.CardsOf(context.Background(), r.ID)
		ts.Check(err)
		for _, c := range list {
			n++
			ts.Setenv("CARD"+strconv.Itoa(n), c.Number)
		}
	}
}

// scriptCutOff retires a card in the store under a folder as a command does that is cut off before it signs the revocation list.
func scriptCutOff(ts *testscript.TestScript, _ bool, args []string) {
	s, err := store.Open(context.Background(), ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer s.Close()
	ts.Check(s.AddCardEvents(context.Background(), []records.CardEvent{{
		ID: records.NewID(), Number: args[1], Version: 1, Event: records.CardReplaced, By: "tester", At: records.Stamp(time.Now()), Why: "cut off",
	}}))
}

func scriptSpent(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer db.Close()
	times, err := json.Marshal(slices.Repeat([]string{records.Stamp(time.Now())}, records.AloneLimit))
	ts.Check(err)
	_, err = db.Exec(`INSERT INTO meta (key, value) VALUES ($1, $2)`, "alone/"+records.OperatorKey(args[1]), string(times))
	ts.Check(err)
}

func scriptPending(ts *testscript.TestScript, _ bool, args []string) {
	s, err := store.Open(context.Background(), ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer s.Close()
	open, err := s.Pendings(context.Background(), false)
	ts.Check(err)
	for i, p := range open {
		ts.Setenv("PENDING"+strconv.Itoa(i+1), p.ID[:8])
	}
}

func scriptEncrypted(ts *testscript.TestScript, _ bool, args []string) {
	f := excelize.NewFile()
	defer f.Close()
	ts.Check(f.SaveAs(ts.MkAbs(args[0]), excelize.Options{Password: "secret"}))
}

func scriptEmptySheet(ts *testscript.TestScript, _ bool, args []string) {
	f := excelize.NewFile()
	defer f.Close()
	ts.Check(f.SetSheetName("Sheet1", "Households"))
	_, err := f.NewSheet("Members")
	ts.Check(err)
	ts.Check(f.SaveAs(ts.MkAbs(args[0])))
}

func scriptNewer(ts *testscript.TestScript, _ bool, args []string) {
	db, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer db.Close()
	_, err = db.Exec(`UPDATE meta SET value = '9999' WHERE key = 'schema_version'`)
	ts.Check(err)
}

func scriptTamper(ts *testscript.TestScript, _ bool, args []string) {
	b, err := os.ReadFile(ts.MkAbs(args[0]))
	ts.Check(err)
	var e cards.Envelope
	ts.Check(json.Unmarshal(b, &e))
	e.Payload = bytes.Replace(e.Payload, []byte("Laptop"), []byte("laptop"), 1)
	e.Payload = bytes.Replace(e.Payload, []byte("Centre"), []byte("centre"), 1)
	b, err = json.Marshal(e)
	ts.Check(err)
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), b, 0o600))
}

func scriptBatchID(ts *testscript.TestScript, _ bool, args []string) {
	s, err := store.Open(context.Background(), ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer s.Close()
	batches, err := s.PrintBatches(context.Background())
	ts.Check(err)
	if len(batches) == 0 {
		ts.Fatalf("no print batch")
	}
	ts.Setenv(args[1], batches[0].ID)
}

func scriptDecide(ts *testscript.TestScript, _ bool, args []string) {
	s, err := store.Open(context.Background(), ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	open, err := s.Conflicts(context.Background())
	ts.Check(err)
	ts.Check(s.Close())
	if len(open) == 0 {
		ts.Fatalf("no open conflict")
	}
	ts.Check(ts.Exec("sehat", "--home", args[0], "sync", "resolve", open[0].ID[:8], args[1]))
}

// scriptReprint makes the one print batch under the first folder again into the second, and compares every file.
func scriptReprint(ts *testscript.TestScript, _ bool, args []string) {
	first, err := filepath.Glob(filepath.Join(ts.MkAbs(args[0]), "*"))
	ts.Check(err)
	if len(first) != 3 {
		ts.Fatalf("%d files under %s, want a PDF and two manifests", len(first), args[0])
	}
	batch := strings.TrimSuffix(filepath.Base(first[0]), "-0001.pdf")
	ts.Setenv("BATCH", batch)
	ts.Check(ts.Exec("sehat", "print", "--batch", batch, "--out", args[1]))
	for _, name := range first {
		want, err := os.ReadFile(name)
		ts.Check(err)
		got, err := os.ReadFile(filepath.Join(ts.MkAbs(args[1]), filepath.Base(name)))
		ts.Check(err)
		if !bytes.Equal(got, want) {
			ts.Fatalf("%s is not the same again", filepath.Base(name))
		}
	}
}
