package main

import (
	"context"
	"os"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"

	"sehat/records/store"
)

func scriptPiles(ts *testscript.TestScript, _ bool, args []string) {
	ctx := context.Background()
	s, err := store.Open(ctx, ts.MkAbs(args[0])+"/store.db")
	ts.Check(err)
	defer s.Close()
	batches, err := s.PrintBatches(ctx)
	ts.Check(err)
	for i, b := range batches {
		ts.Setenv("BATCH"+strconv.Itoa(i+1), b.ID)
		if i > 0 {
			continue
		}
		n := 0
		for c, err := range s.BatchCards(ctx, b.ID) {
			ts.Check(err)
			n++
			ts.Setenv("C"+strconv.Itoa(n), c.Number)
			ts.Setenv("Q"+strconv.Itoa(n), c.Credential)
		}
	}
}

func scriptLines(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Join(args[1:], "\n")+"\n"), 0o600))
}
