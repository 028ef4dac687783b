package tui

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// gallery is the page docs/gallery.md: a screen, its words, and how to get
// there.
var gallery = []struct {
	screen, title, text string
}{
	{"topology-degraded", "Topology", "The clusters with their gateways, and every server under its cluster. One server is silent, a route is one-way, a gateway leads nowhere. `v` goes on to the tree, the matrices and the links."},
	{"topology", "Topology, all well", "The same of a fleet in order: the panel at the bottom says so."},
	{"tree", "Tree", "`:tree`: more lines for the servers, and the curves of the one under the cursor."},
	{"matrix", "Matrices", "`:matrix`: which cluster reaches which, and which server lists which, with round trip times."},
	{"links", "Links", "`:links`, the worst first: both ends' word on the link under the cursor, a verdict, and what it means for clients."},
	{"servers", "Servers", "One line a server, the worst first; curves and findings of the one under the cursor."},
	{"servers-wide", "Servers, wide", "`w` shows the columns that there is no room for otherwise; → scrolls."},
	{"old-server", "Old servers", "What a server of an old version does not report is a dash, never a zero."},
	{"server", "One server", "Enter on a server: its curves, links, health, busiest connections and events."},
	{"server-pane", "A pane of it", "Tab goes from pane to pane of a server's page; the line under the cursor opens."},
	{"server-zoom", "A pane, zoomed", "`z` gives one pane the whole page."},
	{"conns", "Connections", "The busiest first, by what they send a second now; `v` goes on to the slow, the idle and those that ended."},
	{"conns-filter", "A filter", "`/account=APP`: words or an expression over the columns, with the number of rows it keeps."},
	{"conns-hostile", "Hostile names", "Names come from strangers: escape sequences, line ends and direction marks are shown, not obeyed."},
	{"accounts", "Accounts", "Each account over all servers."},
	{"streams", "JetStream", "The meta groups, the streams, worst first, and the consumers of the one under the cursor."},
	{"consumers", "Consumers", "`:consumers`: what each has pending and unacknowledged."},
	{"peers", "JetStream servers", "`:peers`: who leads, who is current, how full they are."},
	{"raft", "Raft groups", "`:raft`: every group that a server is in, with its state and its peers."},
	{"events", "Events", "What servers told, and what follows from two answers that differ."},
	{"alerts", "Alerts", "The checks of `natsctl check` over live rates: what, since when, what it means, what to do next. `a` acknowledges, `m` mutes."},
	{"account", "One account", "A user outside the system account sees its own account: its share of each server, its limits, and what cannot be seen."},
	{"command", "Command line", "`:` takes a page, a server's name and more; Tab completes."},
	{"sort", "Sort", "`s` chooses the column; its first letter jumps to it."},
	{"json", "JSON of an object", "`y`: what the server said of it, as it said it."},
	{"help", "Help", "`?`, made from the tables of keys, commands and columns."},
}

// TestDocsGallery keeps docs/gallery.md and its pictures fresh; UPDATE_DOCS=1
// rewrites them.
func TestDocsGallery(t *testing.T) {
	docs := filepath.Join("..", "..", "docs")
	update := os.Getenv("UPDATE_DOCS") != ""
	var page strings.Builder
	page.WriteString("# The dashboard in pictures\n\n`natsctl top` over recordings of real fleets, in a window of 120 by 40, the wide one of 200 by 50. Each picture is `natsctl top --once -o svg`.\n")
	shown := map[string]bool{}
	for _, g := range gallery {
		shown[g.screen] = true
		fmt.Fprintf(&page, "\n## %s\n\n%s\n\n![%s](gallery/%s.svg)\n", g.title, g.text, g.title, g.screen)
		fresh(t, filepath.Join(docs, "gallery", g.screen+".svg"), picture(t, g.screen), update)
	}
	for _, s := range screens {
		if !shown[s.name] {
			t.Errorf("the screen %s has no picture", s.name)
		}
	}
	fresh(t, filepath.Join(docs, "gallery.md"), page.String(), update)
}

// picture is the SVG of one of the screens.
func picture(t *testing.T, name string) string {
	t.Helper()
	for _, s := range screens {
		if s.name != name {
			continue
		}
		m := modelOf(t, s.tape, s.at, 120, 40, s.keys...)
		m.look = cell.Look{Profile: cell.TrueColor}
		m.palette = cell.NewPalette(m.look)
		w, h := 120, 40
		if name == "servers-wide" {
			w, h = 200, 50
		}
		m.Update(tea.WindowSizeMsg{Width: w, Height: h})
		svg, err := m.Export(FormatSVG)
		if err != nil {
			t.Fatal(err)
		}
		return string(svg)
	}
	t.Fatalf("no screen %q", name)
	return ""
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
