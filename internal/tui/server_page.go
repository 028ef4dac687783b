package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// serverSpec is the page of one server.
func serverSpec() *spec {
	return &spec{
		kind: serverPage, title: "Server", needs: live.Demand{Needs: append(slices.Clone(topoNeeds.Needs), live.Need{Kind: fleet.Connz, Every: 0})},
		modes: []mode{{name: "server", draw: drawServer, panes: serverPanes}},
		open:  func(m *Model, _ *page, _ ref) { m.openPane() },
	}
}

// The panes of the page, in the order of Tab.
const (
	curvesPane = iota
	linksPane
	healthPane
	connsPane
	eventsPane
	storePane
)

// serverPanes are the panes of the server's page; none of one that does not
// answer.
func serverPanes(m *Model, p *page) []pane {
	r := serverAt(m.st, p.scope)
	if r == nil || r.Missing != nil || r.Answer.Statsz == nil {
		return nil
	}
	return []pane{m.curvePane(r), m.linkPane(r), m.healthPane(r), m.connPane(r), m.eventPane(r), storePaneOf(r)}
}

// drawServer is everything known of one server.
func drawServer(m *Model, p *page, a cell.Area) {
	r := serverAt(m.st, p.scope)
	if r == nil {
		a.Write(gutter, 1, fmt.Sprintf("%s is not in the newest answers   Esc goes back", p.scope), cell.Muted)
		return
	}
	m.serverTitle(r, a)
	panes := serverPanes(m, p)
	switch {
	case r.Missing != nil:
		ghostLines(r, a.Cut(2, 2, a.W-4, a.H-2))
		return
	case len(panes) == 0 || m.drawZoomed(p, a.Rows(1, a.H-1)):
		return
	}
	y := 1
	y += m.serverGraphs(r, a.Cut(1, y, a.W-2, a.H-y), p.paned.focus == curvesPane+1, p.paned.at)
	if a.H-y < 3 {
		return
	}
	rest := a.Rows(y, a.H-y)
	if store := len(panes[storePane].lines); rest.H > 18 && store > 0 {
		m.drawPane(p, storePane, panes[storePane], rest.Rows(rest.H-store-1, store+1))
		rest = rest.Rows(0, rest.H-store-2)
	}
	half := rest.W/2 - 1
	linkH := min(max(len(panes[linksPane].lines), len(panes[healthPane].lines), 5)+1, rest.H/2)
	m.drawPane(p, linksPane, panes[linksPane], rest.Cut(0, 0, half, linkH))
	m.drawPane(p, healthPane, panes[healthPane], rest.Cut(half+1, 0, rest.W-half-1, linkH))
	gap := 0
	if rest.H-linkH > 8 {
		gap = 1
	}
	rest = rest.Rows(linkH+gap, rest.H-linkH-gap)
	if rest.H < 2 {
		return
	}
	m.drawPane(p, connsPane, panes[connsPane], rest.Cut(0, 0, half, rest.H))
	m.drawPane(p, eventsPane, panes[eventsPane], rest.Cut(half+1, 0, rest.W-half-1, rest.H))
}

func (m *Model) serverTitle(r *live.ServerRow, a cell.Area) {
	left := []segment{
		{text: view.Glyph(r.Level, false) + " " + r.Label() + live.LeaderMark(r.Node), style: cell.OfGlyph(r.Level)},
		{text: r.Place(), style: cell.Strong},
	}
	if r.Node != nil && r.Node.Version != "" {
		v := segment{text: r.Node.Version}
		if r.Node.VersionSkew {
			v.text, v.style = v.text+" ▲ differs from its cluster", cell.Warning
		}
		left = append(left, v)
	}
	if up, ok := r.Uptime().(float64); ok {
		left = append(left, segment{text: "up " + view.Duration(up)})
	}
	if r.Answer != nil && r.Answer.Statsz != nil {
		left = append(left, segment{text: live.Plural(r.Answer.Statsz.Cores, "core"), style: cell.Muted, rank: 2})
	}
	i := r.Info()
	left = append(left, segment{text: i.Host, style: cell.Muted, rank: 3}, segment{text: live.ShortID(i.ID), style: cell.Muted, rank: 4})
	if i.Domain != "" {
		left = append(left, segment{text: "domain " + i.Domain, style: cell.Muted, rank: 5})
	}
	if len(i.Tags) > 0 {
		left = append(left, segment{text: strings.Join(i.Tags, " "), style: cell.Muted, rank: 6})
	}
	line(a, 0, left, nil)
}

// serverGraphs draws the six curves: as large graphs where there is room, one
// line each where there is not. It returns the rows it took.
func (m *Model) serverGraphs(r *live.ServerRow, a cell.Area, focus bool, at int) int {
	if a.H < 24 || a.W < 90 {
		n := m.miniCurves(r, a.Rows(0, 3))
		if half := (len(graphsOf(r)) + 1) / 2; focus {
			a.Cut((at/half)*(a.W/2), at%half, 10, 1).Restyle(cell.Selected)
		}
		return n
	}
	h := 3
	if a.H > 40 {
		h = 5
	}
	if !focus {
		at = -1
	}
	m.curveGrid(r, a.Rows(1, a.H-1), h, at)
	return 1 + 2*(h+2)
}

// curveGrid draws the six curves in two rows, h rows high under their titles,
// the one at a place marked.
func (m *Model) curveGrid(r *live.ServerRow, a cell.Area, h, at int) {
	c := m.st.History.Server(r.Key())
	const cols = 3
	colW := a.W / cols
	for i, g := range graphsOf(r) {
		area := a.Cut((i%cols)*colW, (i/cols)*(h+2), colW-2, h+1)
		m.bigGraph(g, c, area)
		if i == at {
			area.Cut(0, 0, cell.Width(g.title), 1).Restyle(cell.Selected)
		}
	}
}

// bigGraph is a title line and a graph with its scale.
func (m *Model) bigGraph(g graph, c *live.Curves, a cell.Area) {
	x := a.Write(0, 0, strings.ToUpper(g.title), cell.Head)
	a.Write(x+2, 0, g.value, cell.Strong)
	w := max(a.W-9, 8)
	points := m.curve(c, g.ser, m.columns(w))
	top := a.Cut(0, 1, w, a.H-1).Graph(points, 0, m.dots, cell.Chart)
	a.Write(w+1, 1, peak(top, g.unit), cell.Muted)
	a.Write(w+1, a.H-1, "0", cell.Muted)
	a.Right(a.W-9, 0, "last "+short(m.covered(c)), cell.Muted)
}
