package host

import (
	"os"
	"os/exec"
	"syscall"
)

// Windows can only kill a process: a foreign nats-server cannot be stopped in order, and no node can be paused.
var (
	SigStop     os.Signal = os.Kill
	SigPause    os.Signal
	SigResume   os.Signal
	SigLameDuck os.Signal
)

// apart puts a process into a group of its own.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// Detach puts a process apart from the console, so that it outlives it.
func Detach(cmd *exec.Cmd) {
	const detachedProcess = 0x8
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | detachedProcess}
}
