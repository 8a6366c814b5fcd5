package cards

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// An implementation that is not ours reads and verifies the vectors and 500 more cards: cbor and base45 of npm with Node's own
// cryptography, and MOSIP's published decoder where it is installed. NODE_PATH says where the packages are.
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
	for _, c := range benchmarkCards(500) {
		qr, _ := sign(t, "centre", c)
		texts.WriteString(qr + "\n")
	}
	cmd := exec.Command(node, filepath.Join("testdata", "verify.js"), filepath.Join("testdata", "vectors.json"))
	cmd.Stdin = strings.NewReader(texts.String())
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	t.Log(strings.TrimSpace(string(out)))
}
