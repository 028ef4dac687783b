package tui

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// linkSheet is every link, or those of one server.
func linkSheet(m *Model, p *page) sheet {
	rows := m.st.Links
	switch {
	case p.scope.server != "":
		rows = kept(rows, func(r lnk) bool { return r.touches(p.scope.server) })
	case p.scope.cluster != "":
		rows = kept(rows, func(r lnk) bool { return m.touchesCluster(r, p.scope.cluster) })
	}
	return &rowsOf[lnk]{
		cols: linkColumns(m.st.Top, m.totals), dress: linkDress, rows: rows,
		name:  func(r lnk) string { return r.e.Key() },
		judge: func(r lnk) view.Level { return r.e.Level },
		refer: func(r lnk) ref {
			return ref{title: strings.ToUpper(string(r.e.Kind)) + " " + r.title(), server: r.e.FromName, link: r.e.Key()}
		},
		json: func(r lnk) any { return r.e },
	}
}

// touchesCluster tells whether the link has an end in the cluster.
func (m *Model) touchesCluster(r lnk, cluster string) bool {
	for _, key := range []string{r.e.From, r.e.To} {
		if n := m.st.Top.Node(key); n != nil && n.Cluster == cluster {
			return true
		}
	}
	return r.e.ToCluster == cluster
}

func noLinks(*Model, *page) string {
	return "no links: a single server, or one that is not connected to others"
}

// linkPanel is both ends' view of the link under the cursor, and the verdict.
func linkPanel(m *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[lnk])
	if !ok {
		return
	}
	r := rows.rows[row]
	e := r.e
	t := prose{lines: []statement{
		endLine(e.FromName, r.to(), e.A, e, m.st), endLine(r.to(), e.FromName, e.B, e, m.st),
		{label: "verdict", faint: true, indent: labelW, lead: strings.ToUpper(string(e.State)), judged: cell.OfGlyph(e.Level), units: strings.Fields(view.Text(e.Why)), gap: " "},
	}}
	t.say("means", linkMeaning(e), cell.Plain)
	t.say("state", sinceText(m.now(), r.since), cell.Plain)
	t.say("evidence", evidence(e, m.st), cell.Muted)
	t.draw(a)
}

// endLine is one end's report of a link.
func endLine(from, to string, end fleet.End, e *fleet.Edge, st *State) statement {
	nameW := min(cell.Width(from+" → "+to), 24)
	out := statement{label: cell.Fit(from+" → "+to, nameW, false), indent: nameW + 2, gap: "   "}
	said := func(text string, style cell.Style) statement {
		out.units, out.style = []string{text}, style
		return out
	}
	switch {
	case !end.Heard && e.Kind == fleet.Gateway && e.B == end:
		return said("· inbound, seen by the other cluster", cell.Muted)
	case !end.Heard:
		return said("◌ not heard: "+from+" did not answer", cell.Hazy)
	case !end.Listed:
		return said("✗ not reported by "+from, cell.Danger)
	}
	parts := []string{"● up " + ageText(age(st.Snap.Time, end.Since)), "pool " + poolText(end)}
	if end.RTTSeconds > 0 {
		parts = append(parts, "rtt "+view.Duration(end.RTTSeconds))
	}
	t := end.Traffic
	if t.Known() {
		parts = append(parts, fmt.Sprintf("in %s/s %s  out %s/s %s",
			view.PerSec.Format(t.InMsgs.PerSecond), tight(view.BytesSec.Format(t.InBytes.PerSecond)),
			view.PerSec.Format(t.OutMsgs.PerSecond), tight(view.BytesSec.Format(t.OutBytes.PerSecond))))
	}
	parts = append(parts, "pending "+tight(view.Bytes.Format(end.Pending)))
	if end.Compression != "" && end.Compression != "off" {
		parts = append(parts, end.Compression)
	}
	out.units = parts
	return out
}

// linkMeaning says what a state of a link does to clients.
func linkMeaning(e *fleet.Edge) string {
	switch {
	case e.State == fleet.StateOK:
		return "messages flow both ways"
	case e.State == fleet.StateOutside:
		return "the other end does not share the system account, so only this end can be seen"
	case e.State == fleet.StateUnknown:
		return "an end did not answer, so nobody can say whether messages flow"
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

// evidence names the answers that the verdict is made from.
func evidence(e *fleet.Edge, st *State) string {
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
