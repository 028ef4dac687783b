package host

import (
	"os"
	"os/exec"
	"syscall"
)

// Windows can only kill a process: a foreign nats-server cannot be stopped cleanly, and no node can be paused.
var (
	SigStop     os.Signal = os.Kill
	SigPause    os.Signal
	SigResume   os.Signal
	SigLameDuck os.Signal
)

// apart sets a command up to run in its own process group.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// Detach sets a command up to run detached from the console, so that it outlives it.
func Detach(cmd *exec.Cmd) {
	const detachedProcess = 0x8
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | detachedProcess}
}
