package page

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// linkSheet lists all links, or those of one server.
func linkSheet(ctx *Context, p *Page) widget.Sheet {
	rows := ctx.State.Links
	switch {
	case p.Scope.Server != "":
		rows = live.Filter(rows, func(r *live.LinkRow) bool { return r.Touches(p.Scope.Server) })
	case p.Scope.Cluster != "":
		rows = live.Filter(rows, func(r *live.LinkRow) bool { return touchesCluster(ctx, r, p.Scope.Cluster) })
	}
	return &widget.RowsOf[*live.LinkRow]{
		Columns: live.LinkColumns(ctx.State.Top, ctx.Totals), Looks: linkStyles, Rows: rows,
		KeyOf:   func(r *live.LinkRow) string { return r.Edge.Key() },
		LevelOf: func(r *live.LinkRow) view.Level { return r.Edge.Level },
		RefOf: func(r *live.LinkRow) widget.Ref {
			return widget.Ref{Title: strings.ToUpper(string(r.Edge.Kind)) + " " + r.Title(), Server: r.Edge.FromName, Link: r.Edge.Key()}
		},
		ObjectOf: func(r *live.LinkRow) any { return r.Edge },
	}
}

// touchesCluster reports whether the link has an end in the cluster.
func touchesCluster(ctx *Context, r *live.LinkRow, cluster string) bool {
	for _, key := range []string{r.Edge.From, r.Edge.To} {
		if n := ctx.State.Top.Node(key); n != nil && n.Cluster == cluster {
			return true
		}
	}
	return r.Edge.ToCluster == cluster
}

func noLinks(*Context, *Page) string {
	return "no links: a single server, or one that is not connected to others"
}

// linkPanel shows the selected link as both ends report it, and the verdict.
func linkPanel(ctx *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*live.LinkRow])
	if !ok {
		return
	}
	r := rows.Rows[row]
	e := r.Edge
	t := widget.Prose{Lines: []widget.Statement{
		endLine(e.FromName, r.To(), e.A, e, ctx.State), endLine(r.To(), e.FromName, e.B, e, ctx.State),
		{Label: "verdict", Faint: true, Indent: widget.LabelW, Lead: strings.ToUpper(string(e.State)), Judged: cell.OfGlyph(e.Level), Units: strings.Fields(view.Text(e.Why)), Gap: " "},
	}}
	t.Add("means", linkMeaning(e), cell.Plain)
	t.Add("state", sinceText(ctx.Now(), r.Since), cell.Plain)
	t.Add("evidence", evidence(e, ctx.State), cell.Muted)
	t.Draw(a)
}

// endLine shows one end's report of a link.
func endLine(from, to string, end fleet.End, e *fleet.Edge, st *live.State) widget.Statement {
	nameW := min(cell.Width(from+" → "+to), 24)
	out := widget.Statement{Label: cell.Fit(from+" → "+to, nameW, false), Indent: nameW + 2, Gap: "   "}
	said := func(text string, style cell.Style) widget.Statement {
		out.Units, out.Style = []string{text}, style
		return out
	}
	switch {
	case !end.Heard && e.Kind == fleet.Gateway && e.B == end:
		return said("· inbound, seen by the other cluster", cell.Muted)
	case !end.Heard:
		return said("◌ no report: "+from+" did not answer", cell.Hazy)
	case !end.Listed:
		return said("✗ not reported by "+from, cell.Danger)
	}
	parts := []string{"● up " + live.AgeText(live.Age(st.Snap.Time, end.Since)), "pool " + live.PoolText(end)}
	if end.RTTSeconds > 0 {
		parts = append(parts, "rtt "+view.Duration(end.RTTSeconds))
	}
	t := end.Traffic
	if t.Known() {
		parts = append(parts, fmt.Sprintf("in %s/s %s  out %s/s %s",
			view.PerSec.Format(t.InMsgs.PerSecond), live.Compact(view.BytesSec.Format(t.InBytes.PerSecond)),
			view.PerSec.Format(t.OutMsgs.PerSecond), live.Compact(view.BytesSec.Format(t.OutBytes.PerSecond))))
	}
	parts = append(parts, "pending "+live.Compact(view.Bytes.Format(end.Pending)))
	if end.Compression != "" && end.Compression != "off" {
		parts = append(parts, end.Compression)
	}
	out.Units = parts
	return out
}

// linkMeaning explains how the state of a link affects clients.
func linkMeaning(e *fleet.Edge) string {
	switch {
	case e.State == fleet.StateOK:
		return "messages flow both ways"
	case e.State == fleet.StateOutside:
		return "the other end does not share the system account, so only this end can be seen"
	case e.State == fleet.StateUnknown:
		return "an end did not answer; cannot tell whether messages flow"
	case e.State == fleet.StateSlow:
		return "messages arrive late; watch whether pending bytes grow"
	case e.State == fleet.StateShort:
		return "messages flow, with fewer connections than the other peers have"
	case e.Kind == fleet.Route:
		return fmt.Sprintf("clients on %s and %s do not reach each other directly; queue groups split", e.FromName, e.ToName)
	case e.Kind == fleet.Gateway:
		return fmt.Sprintf("what clients on %s publish does not reach cluster %s", e.FromName, e.ToCluster)
	}
	return fmt.Sprintf("what is behind %s is cut off from %s", e.ToName, e.FromName)
}

// evidence names the answers that the verdict is based on.
func evidence(e *fleet.Edge, st *live.State) string {
	kind := map[fleet.EdgeKind]fleet.Kind{fleet.Route: fleet.Routez, fleet.Gateway: fleet.Gatewayz, fleet.Leaf: fleet.Leafz}[e.Kind]
	at := st.Asked[kind]
	if at.IsZero() {
		at = st.Snap.Time
	}
	parts := []string{fmt.Sprintf("%s of %s", kind, at.UTC().Format("15:04:05Z"))}
	for _, key := range []string{e.From, e.To} {
		if n := st.Top.Node(key); n != nil && n.Server != nil && n.Server.Statsz != nil {
			parts = append(parts, fmt.Sprintf("%s cpu %.0f%%", n.Name, n.Server.Statsz.CPU))
		}
	}
	return strings.Join(parts, " · ")
}

// linkStyles is the styling that the page adds to the link columns.
var linkStyles = map[string]widget.Look[*live.LinkRow]{
	"to":            {Text: (*live.LinkRow).To},
	"pool":          {Text: (*live.LinkRow).Pool},
	"pending_bytes": {Level: live.LevelIf(fleet.Warn, func(r *live.LinkRow) bool { return r.Edge.Pending() > live.PendingWarn })},
}
