//go:build !windows

package host

import (
	"os"
	"os/exec"
	"syscall"
)

// The signals that a node process handles.
var (
	SigStop     os.Signal = syscall.SIGTERM
	SigPause    os.Signal = syscall.SIGSTOP
	SigResume   os.Signal = syscall.SIGCONT
	SigLameDuck os.Signal = syscall.SIGUSR2
)

// Detach sets a command up to run in its own session, so that it outlives the terminal.
func Detach(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true} }
