package main

import (
	"os"

	"github.com/mattn/go-isatty"
	"github.com/schollz/progressbar/v3"
)

// A progress shows how far a long job is: a bar at a terminal, nothing elsewhere, where the result says it all.
type progress struct{ bar *progressbar.ProgressBar }

// progress starts one; total is the number of steps.
func (a *app) progress(what string, total int) progress {
	f, ok := a.stderr.(*os.File)
	if !ok || !isatty.IsTerminal(f.Fd()) {
		return progress{}
	}
	return progress{progressbar.NewOptions(total, progressbar.OptionSetWriter(f), progressbar.OptionSetDescription(what),
		progressbar.OptionShowCount(), progressbar.OptionClearOnFinish(), progressbar.OptionSetPredictTime(true))}
}

func (p progress) set(done int) {
	if p.bar != nil {
		p.bar.Set(done) //nolint:errcheck // a bar that cannot be drawn is no reason to stop
	}
}

func (p progress) done() {
	if p.bar != nil {
		p.bar.Finish() //nolint:errcheck // as above
	}
}
