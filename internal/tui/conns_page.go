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

var connFirst = []string{"cid", "name", "server", "account", "out_msgs_per_second", "in_msgs_per_second", "pending_bytes", "rtt_seconds", "out_bytes_per_second", "idle_seconds", "subs", "ip", "in_bytes_per_second"}

// connsSpec is the page of the connections.
func connsSpec() *spec {
	open := live.Demand{Needs: []live.Need{{Kind: fleet.Connz, Every: 0}}}
	closed := live.Demand{Needs: []live.Need{{Kind: fleet.Connz, Every: 0}}, Conns: fleet.ConnWant{State: "closed"}}
	way := func(name, help, sort string) mode {
		return mode{name: name, help: help, sort: sort, sheet: connSheet, above: modeLine, below: connPanel, panel: 10, fill: trouble, first: connFirst, empty: noConns, demand: open}
	}
	s := &spec{
		kind: connsPage, digit: "3", title: "Connections", short: "Conns", open: openConn,
		modes: []mode{
			way("talkers", "most messages a second first", "out_msgs_per_second"),
			way("slow", "most pending bytes first", "pending_bytes"),
			way("idle", "idle the longest first", "idle_seconds"),
			{
				name: "closed", help: "ended connections, the newest first", sort: "stopped", sheet: closedSheet, above: modeLine, below: connPanel, panel: 10, fill: trouble, empty: noConns, demand: closed,
				first: []string{"stopped", "name", "reason", "server", "account", "cid", "uptime_seconds", "ip", "out_msgs", "in_msgs"},
			},
		},
	}
	for _, g := range groupings {
		s.modes = append(s.modes, groupMode(g, open))
	}
	return s
}

func connSheet(m *Model, p *page) sheet {
	return connRows(m, p, view.Connections(!m.totals, false), false)
}

func closedSheet(m *Model, p *page) sheet {
	return connRows(m, p, view.Connections(false, true), true)
}

func connRows(m *Model, p *page, cols []view.Column[*fleet.ConnRow], closed bool) sheet {
	rows := live.Filter(m.st.Conns, func(r *fleet.ConnRow) bool { return (r.Info.Stop != nil) == closed && inScope(p.scope, r) })
	return &rowsOf[*fleet.ConnRow]{
		cols: cols, dress: m.connDress(), rows: rows, name: live.ConnRowKey,
		refer: func(r *fleet.ConnRow) ref {
			on := r.Server.Info
			return ref{
				title: "cid " + live.ConnID(r) + " " + r.Info.Name + " on " + on.Name, server: on.Name, serverID: on.ID, account: r.Info.Account,
				cid: r.Info.Cid, who: r.Info.Name, addr: live.ConnAddress(r.Info),
			}
		},
		json: func(r *fleet.ConnRow) any { return r.Info },
	}
}

func noConns(m *Model, p *page) string {
	none := "no client is connected"
	if p.current().name == "closed" {
		none = "no server remembers a connection that ended"
	}
	return m.waiting(fleet.Connz, none)
}

// modeLine shows the ways of the page, the present one marked.
func modeLine(_ *Model, p *page, a cell.Area) int {
	x := a.Write(1, 0, "v", cell.Accent) + 1
	for i, mo := range p.spec.modes {
		if i < p.mode-1 && modesWidth(p.spec.modes) > a.W {
			continue // so that there is room for the present one
		}
		text, style := " "+mo.name+" ", cell.Style(cell.Muted)
		if i == p.mode {
			text, style = "▸"+mo.name+" ", cell.Accent
		}
		x = a.Write(x, 0, text, style) + 1
	}
	if help := p.current().help; help != "" && x+cell.Width(help)+4 < a.W {
		a.Right(a.W-2, 0, help, cell.Muted)
	}
	return 1
}

// modesWidth is the room that the names of all ways take.
func modesWidth(modes []mode) int {
	w := 3
	for _, mo := range modes {
		w += cell.Width(mo.name) + 3
	}
	return w
}

// connPanel is the connection under the cursor: facts, curves, what its client
// did before.
func connPanel(m *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[*fleet.ConnRow])
	if !ok {
		return
	}
	r := rows.rows[row]
	facts := a
	if r.Info.Stop == nil {
		facts = a.Rows(0, max(a.H-4, 2)) // the curves come first
	}
	y := m.connFacts(r).draw(facts)
	if r.Info.Stop == nil {
		y += m.connCurves(r, a.Rows(y, a.H-y))
	}
	rest := m.connPast(r)
	if len(r.Info.Subs) > 0 {
		rest.lines = append(rest.lines, statement{units: append([]string{"subscriptions"}, r.Info.Subs...), gap: "  "})
	}
	rest.draw(a.Rows(y, a.H-y))
}

// connFacts are what does not change often about a connection.
func (m *Model) connFacts(r *fleet.ConnRow) *prose {
	c := r.Info
	parts := []string{"account " + m.st.AccountLabel(c.Account)}
	add := func(word, value string) {
		if value != "" {
			parts = append(parts, word+value)
		}
	}
	add("user ", c.AuthorizedUser)
	add("", strings.TrimSpace(c.Lang+" "+c.Version))
	add("tls ", c.TLSVersion)
	add("from ", live.ConnAddress(c))
	add("kind ", live.ConnKind(c))
	var out prose
	out.facts(parts, cell.Plain)
	parts = []string{
		fmt.Sprintf("sent %s msgs %s", view.Count.Format(c.OutMsgs), live.Compact(view.Bytes.Format(c.OutBytes))),
		fmt.Sprintf("received %s msgs %s", view.Count.Format(c.InMsgs), live.Compact(view.Bytes.Format(c.InBytes))), live.Plural(int(c.NumSubs), "subscription"),
	}
	if c.Stalls > 0 {
		parts = append(parts, fmt.Sprintf("held back %s as a publisher", live.Plural(int(c.Stalls), "time")))
	}
	if !c.Start.IsZero() {
		parts = append(parts, "connected "+c.Start.UTC().Format("2006-01-02 15:04:05Z"))
	}
	out.facts(parts, cell.Plain)
	if c.Reason != "" {
		out.facts([]string{"ended: " + c.Reason}, cell.OfLevel(live.ConnLevel(r, "reason")))
	}
	return &out
}

// connCurves draws what the connection receives, sends and has waiting, and
// returns the lines it took. Servers send to a client what is out for them.
func (m *Model) connCurves(r *fleet.ConnRow, a cell.Area) int {
	t := m.st.Trails[live.ConnKeyOf(r)]
	var limit int64
	if v := r.Server.Varz; v != nil {
		limit = v.MaxPending
	}
	pending, level := live.Compact(view.Bytes.Format(r.Info.Pending)), live.ConnLevel(r, "pending_bytes")
	note := ""
	if limit > 0 {
		note = "of " + live.Compact(view.Bytes.Format(limit))
	}
	if in, growing := t.FullIn(limit, m.st.Every); growing {
		level = level.Worse(fleet.Warn)
		note += "   ▲ grows: a slow consumer in " + short(max(in, time.Second))
	}
	n := 0
	for _, c := range []struct {
		name, value, note string
		points            []float32
		level             fleet.Level
	}{
		{"out msg/s", view.PerSec.Format(r.Traffic.OutMsgs.Value()), "to the client", t.Out, fleet.OK},
		{"in msg/s", view.PerSec.Format(r.Traffic.InMsgs.Value()), "from the client", t.In, fleet.OK},
		{"pending", pending, note, t.Pending, level},
	} {
		if n >= a.H {
			break
		}
		w := max(min(a.W/3, live.TrailPoints/2), 8)
		a.Write(0, n, c.name, cell.Muted)
		a.Cut(11, n, w, 1).Graph(live.Resample(live.Last(c.points, live.TrailPoints), m.columns(w)), 0, m.dots, cell.Chart)
		x := a.Write(11+w+1, n, cell.Fit(c.value, 8, true), cell.Strong)
		style := cell.Style(cell.Muted)
		if c.level != fleet.OK {
			style = cell.OfLevel(c.level)
		}
		a.Write(x+2, n, c.note, style)
		n++
	}
	return n
}

// connPast is who else comes from the same address, and what the client did
// before, the newest first.
func (m *Model) connPast(r *fleet.ConnRow) *prose {
	var out prose
	same := 0
	for _, o := range m.st.Conns {
		if o.Info.Stop == nil && o.Info.IP == r.Info.IP && o.Info.IP != "" {
			same++
		}
	}
	if same > 1 {
		out.facts([]string{"from this address  " + live.Plural(same, "connection")}, cell.Plain)
	}
	if r.Info.Name == "" {
		return &out
	}
	var parts []string
	level, lost := fleet.OK, 0
	for i := len(m.st.Events) - 1; i >= 0; i-- {
		e := m.st.Events[i]
		if e.Kind != fleet.EventDisconnect || e.Client() != r.Info.Name {
			continue
		}
		lost++
		if len(parts) < 3 {
			parts = append(parts, e.Time.UTC().Format("15:04:05Z")+" "+e.Why)
			level = level.Worse(e.Level)
		}
	}
	if lost > 0 {
		out.facts(append([]string{"lost " + live.Plural(lost, "time")}, parts...), cell.OfLevel(level))
	}
	return &out
}

// connDress is what the Connections page adds to its columns.
func (m *Model) connDress() map[string]dress[*fleet.ConnRow] {
	return map[string]dress[*fleet.ConnRow]{
		"cid":         {text: live.ConnID},
		"name":        {text: live.ConnLabel},
		"account":     {text: func(r *fleet.ConnRow) string { return m.st.AccountLabel(r.Info.Account) }},
		"ip":          {text: m.addressText},
		"rtt_seconds": {level: live.LevelIf(fleet.Warn, live.ConnSlow)},
	}
}
