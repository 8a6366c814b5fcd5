// Command sehat takes a city from a door-to-door health survey to an e-health card in every resident's hand, and lets a
// hospital find the person behind the card.
package main

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now, random: rand.Reader, getenv: os.Getenv}
	context.AfterFunc(ctx, func() {
		stop() // a second Ctrl-C ends at once
		time.Sleep(time.Second)
		fmt.Fprintln(os.Stderr, "\nsehat: stopping; Ctrl-C once more ends at once, and what was done is safe all the same")
	})
	code := run(ctx, a, os.Args[1:])
	stop()
	os.Exit(code)
}
