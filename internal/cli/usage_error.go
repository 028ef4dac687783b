package cli

import (
	"errors"
	"fmt"
)

// UsageError is a command line that cannot be understood.
type UsageError struct{ error }

// Unwrap returns the parser's own error.
func (u UsageError) Unwrap() error { return u.error }

// Misuse marks an error as one of the command line.
func Misuse(err error) error { return UsageError{err} }

// Usagef is [Misuse] of a new error.
func Usagef(format string, args ...any) error { return UsageError{fmt.Errorf(format, args...)} }

// InCommand is the error of a command, with the words that name the command.
type InCommand struct {
	error
	Path string
}

// Unwrap returns the error itself.
func (c InCommand) Unwrap() error { return c.error }

// hintUsage says where the flags of the command are explained.
func hintUsage(err error) string {
	var in InCommand
	if errors.As(err, &in) && in.Path != "" {
		return "see natsctl " + in.Path + " --help"
	}
	return "list the commands with: natsctl --help, the flags of one with: natsctl COMMAND --help"
}
