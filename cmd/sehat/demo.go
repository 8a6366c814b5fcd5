package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/access"
	"sehat/records/store"
)

type demoOptions struct {
	dir        string
	households int
}

func newDemoCommand(a *app) *cobra.Command {
	var opts demoOptions
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Tell the whole story on invented people, each step as the command that does it",
		Long: `Demo makes a laptop and a centre in a folder, invents a survey, and takes it all the way
to a card that a hospital looks up. Each step is shown as the command that does it, so
that you can type it yourself. Running it again changes nothing.

The centre's store is a file in the folder, or what --store names (postgres://…; an
empty database).`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runDemo(cmd.Context(), a, opts) },
	}
	cmd.Flags().StringVar(&opts.dir, "dir", "demo-data", "folder for everything that the demo makes")
	cmd.Flags().IntVar(&opts.households, "households", 60, "households to invent")
	return cmd
}

// A demo is one telling of the story.
type demo struct {
	*app
	ctx  context.Context
	opts demoOptions
}

// demoPassphrase seals the demo's root key, unless $SEHAT_PASSPHRASE is set. It protects invented people.
const demoPassphrase = "invented people only"

func runDemo(ctx context.Context, a *app, opts demoOptions) error {
	d := demo{app: a, ctx: ctx, opts: opts}
	if err := os.MkdirAll(opts.dir, 0o700); err != nil {
		return fmt.Errorf("making the demo's folder: %w", err)
	}
	for _, chapter := range []func() error{d.survey, d.enrol, d.laptop, d.centre, d.hospital} {
		if err := chapter(); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) path(parts ...string) string {
	return filepath.Join(append([]string{d.opts.dir}, parts...)...)
}

func (d *demo) laptopHome() string { return d.path("laptop") }
func (d *demo) centreHome() string { return d.path("centre") }

// centreStore is where the laptop pushes to.
func (d *demo) centreStore() string {
	if d.storeURL != "" {
		return d.storeURL
	}
	return filepath.Join(d.centreHome(), "store.db")
}

func (d *demo) tell(format string, args ...any) {
	fmt.Fprintf(d.stdout, "\n"+format+"\n", args...)
}

// run shows a command and runs it. That some rows need a person (status 3) is part of the story.
func (d *demo) run(home string, args ...string) error {
	if home != "" {
		args = append([]string{"--home", home}, args...)
	}
	fmt.Fprintln(d.stdout, "\n$ sehat "+shellWords(args))
	child := d.child(d.stdout)
	if code := run(d.ctx, child, args); code != exitDone && code != exitPerson {
		return fmt.Errorf("the demo stopped: this command ended with status %d", code)
	}
	return nil
}

// child is an app that shares nothing with the demo's flags but what it is given.
func (d *demo) child(stdout io.Writer) *app {
	getenv := func(name string) string {
		switch value := d.getenv(name); {
		case name == "SEHAT_HOME" || name == "SEHAT_STORE":
			return ""
		case name == "SEHAT_PASSPHRASE" && value == "":
			return demoPassphrase
		case name == "SEHAT_OPERATOR" && value == "":
			return "demo"
		default:
			return value
		}
	}
	return &app{stdin: strings.NewReader(""), stdout: stdout, stderr: stdout, now: d.now, random: d.random, getenv: getenv}
}

// shellWords writes a command line as a person would type it.
func shellWords(args []string) string {
	words := make([]string, len(args))
	for i, arg := range args {
		words[i] = store.Name(arg) // never with a password
		if strings.ContainsAny(arg, " ?&*'\"") {
			words[i] = "'" + arg + "'"
		}
	}
	return strings.Join(words, " ")
}

func (d *demo) survey() error {
	d.tell("── 1. Survey teams come back with workbooks (every person in them is invented)")
	return d.run("", "simulate", "--households", fmt.Sprint(d.opts.households), "--seed", "7", "--out", d.path("survey"))
}

// quota is how many card numbers the laptop is lent: more than twice the members of all listings.
func (d *demo) quota() int { return min(max(1000, 12*d.opts.households), cards.MaxQuota) }

func (d *demo) enrol() error {
	d.tell("── 2. The centre makes its keys and enrols a team's laptop: three small files, fingerprints read aloud")
	init := []string{"init", "--name", "Delhi health centre"}
	if d.storeURL != "" {
		init = append(init, "--store", d.storeURL)
	}
	request, grant := d.path("laptop.request"), d.path("laptop.grant")
	steps := [][]string{
		append([]string{d.centreHome()}, init...),
		{d.laptopHome(), "init", "--device", "--name", "Laptop of team 1"},
		{d.laptopHome(), "sync", "enrol", "--request", request},
		{d.centreHome(), "sync", "enrol", "--approve", request, "--out", grant, "--quota", fmt.Sprint(d.quota())},
		{d.laptopHome(), "sync", "enrol", "--accept", grant},
	}
	return d.all(steps)
}

func (d *demo) all(steps [][]string) error {
	for _, s := range steps {
		if err := d.run(s[0], s[1:]...); err != nil {
			return err
		}
	}
	return nil
}

func (d *demo) laptop() error {
	d.tell("── 3. On the laptop: import the workbooks, hand out temporary cards at the door, send it all to the centre")
	files, err := filepath.Glob(d.path("survey", "ward-???-team-?.xlsx"))
	if err != nil || len(files) == 0 {
		return errors.Join(err, errors.New("the survey's workbooks are missing"))
	}
	return d.all([][]string{
		append([]string{d.laptopHome(), "import"}, files...),
		{d.laptopHome(), "issue", "--ward", ward(files[0])},
		{d.laptopHome(), "sync", "push", "--to", d.centreStore()},
		{d.centreHome(), "sync", "apply"},
		{d.laptopHome(), "sync", "pull"},
	})
}

// ward returns the ward of a simulated workbook: ward-065-team-1.xlsx.
func ward(file string) string {
	return strings.Split(filepath.Base(file), "-")[1]
}

func (d *demo) centre() error {
	d.tell("── 4. At the centre: find who was recorded twice, give everyone one permanent card, print")
	return d.all([][]string{
		{d.centreHome(), "dedupe"},
		{d.centreHome(), "review", "list"},
		{d.centreHome(), "issue"},
		{d.centreHome(), "print"},
	})
}

func (d *demo) hospital() error {
	batch, card, err := d.firstCard()
	if err != nil {
		return err
	}
	number, err := cards.ParseNumber(card.Number)
	if err != nil {
		return err
	}
	d.tell("── 5. Anybody verifies a card with no network; a hospital looks the person up")
	if err := d.run(d.centreHome(), "card", "verify", card.Credential); err != nil {
		return err
	}
	key, err := d.facilityKey()
	if err != nil {
		return err
	}
	name, err := d.lookup(key, number)
	if err != nil {
		return err
	}
	if err := d.run(d.centreHome(), "doctor"); err != nil {
		return err
	}
	sheet := filepath.Join(d.centreHome(), "print", batch.ID, batch.ID+"-0001.pdf")
	d.tell("── Done\nOpen the cards:        %s\nThe first card on it:  %s, found over HTTP: %s\n"+
		"Try next:              %s --home %s serve     the desk page; the hospital's key is %s\n"+
		"                       %s template xlsx       a form to survey with",
		sheet, number.Printed(), name, os.Args[0], d.centreHome(), key, os.Args[0])
	return nil
}

// firstCard returns the first print batch and the card in its first slot.
func (d *demo) firstCard() (records.PrintBatch, records.Card, error) {
	child := d.child(io.Discard)
	child.homeDir = d.centreHome()
	s, _, err := child.open(d.ctx)
	if err != nil {
		return records.PrintBatch{}, records.Card{}, err
	}
	defer s.Close()
	batches, err := s.PrintBatches(d.ctx)
	if err != nil || len(batches) == 0 {
		return records.PrintBatch{}, records.Card{}, errors.Join(err, errors.New("nothing was printed"))
	}
	for card, err := range s.BatchCards(d.ctx, batches[0].ID) {
		return batches[0], card, err
	}
	return batches[0], records.Card{}, errors.New("the print batch is empty")
}

// facilityKey returns the demo hospital's key: the one of an earlier run, or a new one.
func (d *demo) facilityKey() (string, error) {
	path := d.path("hospital.key")
	if b, err := os.ReadFile(path); err == nil {
		return strings.TrimSpace(string(b)), nil
	}
	if err := d.run(d.centreHome(), "facility", "add", "Demo Hospital"); err != nil {
		return "", err
	}
	fmt.Fprintln(d.stdout, "\n$ sehat --home "+d.centreHome()+" facility key 'Demo Hospital'")
	var out, complaints bytes.Buffer
	child := d.child(&out)
	child.stderr = &complaints
	if code := run(d.ctx, child, []string{"--home", d.centreHome(), "--json", "facility", "key", "Demo Hospital"}); code != exitDone {
		return "", fmt.Errorf("the demo stopped: no facility key: %s", &complaints)
	}
	var made struct {
		Key string `json:"key"`
	}
	if err := json.Unmarshal(out.Bytes(), &made); err != nil || made.Key == "" {
		return "", fmt.Errorf("reading the facility key: %w", err)
	}
	fmt.Fprintln(d.stdout, made.Key)
	return made.Key, writeFile(path, []byte(made.Key+"\n"))
}

// lookup serves the register for a moment and asks it for the holder of a card.
func (d *demo) lookup(key string, number cards.Number) (string, error) {
	ctx, stop := context.WithTimeout(d.ctx, time.Minute)
	defer stop()
	child := d.child(io.Discard)
	child.homeDir = d.centreHome()
	ready, ended := make(chan string, 1), make(chan error, 1)
	fmt.Fprintln(d.stdout, "\n$ sehat --home "+d.centreHome()+" serve --listen 127.0.0.1:0 &")
	go func() {
		ended <- runServe(ctx, child, serveOptions{
			listen: "127.0.0.1:0", rate: float64(access.DefaultLimits().Requests), ready: func(address string) { ready <- address },
		})
	}()
	select {
	case err := <-ended:
		return "", fmt.Errorf("serving: %w", err)
	case address := <-ready:
		name, err := d.ask(ctx, address, key, number)
		stop()
		<-ended
		return name, err
	}
}

// ask gets the person behind a card number over HTTP.
func (d *demo) ask(ctx context.Context, address, key string, number cards.Number) (string, error) {
	url := address + "/fhir/Patient?identifier=" + number.String()
	fmt.Fprintf(d.stdout, "\n$ curl -H 'Authorization: Bearer …' -H 'Purpose-Of-Use: TREAT' '%s'\n", url)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return "", err
	}
	req.Header.Set("Authorization", "Bearer "+key)
	req.Header.Set("Purpose-Of-Use", "TREAT")
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return "", fmt.Errorf("asking the register: %w", err)
	}
	defer res.Body.Close()
	var bundle struct {
		Entry []struct {
			Resource struct {
				Name []struct {
					Text string `json:"text"`
				} `json:"name"`
				BirthDate string `json:"birthDate"`
				Gender    string `json:"gender"`
			} `json:"resource"`
		} `json:"entry"`
	}
	if err := json.NewDecoder(res.Body).Decode(&bundle); err != nil {
		return "", fmt.Errorf("reading the register's answer: %w", err)
	}
	if res.StatusCode != http.StatusOK || len(bundle.Entry) == 0 || len(bundle.Entry[0].Resource.Name) == 0 {
		return "", fmt.Errorf("the register did not find the card: status %d", res.StatusCode)
	}
	p := bundle.Entry[0].Resource
	fmt.Fprintf(d.stdout, "%s: %s, %s, born %s\n", res.Status, p.Name[0].Text, p.Gender, p.BirthDate)
	return p.Name[0].Text, nil
}
