//go:build !windows

package broker

import (
	"os"
	"os/exec"
	"syscall"
)

// Signals that a node process understands.
var (
	sigStop     os.Signal = syscall.SIGTERM
	sigPause    os.Signal = syscall.SIGSTOP
	sigResume   os.Signal = syscall.SIGCONT
	sigLameDuck os.Signal = syscall.SIGUSR2
)

// detach puts a process into a session of its own, so that it outlives the terminal.
func detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
