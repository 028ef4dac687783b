package view_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// link is a row of a table with names, figures, a mark and a sentence.
type link struct {
	from, to string
	pending  int
	why      string
}

var linkColumns = []view.Column[link]{
	{Name: "from", Title: "From", Value: func(l link) any { return l.from }},
	{Name: "to", Title: "To", Value: func(l link) any { return l.to }},
	{Name: "host", Title: "Host", Value: func(link) any { return "192.0.2.17" }},
	{Name: "pool", Title: "Pool", Unit: view.Count, Value: func(link) any { return 3 }},
	{Name: "pending_bytes", Title: "Pending", Unit: view.Bytes, Value: func(l link) any { return l.pending }, Level: func(l link) view.Level {
		if l.pending > 1000 {
			return fleet.Warn
		}
		return fleet.OK
	}},
	{Name: "in_msgs", Title: "In msgs", Short: "In", Unit: view.Count, Sum: true, Value: func(link) any { return 12_345 }},
	{Name: "tags", Title: "Tags", Value: func(link) any { return "" }},
	{Name: "why", Title: "Why", Value: func(l link) any { return l.why }},
}

var links = []link{
	{"east-1", "east-2", 10, ""},
	{"east-1", "east-3", 20, "round trip time 26.9ms, the other routes of both ends take 2.42ms"},
}

func draw(t *testing.T, g view.Grid, width int) (lines, left []string) {
	t.Helper()
	var b strings.Builder
	style, totals := view.Style{Width: width}, g.Totals("total")
	if err := style.Table(&b, g, totals); err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(b.String(), "\n"), "\n"), style.LeftOut(g, totals)
}

// TestNarrowTerminal draws one table at every width: what stands is whole, what
// does not is named, and nothing is wider than the terminal as long as its names
// and figures have room.
func TestNarrowTerminal(t *testing.T) {
	g := view.NewGrid(linkColumns, slices.Values(links))
	whole, left := draw(t, g, 0)
	if len(left) > 0 || len(whole) != 4 {
		t.Fatalf("without a width: %q, left out %v", whole, left)
	}
	most := 0
	for width := 150; width >= 44; width-- {
		lines, left := draw(t, g, width)
		for _, line := range lines {
			if ansi.StringWidth(line) > width {
				t.Errorf("at %d: %q is %d wide", width, line, ansi.StringWidth(line))
			}
		}
		text := strings.Join(strings.Fields(strings.Join(lines, " ")), " ")
		for _, word := range []string{"east-1", "east-2", "east-3", "26.9ms,", "2.42ms", "WHY", "FROM", "TO"} {
			if !strings.Contains(text, word) {
				t.Errorf("at %d: no %q in %q", width, word, lines)
			}
		}
		for _, c := range []struct{ name, heading string }{{"host", "HOST"}, {"pool", "POOL"}, {"pending_bytes", "PENDING"}, {"in_msgs", "IN"}} {
			if drawn := strings.Contains(" "+lines[0]+" ", " "+c.heading+" "); drawn == slices.Contains(left, c.name) {
				t.Errorf("at %d: %s is drawn: %v, and left out are %v", width, c.name, drawn, left)
			}
		}
		most = max(most, len(left))
	}
	if most == 0 {
		t.Error("nothing was left out of the narrowest table")
	}
}

// TestNarrowKeeps leaves in what the reader asked for or must not miss.
func TestNarrowKeeps(t *testing.T) {
	g, err := view.Shape{Sort: "host"}.Apply(view.NewGrid(linkColumns, slices.Values(links)))
	if err != nil {
		t.Fatal(err)
	}
	if _, left := draw(t, g, 60); slices.Contains(left, "host") || !slices.Contains(left, "pool") {
		t.Errorf("sorted by host: left out %v", left)
	}
	marked := append(slices.Clone(links), link{"east-2", "east-3", 5000, ""})
	g = view.NewGrid(linkColumns, slices.Values(marked))
	if _, left := draw(t, g, 44); slices.Contains(left, "pending_bytes") {
		t.Errorf("with a marked cell: left out %v", left)
	}
}

// TestNarrowWrapsLists breaks a list without spaces at its commas.
func TestNarrowWrapsLists(t *testing.T) {
	cols := []view.Column[string]{
		{Name: "name", Title: "Name", Value: func(string) any { return "lab" }},
		{Name: "url", Title: "URL", Value: func(s string) any { return s }},
	}
	g := view.NewGrid(cols, slices.Values([]string{"nats://192.0.2.1:4222,nats://192.0.2.2:4222,nats://192.0.2.3:4222"}))
	lines, _ := draw(t, g, 40)
	want := []string{"NAME  URL", "lab   nats://192.0.2.1:4222,", "      nats://192.0.2.2:4222,", "      nats://192.0.2.3:4222"}
	if !slices.Equal(lines, want) {
		t.Errorf("got %q", lines)
	}
}
