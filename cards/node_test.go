package cards

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// An implementation that is not ours checks every vector, gives the same verdict on every card and hostile text, and verifies 500
// more cards: cbor and base45 of npm with Node's own cryptography, and MOSIP's published decoder where it is installed.
// NODE_PATH says where the packages are.
func TestAnotherImplementationAgrees(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("SKIPPED: no node on this machine, so no one but ourselves checked the credentials")
	}
	packages := os.Getenv("NODE_PATH")
	if exec.Command(node, "-e", `require("cbor"); require("base45")`).Run() != nil {
		t.Skipf("SKIPPED: node finds no cbor and base45 with NODE_PATH=%q, so no one but ourselves checked the credentials", packages)
	}
	var texts strings.Builder
	for i, c := range benchmarkCards(500) {
		switch i % 5 { // every kind that the centre signs
		case 1:
			c.Expires = c.Issued.AddDate(1, 0, 0)
		case 2:
			c.Clinical = Clinical{BloodGroup: "O+", Allergies: "penicillin"}
			c.SecondName, c.SecondLanguage = "", ""
		case 3:
			c.Birth, c.Sex, c.Version = Date{Year: 1950}, 0, 7
		}
		qr, _ := sign(t, "centre", c)
		texts.WriteString(qr + "\n")
	}
	cmd := exec.Command(node, filepath.Join("testdata", "verify.js"), filepath.Join("testdata", "vectors.json"), filepath.Join("testdata", "hostile.json"))
	cmd.Stdin = strings.NewReader(texts.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log(strings.TrimSpace(string(out)))
}
