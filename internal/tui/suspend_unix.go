//go:build unix

package tui

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopSignals returns the signals that stop and continue the process.
func stopSignals() []os.Signal { return []os.Signal{syscall.SIGTSTP, syscall.SIGCONT} }

// stopMessage returns the message for a signal.
func stopMessage(s os.Signal) any {
	if s == syscall.SIGTSTP {
		return suspendMsg{}
	}
	return continuedMsg{}
}

// stopWait is the maximum time until a stop takes effect. Time during which the
// process is stopped does not count.
const stopWait = 300 * time.Millisecond

// stopProcess stops the process group as the terminal's ^Z would, and returns when
// it is continued, or false if it was not stopped. The kernel does not stop an
// orphaned process group, such as one that a terminal was opened for. SIGTSTP is
// not used: it no longer stops a Go program that was notified of it.
func stopProcess(signals chan os.Signal) bool {
	signal.Stop(signals)
	defer signal.Notify(signals, stopSignals()...)
	going := make(chan os.Signal, 1)
	signal.Notify(going, syscall.SIGCONT)
	defer signal.Stop(going)
	if syscall.Kill(0, syscall.SIGTTIN) != nil {
		return false
	}
	timer := time.NewTimer(stopWait)
	defer timer.Stop()
	select {
	case <-going:
		return true
	case <-timer.C:
		return false
	}
}
