//go:build !windows

package host

import (
	"os"
	"os/exec"
	"syscall"
)

// Signals that a node process understands.
var (
	SigStop     os.Signal = syscall.SIGTERM
	SigPause    os.Signal = syscall.SIGSTOP
	SigResume   os.Signal = syscall.SIGCONT
	SigLameDuck os.Signal = syscall.SIGUSR2
)

// Detach puts a process into a session of its own, so that it outlives the terminal.
func Detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
