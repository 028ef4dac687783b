package cli

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// twoRows is a table with a number that has a unit, and a name from a stranger.
func twoRows() Table {
	cols := []view.Column[string]{
		{Name: "name", Title: "Name", Value: func(s string) any { return s }},
		{Name: "size_bytes", Title: "Size", Unit: view.Bytes, Value: func(s string) any { return len(s) * 1000 }},
	}
	grid := view.NewGrid(cols, func(yield func(string) bool) { _ = yield("=a") && yield("b\x1b[2J") })
	return Table{Schema: "natsctl.test/v1", Grid: grid}
}

// TestPrint writes one table in every format, on a terminal and into a pipe:
// no control of a stranger reaches either.
func TestPrint(t *testing.T) {
	snap := &fleet.Snapshot{
		Time: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC), TookSeconds: 0.25, Expected: 3, Servers: []*fleet.Server{{}, {}},
		Missing:  []fleet.Missing{{Name: "m", Reason: fleet.Gone}},
		Problems: []fleet.Problem{{Server: "p", Kind: fleet.Varz, Reason: fleet.Late}},
	}
	for _, tt := range []struct {
		name string
		tty  bool
		set  func(g *Globals)
		want string
	}{
		{"terminal", true, func(*Globals) {}, "NAME          SIZE\n=a        1.95 KiB\nb\\x1b[2J  4.88 KiB\n"},
		{"pipe", false, func(*Globals) {}, "=a\t2000\nb\\x1b[2J\t5000\n"},
		{"wide", true, func(g *Globals) { g.Output = "wide" }, "NAME          SIZE\n=a        1.95 KiB\nb\\x1b[2J  4.88 KiB\n"},
		{"csv", false, func(g *Globals) { g.Output = "csv" }, "name,size_bytes\n'=a,2000\nb\\x1b[2J,5000\n"},
		{"csv, raw", false, func(g *Globals) { g.Output, g.CSVRaw = "csv", true }, "name,size_bytes\n=a,2000\nb\\x1b[2J,5000\n"},
		{"ndjson", false, func(g *Globals) { g.Output = "ndjson" }, `{"name":"=a","size_bytes":2000}` + "\n" + `{"name":"b\u001b[2J","size_bytes":5000}` + "\n"},
		{"jq", false, func(g *Globals) { g.JQ = ".rows[].name" }, "=a\nb\\x1b[2J\n"},
		{"jq of numbers", false, func(g *Globals) { g.JQ = ".rows[].size_bytes" }, "2000\n5000\n"},
		{"jq of rows", false, func(g *Globals) { g.JQ, g.Output = ".size_bytes", "ndjson" }, "2000\n5000\n"},
		{"jq of the document", false, func(g *Globals) {
			g.JQ = "[.schema, .expected, .answered, .complete, .took_seconds, .time, (.missing|length), (.problems|length)]"
		}, `["natsctl.test/v1",3,2,false,0.25,"2026-03-01T12:00:00Z",1,1]` + "\n"},
		{"yaml", false, func(g *Globals) { g.Output = "yaml" }, "schema: natsctl.test/v1\n"},
	} {
		c := newConsole(t)
		c.tty = tt.tty
		var out, errs bytes.Buffer
		e := c.Env(&out, &errs)
		tt.set(&e.Flags)
		if err := e.Flags.resolve(e); err != nil {
			t.Fatal(err)
		}
		e.OutColor = false
		table := twoRows()
		table.Snap = snap
		if err := e.Print(table); !errors.As(err, new(partialError)) {
			t.Errorf("%s: %v", tt.name, err)
		}
		if got := out.String(); got != tt.want && !(tt.name == "yaml" && strings.HasPrefix(got, tt.want)) || strings.Contains(got, "\x1b") {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// TestPrintHeadsTables puts the heading of a table above it for people alone.
func TestPrintHeadsTables(t *testing.T) {
	for tty, want := range map[bool]string{true: "All \\x1bof it\nNAME ", false: "=a\t"} {
		c := newConsole(t)
		c.tty = tty
		var out bytes.Buffer
		e := c.Env(&out, nil)
		e.Flags.Output, e.Flags.Pipe, e.OutColor = "table", !tty, false
		table := twoRows()
		table.about = "All \x1bof it"
		if err := e.PrintTable("table", table); err != nil || !strings.HasPrefix(out.String(), want) {
			t.Errorf("terminal %v: %q %v", tty, out.String(), err)
		}
	}
}

// TestPrintLeavesOut names the columns that the terminal has no room for.
func TestPrintLeavesOut(t *testing.T) {
	cols := []view.Column[string]{}
	for _, name := range []string{"one", "host", "three"} {
		cols = append(cols, view.Column[string]{Name: name, Title: strings.Repeat(name, 4), Value: func(s string) any { return s }})
	}
	table := Table{Grid: view.NewGrid(cols, func(yield func(string) bool) { yield("a value of its own") })}
	for width, want := range map[int]string{20: "natsctl: left out: host (-o wide shows all)\n", 0: "", 80: ""} {
		c := newConsole(t)
		c.tty = true
		var out, errs bytes.Buffer
		e := c.Env(&out, &errs)
		e.OutColor, e.Width = false, func() int { return width }
		if err := e.PrintTable("table", table); err != nil || errs.String() != want {
			t.Errorf("width %d: %q %v\n%s", width, errs.String(), err, out.String())
		}
		errs.Reset()
		if err := e.PrintTable("wide", table); err != nil || errs.String() != "" {
			t.Errorf("width %d, wide: %q %v", width, errs.String(), err)
		}
	}
}

// TestPrintValue writes one object in each format, and refuses a format of rows.
func TestPrintValue(t *testing.T) {
	for format, want := range map[string]string{
		"table": "text\n", "wide": "text\n", "json": "{\n  \"n\": 7\n}\n", "ndjson": "{\"n\":7}\n", "yaml": "n: 7\n",
		"csv": "this command has no output format \"csv\"; it has table, wide, json, ndjson, yaml",
	} {
		var out bytes.Buffer
		e := &Env{Out: &out, Flags: Globals{Output: format}}
		err := e.PrintValue(map[string]int{"n": 7}, func(w io.Writer) error { _, err := fmt.Fprintln(w, "text"); return err })
		if got := out.String(); err == nil && got != want || err != nil && (err.Error() != want || got != "" || !errors.As(err, new(UsageError))) {
			t.Errorf("%s: %q %v", format, got, err)
		}
	}
}

// TestBadFilters are usage errors, before and within the filter.
func TestBadFilters(t *testing.T) {
	for filter, want := range map[string]string{"[": `bad --jq expression "["`, "1/.x": `--jq "1/.x"`} {
		e := &Env{Out: io.Discard, Flags: Globals{JQ: filter}}
		if err := e.PrintJSON(map[string]int{"x": 0}, true); err == nil || !errors.As(err, new(UsageError)) || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%s: %v", filter, err)
		}
	}
}

// TestCompleteness says on a terminal that all answered, and elsewhere only
// that some did not.
func TestCompleteness(t *testing.T) {
	whole := &fleet.Snapshot{Expected: 2, Servers: []*fleet.Server{{}, {}}, TookSeconds: 0.25}
	for _, tt := range []struct {
		out, err  bool
		forgotten int
		want      string
	}{
		{true, true, 0, "natsctl: 2/2 servers answered in 250ms\n"},
		{true, true, 1, "natsctl: 2/2 servers answered in 250ms; 1 that restarted or shut down recently are still counted by the others\n"},
		{false, true, 0, ""},
		{true, false, 0, ""},
		{false, false, 0, ""},
	} {
		var errs bytes.Buffer
		whole.Forgotten = tt.forgotten
		e := &Env{Err: &errs, OutTTY: tt.out, ErrTTY: tt.err}
		if err := e.Completeness(whole); err != nil || errs.String() != tt.want {
			t.Errorf("%+v: %q %v", tt, errs.String(), err)
		}
		if err := e.Completeness(nil); err != nil {
			t.Error(err)
		}
	}
}

// TestPartialLines names each server that is missing, and the first problems.
func TestPartialLines(t *testing.T) {
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.FixedZone("", 3600))
	s := &fleet.Snapshot{Expected: 9, Servers: []*fleet.Server{{}, {}}, Missing: []fleet.Missing{
		{Name: "m1", Cluster: "C", Reason: fleet.Gone, LastSeen: at},
		{Name: "m2", Reason: fleet.Silent, SeenBy: []string{"a", "b"}},
		{Name: "m3", Reason: fleet.Behind, Via: "gw"},
		{Name: "m4", Reason: fleet.Late},
		{Reason: fleet.Gone},
		{Reason: fleet.Silent},
	}}
	for i := range 11 {
		s.Problems = append(s.Problems, fleet.Problem{Server: fmt.Sprint("p", i), Kind: fleet.Varz, Reason: fleet.Refused, Detail: "no"})
	}
	lines := partialError{s}.Lines()
	want := []string{
		"2/9 servers answered",
		"m1 (C) gone: no longer connected to any server (stopped, crashed or cut off); last seen 11:00:00Z",
		"m2 silent: connected, but not responding (hung, overloaded, or cut off a moment ago); still linked to a, b",
		"m3 out of reach: behind a server that does not respond: gw",
		"m4 did not answer before the timeout; cannot tell whether it is alive",
		"a server that the others still count but cannot name is gone: no longer connected to any server (stopped, crashed or cut off); they stop counting it within four minutes",
		"unnamed silent: connected, but not responding (hung, overloaded, or cut off a moment ago)",
		"p0 VARZ: answered with an error: no",
	}
	if got := strings.Join(lines[:len(want)], "\n"); got != strings.Join(want, "\n") {
		t.Errorf("%s", got)
	}
	if last := lines[len(lines)-1]; len(lines) != 7+10+1 || last != "and 1 more problems; use -o json to see all" {
		t.Errorf("%d lines, the last %q", len(lines), last)
	}
	s.Problems = []fleet.Problem{{Server: "p", Kind: fleet.Varz, Reason: fleet.Late}}
	if got := partialError(partialError{s}).Error(); !strings.HasSuffix(got, "; p VARZ: did not answer in time") {
		t.Errorf("%s", got)
	}
}

// TestServerTable lists the servers of a snapshot, sorted as requested.
func TestServerTable(t *testing.T) {
	s := &fleet.Snapshot{Servers: []*fleet.Server{{Info: server.ServerInfo{Name: "b"}}, {Info: server.ServerInfo{Name: "a"}}}}
	table, err := ServerTable("natsctl.x/v1", s, view.Shape{Sort: "name"})
	if err != nil || table.Schema != "natsctl.x/v1" || table.Snap != s || len(table.Grid.Rows) != 2 || len(table.Totals) == 0 {
		t.Errorf("%+v %v", table, err)
	}
	if _, err := ServerTable("x", s, view.Shape{Sort: "nope"}); !errors.Is(err, view.ErrColumn) {
		t.Errorf("%v", err)
	}
}
