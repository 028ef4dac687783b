package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// curvePane is the six curves; zoomed it is one of them.
func (m *Model) curvePane(r *live.ServerRow) pane {
	pn := pane{title: "CURVES"}
	for _, g := range graphsOf(r) {
		pn.lines = append(pn.lines, paneLine{parts: []segment{{text: g.title}}, open: (*Model).zoomPane})
	}
	pn.graph = func(m *Model, i int, a cell.Area) {
		g := graphsOf(r)[i]
		a.Rule(0, "▸ "+strings.ToUpper(g.title)+" of "+r.Label(), cell.Front)
		m.bigGraph(g, m.st.History.Server(r.Key()), a.Cut(1, 1, a.W-2, a.H-2))
		a.Write(1, a.H-1, "↑↓ other curve   < > time window   z back", cell.Muted)
	}
	return pn
}

// linkPane lists the links of a server, the worst first.
func (m *Model) linkPane(r *live.ServerRow) pane {
	pn := pane{title: "LINKS"}
	rows := live.Filter(m.st.Links, func(l *live.LinkRow) bool {
		return r.Node != nil && (l.Edge.From == r.Node.Key || l.Edge.To == r.Node.Key)
	})
	slices.SortStableFunc(rows, func(x, y *live.LinkRow) int { return y.Edge.Level.Compare(x.Edge.Level) })
	w := 0
	for _, l := range rows {
		w = min(max(w, cell.Width(otherEnd(r, l))), 16)
	}
	for _, l := range rows {
		pn.lines = append(pn.lines, paneLine{parts: linkParts(r, l, w), open: func(m *Model) {
			m.openLink(ref{server: r.Name, serverID: r.ID, cluster: r.Cluster, link: l.Edge.Key()})
		}})
	}
	if len(rows) == 0 {
		pn.lines = []paneLine{{parts: []segment{{text: "none", style: cell.Muted}}}}
	}
	return pn
}

// otherEnd names the far end of a link of the server.
func otherEnd(r *live.ServerRow, l *live.LinkRow) string {
	switch to := l.Edge.To == r.Node.Key; {
	case to && l.Edge.ToCluster == "":
		return l.Edge.FromName
	case to:
		return "from " + l.Edge.FromName
	}
	return l.To()
}

// linkParts is a link as the server at one end sees it; w is the room for the
// name of the other.
func linkParts(r *live.ServerRow, l *live.LinkRow, w int) []segment {
	out := []segment{
		{text: view.Glyph(l.Edge.Level, false), style: cell.OfGlyph(l.Edge.Level)},
		{text: cell.Fit(string(l.Edge.Kind), 7, false), style: cell.Muted},
		{text: cell.Fit(otherEnd(r, l), w, false), least: 8},
	}
	if l.Edge.Level != fleet.OK {
		return append(out, segment{text: string(l.Edge.State) + "  " + l.Edge.Why, style: cell.OfLevel(l.Edge.Level)})
	}
	t := l.Traffic()
	out = append(out, segment{text: cell.Fit(view.Seconds.Format(live.LinkRTT(l)), 7, true), whole: true})
	if t.Known() {
		out = append(out,
			segment{text: cell.Fit(view.PerSec.Format(t.InMsgs.PerSecond+t.OutMsgs.PerSecond)+"/s", 8, true), whole: true},
			segment{text: cell.Fit(live.Compact(view.BytesSec.Format(t.InBytes.PerSecond+t.OutBytes.PerSecond)), 10, true), whole: true})
	}
	return out
}

// healthPane is what the server says of itself and of its limits.
func (m *Model) healthPane(r *live.ServerRow) pane {
	pn := pane{title: "HEALTH AND LIMITS"}
	s := r.Answer.Statsz
	put := func(word, text string, level fleet.Level) {
		style := cell.OfLevel(level)
		pn.lines = append(pn.lines, paneLine{parts: []segment{{text: cell.Fit(word, 10, false), style: cell.Muted}, {text: text, style: style}}})
	}
	if h := live.HealthText(r.Answer); h != nil {
		put("health", fmt.Sprint(h), live.HealthLevel(r.Answer))
	}
	for _, f := range r.Findings() {
		put(f.Level.String(), f.Text, f.Level)
	}
	slow := fmt.Sprintf("%d", s.SlowConsumers)
	if d := s.SlowConsumersStats; d != nil {
		slow = fmt.Sprintf("clients %d  routes %d  gateways %d  leafs %d", d.Clients, d.Routes, d.Gateways, d.Leafs)
	}
	put("slow", slow, live.LevelOfRise(r.Change().SlowConsumers))
	if fleet.Reports(r.Answer.Info.Version, fleet.FieldStalledClients) {
		put("stalled", fmt.Sprintf("publishers held back %d   stale connections %d", s.StalledClients, s.StaleConnections), live.LevelOfRise(r.Change().StalledClients))
	}
	if v := r.Answer.Varz; v != nil {
		put("conns", fmt.Sprintf("%.1f%% of %s", percent(s.Connections, v.MaxConn), view.Count.Format(v.MaxConn)), warnIf(percent(s.Connections, v.MaxConn) > 80))
		put("limits", fmt.Sprintf("payload %s   pending %s   write %s",
			live.Compact(view.Bytes.Format(v.MaxPayload)), live.Compact(view.Bytes.Format(v.MaxPending)), view.Duration(v.WriteDeadline.Seconds())), fleet.OK)
		put("config", "loaded "+v.ConfigLoadTime.UTC().Format("2006-01-02 15:04:05Z"), fleet.OK)
		if fleet.Reports(r.Answer.Info.Version, fleet.FieldCertNotAfter) && !v.TLSCertNotAfter.IsZero() {
			left := v.TLSCertNotAfter.Sub(r.Clock())
			put("tls", fmt.Sprintf("certificate until %s, %d days", v.TLSCertNotAfter.UTC().Format("2006-01-02"), int(left.Hours()/24)), warnIf(left < live.CertWarn))
		}
	}
	return pn
}

func percent(n, of int) float64 {
	if of <= 0 {
		return 0
	}
	return float64(n) / float64(of) * 100
}

// connPane lists the connections of a server, the busiest first.
func (m *Model) connPane(r *live.ServerRow) pane {
	pn := pane{title: "TOP CONNECTIONS"}
	rows := live.Filter(m.st.Conns, func(c *fleet.ConnRow) bool { return c.Server.Info.ID == r.ID && c.Info.Stop == nil })
	bytes := func(c *fleet.ConnRow) float64 { return c.Traffic.OutBytes.PerSecond + c.Traffic.InBytes.PerSecond }
	slices.SortStableFunc(rows, func(x, y *fleet.ConnRow) int {
		return cmp.Or(cmp.Compare(bytes(y), bytes(x)), cmp.Compare(y.Info.Pending, x.Info.Pending))
	})
	for _, c := range rows[:min(len(rows), 100)] {
		pn.lines = append(pn.lines, paneLine{parts: []segment{
			{text: cell.Fit(live.ConnID(c), 6, true), style: cell.Muted},
			{text: cell.Fit(live.ConnLabel(c), 20, false), least: 11},
			{text: cell.Fit(view.PerSec.Format(sumRates(c.Traffic.InMsgs, c.Traffic.OutMsgs))+"/s", 8, true), whole: true},
			{text: cell.Fit(live.Compact(view.BytesSec.Format(sumRates(c.Traffic.InBytes, c.Traffic.OutBytes))), 10, true), whole: true},
			{text: cell.Fit(live.Compact(view.Bytes.Format(c.Info.Pending)), 7, true), whole: true, style: cell.OfLevel(live.ConnLevel(c, "pending_bytes"))},
		}, open: func(m *Model) {
			m.push(connsPage, ref{server: r.Name, serverID: r.ID, cluster: r.Cluster})
			to := m.cur().list()
			to.cursor, to.moved = live.ConnRowKey(c), true
		}})
	}
	if len(rows) == 0 {
		pn.lines = []paneLine{{parts: []segment{{text: m.waiting(fleet.Connz, "none"), style: cell.Muted}}}}
	}
	return pn
}

func sumRates(a, b fleet.Rate) any {
	if !a.Known || !b.Known {
		return nil
	}
	return a.PerSecond + b.PerSecond
}

// eventPane lists the newest events of a server.
func (m *Model) eventPane(r *live.ServerRow) pane {
	pn := pane{title: "EVENTS"}
	for i := len(m.st.Events) - 1; i >= 0 && len(pn.lines) < 100; i-- {
		e := m.st.Events[i]
		if e.Server != r.Name || e.Cluster != "" && e.Cluster != r.Cluster {
			continue
		}
		pn.lines = append(pn.lines, paneLine{parts: []segment{
			{text: e.Time.UTC().Format("15:04:05Z"), style: cell.Muted},
			{text: view.Glyph(e.Level, false), style: cell.OfGlyph(e.Level)},
			{text: e.Title(), style: cell.OfLevel(e.Level)},
			{text: strings.TrimSpace(e.Who + " " + e.Why)},
		}, open: func(m *Model) { m.showObject(e.Title(), e.Event) }})
	}
	if len(pn.lines) == 0 {
		pn.lines = []paneLine{{parts: []segment{{text: "none since the dashboard started", style: cell.Muted}}}}
	}
	return pn
}

// storePane is the server's part of JetStream; no line where it is off.
func storePaneOf(r *live.ServerRow) pane {
	pn := pane{title: "JETSTREAM"}
	js := r.Answer.Statsz.JetStream
	if js == nil || js.Stats == nil {
		return pn
	}
	text := fmt.Sprintf("ha assets %d   api %s/s   api errors %d", js.Stats.HAAssets, view.PerSec.Format(r.Change().APIRequests.Value()), js.Stats.API.Errors)
	level := live.LevelOfRise(r.Change().APIErrors)
	if c := js.Config; c != nil {
		file := live.Limit{Used: float64(js.Stats.Store), Max: float64(c.MaxStore), Unit: view.Bytes}
		mem := live.Limit{Used: float64(js.Stats.Memory), Max: float64(c.MaxMemory), Unit: view.Bytes}
		text = "file " + file.Text() + "   memory " + mem.Text() + "   " + text
		level = level.Worse(file.Level()).Worse(mem.Level())
	}
	if m := js.Meta; m != nil {
		text += "   meta leader " + cmp.Or(view.Text(m.Leader), "none")
	}
	pn.lines = []paneLine{{parts: []segment{{text: view.Glyph(level, false), style: cell.OfGlyph(level)}, {text: text, style: cell.OfLevel(level)}}}}
	return pn
}
