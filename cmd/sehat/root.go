package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
	"unicode"

	"github.com/spf13/cobra"

	"sehat/survey"
)

// version is the program's version; the build sets it with -ldflags "-X main.version=…".
var version = "dev"

// app is what every command is given: where to read and write, the clock, and the flags that all commands share.
type app struct {
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	random         io.Reader // cryptographic
	getenv         func(string) string

	homeDir  string
	storeURL string
	operator string
	pinFile  string
	json     bool
	args     []string // as they were typed

	decider string // who decides, once the PIN was checked
}

func newRootCommand(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "sehat",
		Short: "From a household survey to a health card that a hospital can look up",
		Long: `Sehat takes a city from a door-to-door health survey to an e-health card in every
resident's hand, and lets a hospital find the person behind the card.

The usual way:  init → import → dedupe → review → issue → print → serve
To try it all on invented people:  sehat demo`,
		Version:       version,
		Args:          unknownCommand,
		SilenceErrors: true,
		SilenceUsage:  true,
		RunE:          func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	root.SetIn(a.stdin)
	root.SetOut(a.stdout)
	root.SetErr(a.stderr)
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		return usageError{fmt.Errorf("%w\nusage: %s", err, cmd.UseLine())}
	})
	root.CompletionOptions.HiddenDefaultCmd = true
	flags := root.PersistentFlags()
	flags.StringVar(&a.homeDir, "home", "", "folder of the store, keys and outputs ($SEHAT_HOME, default ./sehat-data)")
	flags.StringVar(&a.storeURL, "store", "", "store: a SQLite file or postgres://… ($SEHAT_STORE, default the home's own)")
	flags.StringVar(&a.operator, "as", "", "who decides: goes on every event ($SEHAT_OPERATOR; in a home without operators default the login name)")
	flags.StringVar(&a.pinFile, "pin-file", "", "file whose first line is the PIN of who decides ($SEHAT_PIN, or asked for at the terminal)")
	flags.BoolVar(&a.json, "json", false, "print results as JSON, one object a line")
	root.AddCommand(commands(a)...)
	return root
}

// run executes one command line and returns the exit status.
func run(ctx context.Context, a *app, args []string) int {
	root := newRootCommand(a)
	root.SetArgs(args)
	a.args = args
	err := root.ExecuteContext(ctx)
	if err == nil {
		return exitDone
	}
	if text := message(err); text != "" {
		a.say("%s", text)
	}
	if text := hint(err); text != "" {
		a.hint(text)
	}
	return exitCode(err)
}

// unknownCommand answers a mistyped command with those that look like it.
func unknownCommand(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	text := fmt.Sprintf("unknown command %q", args[0])
	if near := suggestions(cmd, args[0]); len(near) > 0 {
		text += fmt.Sprintf("; did you mean %q?", near[0])
	}
	return usageError{errors.New(text)}
}

// suggestions returns the commands that a mistyped word looks like.
func suggestions(cmd *cobra.Command, typed string) []string {
	cmd.SuggestionsMinimumDistance = 2
	return cmd.SuggestionsFor(typed)
}

// group is a command that only holds others.
func group(use, short, long string, children ...*cobra.Command) *cobra.Command {
	cmd := &cobra.Command{
		Use: use, Short: short, Long: long, Args: unknownCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(children...)
	return cmd
}

// usage turns the complaint of a cobra argument check into a usage error.
func usage(check cobra.PositionalArgs) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if check(cmd, args) == nil {
			return nil
		}
		text := "something is missing"
		for i := range args {
			if check(cmd, args[:i]) == nil {
				text = fmt.Sprintf("%q is one word too many: what holds spaces goes into quotes", args[i])
			}
		}
		return usageError{fmt.Errorf("%s\nusage: %s", text, cmd.UseLine())}
	}
}

// result prints what came of a command on stdout: v as one JSON object with --json, else the sentence.
func (a *app) result(v any, format string, args ...any) error {
	if a.json {
		enc := json.NewEncoder(a.stdout)
		enc.SetEscapeHTML(false)
		return enc.Encode(v)
	}
	_, err := fmt.Fprintf(a.stdout, format+"\n", args...)
	return err
}

// say tells the person at the terminal what is going on, on stderr. Errors and notes end in logs, and people name files and sheets after
// whoever is in them: Aadhaar numbers are masked.
func (a *app) say(format string, args ...any) {
	fmt.Fprintln(a.stderr, "sehat: "+harmless(fmt.Sprintf(format, args...)))
}

// hint tells what to do about an error, likewise.
func (a *app) hint(text string) {
	fmt.Fprintln(a.stderr, "hint: "+harmless(text))
}

// harmless is a text without Aadhaar numbers, and without what makes a terminal do something: a header may hold anything.
func harmless(text string) string {
	text, _ = survey.MaskAadhaar(text)
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) && r != '\n' || r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return '_'
		}
		return r
	}, strings.ToValidUTF8(text, "_"))
}
