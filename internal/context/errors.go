package natsctx

import (
	"errors"
	"fmt"
	"io/fs"
	"time"
)

// The errors of this package. The typed errors below match them with errors.Is.
var (
	ErrUnknown     = errors.New("unknown context")
	ErrCorrupt     = errors.New("corrupt context file")
	ErrExists      = errors.New("context exists already")
	ErrSelected    = errors.New("context is the selected one")
	ErrNoSelection = errors.New("no context is selected")
	ErrNoPrevious  = errors.New("no context was selected before")
	ErrBadName     = errors.New("invalid context name")
	ErrInvalid     = errors.New("invalid context")
	ErrExposed     = errors.New("secret file is readable by others")
	ErrShared      = errors.New("secret file is readable by everybody on this machine")
	ErrForeign     = errors.New("context file is not trusted")
	ErrMissing     = errors.New("file does not exist")
	ErrSecret      = errors.New("cannot get the secret")
	ErrURLOverride = errors.New("URL is not one of the context's own")
	ErrProxy       = errors.New("cannot connect through the SOCKS proxy")
	ErrExpired     = errors.New("expired")
	ErrExpiring    = errors.New("expires soon")
	ErrNoHome      = errors.New("no home directory to save contexts in")
	ErrLocked      = errors.New("another process is writing contexts")
	ErrChanged     = errors.New("context was changed by another process")
)

// UnknownError reports that no context has that name. It matches [ErrUnknown].
type UnknownError struct {
	Name   string
	Origin Origin   // what named it: a flag, the environment, or the saved selection
	Known  []string // the existing names, for suggestions
}

func (e *UnknownError) Error() string { return fmt.Sprintf("unknown context %q", e.Name) }

// Is makes it match [ErrUnknown].
func (e *UnknownError) Is(target error) bool { return target == ErrUnknown }

// FileError reports a problem with a file. It matches its Kind, one of
// [ErrCorrupt], [ErrExposed], [ErrShared], [ErrForeign] and [ErrMissing], and its Err.
type FileError struct {
	Kind error
	Path string
	Key  string      // the key that names the file, "" when it is the context file
	Mode fs.FileMode // of an exposed or shared file
	Err  error       // may be nil
}

func (e *FileError) Error() string {
	head := ""
	if e.Key != "" {
		head = e.Key + ": "
	}
	switch {
	case errors.Is(e.Kind, ErrForeign):
		return fmt.Sprintf("%sthe reference in %s is not followed: %v: %v", head, quotePath(e.Path), e.Kind, e.Err)
	case errors.Is(e.Kind, ErrExposed), errors.Is(e.Kind, ErrShared):
		return fmt.Sprintf("%s%s (mode %04o): %v", head, quotePath(e.Path), e.Mode.Perm(), e.Kind)
	case errors.Is(e.Kind, ErrCorrupt) && e.Err != nil:
		return fmt.Sprintf("%s%v %s: %v", head, e.Kind, quotePath(e.Path), e.Err)
	}
	return fmt.Sprintf("%s%s: %v", head, quotePath(e.Path), e.Kind)
}

// Unwrap returns the kind and the cause.
func (e *FileError) Unwrap() []error { return []error{e.Kind, e.Err} }

// NameError reports why a context name is invalid. It matches [ErrBadName].
type NameError struct {
	Name   string
	Reason string
}

func (e *NameError) Error() string {
	return fmt.Sprintf("invalid context name %q: %s", e.Name, e.Reason)
}

// Is makes it match [ErrBadName].
func (e *NameError) Is(target error) bool { return target == ErrBadName }

// InvalidError reports which setting is invalid and why. It matches [ErrInvalid].
type InvalidError struct {
	Key    string // one of the 24 keys, or the variable or flag that set it
	Reason string
}

func (e *InvalidError) Error() string { return e.Key + ": " + e.Reason }

// Is makes it match [ErrInvalid].
func (e *InvalidError) Is(target error) bool { return target == ErrInvalid }

// SecretError reports that a reference to a secret could not be resolved. It
// matches [ErrSecret] and its cause; it never holds the secret.
type SecretError struct {
	Key string
	Ref string // such as env://NAME, masked where it holds the secret itself
	Err error
}

func (e *SecretError) Error() string {
	return fmt.Sprintf("%s: %v from %q: %v", e.Key, ErrSecret, e.Ref, e.Err)
}

// Unwrap returns [ErrSecret] and the cause.
func (e *SecretError) Unwrap() []error { return []error{ErrSecret, e.Err} }

// ProxyError reports why a server could not be reached through a proxy. It matches
// [ErrProxy] and its cause.
type ProxyError struct {
	Proxy  string // host and port
	Server string
	Err    error
}

func (e *ProxyError) Error() string {
	return fmt.Sprintf("%v %s to %s: %v", ErrProxy, e.Proxy, e.Server, e.Err)
}

// Unwrap returns [ErrProxy] and the cause.
func (e *ProxyError) Unwrap() []error { return []error{ErrProxy, e.Err} }

// Proxied marks the failure as one of a proxy, not of a server.
func (e *ProxyError) Proxied() bool { return true }

// ExpiredError reports that the credentials of a user have expired or are not valid
// yet. It matches [ErrExpired].
type ExpiredError struct {
	Key   string // creds or user_jwt
	User  string // its name, as the issuer of the JWT chose it
	At    time.Time
	Early bool // they are not valid yet, until At
}

func (e *ExpiredError) Error() string {
	if e.Early {
		return fmt.Sprintf("%s: the credentials of user %q are not valid before %s", e.Key, e.User, e.At.UTC().Format(time.DateTime))
	}
	return fmt.Sprintf("%s: the credentials of user %q expired on %s", e.Key, e.User, e.At.UTC().Format(time.DateTime))
}

// Is makes it match [ErrExpired].
func (e *ExpiredError) Is(target error) bool { return target == ErrExpired }

// URLOverrideError reports that a URL from a flag or the environment would have
// received the credentials of a context. It matches [ErrURLOverride].
type URLOverrideError struct {
	Context   string
	URL       string // redacted
	Origin    Origin // FromEnv (NATS_URL) or FromFlag
	Plaintext bool   // the server is the context's own, but the URL drops TLS
}

func (e *URLOverrideError) Error() string {
	if e.Plaintext {
		return fmt.Sprintf("the URL %s from the %s would send the credentials of context %q without TLS", e.URL, e.Origin, e.Context)
	}
	return fmt.Sprintf("the URL %s from the %s is not a server of context %q; its credentials are not sent there", e.URL, e.Origin, e.Context)
}

// Is makes it match [ErrURLOverride].
func (e *URLOverrideError) Is(target error) bool { return target == ErrURLOverride }
