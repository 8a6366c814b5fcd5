package main

import (
	"bytes"
	"errors"
	"fmt"
	"image"
	_ "image/jpeg" // photos
	_ "image/png"  // and screenshots
	"io"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/makiuchi-d/gozxing"
	multiqr "github.com/makiuchi-d/gozxing/multi/qrcode"
	"github.com/spf13/cobra"

	"sehat/cards"
)

type verifyOptions struct {
	keys string
	root string
}

func newCardVerifyCommand(a *app) *cobra.Command {
	var opts verifyOptions
	cmd := &cobra.Command{
		Use:   "verify QR-TEXT | PHOTO | -",
		Short: "Say whether a card is genuine, without any network",
		Long: `Verify reads the text of a card's QR, or a photo (PNG or JPEG) of one or more cards, and
says for each whether it is genuine: its signature, whether the key may sign it, whether
it was revoked or has expired, and how old the lists are that this is judged by, with a
warning where they are older than a week. "-" reads the text from standard input.

A home that was made or enrolled here has the keys already. Elsewhere give the centre's
trust.json with --keys the first time: its root is remembered from then on. Compare the
fingerprint that is shown with the one the centre reads aloud, or give it with --root.`,
		Args: usage(cobra.ExactArgs(1)),
		RunE: func(_ *cobra.Command, args []string) error { return runCardVerify(a, args[0], opts) },
	}
	cmd.Flags().StringVar(&opts.keys, "keys", "", "the centre's trust.json")
	cmd.Flags().StringVar(&opts.root, "root", "", "fingerprint of the root key, as the centre reads it aloud")
	return cmd
}

// A verdict is what "card verify" says of one card.
type verdict struct {
	Genuine    bool         `json:"genuine"`
	Verdict    string       `json:"verdict"`          // one of the words of cards/FORMAT.md: valid, expired, …
	Why        string       `json:"why,omitempty"`    // why it is not valid
	Advice     string       `json:"advice,omitempty"` // what to do about it
	Number     cards.Number `json:"number,omitempty"`
	Version    int          `json:"version,omitempty"`
	Kind       string       `json:"kind,omitempty"`
	Name       string       `json:"name,omitempty"`
	SecondName string       `json:"second_name,omitempty"`
	Birth      string       `json:"birth,omitempty"`
	Sex        string       `json:"sex,omitempty"`
	BloodGroup string       `json:"blood_group,omitempty"` // only where the holder allowed it
	Allergies  string       `json:"allergies,omitempty"`   // likewise
	Issued     string       `json:"issued,omitempty"`
	Expires    string       `json:"expires,omitempty"`
	Hash       string       `json:"credential_hash,omitempty"`
	KeyID      string       `json:"kid,omitempty"`
	ListsAsOf  string       `json:"lists_as_of"` // when the list of revoked cards was made
	ListsDays  int          `json:"lists_days"`  // its age
	ListsStale bool         `json:"lists_stale"` // too old to rely on
}

func runCardVerify(a *app, what string, opts verifyOptions) error {
	trust, err := a.trustFor(opts)
	if err != nil {
		return err
	}
	texts, err := qrTexts(a.stdin, what)
	if err != nil {
		return err
	}
	verifier := cards.NewVerifier(trust, a.now)
	var refused error
	for _, text := range texts {
		if n, err := cards.ParseNumber(text); err == nil {
			return withHint(fmt.Errorf("%s is a card's number, which anybody can write: only its QR can be verified", n.Printed()),
				`see what the register knows of the number with "sehat card show"`)
		}
		found, err := verifier.Verify(text)
		switch {
		case errors.Is(err, cards.ErrNotACard):
			refused = errors.Join(refused, err)
		case err != nil:
			refused = errors.Join(refused, fmt.Errorf("not a valid card: %w", err))
		}
		v := verdictOf(found, err)
		v.Verdict, v.Advice = adviceFor(err)
		if err := a.result(v, "%s", verdictText(v)); err != nil {
			return err
		}
	}
	return refused
}

func verdictOf(found cards.Verified, err error) verdict {
	c := found.Credential
	v := verdict{Genuine: err == nil, ListsAsOf: found.Revoked.MadeAt.UTC().Format(time.RFC3339), ListsDays: found.Revoked.Days(), ListsStale: found.Revoked.Stale()}
	if err != nil {
		v.Why = err.Error()
	}
	if found.Hash == "" { // nobody known wrote it: nothing that it says is worth repeating
		return v
	}
	v.Number, v.Version, v.Name, v.SecondName, v.Sex, v.Hash = c.Number, c.Version, c.Name, c.SecondName, c.Sex.String(), found.Hash
	v.BloodGroup, v.Allergies = c.Clinical.BloodGroup, c.Clinical.Allergies
	v.Kind, v.KeyID, v.Issued = "permanent", found.Key.ID.String(), c.Issued.UTC().Format(time.DateOnly)
	if c.Temporary() {
		v.Kind, v.Expires = "temporary", c.Expires.UTC().Format(time.DateOnly)
	}
	if c.Birth != (cards.Date{}) {
		v.Birth = fmt.Sprintf("%04d-%02d-%02d", c.Birth.Year, c.Birth.Month, c.Birth.Day)
	}
	return v
}

func verdictText(v verdict) string {
	if !v.Genuine && v.Hash == "" {
		said := "NOT GENUINE: " + v.Why
		if v.Verdict == "not a card" || v.Verdict == "too large" {
			said = "NOT A HEALTH CARD: " + strings.TrimPrefix(v.Why, cards.ErrNotACard.Error()+": ")
		}
		return said + "\n  " + v.Advice
	}
	var b strings.Builder
	if v.Genuine {
		fmt.Fprintf(&b, "GENUINE: card %s, version %d, %s", v.Number.Printed(), v.Version, v.Kind)
	} else {
		fmt.Fprintf(&b, "NOT VALID: %s\n  signed for card %s, version %d, %s", v.Why, v.Number.Printed(), v.Version, v.Kind)
	}
	if v.Advice != "" {
		b.WriteString("\n  " + v.Advice)
	}
	names := v.Name
	if v.SecondName != "" {
		names += " / " + v.SecondName
	}
	fmt.Fprintf(&b, "\n  %s", names)
	for _, part := range []string{v.Sex, v.Birth} {
		if part != "" {
			b.WriteString(", " + part)
		}
	}
	if v.BloodGroup != "" {
		b.WriteString("\n  blood group " + v.BloodGroup)
	}
	if v.Allergies != "" {
		b.WriteString("\n  allergies: " + v.Allergies)
	}
	fmt.Fprintf(&b, "\n  issued %s", v.Issued)
	if v.Expires != "" {
		b.WriteString(", valid until " + v.Expires)
	}
	fmt.Fprintf(&b, "\n  judged by lists that are %s old", count(v.ListsDays, "day"))
	if v.ListsStale {
		b.WriteString(": a card that was revoked since then looks as good as ever; fetch newer ones")
	}
	return b.String()
}

// qrTexts returns the texts to verify: what was typed, standard input, or every QR of a photo.
func qrTexts(stdin io.Reader, what string) ([]string, error) {
	if what == "-" {
		b, err := io.ReadAll(io.LimitReader(stdin, 1<<16))
		if err != nil {
			return nil, fmt.Errorf("reading the QR text: %w", err)
		}
		return []string{strings.TrimSpace(string(b))}, nil
	}
	info, err := os.Stat(what)
	switch {
	case err == nil && !info.IsDir():
		return readPhoto(what)
	case err != nil && !errors.Is(err, os.ErrNotExist) && len(what) < 100:
		return nil, fmt.Errorf("opening the photo: %w", err)
	case hasImageName(what):
		return nil, fmt.Errorf("%s: there is no such photo", what)
	}
	return []string{what}, nil
}

func hasImageName(name string) bool {
	switch strings.ToLower(filepath.Ext(name)) {
	case ".png", ".jpg", ".jpeg":
		return true
	}
	return false
}

// maxPhoto bounds what is decoded: a phone's photo has 50 million pixels at most.
const maxPhoto = 100_000_000

// readPhoto returns the text of every QR on a photo.
func readPhoto(path string) ([]string, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("opening the photo: %w", err)
	}
	config, _, err := image.DecodeConfig(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: this is no PNG or JPEG picture", path)
	}
	if config.Width*config.Height > maxPhoto {
		return nil, fmt.Errorf("%s: the picture is too large: %d × %d", path, config.Width, config.Height)
	}
	img, _, err := image.Decode(bytes.NewReader(b))
	if err != nil {
		return nil, fmt.Errorf("%s: the picture cannot be read: %w", path, err)
	}
	bitmap, err := gozxing.NewBinaryBitmapFromImage(img)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	hints := map[gozxing.DecodeHintType]any{gozxing.DecodeHintType_TRY_HARDER: true}
	results, err := multiqr.NewQRCodeMultiReader().DecodeMultiple(bitmap, hints)
	if err != nil || len(results) == 0 {
		return nil, withHint(fmt.Errorf("%s: no QR can be read on the picture", path), "hold the camera straight over the card, near enough that its QR fills a third of the picture")
	}
	texts := make([]string, len(results))
	for i, r := range results {
		texts[i] = r.GetText()
	}
	return texts, nil
}

// pinnedTrust opens the lists that this folder believes: a home's own, or those that "card verify --keys" brought.
func (a *app) pinnedTrust() (*cards.Trust, error) { return a.trustFor(verifyOptions{}) }

// trustFor opens the lists to verify by. New ones from --keys are kept if they come from the same root and are not older.
func (a *app) trustFor(opts verifyOptions) (*cards.Trust, error) {
	kept, root := filepath.Join(a.dir(), "trust.json"), filepath.Join(a.dir(), "root.pin")
	h, err := a.home()
	if err != nil && !errors.Is(err, errNoHome) {
		return nil, err
	}
	pin := h.Root
	if pin == "" {
		if b, err := os.ReadFile(root); err == nil {
			pin = strings.TrimSpace(string(b))
		}
	}
	if opts.keys == "" {
		if pin == "" {
			return nil, withHint(errors.New("no keys to verify with are known here"), "give the centre's trust.json with --keys the first time")
		}
		if opts.root != "" && !cards.SameFingerprint(opts.root, pin) {
			return nil, fmt.Errorf("%w: the fingerprint of the one that is pinned here is %s", cards.ErrWrongRoot, pin)
		}
		return openTrust(kept, pin)
	}
	file, err := os.ReadFile(opts.keys)
	if err != nil {
		return nil, fmt.Errorf("reading the keys: %w", err)
	}
	signed, err := cards.TrustRoot(file)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", opts.keys, err)
	}
	shown := cards.Fingerprint(signed)
	if pin == "" {
		pin = shown
	}
	if opts.root != "" && !cards.SameFingerprint(opts.root, shown) {
		return nil, fmt.Errorf("%s: %w: its fingerprint is %s", opts.keys, cards.ErrWrongRoot, shown)
	}
	trust, err := cards.OpenTrust(file, pin)
	if err != nil {
		return nil, withHint(fmt.Errorf("%s: %w", opts.keys, err), "ask the centre for its trust.json and compare the fingerprint: this one's is %s", shown)
	}
	if known, err := openTrust(kept, pin); err == nil {
		if err := trust.Newer(known); err != nil {
			return nil, fmt.Errorf("%s: %w", opts.keys, err)
		}
	}
	if h.Root != "" { // a home keeps its own lists
		return trust, nil
	}
	return trust, a.pin(kept, root, file, shown)
}

func openTrust(path, pin string) (*cards.Trust, error) {
	b, err := os.ReadFile(path)
	if err != nil {
		return nil, fmt.Errorf("reading the signed lists: %w", err)
	}
	t, err := cards.OpenTrust(b, pin)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	return t, nil
}

// pin keeps the lists and the root's fingerprint for the next time.
func (a *app) pin(kept, root string, file []byte, fingerprint string) error {
	if err := os.MkdirAll(a.dir(), 0o700); err != nil {
		return fmt.Errorf("keeping the keys: %w", err)
	}
	if _, err := os.Stat(root); errors.Is(err, os.ErrNotExist) {
		a.say("from now on cards are verified below the root key %s", fingerprint)
		if err := writeFile(root, []byte(fingerprint+"\n")); err != nil {
			return err
		}
	}
	return writeFile(kept, file)
}
