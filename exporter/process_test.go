package exporter_test

import (
	"fmt"
	"net"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// program runs natsctl exporter as its own process and returns the address of
// its metrics and its process id. NATSCTL_BIN names the program.
func program(t testing.TB, url string, args ...string) (address string, pid int) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), os.Getenv("NATSCTL_BIN"), append([]string{"exporter", "--no-context", "--server", url}, args...)...)
	home := t.TempDir()
	cmd.Env = append(os.Environ(), "XDG_CONFIG_HOME="+home, "XDG_STATE_HOME="+home, "XDG_CACHE_HOME="+home)
	return listening(t, cmd), cmd.Process.Pid
}

// listening starts a natsctl exporter at a free address and returns that of its
// metrics. The process is killed after the test.
func listening(t testing.TB, cmd *exec.Cmd) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listen := l.Addr().String()
	l.Close()
	cmd.Args = append(cmd.Args, "--web.listen-address", listen, "--min-interval", "0s")
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
	})
	deadline, tick := time.NewTimer(patience), time.NewTicker(20*time.Millisecond)
	defer deadline.Stop()
	defer tick.Stop()
	for {
		if conn, err := net.Dial("tcp", listen); err == nil {
			conn.Close()
			return "http://" + listen + "/metrics"
		}
		select {
		case <-tick.C:
		case <-deadline.C:
			t.Fatal("natsctl exporter does not listen")
		}
	}
}

// peakMB is the most memory that a process has held, where the system tells.
func peakMB(pid int) float64 {
	body, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return 0
	}
	for line := range strings.Lines(string(body)) {
		if rest, ok := strings.CutPrefix(line, "VmHWM:"); ok {
			kb, _ := strconv.ParseFloat(strings.Fields(rest)[0], 64)
			return kb * 1024 / 1e6
		}
	}
	return 0
}
