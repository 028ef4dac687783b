package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
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
	rows := kept(m.st.Servers, func(r srv) bool {
		return (r.ghost == nil || !m.hidden[r.key()]) && (p.scope.cluster == "" || p.scope.cluster == r.cluster)
	})
	return &rowsOf[srv]{
		cols: serverColumns(m.st.snapshot(), m.totals), dress: serverDress, rows: rows,
		name:  srv.key,
		judge: func(r srv) view.Level { return r.level }, sign: srv.sign,
		refer: func(r srv) ref { return ref{server: r.label(), serverID: r.id, cluster: r.cluster} },
		json:  func(r srv) any { return r.json() },
	}
}

// json is what the server answered, or why it did not.
func (r *serverRow) json() any {
	if r.sv != nil {
		return r.sv
	}
	return r.ghost
}

func openServer(m *Model, _ *page, r ref) {
	m.push(serverPage, ref{server: r.server, serverID: r.serverID, cluster: r.cluster})
}

// serverPanel is the server under the cursor: curves, links, findings.
func serverPanel(m *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[srv])
	if !ok {
		return
	}
	r := rows.rows[row]
	if r.ghost != nil {
		ghostLines(r, a)
		return
	}
	found := r.findings()
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
		a.Write(0, y, view.Glyph(f.level, false)+" "+f.text, cell.OfLevel(f.level))
		y++
	}
}

// panelCurves draws the curves of a server large where there is room, else one
// line each, and returns how many lines they took.
func (m *Model) panelCurves(r *serverRow, a cell.Area) int {
	const rows = 3
	if a.H < 2*(rows+2)-1 || a.W < 90 || r.sv.Statsz == nil {
		return m.miniCurves(r, a)
	}
	m.curveGrid(r, a, rows, -1)
	return 2*(rows+2) - 1
}

// ghostLines say what is known of a server that does not answer.
func ghostLines(r *serverRow, a cell.Area) {
	lines := []string{missingText(*r.ghost)}
	if !r.seen.IsZero() {
		lines = append(lines, fmt.Sprintf("last seen %s (%s ago)", r.seen.UTC().Format("15:04:05Z"), ageText(age(r.now, r.seen))))
	} else {
		lines = append(lines, "never answered in this session")
	}
	if len(r.ghost.SeenBy) > 0 {
		lines = append(lines, "still listed by "+strings.Join(r.ghost.SeenBy, ", "))
	}
	lines = append(lines, "its figures are not in any total   :forget "+r.label()+" hides it")
	for y, l := range lines {
		a.Write(0, y, l, cell.Plain)
	}
}

// serverFacts is one line of what does not change often.
func serverFacts(r *serverRow) *prose {
	i := r.info()
	parts := []string{shortID(i.ID), i.Host}
	if r.sv.Statsz != nil && !r.sv.Statsz.Start.IsZero() {
		parts = append(parts, "started "+r.sv.Statsz.Start.UTC().Format("2006-01-02 15:04:05Z"), plural(r.sv.Statsz.Cores, "core"))
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

// finding is one thing that is wrong with a server.
type finding struct {
	level fleet.Level
	text  string
}

// findings are what the topology notes and what the server itself says.
func (r *serverRow) findings() []finding {
	var out []finding
	if r.node != nil {
		for _, n := range r.node.Notes {
			out = append(out, finding{r.node.Level, n})
		}
	}
	if healthLevel(r.sv) != fleet.OK {
		out = append(out, finding{fleet.Warn, "health: " + fmt.Sprint(health(r.sv))})
	}
	if s := r.cpuShare(); s > cpuWarn {
		out = append(out, finding{fleet.Warn, fmt.Sprintf("cpu at %.0f%% of all its cores", s)})
	}
	if s := r.memShare(); s > memWarn {
		out = append(out, finding{fleet.Warn, fmt.Sprintf("memory at %.0f%% of its limit", s*100)})
	}
	if rate := r.change().SlowConsumers; levelOver(rate) != fleet.OK {
		out = append(out, finding{fleet.Warn, fmt.Sprintf("%.0f new slow consumers since the last look", rate.Increase)})
	}
	return out
}

// graph is one curve with its words.
type graph struct {
	title string
	ser   series
	value string
	unit  view.Unit
}

// graphs are the curves of a server with their present values.
func (r *serverRow) graphs() []graph {
	s := r.sv.Statsz
	t := r.traffic()
	return []graph{
		{"cpu %", serCPU, view.Percent.Format(s.CPU), view.Percent},
		{"mem", serMem, tight(view.Bytes.Format(s.Mem)), view.Bytes},
		{"conns", serConns, view.Count.Format(s.Connections), view.PerSec},
		{"in msg/s", serIn, view.PerSec.Format(t.InMsgs.Value()), view.PerSec},
		{"out msg/s", serOut, view.PerSec.Format(t.OutMsgs.Value()), view.PerSec},
		{"pending", serPending, tight(view.Bytes.Format(r.pending())), view.Bytes},
	}
}

// miniCurves draws the curves one line each, in two columns, and returns how
// many lines they took.
func (m *Model) miniCurves(r *serverRow, a cell.Area) int {
	if r.sv.Statsz == nil {
		return 0
	}
	c := m.st.History.server(r.key())
	gs := r.graphs()
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
func (m *Model) curveLine(g graph, c *curves, a cell.Area) {
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
func peak(v float32, u view.Unit) string { return tight(u.Format(float64(v))) }

// tight removes the space between a number and its unit.
func tight(s string) string {
	return strings.TrimSuffix(strings.Replace(s, " ", "", 1), "")
}

// sinceText is an age for a sentence.
func sinceText(now, then time.Time) string {
	if then.IsZero() {
		return "since before this session"
	}
	return "since " + then.UTC().Format("15:04:05Z") + " (" + ageText(age(now, then)) + ")"
}

// missingText says in words why a server is missing.
func missingText(m fleet.Missing) string {
	text := reasonWords[m.Reason]
	if text == "" {
		text = string(m.Reason)
	}
	if m.Reason == fleet.Behind && m.Via != "" {
		text += ": " + m.Via
	}
	return text
}

// plainWords is what a reason means, without its mark and name.
func plainWords(r fleet.Reason) string {
	_, words, _ := strings.Cut(reasonWords[r], ": ")
	return words
}

// reasonWords says what each reason means.
var reasonWords = map[fleet.Reason]string{
	left:            "○ left: it said that it ends, and did",
	forgotten:       "✗ forgotten: it went without a word, so long ago that the other servers no longer count it",
	fleet.Gone:      "✗ gone: dead or cut off, a request to its id is refused at once",
	fleet.Silent:    "◌ silent: connected, but does not answer; hung, overloaded or just cut off",
	fleet.Draining:  "▲ draining: in lame duck mode, takes no new clients and answers no more questions",
	fleet.Behind:    "◌ behind a silent server, which holds the gateway to its cluster",
	fleet.Late:      "◌ late: not heard of in the time that was allowed, nothing is known of it",
	fleet.Refused:   "✗ refused: answered with an error",
	fleet.Malformed: "✗ malformed: its answer could not be read",
}
