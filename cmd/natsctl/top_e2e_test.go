//go:build e2e && unix

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// stepTime is how long a step may take on a machine that is busy.
const stepTime = 60 * time.Second

// tmuxTerm is a terminal of its own tmux server, with a shell in it.
type tmuxTerm struct {
	t      *testing.T
	socket string
	env    []string
}

// e2eHome is a user's home for one test: nothing outside of it is touched.
func e2eHome(t *testing.T) (bin string, env []string) {
	t.Helper()
	bin = os.Getenv("NATSCTL_BIN")
	if bin == "" {
		t.Skip("NATSCTL_BIN names no binary; make e2e does")
	}
	home, err := os.MkdirTemp("", "natsctl-e2e-")
	if err != nil {
		t.Fatal(err)
	}
	// What was hung up may still write its cache while this runs: try again.
	t.Cleanup(func() {
		if os.RemoveAll(home) != nil {
			_ = os.RemoveAll(home)
		}
	})
	for _, kv := range os.Environ() {
		if !strings.HasPrefix(kv, "NATS_") && !strings.HasPrefix(kv, "XDG_") && !strings.HasPrefix(kv, "TMUX") && !strings.HasPrefix(kv, "NO_COLOR") {
			env = append(env, kv)
		}
	}
	return bin, append(env, "HOME="+home, "XDG_CONFIG_HOME="+home+"/config", "XDG_STATE_HOME="+home+"/state", "XDG_CACHE_HOME="+home+"/cache",
		"LANG=C.UTF-8", "LC_ALL=C.UTF-8", "PS1=$ ", "PATH="+filepath.Dir(bin)+":"+os.Getenv("PATH"))
}

// newTmux starts a shell in a terminal. It skips where tmux is missing, but
// never in CI.
func newTmux(t *testing.T, env []string, w, h int) *tmuxTerm {
	t.Helper()
	if _, err := exec.LookPath("tmux"); err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("tmux is missing, and this is CI")
		}
		t.Skip("tmux is missing")
	}
	tm := &tmuxTerm{t: t, socket: filepath.Join(t.TempDir(), "tmux"), env: env}
	tm.tmux("-f", "/dev/null", "new-session", "-d", "-x", strconv.Itoa(w), "-y", strconv.Itoa(h), "bash --norc --noprofile -i")
	t.Cleanup(func() { _ = tm.command("kill-server").Run() })
	return tm
}

func (tm *tmuxTerm) command(args ...string) *exec.Cmd {
	cmd := exec.Command("tmux", append([]string{"-S", tm.socket}, args...)...)
	cmd.Env = tm.env
	return cmd
}

func (tm *tmuxTerm) tmux(args ...string) string {
	tm.t.Helper()
	out, err := tm.command(args...).CombinedOutput()
	if err != nil {
		tm.t.Fatalf("tmux %v: %v: %s", args, err, out)
	}
	return string(out)
}

// keys presses keys by tmux's names.
func (tm *tmuxTerm) keys(keys ...string) {
	tm.t.Helper()
	tm.tmux(append([]string{"send-keys"}, keys...)...)
}

// text types text.
func (tm *tmuxTerm) text(s string) {
	tm.t.Helper()
	tm.tmux("send-keys", "-l", s)
}

func (tm *tmuxTerm) screen() string { return tm.tmux("capture-pane", "-p") }

// flag is one of tmux's format variables.
func (tm *tmuxTerm) flag(name string) string {
	return strings.TrimSpace(tm.tmux("display-message", "-p", "#{"+name+"}"))
}

// until waits for a condition and fails with the screen when it does not come.
func (tm *tmuxTerm) until(what string, ok func(screen string) bool) time.Duration {
	tm.t.Helper()
	start := time.Now()
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	for range ticker.C {
		s := tm.screen()
		if ok(s) {
			return time.Since(start)
		}
		if time.Since(start) > stepTime {
			tm.t.Fatalf("%s did not come; the screen:\n%s", what, s)
		}
	}
	return 0
}

// sees waits until all of the words are on the screen.
func (tm *tmuxTerm) sees(words ...string) time.Duration {
	tm.t.Helper()
	return tm.until(strings.Join(words, ", "), func(s string) bool {
		for _, w := range words {
			if !strings.Contains(s, w) {
				return false
			}
		}
		return true
	})
}

// misses waits until a word is off the screen.
func (tm *tmuxTerm) misses(word string) {
	tm.t.Helper()
	tm.until("the end of "+word, func(s string) bool { return !strings.Contains(s, word) })
}

// natsctl runs the binary beside the terminal.
func e2eRun(t *testing.T, bin string, env []string, args ...string) string {
	t.Helper()
	cmd := exec.Command(bin, args...)
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("natsctl %v: %v: %s", args, err, out)
	}
	return string(out)
}

// TestE2ETop drives the dashboard as an operator would, on a real super-cluster
// of two clusters and a leaf.
func TestE2ETop(t *testing.T) {
	bin, env := e2eHome(t)
	tm := newTmux(t, env, 120, 40)
	e2eRun(t, bin, env, "cluster", "up", "e2e", "--clusters", "east,west", "--nodes", "3", "--leaf", "1@east",
		"--slot", "17") // far from the first free one, which others would take while the cluster is down
	t.Cleanup(func() {
		cmd := exec.Command(bin, "cluster", "delete", "e2e", "--yes")
		cmd.Env = env
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Logf("delete the cluster: %v: %s", err, out)
		}
	})
	tm.text("natsctl --context e2e-sys top; echo EXIT=$?")
	tm.keys("Enter")
	t.Log("first complete frame after", tm.sees("LIVE", "7/7 servers", "2 clusters", "1 leaf", "east-1", "west-3", "leaf → "))

	for _, step := range []struct {
		name string
		do   func(t *testing.T, tm *tmuxTerm, run func(args ...string))
	}{
		{"pages", e2ePages},
		{"filter and drill", e2eFilter},
		{"prompts", e2ePrompts},
		{"paste", e2ePaste},
		{"resize", e2eResize},
		{"drain", func(t *testing.T, tm *tmuxTerm, run func(...string)) { e2eDrain(t, tm, bin, env, run) }},
		{"kill", e2eKill},
		{"pause", e2ePause},
		{"partition", e2ePartition},
		{"disconnect", e2eDisconnect},
		{"suspend", e2eSuspend},
	} {
		ok := t.Run(step.name, func(t *testing.T) {
			tm.t = t
			step.do(t, tm, func(args ...string) { t.Helper(); e2eRun(t, bin, env, args...) })
		})
		if tm.t = t; !ok {
			t.Fatalf("the screen:\n%s", tm.screen())
		}
	}
	e2eSignals(t, tm)
}

func e2ePages(t *testing.T, tm *tmuxTerm, _ func(...string)) {
	for _, p := range []struct {
		key   string
		words []string
	}{
		{"2", []string{"NAME", "STATUS", "CPU%", "of 7"}},
		{"3", []string{"talkers", "CID", "natsctl"}},
		{"4", []string{"ACCOUNT", "SYS"}},
		{"5", []string{"META", "streams", "peers"}},
		{"6", []string{"auth err", "kept"}},
		{"7", []string{"firing"}},
		{"1", []string{"CLUSTER / SERVER"}},
	} {
		tm.keys(p.key)
		tm.sees(p.words...)
	}
	tm.keys("?")
	tm.sees("KEYS", "type to search")
	tm.keys("Escape")
	tm.misses("type to search")
	tm.text(":matrix")
	tm.keys("Enter")
	tm.sees("GATEWAYS", "ROUTES  cluster east", "ROUTES  cluster west")
	tm.text(":links")
	tm.keys("Enter")
	tm.sees("KIND", "gateway", "route", "leaf", "verdict")
	tm.text(":map")
	tm.keys("Enter")
	tm.sees("╭─ east")
	_ = t
}

func e2eFilter(_ *testing.T, tm *tmuxTerm, _ func(...string)) {
	tm.keys("2")
	tm.text("/cluster=west")
	tm.keys("Enter")
	tm.sees("3 of 7", "/cluster=west")
	tm.keys("Escape")
	tm.sees("7 of 7")
	tm.misses("/cluster=west")
	tm.text("/cluster=nowhere")
	tm.sees("0/7")
	tm.keys("Enter")
	tm.sees("0 of 7 match", "Esc clears")
	tm.keys("Escape")
	tm.misses("Esc clears")
	tm.text(":server west-1")
	tm.keys("Enter")
	tm.sees("Servers › west-1", "HEALTH AND LIMITS", "TOP CONNECTIONS")
	tm.keys("Escape")
	tm.misses("HEALTH AND LIMITS")
}

// e2ePrompts checks that no key works beside a prompt that is open: q is a
// letter there, and Escape cancels.
func e2ePrompts(_ *testing.T, tm *tmuxTerm, _ func(...string)) {
	tm.text("/q")
	tm.sees("/q", "Esc cancel")
	tm.keys("Escape")
	tm.misses("Esc cancel") // or the terminal takes Escape and the next key for one
	tm.text(":qqq")
	tm.sees(":qqq")
	tm.keys("Enter")
	tm.sees("no command \"qqq\"")
	tm.text("s")
	tm.sees("sort by")
	tm.text("m")
	tm.keys("Enter")
	tm.sees("MEM↓")
	tm.text("s")
	tm.sees("sort by")
	tm.keys("Escape")
	tm.misses("sort by")
}

func e2ePaste(_ *testing.T, tm *tmuxTerm, _ func(...string)) {
	tm.tmux("set-buffer", "q1q:q\n")
	tm.tmux("paste-buffer", "-p")
	tm.sees("pasted text is ignored", "LIVE")
	tm.text("/")
	tm.tmux("set-buffer", "west-2")
	tm.tmux("paste-buffer", "-p")
	tm.sees("/west-2")
	tm.keys("Enter")
	tm.sees("1 of 7")
	tm.keys("Escape")
	tm.sees("7 of 7")
}

func e2eResize(_ *testing.T, tm *tmuxTerm, _ func(...string)) {
	for _, size := range [][2]int{{80, 24}, {60, 15}, {200, 50}} {
		tm.tmux("resize-window", "-x", strconv.Itoa(size[0]), "-y", strconv.Itoa(size[1]))
		tm.until(fmt.Sprint("a frame of ", size), func(s string) bool {
			lines := strings.Split(strings.TrimRight(s, "\n"), "\n")
			return len(lines) == size[1] && strings.Contains(lines[size[1]-1], "quit") && strings.Contains(s, "east-1")
		})
	}
	tm.tmux("resize-window", "-x", "50", "-y", "10")
	tm.sees("window is 50x10", "needs 60x15")
	tm.tmux("resize-window", "-x", "120", "-y", "40")
	tm.sees("7/7 servers")
}

func e2eSuspend(_ *testing.T, tm *tmuxTerm, _ func(...string)) {
	tm.keys("C-z")
	tm.sees("Stopped")
	if tm.flag("alternate_on") != "0" || tm.flag("cursor_flag") != "1" {
		tm.t.Fatal("the terminal is not restored while suspended")
	}
	tm.text("fg")
	tm.keys("Enter")
	tm.sees("LIVE", "7/7 servers")
	tm.until("the end by q", func(string) bool {
		tm.keys("q")
		return tm.flag("alternate_on") == "0"
	})
	tm.keys("C-u")
	tm.text("clear")
	tm.keys("Enter")
	tm.misses("EXIT=")
}

// e2eSignals ends the dashboard in every way: each must restore the terminal.
func e2eSignals(t *testing.T, tm *tmuxTerm) {
	restored := func(how string) {
		t.Helper()
		tm.sees("EXIT=")
		if alt, cursor := tm.flag("alternate_on"), tm.flag("cursor_flag"); alt != "0" || cursor != "1" {
			t.Errorf("after %s: alternate screen %s, cursor %s", how, alt, cursor)
		}
		tm.text("clear")
		tm.keys("Enter")
		tm.misses("EXIT=")
	}
	start := func() {
		t.Helper()
		tm.text("natsctl --context e2e-sys top; echo EXIT=$?")
		tm.keys("Enter")
		tm.sees("LIVE", "servers")
	}
	start()
	tm.keys("q")
	tm.sees("EXIT=0")
	restored("q")
	for _, sig := range []syscall.Signal{syscall.SIGTERM, syscall.SIGHUP, syscall.SIGINT} {
		start()
		if err := syscall.Kill(tm.dashboard(), sig); err != nil {
			t.Fatal(err)
		}
		restored(sig.String())
	}
}

// TestE2ETopNoTerminal checks that a dashboard without a terminal says what to
// do instead.
func TestE2ETopNoTerminal(t *testing.T) {
	bin, env := e2eHome(t)
	cmd := exec.Command(bin, "top", "--replay", "nothing")
	cmd.Env = env
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "needs a terminal") || !strings.Contains(string(out), "--once") {
		t.Errorf("without a terminal: %v: %s", err, out)
	}
	tm := newTmux(t, env, 80, 24)
	tm.text("TERM=dumb natsctl top; echo EXIT=$?")
	tm.keys("Enter")
	tm.sees("needs a terminal", "EXIT=2")
}
