package page

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// serversSpec defines the Servers page.
func serversSpec() *Spec {
	return &Spec{
		Kind: Servers, Names: []string{"srv", "s"}, Help: "servers", Digit: "2", Title: "Servers", Short: "Servers", System: true,
		open:  func(_ *Context, _ *Page, r widget.Ref) Effect { return openServer(r) },
		Jumps: []Jump{{To: Events}, {Connections, "conns"}, {Topology, "links"}, {To: JetStream}}, Keys: bytesKeys(),
		Modes: []Mode{{
			Name: "servers", sort: "status", sheet: serverSheet, below: serverPanel, panel: 20, fill: trouble,
			first: []string{"name", "status", "cluster", "conns", "cpu_percent", "mem_bytes", "in_msgs_per_second", "out_msgs_per_second", "version", "slow_consumers", "rtt_seconds", "subs", "uptime_seconds", "in_bytes_per_second", "out_bytes_per_second", "stalled_clients"},
		}},
	}
}

// serverSheet lists the servers of the state, except forgotten ones.
func serverSheet(ctx *Context, p *Page) widget.Sheet {
	rows := live.Filter(ctx.State.Servers, func(r *live.ServerRow) bool {
		return (r.Missing == nil || !ctx.Marks.Hides(r.Key())) && (p.Scope.Cluster == "" || p.Scope.Cluster == r.Cluster)
	})
	return &widget.RowsOf[*live.ServerRow]{
		Columns: live.ServerColumns(ctx.State.Snapshot(), ctx.Totals), Looks: serverStyles, Rows: rows,
		KeyOf:   (*live.ServerRow).Key,
		LevelOf: func(r *live.ServerRow) view.Level { return r.Level }, MarkOf: (*live.ServerRow).Sign,
		RefOf: func(r *live.ServerRow) widget.Ref {
			return widget.Ref{Server: r.Label(), ServerID: r.ID, Cluster: r.Cluster}
		},
		ObjectOf: func(r *live.ServerRow) any { return r.JSON() },
	}
}

// serverPanel draws the selected server: curves, links, findings.
func serverPanel(ctx *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*live.ServerRow])
	if !ok {
		return
	}
	r := rows.Rows[row]
	if r.Missing != nil {
		missingLines(r, a)
		return
	}
	found := r.Findings()
	y := serverFacts(r).Draw(a.Rows(0, max(min(2, a.H-4), 1)))
	y += panelCurves(ctx, r, a.Rows(y, a.H-y-min(len(found), 3)))
	for i, f := range found {
		if y >= a.H {
			break
		}
		if y == a.H-1 && i < len(found)-1 {
			a.Write(2, y, fmt.Sprintf("… %d more", len(found)-i), cell.Muted)
			return
		}
		a.Write(0, y, view.Glyph(f.Level, false)+" "+f.Text, cell.OfLevel(f.Level))
		y++
	}
}

// panelCurves draws the curves of a server large if there is room, else on one
// line each, and returns the number of lines used.
func panelCurves(ctx *Context, r *live.ServerRow, a cell.Area) int {
	const rows = 3
	if a.H < 2*(rows+2)-1 || a.W < 90 || r.Answer.Statsz == nil {
		return miniCurves(ctx, r, a)
	}
	curveGrid(ctx, r, a, rows, -1)
	return 2*(rows+2) - 1
}

// serverStyles is the styling that the page adds to the server columns.
var serverStyles = map[string]widget.Look[*live.ServerRow]{
	"status":         {Text: (*live.ServerRow).StatusText},
	"name":           {Text: func(r *live.ServerRow) string { return r.Label() + live.LeaderMark(r.Node) }},
	"cluster":        {Text: (*live.ServerRow).Place},
	"version":        {Level: live.LevelIf(fleet.Warn, func(r *live.ServerRow) bool { return r.Node != nil && r.Node.VersionSkew })},
	"slow_consumers": {Level: func(r *live.ServerRow) view.Level { return live.LevelOfRise(r.Change().SlowConsumers) }},
	"routes":         {Text: func(r *live.ServerRow) string { return live.LinksHave(r.Node, false) }, Level: func(r *live.ServerRow) view.Level { return live.LinksLevel(r.Node, false) }},
	"gateways":       {Text: func(r *live.ServerRow) string { return live.LinksHave(r.Node, true) }, Level: func(r *live.ServerRow) view.Level { return live.LinksLevel(r.Node, true) }},
}
