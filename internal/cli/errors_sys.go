package cli

import (
	"errors"
	"strings"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/sys"
)

// lostConnection matches a lost connection whose reason has no row of its
// own.
func lostConnection(target error) func(error) bool {
	return func(err error) bool {
		known := errors.Is(err, nats.ErrAuthExpired) || errors.Is(err, nats.ErrAuthRevoked) ||
			errors.Is(err, nats.ErrAccountAuthExpired) || errors.Is(err, nats.ErrAuthorization)
		return errors.Is(err, target) && !known
	}
}

// elsewhere is a [sys.ErrNotSystem] with the contexts to use instead.
type elsewhere struct {
	error
	saved []string // contexts for the system account of the same servers
	flag  string   // the flag that names one
	bare  bool     // the connection did not use a context
}

// Unwrap returns the error itself.
func (w elsewhere) Unwrap() error { return w.error }

// hint returns the command to use, or "" when no context is known.
func (w elsewhere) hint() string {
	var saved []string
	for _, name := range w.saved[:min(3, len(w.saved))] {
		saved = append(saved, w.flag+" "+ShellQuote(name))
	}
	if len(saved) == 0 {
		return ""
	}
	hint := "this needs a user of the system account: run it with " + strings.Join(saved, " or ")
	if w.bare {
		return hint + " instead of the URL and credentials"
	}
	return hint
}

// hintNotSystem names the account that has to be used instead.
func hintNotSystem(err error) string {
	var other elsewhere
	if errors.As(err, &other) && other.hint() != "" {
		return other.hint()
	}
	hint := "this needs a user of the system account; choose one with --context NAME (list them with: natsctl context ls)"
	var e *sys.NotSystemError
	if errors.As(err, &e) && e.Account == "$G" {
		hint += " (users without an account are in $G; the server's system_account setting names the system account)"
	}
	return hint
}

// hintNoServer suggests a similar server or cluster name.
func hintNoServer(err error) string {
	var e *sys.NoServerError
	if !errors.As(err, &e) {
		return ""
	}
	what, most := "servers", 8
	if e.Clusters {
		what = "clusters"
	}
	switch {
	case e.Suggestion != "":
		return "did you mean " + e.Suggestion + "?"
	case len(e.Known) == 0:
		return "list the servers with: natsctl server ls"
	case len(e.Known) > most:
		return "list the servers with: natsctl server ls"
	}
	return "the " + what + " are " + strings.Join(e.Known, ", ")
}

// hintPermission names the permissions that are required.
func hintPermission(err error) string {
	var e *sys.PermissionError
	if !errors.As(err, &e) {
		return ""
	}
	if e.Subscribe {
		return "the user may not subscribe to its inbox; if it has an inbox prefix, name it with --inbox-prefix"
	}
	if strings.HasPrefix(e.Subject, "$SYS.REQ.ACCOUNT.PING.") || strings.HasPrefix(e.Subject, "$SYS.REQ.USER.") {
		return "the user, or the role of its signing key, must be allowed to publish there; see what is visible without with: natsctl account info"
	}
	return "a user of the system account needs permission to publish to $SYS.REQ.> and to subscribe to its inbox"
}
