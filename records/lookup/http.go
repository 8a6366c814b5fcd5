package lookup

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"runtime/debug"
	"strconv"
	"time"

	"sehat/records/access"
)

const (
	maxBody   = 64 << 10
	maxHeader = 16 << 10
)

// Serve answers on a listener until ctx ends, and then lets the requests under way finish. With a certificate and its key it
// speaks TLS.
func (s *Service) Serve(ctx context.Context, l net.Listener, certificate, key string) error {
	server := &http.Server{
		Handler:           s.Handler(),
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    maxHeader,
		ErrorLog:          slog.NewLogLogger(s.Log.Handler(), slog.LevelWarn),
	}
	stopped := make(chan error, 1)
	ended := make(chan struct{})
	go func() {
		select {
		case <-ctx.Done():
		case <-ended:
		}
		grace, cancel := context.WithTimeout(context.WithoutCancel(ctx), 10*time.Second)
		defer cancel()
		stopped <- server.Shutdown(grace)
	}()
	var err error
	if certificate != "" {
		err = server.ServeTLS(l, certificate, key)
	} else {
		err = server.Serve(l)
	}
	close(ended)
	if stop := <-stopped; stop != nil {
		return fmt.Errorf("stopping the service: %w", stop)
	}
	if !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serving: %w", err)
	}
	return nil
}

// A note is what handlers tell the log about a request: never what was asked.
type note struct {
	id  string // of the request
	key string // public part
	err error  // what went wrong here, where it is not the caller's fault
}

type noteKey struct{}

func noteOf(r *http.Request) *note {
	n, ok := r.Context().Value(noteKey{}).(*note)
	if !ok {
		return &note{}
	}
	return n
}

// around puts what every request needs around the handlers: headers, limits, protection from other sites, a log line.
func (s *Service) around(h http.Handler) http.Handler {
	guarded := http.NewCrossOriginProtection().Handler(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		n := &note{id: rand.Text()[:12]}
		r = r.WithContext(context.WithValue(r.Context(), noteKey{}, n))
		r.Body = http.MaxBytesReader(w, r.Body, maxBody)
		out := &response{ResponseWriter: w, status: http.StatusOK}
		s.setHeaders(w.Header(), n.id)
		defer func() {
			if cause := recover(); cause != nil {
				// Not the value, which may hold what was asked; the places are enough.
				s.Log.Error("panic", "request", n.id, "stack", string(debug.Stack()))
				if !out.wrote {
					http.Error(out, "something went wrong here", http.StatusInternalServerError)
				}
			}
			s.log(r, n, out, time.Since(start))
		}()
		guarded.ServeHTTP(out, r)
	})
}

func (s *Service) setHeaders(h http.Header, id string) {
	h.Set("X-Request-Id", id)
	h.Set("Cache-Control", "no-store")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=()")
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
	if s.TLS {
		h.Set("Strict-Transport-Security", "max-age=31536000")
	}
}

// log writes one line for a request: its route, never its address, query or body.
func (s *Service) log(r *http.Request, n *note, out *response, took time.Duration) {
	route := r.Pattern
	if route == "" {
		route = r.Method + " (no such page)"
	}
	level, attrs := slog.LevelInfo, []slog.Attr{
		slog.String("request", n.id), slog.String("route", route), slog.Int("status", out.status),
		slog.Int("bytes", out.bytes), slog.Duration("took", took.Round(time.Microsecond)),
	}
	if n.key != "" {
		attrs = append(attrs, slog.String("key", n.key))
	}
	if n.err != nil {
		level, attrs = slog.LevelError, append(attrs, slog.String("error", n.err.Error()))
	}
	s.Log.LogAttrs(r.Context(), level, "request", attrs...)
}

// fail chooses what the caller is told of an error, and keeps for the log what is our fault.
func fail(w http.ResponseWriter, r *http.Request, err error) refusal {
	p := problem(err)
	if p.status >= http.StatusInternalServerError {
		noteOf(r).err = err
	}
	var busy access.TooManyError
	if errors.As(err, &busy) {
		w.Header().Set("Retry-After", strconv.Itoa(int(busy.After.Seconds())+1))
	}
	return p
}

// A response remembers what was sent, for the log.
type response struct {
	http.ResponseWriter
	status, bytes int
	wrote         bool
}

func (w *response) WriteHeader(status int) {
	if !w.wrote {
		w.status, w.wrote = status, true
	}
	w.ResponseWriter.WriteHeader(status)
}

func (w *response) Write(b []byte) (int, error) {
	w.wrote = true
	n, err := w.ResponseWriter.Write(b)
	w.bytes += n
	return n, err
}

// Unwrap lets http.ResponseController reach what is beneath.
func (w *response) Unwrap() http.ResponseWriter { return w.ResponseWriter }
