package cli

import (
	"errors"
	"fmt"
)

// UsageError is an error in the command line.
type UsageError struct{ error }

// Unwrap returns the parser's own error.
func (u UsageError) Unwrap() error { return u.error }

// Misuse marks an error as a usage error.
func Misuse(err error) error { return UsageError{err} }

// Usagef is [Misuse] of a new error.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// InCommand is an error of a command, with the name of the command.
type InCommand struct {
	error
	Path string
}

// Unwrap returns the error itself.
func (c InCommand) Unwrap() error { return c.error }

// hintUsage names the help of the command.
func hintUsage(err error) string {
	var in InCommand
	if errors.As(err, &in) && in.Path != "" {
		return "see natsctl " + in.Path + " --help"
	}
	return "list the commands with: natsctl --help, the flags of one with: natsctl COMMAND --help"
}
