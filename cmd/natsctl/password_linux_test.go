package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"

	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestPasswordIsNotEchoed types a password where it is asked for: the terminal does
// not show it, and it becomes the password of the user.
func TestPasswordIsNotEchoed(t *testing.T) {
	t.Parallel()
	home, program := t.TempDir(), filepath.Join(t.TempDir(), "natsctl")
	copyProgram(t, program)
	env := []string{"HOME=" + home, "XDG_CONFIG_HOME=" + home, "TERM=xterm"}
	p := startPTY(t, 120, 40, env, program, "context", "add", "p", "-s", "nats://127.0.0.1:1", "--user", "alice")
	p.sees(time.Now(), `password of "alice"`)
	testcluster.Await(t, "the terminal shows nothing that is typed", func() bool {
		termios, err := unix.IoctlGetTermios(int(p.master.Fd()), unix.TCGETS)
		return err == nil && termios.Lflag&unix.ECHO == 0
	})
	p.sees(p.press("hunter2-typed\n"), `context "p"`)
	p.mu.Lock()
	defer p.mu.Unlock()
	if strings.Contains(p.seen.String(), "hunter2") {
		t.Errorf("shown: %q", p.seen.String())
	}
	if saved, err := os.ReadFile(filepath.Join(home, "nats", "context", "p.json")); err != nil || !strings.Contains(string(saved), `"password": "hunter2-typed"`) {
		t.Errorf("%s, %v", saved, err)
	}
}
