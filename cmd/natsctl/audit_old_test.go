//go:build unix

package main

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/cli"
)

// askedTooMuch are the commands that ask for one thing that no server of a release
// can report, which is an error.
var askedTooMuch = map[string][]string{"2.9": {
	"server profile", "server request expvarz", "server request idz", "server request ipqueuesz", "server request profilez", "server request raftz", "server request user-info",
}}

// TestAuditOfOldServers runs every command that reads a fleet on healthy servers of
// older releases: what they cannot report fails no command that asks for everything,
// and is an error of one that asks for nothing else.
func TestAuditOfOldServers(t *testing.T) {
	if testing.Short() {
		t.Skip("starts many processes")
	}
	t.Parallel()
	for _, r := range oldReleases(t) {
		t.Run(r.line(), func(t *testing.T) {
			url := readyFleet(t, r.bin)[0].url("sys")
			for _, format := range []string{"table", "json", "nagios", "junit", "prometheus"} {
				mustExit(t, url, cli.ExitOK, "check", "--set", "uptime_seconds=-", "-o", format) // they have just started
			}
			mustExit(t, url, cli.ExitOK, "top", "--once")
			auditOld(t, url, askedTooMuch[r.line()])
		})
	}
}

// auditOld runs the commands of the audit as people and as programs do.
func auditOld(t *testing.T, url string, tooMuch []string) {
	t.Helper()
	rows := auditedCommands()
	for _, name := range slices.Sorted(maps.Keys(rows)) {
		want := rows[name].healthy
		if slices.Contains(tooMuch, name) {
			want = cli.ExitFailed
		}
		for _, format := range words {
			call := append(strings.Fields(name), strings.Fields(strings.ReplaceAll(rows[name].args, "DIR", t.TempDir()))...)
			said := mustExit(t, url, want, append(call, "-o", format)...)
			if want == cli.ExitFailed && rows[name].healthy == cli.ExitOK && !strings.Contains(said, "does not support") && !strings.Contains(said, "no server offers this request") {
				t.Errorf("%v does not say that the servers are too old: %s", call, said)
			}
		}
	}
}

// mustExit runs a command that has to end with this exit code, and returns what it says.
func mustExit(t *testing.T, url string, code int, call ...string) string {
	t.Helper()
	out, said, got := ask(t, url, call...)
	if got != code {
		t.Errorf("%v: exit code %d, want %d: %s%.300s", call, got, code, said, out)
	}
	return said
}
