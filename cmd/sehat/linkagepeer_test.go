package main

import (
	"bufio"
	"cmp"
	"context"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"sehat/records/store/storetest"
)

// The peer is what an office can do with its database alone: PostgreSQL with pg_trgm brings together those of two households who
// share a mobile, a full date of birth, or name and locality, and adds up how alike name and father's name are, one for the same sex
// and up to one for the year of birth.
const peerQuery = `
WITH p AS MATERIALIZED (
	SELECT row, household_id AS home, lower(coalesce(full_name, full_name_hi)) AS name, lower(father_or_husband_name) AS father, sex,
		coalesce(substring(birth_year, '^[0-9]{4}$')::int, 2026 - substring(age_years, '^[0-9]{1,3}$')::int) AS year,
		birth_year || '-' || birth_month || '-' || birth_day AS day, coalesce(mobile, contact_mobile) AS mobile, lower(locality) AS locality
	FROM list),
near AS (
	SELECT a.row AS x, b.row AS y FROM p a JOIN p b USING (mobile) WHERE a.row < b.row AND a.home <> b.home
	UNION SELECT a.row, b.row FROM p a JOIN p b USING (day) WHERE a.row < b.row AND a.home <> b.home
	UNION SELECT a.row, b.row FROM p a JOIN p b USING (name, locality) WHERE a.row < b.row AND a.home <> b.home)
SELECT x, y, coalesce(similarity(a.name, b.name), 0) + coalesce(similarity(a.father, b.father), 0) + coalesce((a.sex = b.sex)::int, 0)
	+ greatest(0, 1 - abs(a.year - b.year) / 3.0)
FROM near JOIN p a ON a.row = x JOIN p b ON b.row = y`

// peer links a list of households in PostgreSQL and prints how good that was at its best threshold, which it is told from the truth.
func peer(b *testing.B, l *knownList) {
	fmt.Printf("\nA peer on the %d rows of households: PostgreSQL, three exact blocks and four similarities\n", len(l.who))
	url, err := storetest.NewDatabase()
	if err != nil {
		fmt.Printf("  SKIPPED, for PostgreSQL cannot be started: %v\n", err)
		return
	}
	ctx := context.Background()
	db, err := pgx.Connect(ctx, url)
	if err != nil {
		b.Fatal(err)
	}
	defer db.Close(ctx) //nolint:errcheck // nothing is kept
	list, err := os.Open(l.path)
	if err != nil {
		b.Fatal(err)
	}
	defer list.Close()
	in := bufio.NewReader(list)
	header, err := in.ReadString('\n')
	if err != nil {
		b.Fatal(err)
	}
	for _, text := range []string{
		"CREATE EXTENSION pg_trgm", "SET max_parallel_workers_per_gather = 0", "SET work_mem = '256MB'",
		"CREATE TABLE list (row serial, " + strings.ReplaceAll(header, ",", " text, ") + " text)",
	} {
		if _, err := db.Exec(ctx, text); err != nil {
			b.Fatal(err)
		}
	}
	if _, err := db.PgConn().CopyFrom(ctx, in, "COPY list ("+header+") FROM STDIN (FORMAT csv)"); err != nil {
		b.Fatal(err)
	}
	type pair struct {
		alike float64
		same  bool
	}
	var pairs []pair
	found, err := db.Query(ctx, peerQuery)
	if err != nil {
		b.Fatal(err)
	}
	for found.Next() {
		var x, y int64
		var alike float64
		if err := found.Scan(&x, &y, &alike); err != nil {
			b.Fatal(err)
		}
		pairs = append(pairs, pair{alike, l.who[x-1] == l.who[y-1]})
	}
	if err := found.Err(); err != nil {
		b.Fatal(err)
	}
	slices.SortFunc(pairs, func(p, q pair) int { return cmp.Compare(q.alike, p.alike) })
	var best, sure, at tally
	pairsWithin(l.who, func(int, int) { at.there++ })
	for _, p := range pairs {
		at.found++
		if p.same {
			at.right++
		}
		if at.f1() > best.f1() {
			best = at
		}
		if at.precision() >= 0.995 {
			sure = at
		}
	}
	out := newTable(os.Stdout)
	out.row("pairs compared", "completeness, in truth", "best F1", "precision there", "recall there", "recall at precision 0.995", "CPU-s")
	out.row(strconv.Itoa(len(pairs)), share(at.recall()), share(best.f1()), share(best.precision()), share(best.recall()), share(sure.recall()), backendCPU(b, db))
	out.flush()
}

// backendCPU is the user and system time of the server's process for this connection.
func backendCPU(b *testing.B, db *pgx.Conn) string {
	text, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", db.PgConn().PID()))
	if err != nil {
		return "-"
	}
	fields := strings.Fields(string(text[strings.LastIndexByte(string(text), ')')+1:]))
	var user, system float64 // in ticks of 1/100 s: proc(5)
	if _, err := fmt.Sscan(fields[11]+" "+fields[12], &user, &system); err != nil {
		b.Fatal(err)
	}
	return fmt.Sprintf("%.2f", (user+system)/100)
}
