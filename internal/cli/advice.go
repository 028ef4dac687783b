package cli

import "errors"

// The exit codes. They are part of the interface: scripts depend on them.
const (
	ExitOK          = 0
	ExitFailed      = 1
	ExitUsage       = 2
	ExitPartial     = 3 // a partial answer, or a measurement that is not valid
	ExitAuth        = 4 // authentication or permission
	ExitUnreachable = 5 // unreachable or timed out
	ExitCheck       = 6 // a check or an SLO failed
	ExitInterrupted = 130
)

// Advice is one row of the error table: the error it matches, the exit code, and
// the next step. Packages return errors without advice; only this table adds it.
type Advice struct {
	Match func(error) bool
	Code  int
	hint  func(error) string // nil: no hint
}

// On makes a row of an error table.
func On(match func(error) bool, code int, hint func(error) string) Advice {
	return Advice{Match: match, Code: code, hint: hint}
}

// hinted is an error that brings its own hint.
type hinted interface {
	error
	Hint() string
}

// Is matches a sentinel error.
func Is(target error) func(error) bool {
	return func(err error) bool { return errors.Is(err, target) }
}

// As matches an error type.
func As[E error]() func(error) bool {
	return func(err error) bool {
		var target E
		return errors.As(err, &target)
	}
}

// Hint returns a fixed hint.
func Hint(hint string) func(error) string { return func(error) string { return hint } }
