// Command sehat takes a city from a door-to-door health survey to an e-health card in every resident's hand, and lets a
// hospital find the person behind the card.
package main

import (
	"context"
	"crypto/rand"
	"os"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	a := &app{stdin: os.Stdin, stdout: os.Stdout, stderr: os.Stderr, now: time.Now, random: rand.Reader, getenv: os.Getenv}
	context.AfterFunc(ctx, stop) // a second Ctrl-C ends at once
	code := run(ctx, a, os.Args[1:])
	stop()
	os.Exit(code)
}
