//go:build !unix

package tui

import "os"

// stopSignals returns none: this system has no job control.
func stopSignals() []os.Signal { return nil }

func stopMessage(os.Signal) any { return continuedMsg{} }

// stopProcess does nothing here.
func stopProcess(chan os.Signal) bool { return false }
