//go:build unix

package tui

import (
	"os"
	"syscall"
)

// hangups are the signals of a terminal that goes away.
func hangups() []os.Signal { return []os.Signal{syscall.SIGHUP} }
