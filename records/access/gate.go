package access

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"sehat/records"
)

// How long a session lasts.
const (
	sessionIdle = 30 * time.Minute // without work
	sessionLife = 8 * time.Hour    // a shift
	sessionStep = time.Minute      // its end is moved at most this often, so that not every request writes
)

// Keys knows the facility keys.
type Keys interface {
	// FacilityKey returns a key by its public part, revoked or not, or records.ErrNotFound.
	FacilityKey(ctx context.Context, id string) (records.FacilityKey, error)
}

// Sessions keeps the sessions of desks.
type Sessions interface {
	// OpenSession stores a new session.
	OpenSession(ctx context.Context, v records.Session) error
	// Session returns a session by its hash, ended or not, or records.ErrNotFound.
	Session(ctx context.Context, hash string) (records.Session, error)
	// KeepSession moves a session's end; one that is not there stays away.
	KeepSession(ctx context.Context, hash, expiresAt string) error
	// EndSession forgets a session; one that is not there is no error.
	EndSession(ctx context.Context, hash string) error
}

// A Caller is a facility that may ask, known by one of its keys.
type Caller struct {
	KeyID      string
	FacilityID string
	Facility   string // its name
	Scopes     Scopes
}

// May returns ErrScope unless the caller's key has the scope.
func (c Caller) May(s Scope) error {
	if c.Scopes.Has(s) {
		return nil
	}
	return fmt.Errorf("%w: it needs the scope %s", ErrScope, s)
}

// A Gate lets callers in.
type Gate struct {
	Keys     Keys
	Sessions Sessions
	Now      func() time.Time
	Random   io.Reader // cryptographic
}

// Key returns whose key a text is. It returns ErrDenied where the key is unknown, wrong or revoked.
func (g *Gate) Key(ctx context.Context, text string) (Caller, error) {
	id, secret, ok := parseKey(text)
	if !ok {
		return Caller{}, ErrDenied
	}
	k, err := g.key(ctx, id)
	if err != nil {
		return Caller{}, err
	}
	if !matches(secret, k.Hash) {
		return Caller{}, ErrDenied
	}
	return callerOf(k), nil
}

// key returns a key that is good.
func (g *Gate) key(ctx context.Context, id string) (records.FacilityKey, error) {
	k, err := g.Keys.FacilityKey(ctx, id)
	if errors.Is(err, records.ErrNotFound) || err == nil && k.RevokedAt != "" {
		return k, ErrDenied
	}
	return k, err
}

func callerOf(k records.FacilityKey) Caller {
	scopes, err := ParseScopes(k.Scopes)
	if err != nil {
		scopes = nil // a scope that this version does not know gives no right
	}
	return Caller{KeyID: k.ID, FacilityID: k.FacilityID, Facility: k.Facility, Scopes: scopes}
}

// Open opens a session for a caller and returns its token, of which only the hash is stored.
func (g *Gate) Open(ctx context.Context, c Caller) (token string, err error) {
	if token, err = draw(g.Random, secretBytes); err != nil {
		return "", err
	}
	now := g.Now()
	return token, g.Sessions.OpenSession(ctx, records.Session{
		Hash: hashOf(token), KeyID: c.KeyID, CreatedAt: records.Stamp(now), ExpiresAt: records.Stamp(now.Add(sessionIdle)),
	})
}

// Session returns whose session a token is, and keeps it open. It returns ErrDenied where the session has ended or its key
// was revoked.
func (g *Gate) Session(ctx context.Context, token string) (Caller, error) {
	if token == "" {
		return Caller{}, ErrDenied
	}
	v, err := g.Sessions.Session(ctx, hashOf(token))
	if errors.Is(err, records.ErrNotFound) {
		return Caller{}, ErrDenied
	}
	if err != nil {
		return Caller{}, err
	}
	now := g.Now()
	if v.ExpiresAt <= records.Stamp(now) {
		return Caller{}, ErrDenied
	}
	k, err := g.key(ctx, v.KeyID)
	if err != nil {
		return Caller{}, err
	}
	if err := g.keep(ctx, v, now); err != nil {
		return Caller{}, err
	}
	return callerOf(k), nil
}

// keep moves a session's end to half an hour from now, but not past the end of the shift.
func (g *Gate) keep(ctx context.Context, v records.Session, now time.Time) error {
	made, err := records.ParseStamp(v.CreatedAt)
	if err != nil {
		return fmt.Errorf("reading a session: %w", err)
	}
	stored, err := records.ParseStamp(v.ExpiresAt)
	if err != nil {
		return fmt.Errorf("reading a session: %w", err)
	}
	end := now.Add(sessionIdle)
	if last := made.Add(sessionLife); end.After(last) {
		end = last
	}
	if end.Sub(stored) < sessionStep {
		return nil
	}
	return g.Sessions.KeepSession(ctx, v.Hash, records.Stamp(end))
}

// Close ends a session.
func (g *Gate) Close(ctx context.Context, token string) error {
	return g.Sessions.EndSession(ctx, hashOf(token))
}
