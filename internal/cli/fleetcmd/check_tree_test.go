package fleetcmd

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// written is a report of a recorded fault in a format, on a terminal of that
// width, or in a pipe for 0.
func written(t *testing.T, r *checkReport, format string, width int) string {
	t.Helper()
	var out bytes.Buffer
	e := &cli.Env{Out: &out, Err: io.Discard, Width: func() int { return width }, OutTTY: width > 0, Getenv: func(string) string { return "" }, Now: time.Now}
	if err := r.write(e, format); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// TestCauseFirst names the cause first in every format, and lists everything
// else under it; --flat lists the findings worst first.
func TestCauseFirst(t *testing.T) {
	before, now := fleettest.Fault(t, "meta-leader-hangs")
	r := newCheckReport(checks.Input{Before: before, Snapshot: now}, checks.All(), false)
	tree := written(t, r, "table", 100)
	first, rest, _ := strings.Cut(tree, "\n")
	if first != "crit  west-2 hangs, or was just cut off: it is connected and does not answer" {
		t.Errorf("the first line is %q", first)
	}
	for _, want := range []string{"      explains 5 health reports, 1 gateway, the meta leader, 1 stream\n", "      next: Look at the host", "      - crit  meta: the meta group of domain hub has no leader\n", "\nwarn  west-1 started"} {
		if !strings.Contains(rest, want) {
			t.Errorf("the tree lacks %q:\n%s", want, tree)
		}
	}
	for line := range strings.Lines(tree) {
		if len(strings.TrimSuffix(line, "\n")) > 100 {
			t.Errorf("a line is wider than the terminal: %q", line)
		}
	}
	if rows := strings.Split(written(t, r, "csv", 0), "\n"); !strings.HasPrefix(rows[1], "crit,servers,west-2,west,") || !strings.HasPrefix(rows[2], "crit,health,east-1,") || !strings.HasSuffix(strings.TrimSpace(rows[2]), ",west-2") {
		t.Errorf("CSV:\n%s", strings.Join(rows, "\n"))
	}
	if text := written(t, r, "json", 0); !strings.Contains(text, `"cause": "west-2"`) || strings.Index(text, `"causes"`) > strings.Index(text, `"checks"`) {
		t.Errorf("JSON:\n%.1500s", text)
	}
	if text := written(t, r, "nagios", 0); !strings.HasPrefix(text, "NATS CRITICAL - servers: west-2 hangs") {
		t.Errorf("nagios: %.200s", text)
	}
	r.flat = true
	if flat := written(t, r, "table", 100); strings.Contains(flat, "explains") || !strings.Contains(flat, "Next, for servers:") {
		t.Errorf("flat:\n%s", flat)
	}
	list := r.findings()
	for i := 1; i < len(list); i++ {
		if list[i].Level.Compare(list[i-1].Level) > 0 {
			t.Errorf("flat: %s before %s", list[i-1].What, list[i].What)
		}
	}
}

// TestManyFollowers lists a few of what follows from a cause, and counts the
// others.
func TestManyFollowers(t *testing.T) {
	s := fleettest.Snapshot(0, fleettest.Member("a"))
	s.Want.Kinds = []fleet.Kind{fleet.Varz}
	for i := range 30 {
		s.Missing = append(s.Missing, fleet.Missing{Name: "gone-" + string(rune('A'+i)), Cluster: "far", Reason: fleet.Gone})
	}
	s.Expected = 31
	tree := written(t, newCheckReport(checks.Input{Snapshot: s}, checks.All(), false), "table", 120)
	if !strings.HasPrefix(tree, "crit  cluster far is cut off from here, or dead: none of its 30 servers answers\n") || strings.Count(tree, "- crit  servers:") != followersShown || !strings.Contains(tree, "... and 22 more; --flat lists all") {
		t.Errorf("30 servers of a cluster:\n%s", tree)
	}
}
