package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// serverSpec defines the page of one server.
func serverSpec() *Spec {
	return &Spec{
		Kind: Server, Title: "Server", System: true, Jumps: []Jump{{To: Events}, {Connections, "conns"}, {Topology, "links"}, {To: JetStream}}, Keys: slices.Concat(serverKeys(), ownKeys()), needs: live.Demand{Needs: append(slices.Clone(topoNeeds.Needs), live.Need{Kind: fleet.Connz, Every: 0})},
		Modes: []Mode{{Name: "server", draw: drawServer, panes: serverPanes}},
		open:  func(ctx *Context, p *Page, _ widget.Ref) Effect { return openPane(p, ctx) },
	}
}

// serverKeys are the keys of the page.
func serverKeys() []Key {
	do := func(change func(ctx *Context, p *Page)) func(*Context, *Page) Effect {
		return func(ctx *Context, p *Page) Effect {
			change(ctx, p)
			return Effect{}
		}
	}
	return []Key{
		{Keys: []string{"left", "h"}, Shown: "←", Help: "the server before", Do: do(func(ctx *Context, p *Page) { openNeighbor(ctx, p, -1) })},
		{Keys: []string{"tab"}, Shown: "Tab", Help: "the next pane; ↑↓ choose a line of it, Enter opens it", Hint: "pane", Do: do(func(ctx *Context, p *Page) { p.nextPane(ctx, +1) })},
		{Keys: []string{"shift+tab"}, Shown: "S-Tab", Help: "the pane before", Do: do(func(ctx *Context, p *Page) { p.nextPane(ctx, -1) })},
		{Keys: []string{"z"}, Shown: "z", Help: "give the page to the pane, or take it back", Hint: "zoom", Do: do(func(ctx *Context, p *Page) { p.ZoomPane(ctx) })},
		{Keys: []string{"right", "l"}, Shown: "→", Help: "the next server", Do: do(func(ctx *Context, p *Page) { openNeighbor(ctx, p, +1) })},
	}
}

// The panes of the page, in tab order.
const (
	curvesAt = iota
	linksAt
	healthAt
	connsAt
	eventsAt
	storeAt
)

// serverPanes returns the panes of the server's page, none if the server does not
// answer.
func serverPanes(ctx *Context, p *Page) []pane {
	r := FindServer(ctx.State, p.Scope)
	if r == nil || r.Missing != nil || r.Answer.Statsz == nil {
		return nil
	}
	return []pane{curvePane(ctx, p, r), linkPane(ctx, r), healthPane(r), connPane(ctx, r), eventPane(ctx, r), storePaneOf(r)}
}

// drawServer draws everything known about one server.
func drawServer(ctx *Context, p *Page, a cell.Area) {
	r := FindServer(ctx.State, p.Scope)
	if r == nil {
		a.Write(widget.Gutter, 1, fmt.Sprintf("%s is not in the newest answers   Esc goes back", p.Scope), cell.Muted)
		return
	}
	serverTitle(r, a)
	panes := serverPanes(ctx, p)
	switch {
	case r.Missing != nil:
		missingLines(r, a.Cut(2, 2, a.W-4, a.H-2))
		return
	case len(panes) == 0 || drawZoomed(p, ctx, a.Rows(1, a.H-1)):
		return
	}
	y := 1
	y += serverGraphs(ctx, r, a.Cut(1, y, a.W-2, a.H-y), p.paned.focus == curvesAt+1, p.paned.at)
	if a.H-y < 3 {
		return
	}
	rest := a.Rows(y, a.H-y)
	if store := len(panes[storeAt].lines); rest.H > 18 && store > 0 {
		drawPane(p, storeAt, panes[storeAt], rest.Rows(rest.H-store-1, store+1))
		rest = rest.Rows(0, rest.H-store-2)
	}
	half := rest.W/2 - 1
	linkH := min(max(len(panes[linksAt].lines), len(panes[healthAt].lines), 5)+1, rest.H/2)
	drawPane(p, linksAt, panes[linksAt], rest.Cut(0, 0, half, linkH))
	drawPane(p, healthAt, panes[healthAt], rest.Cut(half+1, 0, rest.W-half-1, linkH))
	gap := 0
	if rest.H-linkH > 8 {
		gap = 1
	}
	rest = rest.Rows(linkH+gap, rest.H-linkH-gap)
	if rest.H < 2 {
		return
	}
	drawPane(p, connsAt, panes[connsAt], rest.Cut(0, 0, half, rest.H))
	drawPane(p, eventsAt, panes[eventsAt], rest.Cut(half+1, 0, rest.W-half-1, rest.H))
}

func serverTitle(r *live.ServerRow, a cell.Area) {
	left := []widget.Segment{
		{Text: view.Glyph(r.Level, false) + " " + r.Label() + live.LeaderMark(r.Node), Style: cell.OfGlyph(r.Level)},
		{Text: r.Place(), Style: cell.Strong},
	}
	if r.Node != nil && r.Node.Version != "" {
		v := widget.Segment{Text: r.Node.Version}
		if r.Node.VersionSkew {
			v.Text, v.Style = v.Text+" ▲ differs from its cluster", cell.Warning
		}
		left = append(left, v)
	}
	if up, ok := r.Uptime().(float64); ok {
		left = append(left, widget.Segment{Text: "up " + view.Duration(up)})
	}
	if r.Answer != nil && r.Answer.Statsz != nil {
		left = append(left, widget.Segment{Text: live.Plural(r.Answer.Statsz.Cores, "core"), Style: cell.Muted, Rank: 2})
	}
	i := r.Info()
	left = append(left, widget.Segment{Text: i.Host, Style: cell.Muted, Rank: 3}, widget.Segment{Text: live.ShortID(i.ID), Style: cell.Muted, Rank: 4})
	if i.Domain != "" {
		left = append(left, widget.Segment{Text: "domain " + i.Domain, Style: cell.Muted, Rank: 5})
	}
	if len(i.Tags) > 0 {
		left = append(left, widget.Segment{Text: strings.Join(i.Tags, " "), Style: cell.Muted, Rank: 6})
	}
	widget.Line(a, 0, left, nil)
}

// serverGraphs draws the six curves as large graphs, or on one line each if there
// is no room. It returns the number of rows used.
func serverGraphs(ctx *Context, r *live.ServerRow, a cell.Area, focus bool, at int) int {
	if a.H < 24 || a.W < 90 {
		n := miniCurves(ctx, r, a.Rows(0, 3))
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
	curveGrid(ctx, r, a.Rows(1, a.H-1), h, at)
	return 1 + 2*(h+2)
}

// openNeighbor opens the server before or after the current one.
func openNeighbor(ctx *Context, p *Page, by int) {
	if ctx.State == nil || len(ctx.State.Servers) == 0 {
		return
	}
	at := max(slices.Index(ctx.State.Servers, FindServer(ctx.State, p.Scope)), 0)
	n := len(ctx.State.Servers)
	r := ctx.State.Servers[((at+by)%n+n)%n]
	p.Scope = widget.Ref{Server: r.Name, ServerID: r.ID, Cluster: r.Cluster}
	p.Scroll, p.paned.at = 0, 0
}
