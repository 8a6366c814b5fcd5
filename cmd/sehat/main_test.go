package main

import (
	"os"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"

	"sehat/records/store/storetest"
)

// TestMain lets tests and scripts run sehat in a process of its own: this very program, told so by its environment or its
// name.
func TestMain(m *testing.M) {
	if os.Getenv("SEHAT_TEST_MAIN") != "" {
		main()
	}
	testscript.Main(testsThenStop{m}, map[string]func(){"sehat": main})
}

// testsThenStop stops the PostgreSQL of the tests after them.
type testsThenStop struct{ m *testing.M }

func (t testsThenStop) Run() int { return storetest.Main(t.m) }
