package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// serversSpec is the page of the servers.
func serversSpec() *spec {
	return &spec{
		kind: serversPage, digit: "2", title: "Servers", short: "Servers", open: openServer,
		modes: []mode{{
			name: "servers", sort: "status", sheet: serverSheet, below: serverPanel, panel: 20, fill: trouble,
			first: []string{"name", "status", "cluster", "conns", "cpu_percent", "mem_bytes", "in_msgs_per_second", "out_msgs_per_second", "version", "slow_consumers", "rtt_seconds", "subs", "uptime_seconds", "in_bytes_per_second", "out_bytes_per_second", "stalled_clients"},
		}},
	}
}

// serverSheet is the servers of the state, those that were forgotten left out.
func serverSheet(m *Model, p *page) sheet {
	rows := live.Filter(m.st.Servers, func(r *live.ServerRow) bool {
		return (r.Missing == nil || !m.marks.Hides(r.Key())) && (p.scope.cluster == "" || p.scope.cluster == r.Cluster)
	})
	return &rowsOf[*live.ServerRow]{
		cols: live.ServerColumns(m.st.Snapshot(), m.totals), dress: serverDress, rows: rows,
		name:  (*live.ServerRow).Key,
		judge: func(r *live.ServerRow) view.Level { return r.Level }, sign: (*live.ServerRow).Sign,
		refer: func(r *live.ServerRow) ref { return ref{server: r.Label(), serverID: r.ID, cluster: r.Cluster} },
		json:  func(r *live.ServerRow) any { return r.JSON() },
	}
}

func openServer(m *Model, _ *page, r ref) {
	m.push(serverPage, ref{server: r.server, serverID: r.serverID, cluster: r.cluster})
}

// serverPanel is the server under the cursor: curves, links, findings.
func serverPanel(m *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[*live.ServerRow])
	if !ok {
		return
	}
	r := rows.rows[row]
	if r.Missing != nil {
		ghostLines(r, a)
		return
	}
	found := r.Findings()
	y := serverFacts(r).draw(a.Rows(0, max(min(2, a.H-4), 1)))
	y += m.panelCurves(r, a.Rows(y, a.H-y-min(len(found), 3)))
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

// panelCurves draws the curves of a server large where there is room, else one
// line each, and returns how many lines they took.
func (m *Model) panelCurves(r *live.ServerRow, a cell.Area) int {
	const rows = 3
	if a.H < 2*(rows+2)-1 || a.W < 90 || r.Answer.Statsz == nil {
		return m.miniCurves(r, a)
	}
	m.curveGrid(r, a, rows, -1)
	return 2*(rows+2) - 1
}

// ghostLines say what is known of a server that does not answer.
func ghostLines(r *live.ServerRow, a cell.Area) {
	lines := []string{live.MissingText(*r.Missing)}
	if !r.LastSeen.IsZero() {
		lines = append(lines, fmt.Sprintf("last seen %s (%s ago)", r.LastSeen.UTC().Format("15:04:05Z"), live.AgeText(live.Age(r.Now, r.LastSeen))))
	} else {
		lines = append(lines, "never answered in this session")
	}
	if len(r.Missing.SeenBy) > 0 {
		lines = append(lines, "still listed by "+strings.Join(r.Missing.SeenBy, ", "))
	}
	lines = append(lines, "its figures are not in any total   :forget "+r.Label()+" hides it")
	for y, l := range lines {
		a.Write(0, y, l, cell.Plain)
	}
}

// serverFacts is one line of what does not change often.
func serverFacts(r *live.ServerRow) *prose {
	i := r.Info()
	parts := []string{live.ShortID(i.ID), i.Host}
	if r.Answer.Statsz != nil && !r.Answer.Statsz.Start.IsZero() {
		parts = append(parts, "started "+r.Answer.Statsz.Start.UTC().Format("2006-01-02 15:04:05Z"), live.Plural(r.Answer.Statsz.Cores, "core"))
	}
	if i.Domain != "" {
		parts = append(parts, "domain "+i.Domain)
	}
	if len(i.Tags) > 0 {
		parts = append(parts, "tags "+strings.Join(i.Tags, " "))
	}
	var t prose
	t.facts(parts, cell.Muted)
	return &t
}

// graph is one curve with its words.
type graph struct {
	title string
	ser   live.Series
	value string
	unit  view.Unit
}

// graphs are the curves of a server with their present values.
func graphsOf(r *live.ServerRow) []graph {
	s := r.Answer.Statsz
	t := r.Traffic()
	return []graph{
		{"cpu %", live.CPU, view.Percent.Format(s.CPU), view.Percent},
		{"mem", live.Memory, live.Compact(view.Bytes.Format(s.Mem)), view.Bytes},
		{"conns", live.Connections, view.Count.Format(s.Connections), view.PerSec},
		{"in msg/s", live.InMsgs, view.PerSec.Format(t.InMsgs.Value()), view.PerSec},
		{"out msg/s", live.OutMsgs, view.PerSec.Format(t.OutMsgs.Value()), view.PerSec},
		{"pending", live.Pending, live.Compact(view.Bytes.Format(r.Pending())), view.Bytes},
	}
}

// miniCurves draws the curves one line each, in two columns, and returns how
// many lines they took.
func (m *Model) miniCurves(r *live.ServerRow, a cell.Area) int {
	if r.Answer.Statsz == nil {
		return 0
	}
	c := m.st.History.Server(r.Key())
	gs := graphsOf(r)
	half := (len(gs) + 1) / 2
	n := min(half, a.H)
	colW := a.W / 2
	for i, g := range gs {
		y := i % half
		if y >= n {
			continue
		}
		m.curveLine(g, c, a.Cut((i/half)*colW, y, colW-2, 1))
	}
	return n
}

// curveLine is title, curve, value and peak on one line.
func (m *Model) curveLine(g graph, c *live.Curves, a cell.Area) {
	a.Write(0, 0, cell.Fit(g.title, 10, false), cell.Muted)
	w := max(min(a.W-10-9-15, 40), 8)
	points := m.curve(c, g.ser, m.columns(w))
	top := a.Cut(10, 0, w, 1).Graph(points, 0, m.dots, cell.Chart)
	x := a.Write(10+w+1, 0, cell.Fit(g.value, 8, true), cell.Strong)
	if top > 0 && x+12 <= a.W {
		a.Write(x+2, 0, "max "+peak(top, g.unit), cell.Muted)
	}
}

// peak is the top of a curve in its unit.
func peak(v float32, u view.Unit) string { return live.Compact(u.Format(float64(v))) }

// sinceText is an age for a sentence.
func sinceText(now, then time.Time) string {
	if then.IsZero() {
		return "since before this session"
	}
	return "since " + then.UTC().Format("15:04:05Z") + " (" + live.AgeText(live.Age(now, then)) + ")"
}

// serverDress is what the page adds to the columns of servers.
var serverDress = map[string]dress[*live.ServerRow]{
	"status":         {text: (*live.ServerRow).StatusText},
	"name":           {text: func(r *live.ServerRow) string { return r.Label() + live.LeaderMark(r.Node) }},
	"cluster":        {text: (*live.ServerRow).Place},
	"version":        {level: live.LevelIf(fleet.Warn, func(r *live.ServerRow) bool { return r.Node != nil && r.Node.VersionSkew })},
	"slow_consumers": {level: func(r *live.ServerRow) view.Level { return live.LevelOfRise(r.Change().SlowConsumers) }},
	"routes":         {text: func(r *live.ServerRow) string { return live.LinksHave(r.Node, false) }, level: func(r *live.ServerRow) view.Level { return live.LinksLevel(r.Node, false) }},
	"gateways":       {text: func(r *live.ServerRow) string { return live.LinksHave(r.Node, true) }, level: func(r *live.ServerRow) view.Level { return live.LinksLevel(r.Node, true) }},
}
