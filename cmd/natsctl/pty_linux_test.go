package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"
	"golang.org/x/sys/unix"
)

// ptyProgram is a program in a pseudo-terminal of its own.
type ptyProgram struct {
	tb     testing.TB
	name   string
	master *os.File
	cmd    *exec.Cmd
	began  time.Time

	mu    sync.Mutex
	seen  bytes.Buffer  // since the last mark
	fresh chan struct{} // holds one token when more was written
}

// startPTY starts a program in a terminal of w by h; it is killed at the end
// of the test.
func startPTY(tb testing.TB, w, h uint16, env []string, argv ...string) *ptyProgram {
	tb.Helper()
	master, slave, err := openPTY(w, h)
	if err != nil {
		tb.Fatal(err)
	}
	p := &ptyProgram{tb: tb, name: argv[0], master: master, cmd: exec.Command(argv[0], argv[1:]...), fresh: make(chan struct{}, 1)}
	p.cmd.Env = env
	p.cmd.Stdin, p.cmd.Stdout, p.cmd.Stderr = slave, slave, slave
	p.cmd.SysProcAttr = &syscall.SysProcAttr{Setsid: true, Setctty: true}
	p.began = time.Now()
	if err := p.cmd.Start(); err != nil {
		tb.Fatal(err)
	}
	slave.Close() //nolint:errcheck // the program has it
	go p.read()
	tb.Cleanup(p.stop)
	return p
}

func openPTY(w, h uint16) (master, slave *os.File, err error) {
	if master, err = os.OpenFile("/dev/ptmx", os.O_RDWR|unix.O_NOCTTY, 0); err != nil {
		return nil, nil, err
	}
	fd := int(master.Fd())
	if err = unix.IoctlSetPointerInt(fd, unix.TIOCSPTLCK, 0); err != nil {
		return nil, nil, err
	}
	n, err := unix.IoctlGetInt(fd, unix.TIOCGPTN)
	if err != nil {
		return nil, nil, err
	}
	if err = unix.IoctlSetWinsize(fd, unix.TIOCSWINSZ, &unix.Winsize{Col: w, Row: h}); err != nil {
		return nil, nil, err
	}
	slave, err = os.OpenFile(fmt.Sprint("/dev/pts/", n), os.O_RDWR|unix.O_NOCTTY, 0)
	return master, slave, err
}

func (p *ptyProgram) read() {
	buf := make([]byte, 1<<16)
	for {
		n, err := p.master.Read(buf)
		if err != nil {
			return
		}
		p.mu.Lock()
		p.seen.Write(buf[:n])
		p.mu.Unlock()
		select {
		case p.fresh <- struct{}{}:
		default:
		}
	}
}

// stop ends the program. It does nothing when it has ended.
func (p *ptyProgram) stop() {
	if p.cmd.ProcessState != nil {
		return
	}
	_ = p.cmd.Process.Kill()
	_ = p.cmd.Wait()
	_ = p.master.Close()
}

// press types keys and forgets what was written before.
func (p *ptyProgram) press(keys string) time.Time {
	p.tb.Helper()
	p.mu.Lock()
	p.seen.Reset()
	p.mu.Unlock()
	now := time.Now()
	if _, err := p.master.WriteString(keys); err != nil {
		p.tb.Fatal(err)
	}
	return now
}

// sees waits until all words were written since the last keys, and returns how
// long after from that was.
func (p *ptyProgram) sees(from time.Time, words ...string) time.Duration {
	p.tb.Helper()
	deadline := time.NewTimer(time.Minute)
	defer deadline.Stop()
	for {
		p.mu.Lock()
		text := ansi.Strip(p.seen.String())
		p.mu.Unlock()
		if hasAll(text, words) {
			return time.Since(from)
		}
		select {
		case <-p.fresh:
		case <-deadline.C:
			p.tb.Fatalf("%s: %q did not come; the last output:\n%.9000s", p.name, words, text)
		}
	}
}

func hasAll(text string, words []string) bool {
	for _, w := range words {
		if !strings.Contains(text, w) {
			return false
		}
	}
	return true
}

// usage is what a process has used so far.
type usage struct {
	cpu       time.Duration
	now, peak float64 // resident, MB
}

// use reads a program's usage from /proc.
func (p *ptyProgram) use() usage {
	p.tb.Helper()
	var u usage
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", p.cmd.Process.Pid))
	if err != nil {
		p.tb.Fatal(err)
	}
	// The fields 14 and 15 of proc(5), in hundredths of a second; field 2 may hold spaces.
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	for _, f := range fields[11:13] {
		n, err := strconv.Atoi(f)
		if err != nil {
			p.tb.Fatal(err)
		}
		u.cpu += time.Duration(n) * 10 * time.Millisecond
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.cmd.Process.Pid))
	if err != nil {
		p.tb.Fatal(err)
	}
	u.now, u.peak = residentOf(p.tb, string(status))
	return u
}

// residentOf reads the resident memory now and at its peak, in MB, from a
// status file of proc(5).
func residentOf(tb testing.TB, status string) (now, peak float64) {
	tb.Helper()
	for line := range strings.Lines(status) {
		f := strings.Fields(line)
		if len(f) < 2 || f[0] != "VmRSS:" && f[0] != "VmHWM:" {
			continue
		}
		kb, err := strconv.ParseFloat(f[1], 64)
		if err != nil {
			tb.Fatal(err)
		}
		if f[0] == "VmRSS:" {
			now = kb / 1024
		} else {
			peak = kb / 1024
		}
	}
	return now, peak
}
