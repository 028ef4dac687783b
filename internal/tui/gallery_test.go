package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/testcluster"
	"github.com/natsctl/natsctl/internal/tui/cell"
)

// gallery is the page docs/gallery.md: chapters of screens with their words.
var gallery = []struct {
	chapter string
	screens [][3]string // name, title, text
}{
	{"Pages", [][3]string{
		{"topology-degraded", "Topology", "The clusters with their gateways, and every server under its cluster; below, who reaches whom, the links and alerts that need attention and what happened last. One server is silent, a route is one-way, a gateway leads nowhere. `v` goes on to the tree, the matrices and the links."},
		{"topology", "Topology, all well", "The same of a fleet in order: the panel at the bottom says so."},
		{"tree", "Tree", "`:tree`: more lines for the servers, and the curves of the one under the cursor."},
		{"matrix", "Matrices", "`:matrix`: which cluster reaches which, and which server lists which, with round trip times."},
		{"matrix-degraded", "Matrices with trouble", "What is missing, one-way or unknown stands where it should be."},
		{"links", "Links", "`:links`, the worst first: both ends' word on the link under the cursor, a verdict, and what it means for clients."},
		{"servers", "Servers", "One line a server, the worst first; curves and findings of the one under the cursor."},
		{"servers-wide", "Servers, wide", "`w` adds columns, → scrolls to those that there is no room for."},
		{"old-server", "Old servers", "What a server of an old version does not report is a dash, never a zero."},
		{"server", "One server", "Enter on a server: its curves, links, health, busiest connections and events."},
		{"server-pane", "A pane of it", "Tab goes from pane to pane of a server's page; the line under the cursor opens."},
		{"server-zoom", "A curve, zoomed", "`z` gives one pane, or one curve, the whole page."},
		{"conns", "Connections", "The busiest first, by what they send a second now; `v` goes on to the slow, the idle and those that ended."},
		{"conns-slow", "Slow connections", "Those with the most bytes waiting first; one that falls behind says when the server will drop it."},
		{"conns-idle", "Idle connections", "Those that were quiet the longest first."},
		{"conns-added-up", "Connections, added up", "By server, account or client: who has how many, and what they take together."},
		{"conns-filter", "A filter", "`/account=APP`: words or an expression over the columns, with the number of rows it keeps."},
		{"conns-hostile", "Hostile names", "Names come from strangers: escape sequences, line ends and direction marks are shown, not obeyed."},
		{"accounts", "Accounts", "Each account over all servers."},
		{"streams", "JetStream", "The meta groups, the streams, worst first, the consumers of the one under the cursor, and how full the servers are."},
		{"streams-degraded", "JetStream with trouble", "A replica that fell behind, and a meta group whose leader does not answer."},
		{"consumers", "Consumers", "`:consumers`: what each has pending and unacknowledged."},
		{"peers", "JetStream servers", "`:peers`: who leads, who is current, how full they are."},
		{"raft", "Raft groups", "`:raft`: every group that a server is in, with its state and its peers."},
		{"events", "Events", "What servers told, and what follows from two answers that differ."},
		{"diagnosis", "Diagnosis", "What is wrong, from the line under the header: `!` opens it. The cause to look at first comes first, with what follows from it below; Enter opens what a line is about."},
		{"alerts", "Alerts", "The checks of `natsctl check` over live rates: what, since when, what it means, what to do next. `a` acknowledges, `m` mutes."},
		{"alerts-none", "No alert", "An empty page says why it is empty."},
		{"account", "One account", "A user outside the system account sees its own account: its share of each server, its limits, and what cannot be seen."},
	}},
	{"States", [][3]string{
		{"discovering", "Discovering", "Nothing answered yet: who is asked, and since when. What is there is shown as soon as it is there."},
		{"disconnected", "Disconnected", "What was known stays, faded, with its age; the dashboard goes on trying and never exits."},
		{"no-system-account", "Not the system account", "A user who may see nothing is told so, and what to do."},
		{"servers-states", "Killed, draining, hung, restarted, left", "Each looks different, none is counted twice: the killed server is gone, the draining one says so, the hung one is silent, the restarted one has its new start time; one left as it said that it would."},
		{"topology-states", "The same on the map", "A server that does not answer keeps its place."},
		{"no-jetstream", "No JetStream", "One sentence instead of an empty table."},
		{"single-server", "A single server", "No cluster, no links: nothing is missing."},
		{"nothing-matches", "Nothing matches", "How many there are, by which filter none is left, and the way back."},
		{"no-faults", "Faults only", "`f`, when there are none."},
		{"slow-poll", "Slow answers", "Answers that take longer than the interval double it, and the title says so."},
		{"paused", "Paused", "`p` holds the screen; collecting goes on."},
		{"recording", "Recording", "`:rec` says in the title that it records."},
		{"replay", "Replay", "A recording, with its place in it, its speed, and the keys that move it."},
	}},
	{"Boxes", [][3]string{
		{"command", "Command line", "`:` takes a page, a server's name and more; Tab completes."},
		{"contexts", "Contexts", "`:ctx` goes to another fleet."},
		{"sort", "Sort", "`s` chooses the column; its first letter jumps to it."},
		{"json", "JSON of an object", "`y`: what the server said of it, as it said it."},
		{"message", "A filter that cannot be", "What is wrong is said where it was typed; the rows stay."},
		{"help", "Help", "`?`, made from the tables of keys, commands and columns."},
		{"checks", "Checks", "`R` on the alerts: every check, what it says now, and why one could not look."},
		{"actions", "Actions", "`x`, only with `--allow-actions`."},
		{"confirm", "Confirmation", "What would be touched, the same command for the shell, and the name to type."},
		{"protected", "A protected context", "Its bar is red on every page, and it refuses actions."},
	}},
}

// TestDocsGallery keeps docs/gallery.md and its pictures fresh; UPDATE_DOCS=1
// rewrites them.
func TestDocsGallery(t *testing.T) {
	testcluster.Slow(t)
	docs := filepath.Join("..", "..", "docs")
	update := os.Getenv("UPDATE_DOCS") != ""
	from := stages{}
	var page strings.Builder
	page.WriteString("# The dashboard in pictures\n\nEvery page, state and box of `natsctl top` in a window of 120 by 40, in the 16 colors of the terminal on a common palette. The fleets are recordings of real ones, whose counters go on for two minutes so that curves have a past. A picture\nis what `natsctl top --once -o svg` writes, or `^S`.\n")
	files := map[string]bool{}
	draw := func(m *Model, file string) string {
		files[file] = true
		drawn(m, 120, 40, cell.Look{Profile: cell.TrueColor})
		svg, err := m.Export(FormatSVG)
		if err != nil {
			t.Fatal(err)
		}
		fresh(t, filepath.Join(docs, "gallery", file), string(svg), update)
		return "gallery/" + file
	}
	shown := map[string]bool{}
	for _, c := range gallery {
		fmt.Fprintf(&page, "\n## %s\n", c.chapter)
		for _, g := range c.screens {
			name, title := g[0], g[1]
			shown[name] = true
			m := screenNamed(t, name).model(t, from)
			fmt.Fprintf(&page, "\n### %s\n\n%s\n", title, g[2])
			file := draw(m, name+".svg")
			fmt.Fprintf(&page, "\n![%s](%s)\n", title, file)
		}
	}
	for _, s := range screens {
		if !shown[s.name] {
			t.Errorf("the screen %s has no picture", s.name)
		}
	}
	fresh(t, filepath.Join(docs, "gallery.md"), page.String(), update)
	strays(t, filepath.Join(docs, "gallery"), files, update)
}

// strays are pictures that no page shows any more.
func strays(t *testing.T, dir string, files map[string]bool, update bool) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if files[e.Name()] {
			continue
		}
		if !update {
			t.Errorf("%s is shown nowhere", e.Name())
		} else if err := os.Remove(filepath.Join(dir, e.Name())); err != nil {
			t.Fatal(err)
		}
	}
}

func screenNamed(t *testing.T, name string) screen {
	t.Helper()
	for _, s := range screens {
		if s.name == name {
			return s
		}
	}
	t.Fatalf("no screen %q", name)
	return screen{}
}

func fresh(t *testing.T, name, want string, update bool) {
	t.Helper()
	if update {
		if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(name, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if have, err := os.ReadFile(name); err != nil || string(have) != want {
		t.Errorf("%s is stale; UPDATE_DOCS=1 go test ./internal/tui -run TestDocs rewrites it", name)
	}
}
