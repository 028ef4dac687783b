//go:build !unix

package tui

import "os"

// stopSignals are none: this system stops no process for a shell.
func stopSignals() []os.Signal { return nil }

func stopMessage(os.Signal) any { return continuedMsg{} }

// stopProcess does nothing here.
func stopProcess(chan os.Signal) bool { return false }
