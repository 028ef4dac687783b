//go:build unix

package tui

import (
	"os"
	"syscall"
)

// hangups returns the signals of a closed terminal.
func hangups() []os.Signal { return []os.Signal{syscall.SIGHUP} }
