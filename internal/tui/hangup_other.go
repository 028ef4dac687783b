//go:build !unix

package tui

import "os"

// hangups are the signals of a terminal that goes away: this system has none
// beside the interrupt.
func hangups() []os.Signal { return []os.Signal{os.Interrupt} }
