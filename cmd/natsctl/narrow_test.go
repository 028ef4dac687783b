package main

import (
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/cli"
)

// TestTablesFitTheTerminal shows every table of a fleet on a terminal of 80
// columns.
func TestTablesFitTheTerminal(t *testing.T) {
	for _, cmd := range replayCommands() {
		if cmd[len(cmd)-1] == "graph" {
			continue // a tree, whose lines are as long as what is wrong
		}
		out, words, code := playAt(t, 80, true, append(cmd, "--replay", degradedRecording, "--at", "2026-11-21T10:05:12Z")...)
		if code == cli.ExitUsage || code == cli.ExitFailed {
			t.Fatalf("%v: exit %d: %s", cmd, code, words)
		}
		for line := range strings.Lines(out) {
			if w := ansi.StringWidth(strings.TrimSuffix(line, "\n")); w > 80 {
				t.Errorf("%v: %d columns: %s", cmd, w, line)
			}
		}
	}
}

// TestLeftOutColumnsAreNamed says which columns a narrow terminal has no room
// for, and draws them on a wide one, in a pipe and when they were asked for.
func TestLeftOutColumnsAreNamed(t *testing.T) {
	args := []string{"server", "ls", "--replay", degradedRecording}
	out, words, _ := playAt(t, 80, true, args...)
	if strings.Contains(out, "HOST") || !strings.Contains(words, "left out: host, jetstream") {
		t.Errorf("at 80 columns:\n%s%s", out, words)
	}
	for _, wide := range [][]string{{"-o", "wide"}, {"--sort", "host"}} {
		if out, words, _ = playAt(t, 80, true, append(args, wide...)...); !strings.Contains(out, "HOST") {
			t.Errorf("%v at 80 columns:\n%s%s", wide, out, words)
		}
	}
	if out, words, _ = playAt(t, 140, true, args...); !strings.Contains(out, "HOST") || strings.Contains(words, "left out") {
		t.Errorf("at 140 columns:\n%s%s", out, words)
	}
}

// TestCheckSaysEachStepOnce shows the next step of many findings once.
func TestCheckSaysEachStepOnce(t *testing.T) {
	for step, args := range map[string][]string{"next: ": nil, "Next, for health: ": {"--flat"}} {
		out, _, code := playAt(t, 80, true, append([]string{"check", "health", "--replay", hostileRecording}, args...)...)
		if code != cli.ExitCheck || strings.Count(out, "crit") < 2 || strings.Count(out, step) != 1 || args != nil && strings.Index(out, step) < strings.LastIndex(out, "crit") {
			t.Errorf("%v: exit %d:\n%s", args, code, out)
		}
	}
}
