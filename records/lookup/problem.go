package lookup

import (
	"errors"
	"fmt"
	"net/http"

	"sehat/cards"
	"sehat/records"
	"sehat/records/access"
)

// errStore says that the register does not answer: somebody else's fault than the caller's.
var errStore = errors.New("the register does not answer")

// A refusal is a request that cannot be answered as it stands. Its text is for the one who sent it.
type refusal struct {
	status int
	code   string // of FHIR's IssueType
	text   string
}

func (e refusal) Error() string { return e.text }

func badRequest(code, format string, args ...any) error {
	return refusal{http.StatusBadRequest, code, fmt.Sprintf(format, args...)}
}

// problem maps an error to what the caller is told: the one place where statuses are chosen. What went wrong inside is not
// told.
func problem(err error) refusal {
	var own refusal
	var busy access.TooManyError
	var large *http.MaxBytesError
	switch {
	case errors.Is(err, access.ErrNoAudit):
		return refusal{http.StatusServiceUnavailable, "transient", "the answer cannot be written down in the audit log, so there is none; ask again"}
	case errors.As(err, &own):
		return own
	case errors.As(err, &busy):
		return refusal{http.StatusTooManyRequests, "throttled", busy.Error()}
	case errors.As(err, &large):
		return refusal{http.StatusRequestEntityTooLarge, "too-long", "the request is too large"}
	case errors.Is(err, cards.ErrNumber):
		return refusal{http.StatusBadRequest, "value", err.Error()}
	case errors.Is(err, records.ErrNotFound):
		return refusal{http.StatusNotFound, "not-found", "there is no such person here"}
	case errors.Is(err, access.ErrDenied):
		return refusal{http.StatusUnauthorized, "login", "send a facility key that is good: Authorization: Bearer sehat_…"}
	case errors.Is(err, access.ErrScope):
		return refusal{http.StatusForbidden, "forbidden", err.Error()}
	case errors.Is(err, errStore), errors.Is(err, ErrNoLists):
		return refusal{http.StatusServiceUnavailable, "transient", "the register does not answer; ask again"}
	}
	return refusal{http.StatusInternalServerError, "exception", "something went wrong here; the log tells more"}
}
