//go:build unix

package tui

import (
	"os"
	"os/signal"
	"syscall"
	"time"
)

// stopSignals stop the process, and tell that it goes on.
func stopSignals() []os.Signal { return []os.Signal{syscall.SIGTSTP, syscall.SIGCONT} }

// stopMessage is what a signal means to the screen.
func stopMessage(s os.Signal) any {
	if s == syscall.SIGTSTP {
		return suspendMsg{}
	}
	return continuedMsg{}
}

// stopWait is how long a stop takes at most to begin. While the process is
// stopped its time stands still.
const stopWait = 300 * time.Millisecond

// stopProcess stops the process group as the terminal's ^Z would, and returns
// when it is continued. False: it was not stopped. The kernel stops none that
// no shell could continue, such as one that a terminal was opened for. It is
// not done by SIGTSTP: once a Go program was told of that signal, it no longer
// stops it.
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
