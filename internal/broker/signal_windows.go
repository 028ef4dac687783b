package broker

import (
	"os"
	"os/exec"
	"syscall"
)

// Windows can only kill a process: a foreign nats-server cannot be stopped in order, and no node can be paused.
var (
	sigStop     os.Signal = os.Kill
	sigPause    os.Signal
	sigResume   os.Signal
	sigLameDuck os.Signal
)

// apart puts a process into a group of its own.
func apart(cmd *exec.Cmd) {
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP}
}

// detach puts a process apart from the console, so that it outlives it.
func detach(cmd *exec.Cmd) {
	const detachedProcess = 0x8
	cmd.SysProcAttr = &syscall.SysProcAttr{CreationFlags: syscall.CREATE_NEW_PROCESS_GROUP | detachedProcess}
}
