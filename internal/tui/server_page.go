package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// serverSpec is the page of one server.
func serverSpec() *spec {
	return &spec{
		kind: serverPage, title: "Server", needs: Demand{needs: append(slices.Clone(topoNeeds.needs), need{fleet.Connz, 0})},
		modes: []mode{{name: "server", draw: drawServer}},
	}
}

// drawServer is everything known of one server.
func drawServer(m *Model, p *page, a cell.Area) {
	r := m.st.server(p.scope.server)
	if r == nil {
		a.Write(gutter, 1, fmt.Sprintf("%s is not in the newest answers   Esc goes back", p.scope), cell.Muted)
		return
	}
	m.serverTitle(r, a)
	if r.ghost != nil || r.sv.Statsz == nil {
		if r.ghost != nil {
			ghostLines(r, a.Cut(2, 2, a.W-4, a.H-2))
		}
		return
	}
	y := 1
	y += m.serverGraphs(r, a.Cut(1, y, a.W-2, a.H-y))
	if a.H-y < 3 {
		return
	}
	rest := a.Rows(y, a.H-y)
	linkH := min(m.linksNeed(r)+1, rest.H/2)
	left, right := rest.Cut(0, 0, rest.W/2, linkH), rest.Cut(rest.W/2, 0, rest.W-rest.W/2, linkH)
	m.serverLinks(r, left)
	serverHealth(r, right)
	rest = rest.Rows(linkH, rest.H-linkH)
	if rest.H < 2 {
		return
	}
	m.topConns(r, rest.Cut(0, 0, rest.W/2, rest.H))
	m.serverEvents(r, rest.Cut(rest.W/2, 0, rest.W-rest.W/2, rest.H))
}

func (m *Model) serverTitle(r *serverRow, a cell.Area) {
	left := []segment{
		{text: view.Glyph(r.level, false) + " " + r.label() + star(r.node), style: cell.OfGlyph(r.level) | cell.Strong},
		{text: r.place(), style: cell.Strong},
	}
	if r.node != nil && r.node.Version != "" {
		v := segment{text: r.node.Version}
		if r.node.VersionSkew {
			v.text, v.style = v.text+" ▲ differs from its cluster", cell.Warning
		}
		left = append(left, v)
	}
	if up, ok := r.uptime().(float64); ok {
		left = append(left, segment{text: "up " + view.Duration(up)})
	}
	if r.sv != nil && r.sv.Statsz != nil {
		left = append(left, segment{text: plural(r.sv.Statsz.Cores, "core"), style: cell.Muted, rank: 2})
	}
	i := r.info()
	left = append(left, segment{text: i.Host, style: cell.Muted, rank: 3}, segment{text: shortID(i.ID), style: cell.Muted, rank: 4})
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
func (m *Model) serverGraphs(r *serverRow, a cell.Area) int {
	if a.H < 24 || a.W < 90 {
		return m.miniCurves(r, a.Rows(0, 3))
	}
	c := m.st.History.server(r.cluster + "/" + r.name)
	gs := r.graphs()
	cols := 3
	colW, h := a.W/cols, 3
	if a.H > 40 {
		h = 5
	}
	for i, g := range gs {
		area := a.Cut((i%cols)*colW, 1+(i/cols)*(h+2), colW-2, h+1)
		m.bigGraph(g, c, area)
	}
	return 1 + 2*(h+2)
}

// bigGraph is a title line and a graph with its scale.
func (m *Model) bigGraph(g graph, c *curves, a cell.Area) {
	x := a.Write(0, 0, strings.ToUpper(g.title), cell.Head)
	a.Write(x+2, 0, g.value, cell.Strong)
	w := max(a.W-9, 8)
	points := m.curve(c, g.ser, w*2)
	top := a.Cut(0, 1, w, a.H-1).Graph(points, 0, m.dots, cell.Chart)
	a.Write(w+1, 1, peak(top, g.unit), cell.Muted)
	a.Write(w+1, a.H-1, "0", cell.Muted)
	a.Right(a.W-9, 0, "last "+short(spans[m.span]), cell.Muted)
}

// linksNeed is how many lines the links of a server take.
func (m *Model) linksNeed(r *serverRow) int {
	n := 0
	for _, l := range m.st.Links {
		if r.node != nil && (l.e.From == r.node.Key || l.e.To == r.node.Key) {
			n++
		}
	}
	return max(min(n, 8), 6)
}

// serverLinks lists the links of a server, the worst first.
func (m *Model) serverLinks(r *serverRow, a cell.Area) {
	a.Rule(0, "LINKS", cell.Strong)
	rows := kept(m.st.Links, func(l lnk) bool {
		return r.node != nil && (l.e.From == r.node.Key || l.e.To == r.node.Key)
	})
	slices.SortStableFunc(rows, func(x, y lnk) int { return urgency(y.e.Level) - urgency(x.e.Level) })
	if len(rows) == 0 {
		a.Write(2, 1, "none", cell.Muted)
	}
	for i, l := range rows {
		y := i + 1
		if y >= a.H {
			break
		}
		if y == a.H-1 && len(rows) > a.H-1 {
			a.Write(2, y, fmt.Sprintf("… %d more, L shows them", len(rows)-i), cell.Muted)
			break
		}
		a.Write(1, y, view.Glyph(l.e.Level, false), cell.OfGlyph(l.e.Level))
		a.Write(3, y, cell.Fit(string(l.e.Kind), 8, false), cell.Muted)
		other := l.to()
		if r.node != nil && l.e.To == r.node.Key && l.e.ToCluster == "" {
			other = l.e.FromName
		} else if r.node != nil && l.e.To == r.node.Key {
			other = "from " + l.e.FromName
		}
		a.Write(12, y, cell.Fit(other, 16, false), cell.Plain)
		if l.e.Level != fleet.OK {
			a.Write(29, y, string(l.e.State)+"  "+l.e.Why, cell.OfLevel(l.e.Level))
			continue
		}
		t := l.traffic()
		text := cell.Fit(view.Seconds.Format(lnkRTT(l)), 8, true)
		if t.Known() {
			text += cell.Fit(view.PerSec.Format(t.InMsgs.PerSecond+t.OutMsgs.PerSecond)+"/s", 9, true)
		}
		a.Write(29, y, text, cell.Plain)
	}
}

// serverHealth is what the server says of itself and of its limits.
func serverHealth(r *serverRow, a cell.Area) {
	a.Rule(0, "HEALTH AND LIMITS", cell.Strong)
	s := r.sv.Statsz
	y := 1
	put := func(word, text string, level fleet.Level) {
		if y < a.H {
			a.Write(1, y, cell.Fit(word, 12, false), cell.Muted)
			a.Write(14, y, text, cell.OfLevel(level))
			y++
		}
	}
	if h := health(r.sv); h != nil {
		put("health", fmt.Sprint(h), healthLevel(r.sv))
	}
	for _, f := range r.findings() {
		put(f.level.String(), f.text, f.level)
	}
	slow := fmt.Sprintf("%d", s.SlowConsumers)
	if d := s.SlowConsumersStats; d != nil {
		slow = fmt.Sprintf("clients %d  routes %d  gateways %d  leafs %d", d.Clients, d.Routes, d.Gateways, d.Leafs)
	}
	put("slow cons.", slow, levelOver(r.delta.SlowConsumers))
	if v := r.sv.Varz; v != nil {
		put("max conns", fmt.Sprintf("%s (%.1f%% used)", view.Count.Format(v.MaxConn), percent(s.Connections, v.MaxConn)), fleet.OK)
		put("config", configText(r.sv, v), fleet.OK)
	}
	if js := s.JetStream; js != nil && js.Stats != nil && js.Config != nil {
		put("jetstream", fmt.Sprintf("file %s of %s   ha %d   api err %d", tight(view.Bytes.Format(js.Stats.Store)), tight(view.Bytes.Format(js.Config.MaxStore)), js.Stats.HAAssets, js.Stats.API.Errors), fleet.OK)
	}
}

func percent(n, of int) float64 {
	if of <= 0 {
		return 0
	}
	return float64(n) / float64(of) * 100
}

func configText(sv *fleet.Server, v *server.Varz) string {
	text := "loaded " + v.ConfigLoadTime.UTC().Format("2006-01-02 15:04:05Z")
	if fleet.Reports(sv.Info.Version, fleet.FieldCertNotAfter) && !v.TLSCertNotAfter.IsZero() {
		text += "   certificate until " + v.TLSCertNotAfter.UTC().Format("2006-01-02")
	}
	return text
}

// topConns lists the busiest connections of a server.
func (m *Model) topConns(r *serverRow, a cell.Area) {
	a.Rule(0, "TOP CONNECTIONS", cell.Strong)
	rows := kept(m.st.Conns, func(c con) bool { return c.Server.Info.ID == r.id && c.Info.Stop == nil })
	slices.SortStableFunc(rows, func(x, y con) int {
		if d := (y.Traffic.OutBytes.PerSecond + y.Traffic.InBytes.PerSecond) - (x.Traffic.OutBytes.PerSecond + x.Traffic.InBytes.PerSecond); d != 0 {
			if d > 0 {
				return 1
			}
			return -1
		}
		return y.Info.Pending - x.Info.Pending
	})
	if len(rows) == 0 {
		a.Write(2, 1, m.waiting(fleet.Connz, "none"), cell.Muted)
	}
	for i, c := range rows[:min(len(rows), max(a.H-1, 0))] {
		y := i + 1
		a.Write(1, y, cell.Fit(connID(c), 6, true), cell.Muted)
		nameW := max(a.W-8-28, 8)
		a.Write(8, y, cell.Fit(connLabel(c), nameW, false), cell.Plain)
		x := 8 + nameW
		a.Write(x, y, cell.Fit(view.PerSec.Format(sumRates(c.Traffic.InMsgs, c.Traffic.OutMsgs))+"/s", 9, true), cell.Plain)
		a.Write(x+9, y, cell.Fit(tight(view.BytesSec.Format(sumRates(c.Traffic.InBytes, c.Traffic.OutBytes))), 11, true), cell.Plain)
		a.Write(x+20, y, cell.Fit(tight(view.Bytes.Format(c.Info.Pending)), 7, true), cell.OfLevel(connLevel(c, "pending_bytes")))
	}
}

func sumRates(a, b fleet.Rate) any {
	if !a.Known || !b.Known {
		return nil
	}
	return a.PerSecond + b.PerSecond
}

// serverEvents lists the newest events of a server.
func (m *Model) serverEvents(r *serverRow, a cell.Area) {
	a.Rule(0, "EVENTS", cell.Strong)
	y := 1
	for i := len(m.st.Events) - 1; i >= 0 && y < a.H; i-- {
		e := m.st.Events[i]
		if e.Server != r.name {
			continue
		}
		x := a.Write(1, y, e.Time.UTC().Format("15:04:05Z"), cell.Muted)
		x = a.Write(x+1, y, view.Glyph(e.Level, false), cell.OfGlyph(e.Level))
		x = a.Write(x+1, y, e.title(), cell.OfLevel(e.Level))
		a.Write(x+1, y, strings.TrimSpace(e.Who+" "+e.Why), cell.Plain)
		y++
	}
	if y == 1 {
		a.Write(2, 1, "none since the dashboard started", cell.Muted)
	}
}
