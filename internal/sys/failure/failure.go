package failure

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The ways in which a request fails. The typed errors below wrap them, so that a
// caller can test with errors.Is and learn more with errors.As. Errors of the
// connection itself (nats.ErrAuthExpired, nats.ErrAuthRevoked ...) are wrapped
// as they are.
var (
	ErrNotSystem    = errors.New("not the system account")
	ErrNoServer     = errors.New("no such server")
	ErrSilent       = errors.New("no answer")
	ErrPermission   = errors.New("permission denied")
	ErrTooOld       = errors.New("server too old")
	ErrRefused      = errors.New("refused by the server")
	ErrDisconnected = errors.New("connection lost while waiting for answers")
	ErrIncomplete   = errors.New("incomplete answer")
	ErrAmbiguous    = errors.New("more than one server")
)

// NotSystemError says that the user is not in the system account.
type NotSystemError struct {
	Account string // where the user is; empty when the server does not say
	User    string // empty when the server does not report it
	Denied  error  // the [*PermissionError] of the request; nil when there were no responders
}

func (e *NotSystemError) Error() string {
	if e.Account == "" {
		return ErrNotSystem.Error()
	}
	return fmt.Sprintf("user is in account %s, not in the system account", e.Account)
}

// Unwrap returns [ErrNotSystem], and Denied if there is one.
func (e *NotSystemError) Unwrap() []error {
	if e.Denied == nil {
		return []error{ErrNotSystem}
	}
	return []error{ErrNotSystem, e.Denied}
}

// NoServerError says that nothing in the fleet matches a scope.
type NoServerError struct {
	Scope      fleet.Scope
	Suggestion string   // the nearest name that exists, or empty
	Known      []string // all names of the kind asked for, sorted
	Clusters   bool     // Suggestion and Known are clusters, not servers
}

func (e *NoServerError) Error() string {
	s := e.Scope
	switch {
	case s.Name != "" && s.Cluster == "" && s.Host == "" && len(s.Tags) == 0:
		return fmt.Sprintf("no such server %s", s.Name)
	case s.Cluster != "" && s.Name == "" && s.Host == "" && len(s.Tags) == 0:
		return fmt.Sprintf("no such cluster %s", s.Cluster)
	}
	return "no server matches " + scopeText(s)
}

// Unwrap returns [ErrNoServer].
func (e *NoServerError) Unwrap() error { return ErrNoServer }

// SilentError says that a request was not answered in time.
type SilentError struct {
	Subject string
	Server  string // which server should have answered; empty for any
	After   time.Duration
}

func (e *SilentError) Error() string {
	after := e.After.Round(time.Millisecond)
	if e.Server != "" {
		return fmt.Sprintf("server %s did not answer %s within %s", e.Server, e.Subject, after)
	}
	return fmt.Sprintf("no answer to %s within %s", e.Subject, after)
}

// Unwrap returns [ErrSilent].
func (e *SilentError) Unwrap() error { return ErrSilent }

// PermissionError says that the user may not send a request or receive its answer.
type PermissionError struct {
	Subject   string
	Subscribe bool // the inbox was denied, not the request
}

func (e *PermissionError) Error() string {
	verb := "publish to"
	if e.Subscribe {
		verb = "subscribe to"
	}
	return fmt.Sprintf("user may not %s %s", verb, e.Subject)
}

// Unwrap returns [ErrPermission].
func (e *PermissionError) Unwrap() error { return ErrPermission }

// TooOldError says that a server is too old to support a request.
type TooOldError struct {
	Server, Version string
	Kind            fleet.Kind
	Since           string // the first version that supports it
}

func (e *TooOldError) Error() string {
	return fmt.Sprintf("server %s runs %s, which does not support %s (since %s)", e.Server, e.Version, e.Kind, e.Since)
}

// Unwrap returns [ErrTooOld].
func (e *TooOldError) Unwrap() error { return ErrTooOld }

// GoneError says that no server with this id is connected any more: it has ended
// or was restarted, which gives it a new id.
type GoneError struct {
	Server string
	Kind   fleet.Kind // what was to be done
}

func (e *GoneError) Error() string {
	return fmt.Sprintf("server %s is gone, %s did not reach it", e.Server, e.Kind)
}

// Unwrap returns [ErrNoServer].
func (e *GoneError) Unwrap() error { return ErrNoServer }

// RefusedError is a server's own error, or that of all servers.
type RefusedError struct {
	Server string // "" if it is about no server in particular
	Kind   fleet.Kind
	Code   int
	Words  string // the server's description; may span lines, and is untrusted text
}

func (e *RefusedError) Error() string {
	if e.Server == "" {
		return fmt.Sprintf("%s: %s", e.Kind, e.Words)
	}
	return fmt.Sprintf("server %s refused %s: %s (%d)", e.Server, e.Kind, e.Words, e.Code)
}

// Unwrap returns [ErrRefused].
func (e *RefusedError) Unwrap() error { return ErrRefused }

// IncompleteError ends a stream in which expected servers are missing.
type IncompleteError struct {
	Snapshot *fleet.Snapshot
}

func (e *IncompleteError) Error() string {
	s := e.Snapshot
	labels := make([]string, 0, len(s.Missing))
	for _, m := range s.Missing {
		labels = append(labels, m.Label()+" "+string(m.Reason))
	}
	for _, p := range s.Problems {
		labels = append(labels, string(p.Kind)+" of "+p.Server+" "+string(p.Reason))
	}
	return fmt.Sprintf("%d of %d servers answered: %s", len(s.Servers), s.Expected, strings.Join(labels, ", "))
}

// Unwrap returns [ErrIncomplete].
func (e *IncompleteError) Unwrap() error { return ErrIncomplete }

// scopeText formats a scope as flags.
func scopeText(s fleet.Scope) string {
	var parts []string
	add := func(flag, value string) {
		if value != "" {
			parts = append(parts, "--"+flag+" "+value)
		}
	}
	add("cluster", s.Cluster)
	add("name", s.Name)
	add("host", s.Host)
	for _, t := range s.Tags {
		add("tag", t)
	}
	return strings.Join(parts, " ")
}
