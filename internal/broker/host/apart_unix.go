//go:build !windows && !linux

package host

import (
	"os/exec"
	"syscall"
)

// apart sets a command up to run in its own process group.
func apart(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} }
