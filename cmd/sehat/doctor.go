package main

import (
	"bytes"
	"context"
	"crypto/ed25519"
	"errors"
	"fmt"
	"os"
	"runtime"
	"time"

	"github.com/spf13/cobra"

	"sehat/cards"
	"sehat/records"
	"sehat/records/access"
	"sehat/records/store"
	batchsync "sehat/sync"
)

func newDoctorCommand(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "doctor",
		Short: "Say whether everything is as it should be, and what to do where it is not",
		Long: `Doctor looks at the home, its keys and signed lists, the store, the card numbers, the
batches and the audit log. It changes nothing. Each line is one check; where something is
wrong the line under it says what to do, and the exit status is 3.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runDoctor(cmd.Context(), a) },
	}
}

func runDoctor(ctx context.Context, a *app) error {
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	checks := []records.Check{checkKey(h), checkTrust(a, h)}
	for _, look := range []func() ([]records.Check, error){
		func() ([]records.Check, error) { return checkKeys(a, h) },
		func() ([]records.Check, error) { return checkRevocations(ctx, s, h) },
		func() ([]records.Check, error) { return one(s.Integrity(ctx)) },
		func() ([]records.Check, error) { return s.Invariants(ctx) },
		func() ([]records.Check, error) { return one(checkLease(ctx, s, h)) },
		func() ([]records.Check, error) { return one(checkWaiting(ctx, s)) },
		func() ([]records.Check, error) { return one(checkOperators(ctx, s, h)) },
		func() ([]records.Check, error) { return one(checkClock(ctx, a, s)) },
		func() ([]records.Check, error) { return checkAudit(ctx, s) },
	} {
		found, err := look()
		if err != nil {
			return err
		}
		checks = append(checks, found...)
	}
	return tell(a, checks)
}

func one(c records.Check, err error) ([]records.Check, error) { return []records.Check{c}, err }

// tell prints the checks.
func tell(a *app, checks []records.Check) error {
	bad := 0
	for _, c := range checks {
		mark, remedy := "ok ", ""
		if !c.OK {
			bad++
			mark, remedy = "BAD", "\n      → "+c.Remedy
		}
		if err := a.result(c, "%s  %-15s %s%s", mark, c.Name, c.Found, remedy); err != nil {
			return err
		}
	}
	if bad > 0 {
		return needsPerson{count(bad, "check") + " failed", "the line under each says what to do"}
	}
	return nil
}

// checkKey looks at the key that signs here.
func checkKey(h home) records.Check {
	c := records.Check{Name: "signing key", OK: true, Found: "the key is there and only its owner can read it"}
	path := h.path("keys", "signing.key")
	info, err := os.Stat(path)
	if err != nil {
		c.OK, c.Found, c.Remedy = false, "the key that signs here is missing", "bring "+path+" back from a backup, or enrol this home anew"
		return c
	}
	if runtime.GOOS != "windows" && info.Mode().Perm()&0o077 != 0 {
		c.OK, c.Found, c.Remedy = false, "others can read the key that signs here", "chmod 600 "+path
		return c
	}
	if _, err := h.signingKey(); err != nil {
		c.OK, c.Found, c.Remedy = false, "the key that signs here cannot be read", "bring "+path+" back from a backup"
	}
	return c
}

// checkTrust looks at the signed lists and whether they know this home's key.
func checkTrust(a *app, h home) records.Check {
	c := records.Check{Name: "signed lists", OK: true}
	trust, err := h.trust()
	var own hinted
	if err != nil {
		c.OK, c.Found, c.Remedy = false, err.Error(), `run "sehat sync pull", or enrol this home anew`
		if h.Role == records.RoleCentre {
			c.Remedy = `run "sehat init" again: it writes trust.json anew from the store`
		}
		if errors.As(err, &own) {
			c.Remedy = own.hint
		}
		return c
	}
	age := cards.ListAge{Age: a.now().Sub(trust.Revocations.MadeAt)}
	c.Found = fmt.Sprintf("the lists are signed by the pinned root and %s old", count(age.Days(), "day"))
	if age.Stale() {
		c.OK, c.Remedy = false, `"sehat sync pull" fetches newer ones: a card revoked since then looks good here`
		if h.Role == records.RoleCentre {
			c.Remedy = `"sehat sync apply" signs the list of revoked cards anew once a day: run it daily`
		}
		return c
	}
	key, err := h.signingKey()
	if err != nil {
		return c // told by checkKey
	}
	public := key.Public().(ed25519.PublicKey)
	listed, ok := trust.Keys.Find(cards.NewKeyID(public))
	if listed.Status == cards.KeyLost {
		c.OK, c.Found, c.Remedy = false, "this laptop was reported lost at its centre: nobody believes what it signs", hint(batchsync.ErrLost)
		return c
	}
	if !ok || !bytes.Equal(listed.PublicKey, public) || listed.Status != cards.KeyActive {
		c.OK, c.Found, c.Remedy = false, "the key that signs here is not, or no longer, in the key list", `enrol this home: "sehat sync enrol"`
	}
	return c
}

// checkRevocations looks whether a centre's signed list names every card that ended.
func checkRevocations(ctx context.Context, s *store.Store, h home) ([]records.Check, error) {
	if h.Role != records.RoleCentre {
		return nil, nil
	}
	trust, err := h.trust()
	if err != nil {
		return nil, nil //nolint:nilerr // told by checkTrust
	}
	ended, err := s.EndedCredentials(ctx)
	if err != nil {
		return nil, err
	}
	missing := 0
	for _, r := range ended {
		if _, ok := trust.Revocations.Find(r.Hash); !ok {
			missing++
		}
	}
	c := records.Check{Name: "revocation list", OK: missing == 0, Found: "it names every card that was revoked, lost or replaced"}
	if missing > 0 {
		c.Found = count(missing, "card") + " ended and not in the signed list: they look good to whoever verifies them"
		c.Remedy = `run "sehat sync apply": it signs the list with them`
	}
	return one(c, nil)
}

// lowLease is the share of a lease under which doctor asks for more.
const lowLease = 0.1

func checkLease(ctx context.Context, s *store.Store, h home) (records.Check, error) {
	c := records.Check{Name: "card numbers", OK: true}
	leases, err := s.Leases(ctx, h.Device)
	if err != nil {
		return c, err
	}
	quota, left := 0, 0
	for _, l := range leases {
		if l.Status == string(cards.LeaseActive) {
			quota, left = quota+l.Quota, left+max(0, l.Quota-l.Used)
		}
	}
	c.Found = fmt.Sprintf("%d of %s left in the lease", left, count(quota, "number"))
	if float64(left) <= lowLease*float64(quota) {
		c.OK, c.Remedy = false, fmt.Sprintf(`lease more at the centre: sehat sync lease %s --quota 10000`, h.Device)
	}
	return c, nil
}

// checkWaiting counts what waits for a person. That is work, not a fault.
func checkWaiting(ctx context.Context, s *store.Store) (records.Check, error) {
	c := records.Check{Name: "waiting", OK: true}
	census, err := s.Census(ctx)
	if err != nil {
		return c, err
	}
	pairs, err := s.CountReviews(ctx)
	if err != nil {
		return c, err
	}
	c.Found = fmt.Sprintf("%s held back at import and %s in doubt wait for a person", count(census.HeldBack, "row"), count(pairs, "pair"))
	pending, err := pendingOf(ctx, s, false)
	if n := len(pending); n > 0 {
		c.Found += fmt.Sprintf("; %s for a second person: see \"sehat pending\"", waits(n, "proposal"))
	}
	return c, err
}

// waits says how many of something wait.
func waits(n int, noun string) string {
	if n == 1 {
		return count(n, noun) + " waits"
	}
	return count(n, noun) + " wait"
}

// checkOperators looks whether there is a second person where two are needed: at a centre that has operators and gave cards.
func checkOperators(ctx context.Context, s *store.Store, h home) (records.Check, error) {
	c := records.Check{Name: "operators", OK: true}
	all, err := s.Operators(ctx)
	if err != nil {
		return c, err
	}
	decide := 0
	for _, o := range all {
		if o.RetiredAt == "" {
			decide++
		}
	}
	c.Found = count(decide, "operator") + " may decide"
	if len(all) == 0 {
		c.Found = "none: whoever can open this home decides, and names are taken on trust"
	}
	given, err := s.CardCounts(ctx)
	if h.Role == records.RoleCentre && len(all) > 0 && decide < 2 && len(given) > 0 {
		c.OK, c.Found = false, "one operator: nobody can confirm what needs two people"
		c.Remedy = `add another: "sehat operator add NAME"`
	}
	return c, err
}

// clockSlack is how far in the future the latest event may be before the clock is taken to be wrong.
const clockSlack = 10 * time.Minute

func checkClock(ctx context.Context, a *app, s *store.Store) (records.Check, error) {
	c := records.Check{Name: "clock", OK: true, Found: "nothing in the store happened in the future"}
	latest, err := s.Latest(ctx)
	if err != nil || latest == "" {
		return c, err
	}
	at, err := records.ParseStamp(latest)
	if err != nil {
		return c, fmt.Errorf("reading times: %w", err)
	}
	if at.After(a.now().Add(clockSlack)) {
		c.OK, c.Found, c.Remedy = false, "the store holds events of the future, up to "+latest, "set this machine's clock"
	}
	return c, nil
}

// checkAudit verifies the chains of the audit log.
func checkAudit(ctx context.Context, s *store.Store) ([]records.Check, error) {
	c := records.Check{Name: "audit log", OK: true}
	chains, err := s.AuditChains(ctx)
	if err != nil {
		return nil, err
	}
	entries := 0
	for _, chain := range chains {
		head, err := access.VerifyChain(s.AuditEntries(ctx, chain))
		if err != nil {
			c.OK, c.Found = false, fmt.Sprintf("chain %s: %v", chain, err)
			c.Remedy = "somebody changed the audit log: keep this store as it is and compare it with a backup"
			return []records.Check{c}, nil
		}
		entries += int(head.Seq)
	}
	c.Found = fmt.Sprintf("%d entries in %s, each linked to the one before", entries, count(len(chains), "chain"))
	return []records.Check{c}, nil
}
