package sys

import "github.com/natsctl/natsctl/internal/sys/failure"

// The ways in which asking fails. The typed errors below wrap them, so that a
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

// NotSystemError and the other typed errors are described in the package failure.
type (
	NotSystemError  = failure.NotSystemError
	NoServerError   = failure.NoServerError
	SilentError     = failure.SilentError
	PermissionError = failure.PermissionError
	TooOldError     = failure.TooOldError
	GoneError       = failure.GoneError
	RefusedError    = failure.RefusedError
	IncompleteError = failure.IncompleteError
)
