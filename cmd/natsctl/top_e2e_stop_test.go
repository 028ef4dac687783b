//go:build e2e && unix

package main

import (
	"os/exec"
	"strconv"
	"strings"
	"syscall"
	"testing"
)

// dashboard is the process of the dashboard that was started in the shell.
func (tm *tmuxTerm) dashboard() int {
	tm.t.Helper()
	out, err := exec.Command("pgrep", "-P", tm.flag("pane_pid"), "-x", "natsctl").Output()
	if err != nil {
		tm.t.Fatal("cannot find the dashboard's process: ", err)
	}
	pid, err := strconv.Atoi(strings.Fields(string(out))[0])
	if err != nil {
		tm.t.Fatal(err)
	}
	return pid
}

// TestE2ETopStops stops the dashboard in every way and continues it: keys, the
// mouse and the whole screen come back.
func TestE2ETopStops(t *testing.T) {
	_, env := e2eHome(t)
	tm := newTmux(t, env, 100, 30)
	tm.text("natsctl top --mouse --replay " + copyRecording(t))
	tm.keys("Enter")
	tm.sees("REPLAY")
	pid := tm.dashboard()
	for _, stop := range []struct {
		name     string
		do       func() error
		restores bool
	}{
		{"^Z", func() error { tm.keys("C-z"); return nil }, true},
		{"SIGTSTP", func() error { return syscall.Kill(pid, syscall.SIGTSTP) }, true},
		{"SIGSTOP", func() error { return syscall.Kill(pid, syscall.SIGSTOP) }, false},
	} {
		tm.keys("1")
		tm.sees("CLUSTER / SERVER")
		if err := stop.do(); err != nil {
			t.Fatal(err)
		}
		tm.sees("Stopped")
		if alt, mouse := tm.flag("alternate_on"), tm.flag("mouse_any_flag"); stop.restores && (alt != "0" || mouse != "0") {
			t.Errorf("stopped by %s: alternate screen %s, mouse %s", stop.name, alt, mouse)
		}
		tm.text("clear; fg")
		tm.keys("Enter")
		tm.sees("REPLAY", "CLUSTER / SERVER")
		tm.keys("2")
		tm.sees("NAME", "STATUS")
		tm.until("the mouse and the alternate screen after "+stop.name, func(string) bool {
			return tm.flag("alternate_on") == "1" && tm.flag("mouse_any_flag") == "1" && tm.flag("cursor_flag") == "0"
		})
	}
	tm.keys("C-c")
	tm.until("the end", func(string) bool { return tm.flag("alternate_on") == "0" })
}

// TestE2ETopNoShell presses ^Z where no shell is that could continue the
// dashboard: it goes on and says so.
func TestE2ETopNoShell(t *testing.T) {
	_, env := e2eHome(t)
	tm := newTmux(t, env, 100, 30)
	tm.tmux("new-window", "natsctl top --replay "+copyRecording(t))
	tm.sees("REPLAY")
	tm.keys("C-z")
	tm.sees("cannot suspend")
	tm.keys("2")
	tm.sees("NAME", "STATUS")
}
