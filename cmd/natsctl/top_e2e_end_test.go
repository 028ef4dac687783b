//go:build e2e && unix

package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// panicVar names where the dashboard of TestE2EPanicProgram meets a defect.
const panicVar = "NATSCTL_E2E_PANIC"

// panics are the goroutines in which the dashboard may meet a defect, and the
// keys that lead there.
var panics = []struct{ where, keys string }{
	{"asking", ""},
	{"events", ""},
	{"updating", ":ctx "},
	{"command", ":ctx other"},
}

// TestE2EPanicProgram is no test but a dashboard that panics, run by
// [TestE2ETopPanics] in a terminal.
func TestE2EPanicProgram(t *testing.T) {
	where := os.Getenv(panicVar)
	if where == "" {
		t.Skip("a program for TestE2ETopPanics")
	}
	boom := func(at string) {
		if at == where {
			panic("a defect while " + at)
		}
	}
	asked := 0
	opt := tui.Options{Every: time.Second, Feed: &live.Feed{
		Name: "defective",
		Source: sourceFunc(func(context.Context, fleet.Want) (*fleet.Snapshot, error) {
			if asked++; asked > 2 {
				boom("asking")
			}
			return &fleet.Snapshot{Schema: fleet.Schema, Time: time.Now()}, nil
		}),
		Events: func(ctx context.Context) iter.Seq2[fleet.Event, error] {
			return func(func(fleet.Event, error) bool) {
				select {
				case <-ctx.Done():
				case <-time.After(time.Second):
				}
				boom("events")
			}
		},
	}}
	opt.Contexts = func() []string { boom("updating"); return nil }
	opt.Connect = func(context.Context, string) (*live.Feed, error) {
		boom("command")
		return nil, errors.New("no such context")
	}
	err := tui.Run(t.Context(), opt, os.Stdin, os.Stdout)
	text, _, _ := strings.Cut(fmt.Sprint(err), "\n")
	_, _ = io.WriteString(os.Stdout, "ENDED: "+text+"\n")
}

type sourceFunc func(context.Context, fleet.Want) (*fleet.Snapshot, error)

func (f sourceFunc) Snapshot(ctx context.Context, w fleet.Want) (*fleet.Snapshot, error) {
	return f(ctx, w)
}

// TestE2ETopPanics checks that a panic in any goroutine gives the terminal
// back before it is told.
func TestE2ETopPanics(t *testing.T) {
	_, env := e2eHome(t)
	tm := newTmux(t, env, 100, 30)
	for _, p := range panics {
		tm.text(fmt.Sprintf("%s=%s %s -test.run '^TestE2EPanicProgram$'; echo EXIT=$?", panicVar, p.where, os.Args[0]))
		tm.keys("Enter")
		if p.keys != "" {
			tm.sees("LIVE")
			tm.text(p.keys)
			tm.keys("Enter")
		}
		tm.sees("ENDED: ", "EXIT=")
		if alt, cursor := tm.flag("alternate_on"), tm.flag("cursor_flag"); alt != "0" || cursor != "1" {
			t.Errorf("a panic while %s: alternate screen %s, cursor %s", p.where, alt, cursor)
		}
		if s := tm.screen(); !strings.Contains(s, "panic") {
			t.Errorf("a panic while %s is not told:\n%s", p.where, s)
		}
		tm.text("clear")
		tm.keys("Enter")
		tm.misses("EXIT=")
	}
}

// TestE2ETopLostTerminal takes the terminal away from under the dashboard: its
// process ends and leaves nothing behind.
func TestE2ETopLostTerminal(t *testing.T) {
	_, env := e2eHome(t)
	tm := newTmux(t, env, 100, 30)
	rec := copyRecording(t)
	for _, how := range []string{"kill-pane", "kill-server"} {
		tm.tmux("new-window", "bash --norc --noprofile -i")
		tm.text("natsctl top --replay " + rec)
		tm.keys("Enter")
		tm.sees("REPLAY")
		pid := tm.dashboard()
		tm.tmux(how)
		if !gone(pid, stepTime) {
			t.Errorf("after %s the dashboard still runs", how)
			_ = syscall.Kill(pid, syscall.SIGKILL)
		}
	}
}

// gone waits until a process is no more.
func gone(pid int, most time.Duration) bool {
	ticker := time.NewTicker(50 * time.Millisecond)
	defer ticker.Stop()
	end := time.Now().Add(most)
	for range ticker.C {
		if err := syscall.Kill(pid, 0); errors.Is(err, syscall.ESRCH) {
			return true
		}
		if time.Now().After(end) {
			return false
		}
	}
	return false
}

func copyRecording(t *testing.T) string {
	t.Helper()
	data, err := os.ReadFile("../../internal/fleet/testdata/degraded.ndjson.gz")
	if err != nil {
		t.Fatal(err)
	}
	name := t.TempDir() + "/tape.ndjson.gz"
	if err := os.WriteFile(name, data, 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}
