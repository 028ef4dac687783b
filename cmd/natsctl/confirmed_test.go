package main

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// asked are the commands that ask before they act on a fleet, each with arguments
// for the server n and the word that it asks for.
func asked(f *simfleet.Fleet) map[string][][2]string {
	n := f.Names()[3]
	cluster := strings.SplitN(n, "-", 2)[0]
	all := fmt.Sprint(len(f.Names()) * 3)
	return map[string][][2]string{
		"conn kick":        {{"--name " + n + " --all", n}, {"--all", all}},
		"server kick":      {{n + " --all", n}},
		"server reload":    {{n, n}, {"--cluster " + cluster, cluster}, {"--all", "all"}},
		"server lame-duck": {{n + " --via true --anyway", n}, {n + " --kick", n}},
	}
}

// askedElsewhere are the other commands that ask, with the test of each.
var askedElsewhere = map[string]string{
	"bench clean": "TestCleanAsks", "context rm": "context_rm.txtar", "demo": "demo.txtar",
	"cluster up": "cluster_amend.txtar", "cluster delete": "cluster_change.txtar", "cluster roll": "cluster_change.txtar", "cluster lame-duck": "cluster_change.txtar",
	"cluster node rm": "cluster_change.txtar", "cluster node stop": "cluster_change.txtar", "cluster node restart": "cluster_change.txtar",
	"cluster user revoke": "cluster_operator.txtar",
}

// TestEveryActionAsks tries each command that acts on a fleet: it asks for the name
// of what it touches, does nothing for Enter or without a terminal, and refuses in a
// protected context. Every other command with --yes has its test elsewhere.
func TestEveryActionAsks(t *testing.T) {
	t.Parallel()
	f, err := simfleet.Start(simfleet.Spec{Servers: 12, Conns: 3})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	rows := asked(f)
	for _, l := range leaves(nil, cli.Model(program()).Commands) {
		name, asks := l.model.FullCommand, false
		for _, flag := range l.model.Flags {
			asks = asks || flag.Name == "yes"
		}
		aRun := asks && strings.HasPrefix(name, "bench ") // all runs share their flags: TestDestroyIsConfirmed
		if known := aRun || rows[name] != nil || askedElsewhere[name] != ""; known != asks {
			t.Errorf("natsctl %s: has --yes %v, has a test %v", name, asks, known)
		}
	}
	h := t.TempDir()
	if code, words := typed(t, h, "", false, "context add closed --protected -s "+f.URL()); code != cli.ExitOK {
		t.Fatal(words)
	}
	for name, lines := range rows {
		for _, row := range lines {
			line := name + " " + row[0]
			for _, c := range []struct {
				flags, input string
				terminal     bool
				code         int
				words        string
			}{
				{" -s " + f.URL(), "\n", true, cli.ExitFailed, "natsctl: type " + row[1] + " to confirm: natsctl: error: not confirmed; nothing was changed\n"},
				{" -s " + f.URL(), row[1] + "\n", false, cli.ExitUsage, "no terminal to ask on"},
				{" --context closed --yes", "", true, cli.ExitUsage, "error: the context is protected"},
				{" --context closed --force", "\n", true, cli.ExitFailed, "not confirmed; nothing was changed"},
			} {
				if code, words := typed(t, h, c.input, c.terminal, line+c.flags); code != c.code || !strings.Contains(words, c.words) {
					t.Errorf("natsctl %s%s: exit code %d, want %d and %q: %s", line, c.flags, code, c.code, c.words, words)
				}
			}
		}
	}
}

// typed runs a command line with what is typed, and returns the exit code and what
// was said.
func typed(t *testing.T, home, input string, terminal bool, line string) (int, string) {
	t.Helper()
	var out, words bytes.Buffer
	code := run(strings.Fields(line), &cli.Env{
		In: strings.NewReader(input), Out: &out, Err: &words, InTTY: terminal, Width: func() int { return 0 }, Now: time.Now,
		Getenv: func(name string) string {
			if name == "HOME" || strings.HasPrefix(name, "XDG_") {
				return home
			}
			return ""
		},
	})
	return code, words.String() + out.String()
}
