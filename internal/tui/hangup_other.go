//go:build !unix

package tui

import "os"

// hangups returns the signals of a closed terminal: this system has only the
// interrupt.
func hangups() []os.Signal { return []os.Signal{os.Interrupt} }
