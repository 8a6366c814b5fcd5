package lookup

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// browser starts a headless Chromium that talks to nobody but the service.
func browser(t *testing.T, javascript bool) context.Context {
	t.Helper()
	if _, err := exec.LookPath("chromium"); err != nil {
		t.Skip("chromium is not installed, so that no page is tested in a browser")
	}
	if testing.Short() {
		t.Skip("a browser takes seconds")
	}
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath("chromium"), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true), chromedp.Flag("disable-component-update", true),
		chromedp.Flag("disable-sync", true), chromedp.Flag("hide-scrollbars", true), chromedp.UserDataDir(t.TempDir()),
	}
	if !javascript {
		options = append(options, chromedp.Flag("blink-settings", "scriptEnabled=false"))
	}
	ctx, stop := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(stop)
	ctx, closeTab := chromedp.NewContext(ctx)
	t.Cleanup(closeTab)
	if err := chromedp.Do(ctx); err != nil { // starts it; a timeout on this context would stop it
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(cancel)
	return ctx
}

// shoot keeps a picture of the page in $SEHAT_SHOTS, for people to look at.
func shoot(name string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		dir := os.Getenv("SEHAT_SHOTS")
		if dir == "" {
			return nil
		}
		picture, err := chromedp.FullScreenshot(100)(ctx, t)
		if err != nil {
			return err
		}
		return os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o600)
	})
}

// says waits for something to be on the page and then holds its text against what it must say.
func says(t *testing.T, selector, want string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, target *chromedp.Target) error {
		if _, err := chromedp.WaitVisible(chromedp.CSS(selector))(ctx, target); err != nil {
			return err
		}
		text, err := chromedp.Text(chromedp.CSS("main"))(ctx, target)
		if err == nil && !strings.Contains(text, want) {
			t.Errorf("the page does not say %q: %s", want, text)
		}
		return err
	})
}

// A clerk never touches the mouse: the cursor waits in the field, Enter sends, and it waits there again.
func TestDeskByKeyboardAlone(t *testing.T) {
	for name, javascript := range map[string]bool{"with JavaScript": true, "without JavaScript": false} {
		t.Run(name, func(t *testing.T) {
			d := newDesk(t)
			d.seeCards()
			ctx := browser(t, javascript)
			enter := func(keys string) chromedp.Action[chromedp.Void] { return chromedp.KeyEvent(keys + kb.Enter) }
			err := chromedp.Do(ctx,
				chromedp.EmulateViewport(1280, 800),
				chromedp.Navigate(d.url+"/desk"), says(t, `input[name=key]`, "Facility key"), shoot("login"),
				enter("wrong"), says(t, `.answer.bad`, "does not open the desk"), shoot("login-wrong"),
				enter(d.key("desk")), says(t, `input[name=q]`, "Scan the card"), shoot("desk"),
				enter(ashasNumber.String()), says(t, `.answer.plain`, "Found by number"), shoot("typed"),
				enter(qrOf("genuine")), says(t, `.answer.good`, "Genuine card"), shoot("genuine"),
				enter(qrOf("early")), says(t, `.second[lang=pa]`, "record not yet arrived"), shoot("early"),
				enter(qrOf("stranger")), says(t, `.answer.bad`, "Not a genuine card"), shoot("stranger"),
				enter(oldNumber.String()), says(t, `.answer.warn .ended`, "This card was replaced"), shoot("replaced"),
				enter(imransNumber.String()), says(t, `[dir=rtl]`, "This card has expired"), shoot("urdu"),
				enter(ashasNumber.String()[:13]+"00"), says(t, `.answer.warn:not(:has(.person))`, "A digit is mistyped"), shoot("mistyped"),
				chromedp.EmulateViewport(390, 844, chromedp.EmulateMobile), shoot("phone-mistyped"),
				chromedp.Navigate(d.url+"/desk"), says(t, `#help`, "Scan the card"), shoot("phone-desk"),
				enter(qrOf("genuine")), says(t, `.answer.good`, "Genuine card"), shoot("phone-genuine"),
				chromedp.Click(chromedp.CSS(`button[name=lang]`)), says(t, `html[lang=hi] .answer.good`, "असली कार्ड"), shoot("phone-hindi"),
				chromedp.EmulateViewport(1280, 800), shoot("hindi"),
			)
			if err != nil {
				t.Fatal(err)
			}
		})
	}
}
