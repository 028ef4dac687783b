package sys

import "github.com/natsctl/natsctl/internal/sys/failure"

// The ways in which a request fails. The typed errors below wrap them, so that a
// caller can test with errors.Is and learn more with errors.As. Errors of the
// connection itself (nats.ErrAuthExpired, nats.ErrAuthRevoked ...) are wrapped
// as they are.
var (
	ErrNotSystem    = failure.ErrNotSystem
	ErrNoServer     = failure.ErrNoServer
	ErrSilent       = failure.ErrSilent
	ErrPermission   = failure.ErrPermission
	ErrTooOld       = failure.ErrTooOld
	ErrRefused      = failure.ErrRefused
	ErrDisconnected = failure.ErrDisconnected
	ErrIncomplete   = failure.ErrIncomplete
	ErrAmbiguous    = failure.ErrAmbiguous
)

type (
	// NotSystemError is the error of a user who is not in the system account.
	NotSystemError = failure.NotSystemError
	// NoServerError is the error of a scope that matches no server.
	NoServerError = failure.NoServerError
	// SilentError is the error of a request without an answer in time.
	SilentError = failure.SilentError
	// PermissionError is the error of a subject that the user may not use.
	PermissionError = failure.PermissionError
	// TooOldError is the error of a server that does not know a request.
	TooOldError = failure.TooOldError
	// GoneError is the error of a server that is no longer connected.
	GoneError = failure.GoneError
	// RefusedError is a server's own error.
	RefusedError = failure.RefusedError
	// IncompleteError ends a stream in which servers are missing.
	IncompleteError = failure.IncompleteError
)
