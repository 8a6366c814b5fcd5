package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"log/slog"
	"math"
	"net"
	"strings"
	"sync"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/time/rate"

	"sehat/cards"
	"sehat/records/access"
	"sehat/records/lookup"
	"sehat/records/store"
	batchsync "sehat/sync"
)

type serveOptions struct {
	listen      string
	certificate string
	key         string
	rate        float64
	ready       func(address string) // told the address once the service listens; nil if nobody waits
}

func newServeCommand(a *app) *cobra.Command {
	var opts serveOptions
	cmd := &cobra.Command{
		Use:   "serve",
		Short: "Let hospitals look people up, over FHIR and on a desk page",
		Long: `Serve answers hospitals until it is stopped (Ctrl-C): a hospital's system over FHIR R4, a
person at a counter on the desk page. Each must have a key: see "sehat facility".

  GET /fhir/Patient?identifier=NUMBER   who holds a card
  GET /fhir/Patient/ID                  one record
  /desk                                 type or scan a card, see the person

A request carries the key (Authorization: Bearer …) and why it asks (Purpose-Of-Use: TREAT).
Every answer is written to the audit log first; where it cannot be, there is no answer.

Without --tls-cert and --tls-key it listens on this machine only. Port 0 takes a free port.`,
		Args: usage(cobra.NoArgs),
		RunE: func(cmd *cobra.Command, _ []string) error { return runServe(cmd.Context(), a, opts) },
	}
	flags := cmd.Flags()
	flags.StringVar(&opts.listen, "listen", "127.0.0.1:8080", "address and port to listen on")
	flags.StringVar(&opts.certificate, "tls-cert", "", "certificate file (PEM), with the certificates it rests on")
	flags.StringVar(&opts.key, "tls-key", "", "the certificate's private key (PEM)")
	flags.Float64Var(&opts.rate, "rate", float64(access.DefaultLimits().Requests), "requests a second that one key may make")
	return cmd
}

// serveReport says where the service listens.
type serveReport struct {
	Listening string `json:"listening"` // URL
	Address   string `json:"address"`   // host and port
	TLS       bool   `json:"tls"`
}

func runServe(ctx context.Context, a *app, opts serveOptions) error {
	if err := opts.check(); err != nil {
		return err
	}
	s, h, err := a.open(ctx)
	if err != nil {
		return err
	}
	defer s.Close()
	finder, err := s.Finder(ctx)
	if err != nil {
		return err
	}
	defer finder.Close()
	audit := access.NewAudit(s, h.Device, a.now)
	defer audit.Close()
	service, err := a.service(s, h, finder, audit, opts)
	if err != nil {
		return err
	}
	listener, err := net.Listen("tcp", opts.listen)
	if err != nil {
		return withHint(fmt.Errorf("listening on %s: %w", opts.listen, err), "another program may have the port: choose one with --listen, or 127.0.0.1:0 for any free one")
	}
	if err := a.announce(ctx, s, listener, opts); err != nil {
		listener.Close()
		return err
	}
	return service.Serve(ctx, listener, opts.certificate, opts.key)
}

func (a *app) service(s *store.Store, h home, finder *store.Finder, audit *access.Audit, opts serveOptions) (*lookup.Service, error) {
	limits := access.DefaultLimits()
	limits.Requests, limits.Burst = rate.Limit(opts.rate), max(1, int(2*opts.rate))
	service := lookup.Options{
		Finder: finder, Gate: &access.Gate{Keys: s, Sessions: s, Now: a.now, Random: a.random}, Audit: audit,
		Limiter: access.NewLimiter(limits), Now: a.now, Log: slog.New(slog.NewTextHandler(a.stderr, nil)),
		Version: version, TLS: opts.certificate != "",
	}
	if h.Root != "" {
		service.Verifier = &freshVerifier{store: s, root: h.Root, now: a.now}
	}
	return lookup.New(service)
}

// announce says where the service listens, and what it still lacks.
func (a *app) announce(ctx context.Context, s *store.Store, l net.Listener, opts serveOptions) error {
	report := serveReport{Address: l.Addr().String(), TLS: opts.certificate != ""}
	report.Listening = "http://" + report.Address
	if report.TLS {
		report.Listening = "https://" + report.Address
	}
	keys, err := s.FacilityKeys(ctx)
	if err != nil {
		return err
	}
	if len(keys) == 0 {
		a.say(`no facility has a key yet, so nobody can ask: see "sehat facility"`)
	}
	a.say("listening on %s (Ctrl-C stops it)", report.Listening)
	if a.json {
		if err := a.result(report, ""); err != nil {
			return err
		}
	}
	if opts.ready != nil {
		opts.ready(report.Listening)
	}
	return nil
}

// check refuses what must not be served.
func (o serveOptions) check() error {
	if (o.certificate == "") != (o.key == "") {
		return usageError{errors.New("--tls-cert and --tls-key go together")}
	}
	host, _, err := net.SplitHostPort(o.listen)
	if err != nil {
		return usageError{fmt.Errorf("--listen %s: give an address and a port, such as 127.0.0.1:8080", o.listen)}
	}
	if math.IsNaN(o.rate) || o.rate < 0.1 {
		return usageError{errors.New("--rate is at least 0.1 requests a second")}
	}
	if o.certificate == "" {
		if !isLoopback(host) {
			return withHint(usageError{fmt.Errorf("--listen %s: without TLS people's records would cross the network in the clear, so only this machine can be served", o.listen)},
				"give --tls-cert and --tls-key, or listen on 127.0.0.1")
		}
		return nil
	}
	if _, err := tls.LoadX509KeyPair(o.certificate, o.key); err != nil {
		return fmt.Errorf("reading the certificate %s and its key: %w", o.certificate, err)
	}
	return nil
}

// isLoopback reports whether a host is this machine and cannot be reached from another one.
func isLoopback(host string) bool {
	ip := net.ParseIP(strings.Trim(host, "[]"))
	return host == "localhost" || ip != nil && ip.IsLoopback()
}

// listsAge is how long the service goes on with the signed lists that it has read.
const listsAge = time.Minute

// A freshVerifier judges cards by the lists in the store, which change while the service runs.
type freshVerifier struct {
	store *store.Store
	root  string // fingerprint of the root key, as pinned by the home
	now   func() time.Time

	mu       sync.Mutex
	file     []byte
	readAt   time.Time
	verifier *cards.Verifier
}

// Verify judges a QR text by lists that are at most a minute old. It returns lookup.ErrNoLists where they cannot be read.
func (v *freshVerifier) Verify(qr string) (cards.Verified, error) {
	verifier, err := v.current()
	if err != nil {
		return cards.Verified{}, err
	}
	return verifier.Verify(qr)
}

func (v *freshVerifier) current() (*cards.Verifier, error) {
	v.mu.Lock()
	defer v.mu.Unlock()
	now := v.now()
	if v.verifier != nil && now.Sub(v.readAt) < listsAge {
		return v.verifier, nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	file, err := batchsync.TrustFile(ctx, v.store)
	if err != nil {
		return nil, fmt.Errorf("%w: %w", lookup.ErrNoLists, err)
	}
	if v.verifier == nil || !bytes.Equal(file, v.file) {
		trust, err := cards.OpenTrust(file, v.root)
		if err != nil {
			return nil, fmt.Errorf("%w: %w", lookup.ErrNoLists, err)
		}
		v.verifier, v.file = cards.NewVerifier(trust, v.now), file
	}
	v.readAt = now
	return v.verifier, nil
}
