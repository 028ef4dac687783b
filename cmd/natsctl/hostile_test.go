package main

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/natsctl/natsctl/internal/cli"
)

const (
	superRecording    = "../../internal/fleet/testdata/super.ndjson.gz"
	degradedRecording = "../../internal/fleet/testdata/degraded.ndjson.gz"
	hostileRecording  = "../../internal/fleet/testdata/hostile.ndjson.gz"
	oldRecording      = "../../internal/fleet/testdata/old.ndjson.gz"
)

// replayCommands are the commands that a recording can answer.
func replayCommands() [][]string {
	cmds := [][]string{{"check"}, {"server", "graph"}, {"server", "report", "gateways", "--matrix"}, {"server", "report", "connections", "--state", "all"}}
	for _, name := range reportNames() {
		if name != "sharing" { // of one account, named when it was recorded
			cmds = append(cmds, []string{"server", "report", name})
		}
	}
	return cmds
}

// reportNames are the reports that there are.
func reportNames() (names []string) {
	for _, noun := range commands() {
		for _, verb := range noun.Sub {
			if noun.Name == "server" && verb.Name == "report" {
				for _, report := range verb.Sub {
					names = append(names, report.Name)
				}
			}
		}
	}
	return names
}

// formatsOf are the formats that a command has.
func formatsOf(cmd []string) []string {
	switch cmd[len(cmd)-1] {
	case "check":
		return slices.Concat(cli.Formats, []string{"nagios", "junit", "prometheus"})
	case "graph":
		return []string{"table", "tree", "wide", "dot", "mermaid", "svg", "json", "ndjson", "yaml"}
	}
	return cli.Formats
}

// play runs a command over a recording, on a terminal without colors or into
// a pipe, and returns both outputs and the exit code.
func play(t *testing.T, tty bool, args ...string) (out, words string, code int) {
	t.Helper()
	return playAt(t, 200, tty, args...)
}

// playAt is play on a terminal of so many columns.
func playAt(t *testing.T, width int, tty bool, args ...string) (out, words string, code int) {
	t.Helper()
	var o, w bytes.Buffer
	home := t.TempDir()
	code = run(args, &cli.Env{
		In: strings.NewReader(""), Out: &o, Err: &w, OutTTY: tty, ErrTTY: tty, Width: func() int { return width },
		Now: func() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) },
		Getenv: func(name string) string {
			if name == "HOME" || strings.HasPrefix(name, "XDG_") {
				return home
			}
			return ""
		},
	})
	return o.String(), w.String(), code
}

// TestHostileRecording shows every command a recording in which strangers named
// everything, in every format: nothing of it may reach the terminal as it is.
func TestHostileRecording(t *testing.T) {
	for _, cmd := range replayCommands() {
		for _, format := range formatsOf(cmd) {
			for _, tty := range []bool{true, false} {
				if testing.Short() && tty != slices.Contains([]string{"table", "wide", "tree"}, format) {
					continue // the other half of each pair takes seconds
				}
				args := append(slices.Clone(cmd), "--replay", hostileRecording, "-o", format)
				out, words, code := play(t, tty, args...)
				if format != "nagios" && (code == cli.ExitUsage || code == cli.ExitFailed) {
					t.Fatalf("%v: exit %d: %s", args, code, words)
				}
				if out == "" {
					t.Errorf("%v: nothing was written", args)
				}
				for name, text := range map[string]string{"standard output": out, "standard error": words} {
					if bad := unsafe(text, !tty || format == "csv"); bad != "" {
						t.Errorf("%v: %s holds %q", args, name, bad)
					}
				}
				wellFormed(t, args, format, out)
			}
		}
	}
}

// unsafe returns the part of a text that a terminal would obey, or "".
func unsafe(text string, tabs bool) string {
	if !utf8.ValidString(text) {
		return "invalid UTF-8"
	}
	for i, r := range text {
		switch {
		case r == '\n', r == '\t' && tabs:
		case r < 0x20, r >= 0x7f && r <= 0x9f, r >= 0x202a && r <= 0x202e, r >= 0x2066 && r <= 0x2069, r == 0x2028, r == 0x2029:
			return text[i:min(i+20, len(text))]
		}
	}
	return ""
}

// wellFormed parses the formats that have a grammar.
func wellFormed(t *testing.T, args []string, format, out string) {
	t.Helper()
	var err error
	switch format {
	case "json":
		err = json.Unmarshal([]byte(out), new(any))
	case "ndjson":
		for line := range strings.Lines(out) {
			err = errors.Join(err, json.Unmarshal([]byte(line), new(any)))
		}
	case "junit", "svg":
		dec := xml.NewDecoder(strings.NewReader(out))
		for err == nil {
			_, err = dec.Token()
		}
		if errors.Is(err, io.EOF) {
			err = nil
		}
	case "prometheus":
		var problems []promlint.Problem
		if problems, err = promlint.New(strings.NewReader(out)).Lint(); len(problems) > 0 {
			t.Errorf("%v: %v", args, problems)
		}
	}
	if err != nil {
		t.Errorf("%v: %v in\n%s", args, err, out)
	}
}

// TestReplayOfOldServers runs everything over servers of 2.9: what they do not
// report is null, and nothing crashes.
func TestReplayOfOldServers(t *testing.T) {
	for _, cmd := range replayCommands() {
		args := append(slices.Clone(cmd), "--replay", oldRecording, "-o", "json")
		out, words, code := play(t, false, args...)
		if code != cli.ExitOK && code != cli.ExitPartial && code != cli.ExitCheck {
			t.Errorf("%v: exit %d: %s", args, code, words)
		}
		wellFormed(t, args, "json", out)
	}
	for column, report := range map[string]string{
		"limit_bytes": "memory", "config_digest": "versions", "config_skew": "versions", "streams_leader": "jetstream", "stalls": "connections",
		"not_after": "certificates",
	} {
		out, words, _ := play(t, false, "server", "report", report, "--replay", oldRecording, "-o", "json", "--jq", ".rows[]."+column)
		for line := range strings.Lines(out) {
			if line != "null\n" {
				t.Errorf("%s of %s: %q, though 2.9 does not report it: %s", column, report, line, words)
			}
		}
		if out == "" {
			t.Errorf("%s: no rows", report)
		}
	}
}
