package page

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// curvePane shows the six curves, or one of them when zoomed.
func curvePane(ctx *Context, p *Page, r *live.ServerRow) pane {
	pn := pane{title: "CURVES"}
	zoom := func() Effect {
		p.ZoomPane(ctx)
		return Effect{}
	}
	for _, g := range graphsOf(r) {
		pn.lines = append(pn.lines, paneLine{parts: []widget.Segment{{Text: g.title}}, open: zoom})
	}
	pn.graph = func(i int, a cell.Area) {
		g := graphsOf(r)[i]
		a.Rule(0, "▸ "+strings.ToUpper(g.title)+" of "+r.Label(), cell.Front)
		bigGraph(ctx, g, ctx.State.History.Server(r.Key()), a.Cut(1, 1, a.W-2, a.H-2))
		a.Write(1, a.H-1, "↑↓ other curve   < > time window   z back", cell.Muted)
	}
	return pn
}

// linkPane lists the links of a server, worst first.
func linkPane(ctx *Context, r *live.ServerRow) pane {
	pn := pane{title: "LINKS"}
	rows := live.Filter(ctx.State.Links, func(l *live.LinkRow) bool {
		return r.Node != nil && (l.Edge.From == r.Node.Key || l.Edge.To == r.Node.Key)
	})
	slices.SortStableFunc(rows, func(x, y *live.LinkRow) int { return y.Edge.Level.Compare(x.Edge.Level) })
	w := 0
	for _, l := range rows {
		w = min(max(w, cell.Width(otherEnd(r, l))), 16)
	}
	for _, l := range rows {
		pn.lines = append(pn.lines, paneLine{parts: linkParts(r, l, w), open: func() Effect {
			return openLink(widget.Ref{Server: r.Name, ServerID: r.ID, Cluster: r.Cluster, Link: l.Edge.Key()})
		}})
	}
	if len(rows) == 0 {
		pn.lines = []paneLine{{parts: []widget.Segment{{Text: "none", Style: cell.Muted}}}}
	}
	return pn
}

// otherEnd returns the name of the remote end of a server's link.
func otherEnd(r *live.ServerRow, l *live.LinkRow) string {
	switch to := l.Edge.To == r.Node.Key; {
	case to && l.Edge.ToCluster == "":
		return l.Edge.FromName
	case to:
		return "from " + l.Edge.FromName
	}
	return l.To()
}

// linkParts describes a link as the server at one end reports it; w is the width
// for the name of the other end.
func linkParts(r *live.ServerRow, l *live.LinkRow, w int) []widget.Segment {
	out := []widget.Segment{
		{Text: view.Glyph(l.Edge.Level, false), Style: cell.OfGlyph(l.Edge.Level)},
		{Text: cell.Fit(string(l.Edge.Kind), 7, false), Style: cell.Muted},
		{Text: cell.Fit(otherEnd(r, l), w, false), Least: 8},
	}
	if l.Edge.Level != fleet.OK {
		return append(out, widget.Segment{Text: string(l.Edge.State) + "  " + l.Edge.Why, Style: cell.OfLevel(l.Edge.Level)})
	}
	t := l.Traffic()
	out = append(out, widget.Segment{Text: cell.Fit(view.Seconds.Format(live.LinkRTT(l)), 7, true), Whole: true})
	if t.Known() {
		out = append(out,
			widget.Segment{Text: cell.Fit(view.PerSec.Format(t.InMsgs.PerSecond+t.OutMsgs.PerSecond)+"/s", 8, true), Whole: true},
			widget.Segment{Text: cell.Fit(live.Compact(view.BytesSec.Format(t.InBytes.PerSecond+t.OutBytes.PerSecond)), 10, true), Whole: true})
	}
	return out
}

// healthPane shows what the server reports about its health and limits.
func healthPane(r *live.ServerRow) pane {
	pn := pane{title: "HEALTH AND LIMITS"}
	s := r.Answer.Statsz
	put := func(word, text string, level fleet.Level) {
		style := cell.OfLevel(level)
		pn.lines = append(pn.lines, paneLine{parts: []widget.Segment{{Text: cell.Fit(word, 10, false), Style: cell.Muted}, {Text: text, Style: style}}})
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
		put("conns", fmt.Sprintf("%.1f%% of %s", percent(s.Connections, v.MaxConn), view.Count.Format(v.MaxConn)), widget.WarnIf(percent(s.Connections, v.MaxConn) > 80))
		put("limits", fmt.Sprintf("payload %s   pending %s   write %s",
			live.Compact(view.Bytes.Format(v.MaxPayload)), live.Compact(view.Bytes.Format(v.MaxPending)), view.Duration(v.WriteDeadline.Seconds())), fleet.OK)
		put("config", "loaded "+v.ConfigLoadTime.UTC().Format("2006-01-02 15:04:05Z"), fleet.OK)
		if fleet.Reports(r.Answer.Info.Version, fleet.FieldCertNotAfter) && !v.TLSCertNotAfter.IsZero() {
			left := v.TLSCertNotAfter.Sub(r.Clock())
			put("tls", fmt.Sprintf("certificate until %s, %d days", v.TLSCertNotAfter.UTC().Format("2006-01-02"), int(left.Hours()/24)), widget.WarnIf(left < live.CertWarn))
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

// connPane lists the connections of a server, busiest first.
func connPane(ctx *Context, r *live.ServerRow) pane {
	pn := pane{title: "TOP CONNECTIONS"}
	if ctx.HideOwn {
		pn.title += "  " + ownHiddenText
	}
	rows := live.Filter(ctx.State.Conns, func(c *fleet.ConnRow) bool { return c.Server.Info.ID == r.ID && c.Info.Stop == nil && ctx.lists(c) })
	bytes := func(c *fleet.ConnRow) float64 { return c.Traffic.OutBytes.PerSecond + c.Traffic.InBytes.PerSecond }
	slices.SortStableFunc(rows, func(x, y *fleet.ConnRow) int {
		return cmp.Or(cmp.Compare(bytes(y), bytes(x)), cmp.Compare(y.Info.Pending, x.Info.Pending))
	})
	for _, c := range rows[:min(len(rows), 100)] {
		pn.lines = append(pn.lines, paneLine{parts: []widget.Segment{
			{Text: cell.Fit(live.ConnID(c), 6, true), Style: cell.Muted},
			{Text: cell.Fit(live.ConnLabel(c), 20, false), Least: 11},
			{Text: cell.Fit(view.PerSec.Format(sumRates(c.Traffic.InMsgs, c.Traffic.OutMsgs))+"/s", 8, true), Whole: true},
			{Text: cell.Fit(live.Compact(view.BytesSec.Format(sumRates(c.Traffic.InBytes, c.Traffic.OutBytes))), 10, true), Whole: true},
			{Text: cell.Fit(live.Compact(view.Bytes.Format(c.Info.Pending)), 7, true), Whole: true, Style: cell.OfLevel(live.ConnLevel(c, "pending_bytes"))},
		}, open: func() Effect {
			return Effect{Open: &Target{Kind: Connections, Scope: widget.Ref{Server: r.Name, ServerID: r.ID, Cluster: r.Cluster}, cursor: live.ConnRowKey(c)}}
		}})
	}
	if len(rows) == 0 {
		pn.lines = []paneLine{{parts: []widget.Segment{{Text: ctx.waiting(fleet.Connz, "none"), Style: cell.Muted}}}}
	}
	return pn
}

func sumRates(a, b fleet.Rate) any {
	if !a.Known || !b.Known {
		return nil
	}
	return a.PerSecond + b.PerSecond
}

// eventPane lists the latest events of a server.
func eventPane(ctx *Context, r *live.ServerRow) pane {
	pn := pane{title: "EVENTS"}
	for i := len(ctx.State.Events) - 1; i >= 0 && len(pn.lines) < 100; i-- {
		e := ctx.State.Events[i]
		if e.Server != r.Name || e.Cluster != "" && e.Cluster != r.Cluster {
			continue
		}
		pn.lines = append(pn.lines, paneLine{parts: []widget.Segment{
			{Text: e.Time.UTC().Format("15:04:05Z"), Style: cell.Muted},
			{Text: view.Glyph(e.Level, false), Style: cell.OfGlyph(e.Level)},
			{Text: e.Title(), Style: cell.OfLevel(e.Level)},
			{Text: strings.TrimSpace(e.Who + " " + e.Why)},
		}, open: func() Effect { return Effect{Title: e.Title(), Json: e.Event} }})
	}
	if len(pn.lines) == 0 {
		pn.lines = []paneLine{{parts: []widget.Segment{{Text: "none since the dashboard started", Style: cell.Muted}}}}
	}
	return pn
}

// storePane shows the server's JetStream usage; no lines if JetStream is disabled.
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
	pn.lines = []paneLine{{parts: []widget.Segment{{Text: view.Glyph(level, false), Style: cell.OfGlyph(level)}, {Text: text, Style: cell.OfLevel(level)}}}}
	return pn
}
