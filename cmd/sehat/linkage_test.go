package main

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"
)

// A linked list is a run of "dedupe --file" and how good it was.
type linkedList struct {
	*knownList
	score
	stage
	told fileReport // by the program itself
	took time.Duration
}

// link links a list as a user does, by the program in a process of its own. A process starts with the peak memory of the one that
// starts it as its own, so that larger lists come after smaller ones.
func (c *city) link(l *knownList) linkedList {
	c.t.Helper()
	args := []string{"dedupe", "--file", l.path, "--clusters", c.path("clusters.csv"), "--pairs", c.path("pairs.csv")}
	if l.columns != "" {
		args = append(args, "--columns", l.columns)
	}
	r := linkedList{knownList: l}
	start := time.Now()
	r.stage = c.measure(l.name, "residents", args...)
	r.took = time.Since(start)
	if err := json.Unmarshal([]byte(r.report), &r.told); err != nil {
		c.t.Fatal(err)
	}
	r.score = l.judge(c.t, c.path("clusters.csv"), c.path("pairs.csv"))
	return r
}

// BenchmarkLinkageLists prints how well and how fast lists with a known truth are linked: the labelled sets beside the checkout and
// simulated households, the last of them SEHAT_BENCH_ROWS large.
func BenchmarkLinkageLists(b *testing.B) {
	for range b.N {
		c := &city{t: b, dir: b.TempDir()}
		sets, absent := learningSets(b)
		var runs []linkedList
		for _, l := range sets {
			runs = append(runs, c.link(l))
		}
		small := simulated(c, 40_000)
		runs = append(runs, c.link(small), c.link(simulated(c, fromEnvironment(b, "SEHAT_BENCH_ROWS", 1_000_000))))
		quality, cost := newTable(os.Stdout), newTable(os.Stdout)
		quality.row("list", "rows", "precision", "recall", "F1", "recall with review", "reviews per 1000", "junk rows in clusters")
		cost.row("list", "rows", "pairs compared", "pairs left", "completeness, estimated", "CPU-s", "rows per CPU-s", "peak MB", "seconds")
		for _, r := range runs {
			rows, all := strconv.Itoa(r.units), r.tallies[0]
			quality.row(r.knownList.name, rows, share(all.precision()), share(all.recall()), share(all.f1()), share(all.withReview()),
				fmt.Sprintf("%.1f", 1000*float64(r.reviews)/float64(r.units)), strconv.Itoa(r.junk))
			cost.row(r.knownList.name, rows, strconv.FormatInt(r.told.PairsCompared, 10), strconv.FormatInt(r.told.PairsLeft, 10), share(r.told.Completeness),
				fmt.Sprintf("%.2f", r.cpu.Seconds()), fmt.Sprintf("%.0f", float64(r.units)/r.cpu.Seconds()), strconv.FormatInt(r.memory>>20, 10),
				fmt.Sprintf("%.1f", r.took.Seconds()))
		}
		fmt.Print("\n\nLists linked by sehat dedupe --file, pairs in its clusters against all pairs of one person\n")
		quality.flush()
		for _, path := range absent {
			fmt.Printf("  SKIPPED, for it is absent: %s\n", path)
		}
		fmt.Print("\nWhat the whole run cost: read, block, train, score, cluster, write\n")
		cost.flush()
		peer(b, small)
		fairness(runs[len(runs)-1])
	}
}

// fairness prints how well each kind of person is served.
func fairness(r linkedList) {
	fmt.Printf("\nFairness: the same for pairs with a row of the kind, of %d rows of households\n", r.units)
	out := newTable(os.Stdout)
	out.row("kind", "pairs", "precision", "recall", "recall with review")
	names := slices.Clone(r.kindNames[1:])
	slices.Sort(names)
	for _, name := range append(names, r.kindNames[0]) {
		k := r.tallies[r.kindBits[name]]
		if k.there == 0 {
			continue
		}
		out.row(name, fmt.Sprintf("%.0f", k.there), share(k.precision()), share(k.recall()), share(k.withReview()))
	}
	out.flush()
}

// share prints a proportion; 0 is one that cannot be told.
func share(p float64) string {
	if p == 0 {
		return "-"
	}
	return fmt.Sprintf("%.4f", p)
}

// BenchmarkLinkageBatch prints what dedupe costs in a store where all but the last files of a city stand, and again once these came.
func BenchmarkLinkageBatch(b *testing.B) {
	const late = 2000 // rows
	for range b.N {
		c := &city{t: b, dir: b.TempDir()}
		n := fromEnvironment(b, "SEHAT_CITY", 10_000)
		c.ok("simulate", "--households", strconv.Itoa(n), "--seed", "5", "--out", c.path("survey"), "--format", "csv")
		files, err := filepath.Glob(c.path("survey", "*.csv"))
		if err != nil {
			b.Fatal(err)
		}
		if err := os.Mkdir(c.path("late"), 0o700); err != nil {
			b.Fatal(err)
		}
		for rows := 0; rows < late; files = files[:len(files)-1] {
			last := files[len(files)-1]
			eachRow(b, last, func(func(string) string) { rows++ })
			if err := os.Rename(last, c.path("late", filepath.Base(last))); err != nil {
				b.Fatal(err)
			}
		}
		c.ok("--home", c.path("centre"), "init")
		out := newTable(os.Stdout)
		out.row("step", "rows", "CPU-s", "peak MB")
		for _, s := range []stage{
			c.measure("import all but the last files", "rows_read", "--home", c.path("centre"), "import", c.path("survey")),
			c.measure("dedupe", "residents", "--home", c.path("centre"), "dedupe"),
			c.measure("import the last files", "rows_read", "--home", c.path("centre"), "import", c.path("late")),
			c.measure("dedupe", "residents", "--home", c.path("centre"), "dedupe"),
			c.measure("dedupe, with nothing new", "residents", "--home", c.path("centre"), "dedupe"),
		} {
			out.row(s.name, strconv.Itoa(s.units), fmt.Sprintf("%.2f", s.cpu.Seconds()), strconv.FormatInt(s.memory>>20, 10))
		}
		fmt.Printf("\n\nA batch against standing residents, in a SQLite store of %d households\n", n)
		out.flush()
	}
}
