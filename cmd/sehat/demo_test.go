package main

import (
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"sehat/records/store/storetest"
)

func TestDemo(t *testing.T) {
	t.Run("sqlite", func(t *testing.T) { tellDemo(t) })
	t.Run("postgres", func(t *testing.T) { tellDemo(t, "--store", storetest.Postgres(t)) })
}

// tellDemo runs the demo twice: the second time nothing may change.
func tellDemo(t *testing.T, flags ...string) {
	c := newCity(t, false)
	args := append([]string{"demo", "--households", "30"}, flags...)
	first := c.ok(args...)
	if !strings.Contains(first, "found over HTTP: ") {
		t.Fatalf("the last lines do not name the person found:\n%s", first)
	}
	t.Run("every QR of the first sheet is read and verified", func(t *testing.T) { scanFirstSheet(t, c) })

	again := c.ok(args...)
	for _, changed := range []string{" new,", " updated", "delivered 1", " stored,"} {
		if strings.Contains(after(again, "── 3."), changed) {
			t.Errorf("the second run says %q:\n%s", changed, again)
		}
	}
	if got, want := lastLines(again), lastLines(first); got != want {
		t.Errorf("the second run ends otherwise:\n%s\nthe first:\n%s", got, want)
	}
}

func after(text, mark string) string {
	_, rest, _ := strings.Cut(text, mark)
	return rest
}

// lastLines are the demo's last words.
func lastLines(out string) string { return after(out, "── Done") }

// scanFirstSheet renders the first sheet at 300 dpi and reads every QR with zbarimg.
func scanFirstSheet(t *testing.T, c *city) {
	for _, tool := range []string{"pdftoppm", "zbarimg"} {
		if _, err := exec.LookPath(tool); err != nil {
			t.Skipf("%s is not installed, so no QR is read back", tool)
		}
	}
	files, err := filepath.Glob(c.path("demo-data", "centre", "print", "*", "*-0001.pdf"))
	if err != nil || len(files) != 1 {
		t.Fatalf("sheets: %v, %v", files, err)
	}
	page := c.path("page")
	if out, err := exec.Command("pdftoppm", "-r", "300", "-singlefile", "-png", files[0], page).CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	read, err := exec.Command("zbarimg", "-q", "--raw", "-Sdisable", "-Sqrcode.enable", page+".png").Output()
	if err != nil {
		t.Fatal(err)
	}
	texts := strings.Split(strings.TrimRight(string(read), "\n"), "\n")
	if len(texts) != 10 {
		t.Errorf("%d of 10 QR codes were read", len(texts))
	}
	home := c.path("demo-data", "centre")
	for _, text := range texts {
		if out := c.ok("--home", home, "card", "verify", text); !strings.HasPrefix(out, "GENUINE: card ") {
			t.Errorf("not verified:\n%s", out)
		}
	}
	if out := c.ok("--home", home, "card", "verify", page+".png"); strings.Count(out, "GENUINE: card ") != 10 {
		t.Errorf("the photo of the sheet: %s", out)
	}
}
