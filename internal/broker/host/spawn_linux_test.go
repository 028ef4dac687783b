package host_test

import (
	"os/exec"
	"syscall"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/natsctl/natsctl/internal/broker/host"
)

// begin starts a process that ends when its input does.
func begin(t *testing.T, start func(*exec.Cmd) error) *exec.Cmd {
	t.Helper()
	cmd := exec.Command("cat")
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := start(cmd); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close() // it ends
		_ = cmd.Wait()
	})
	return cmd
}

// TestSpawnedProcess is in a process group of its own, where no interrupt at the terminal reaches it, and is killed with the process
// that started it.
func TestSpawnedProcess(t *testing.T) {
	s := host.NewSpawner()
	t.Cleanup(s.Close)
	cmd := begin(t, s.Start)
	if group, err := unix.Getpgid(cmd.Process.Pid); err != nil || group != cmd.Process.Pid {
		t.Errorf("it is in group %d: %v", group, err)
	}
	if cmd.SysProcAttr.Pdeathsig != syscall.SIGKILL {
		t.Errorf("it gets %v when this process ends", cmd.SysProcAttr.Pdeathsig)
	}
}

// TestDetachedProcess is in a session of its own, and outlives the terminal.
func TestDetachedProcess(t *testing.T) {
	cmd := begin(t, func(cmd *exec.Cmd) error {
		host.Detach(cmd)
		return cmd.Start()
	})
	if session, err := unix.Getsid(cmd.Process.Pid); err != nil || session != cmd.Process.Pid {
		t.Errorf("it is in session %d: %v", session, err)
	}
}
