package access

import (
	"fmt"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Limits say how often one key may ask.
type Limits struct {
	Requests rate.Limit // a second, in the long run
	Burst    int        // at once
	Misses   rate.Limit // a second: numbers that nobody holds
	MissOnce int        // at once
}

// DefaultLimits lets a large hospital work, and a guesser not: one number in 50,000 of a lease is a card's, so that 8,640
// misses a day find a stranger every six days.
func DefaultLimits() Limits { return Limits{Requests: 50, Burst: 100, Misses: 0.1, MissOnce: 60} }

// A TooManyError says that a key asked too often, and how long to wait.
type TooManyError struct {
	After  time.Duration
	Misses bool // it was not the number of questions, but of those that nobody holds
}

func (e TooManyError) Error() string {
	what := "too many requests with this key"
	if e.Misses {
		what = "too many numbers that nobody holds, asked with this key"
	}
	return fmt.Sprintf("%s; wait %d seconds", what, int(e.After.Seconds())+1)
}

// A Limiter holds each key to the limits. It is safe for concurrent use.
type Limiter struct {
	limits Limits
	mu     sync.Mutex
	keys   map[string]*buckets // only keys that are good come here, so that it stays small
}

type buckets struct{ requests, misses *rate.Limiter }

// NewLimiter returns a limiter in which nobody has asked yet.
func NewLimiter(l Limits) *Limiter { return &Limiter{limits: l, keys: map[string]*buckets{}} }

// Allow counts a request of a key. It returns a TooManyError, and counts nothing, where the key has to wait.
func (l *Limiter) Allow(keyID string, now time.Time) error {
	b := l.of(keyID)
	if missing := 1 - b.misses.TokensAt(now); missing > 0 {
		return TooManyError{After: wait(missing, l.limits.Misses), Misses: true}
	}
	if !b.requests.AllowN(now, 1) {
		return TooManyError{After: wait(1-b.requests.TokensAt(now), l.limits.Requests)}
	}
	return nil
}

// Miss counts a number that nobody holds. A wrong check digit is none: whoever types it learns nothing.
func (l *Limiter) Miss(keyID string, now time.Time) { l.of(keyID).misses.AllowN(now, 1) }

func (l *Limiter) of(keyID string) *buckets {
	l.mu.Lock()
	defer l.mu.Unlock()
	b, ok := l.keys[keyID]
	if !ok {
		b = &buckets{rate.NewLimiter(l.limits.Requests, l.limits.Burst), rate.NewLimiter(l.limits.Misses, l.limits.MissOnce)}
		l.keys[keyID] = b
	}
	return b
}

func wait(tokens float64, per rate.Limit) time.Duration {
	return time.Duration(tokens / float64(per) * float64(time.Second))
}
