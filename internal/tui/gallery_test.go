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
	{"matrix", "Matrices", "`:matrix`: which cluster reaches which, and which server lists which, with round trip times."},
	{"links", "Links", "`:links`, the worst first: both ends' word on the link under the cursor, a verdict, and what it means for clients."},
	{"servers", "Servers", "One line a server, the worst first; curves and findings of the one under the cursor."},
	{"server", "One server", "Enter on a server: its curves, links, health, busiest connections and events."},
	{"conns", "Connections", "The busiest first, by what they send a second now; `v` goes on to the slow, the idle and those that ended."},
	{"conns-hostile", "Hostile names", "Names come from strangers: escape sequences, line ends and direction marks are shown, not obeyed."},
	{"accounts", "Accounts", "Each account over all servers."},
	{"streams", "JetStream", "The meta groups, the streams, worst first, and the consumers of the one under the cursor."},
	{"peers", "JetStream servers", "`:peers`: who leads, who is current, how full they are."},
	{"events", "Events", "What servers told, and what follows from two answers that differ."},
	{"alerts", "Alerts", "The checks of `natsctl check` over live rates: what, since when, what it means, what to do next. `a` acknowledges, `m` mutes."},
	{"help", "Help", "`?`, made from the tables of keys, commands and columns."},
}

// TestDocsGallery keeps docs/gallery.md and its pictures fresh; UPDATE_DOCS=1
// rewrites them.
func TestDocsGallery(t *testing.T) {
	docs := filepath.Join("..", "..", "docs")
	update := os.Getenv("UPDATE_DOCS") != ""
	var page strings.Builder
	page.WriteString("# The dashboard in pictures\n\n`natsctl top` over recordings of real fleets, in a window of 120 by 40. Each picture is `natsctl top --once -o svg`.\n")
	for _, g := range gallery {
		fmt.Fprintf(&page, "\n## %s\n\n%s\n\n![%s](gallery/%s.svg)\n", g.title, g.text, g.title, g.screen)
		fresh(t, filepath.Join(docs, "gallery", g.screen+".svg"), picture(t, g.screen), update)
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
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
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
