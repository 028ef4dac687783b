package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

var connFirst = []string{"cid", "name", "server", "account", "out_msgs_per_second", "in_msgs_per_second", "pending_bytes", "rtt_seconds", "out_bytes_per_second", "idle_seconds", "subs", "ip", "in_bytes_per_second"}

// connsSpec is the page of the connections.
func connsSpec() *spec {
	open := Demand{needs: []need{{fleet.Connz, 0}}}
	closed := Demand{needs: []need{{fleet.Connz, 0}}, conns: fleet.ConnWant{State: "closed"}}
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

func connRows(m *Model, p *page, cols []view.Column[con], closed bool) sheet {
	rows := kept(m.st.Conns, func(r con) bool { return (r.Info.Stop != nil) == closed && inScope(p.scope, r) })
	return &rowsOf[con]{
		cols: cols, dress: m.connDress(), rows: rows, name: connKey,
		refer: func(r con) ref {
			on := r.Server.Info
			return ref{
				title: "cid " + connID(r) + " " + r.Info.Name + " on " + on.Name, server: on.Name, serverID: on.ID, account: r.Info.Account,
				cid: r.Info.Cid, who: r.Info.Name, addr: connAddress(r.Info),
			}
		},
		json: func(r con) any { return r.Info },
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
	rows, ok := p.list().sheet.(*rowsOf[con])
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
func (m *Model) connFacts(r con) *prose {
	c := r.Info
	parts := []string{"account " + m.label(c.Account)}
	add := func(word, value string) {
		if value != "" {
			parts = append(parts, word+value)
		}
	}
	add("user ", c.AuthorizedUser)
	add("", strings.TrimSpace(c.Lang+" "+c.Version))
	add("tls ", c.TLSVersion)
	add("from ", connAddress(c))
	add("kind ", connKind(c))
	var out prose
	out.facts(parts, cell.Plain)
	parts = []string{
		fmt.Sprintf("sent %s msgs %s", view.Count.Format(c.OutMsgs), tight(view.Bytes.Format(c.OutBytes))),
		fmt.Sprintf("received %s msgs %s", view.Count.Format(c.InMsgs), tight(view.Bytes.Format(c.InBytes))), plural(int(c.NumSubs), "subscription"),
	}
	if c.Stalls > 0 {
		parts = append(parts, fmt.Sprintf("held back %s as a publisher", plural(int(c.Stalls), "time")))
	}
	if !c.Start.IsZero() {
		parts = append(parts, "connected "+c.Start.UTC().Format("2006-01-02 15:04:05Z"))
	}
	out.facts(parts, cell.Plain)
	if c.Reason != "" {
		out.facts([]string{"ended: " + c.Reason}, cell.OfLevel(connLevel(r, "reason")))
	}
	return &out
}

// connCurves draws what the connection receives, sends and has waiting, and
// returns the lines it took. Servers send to a client what is out for them.
func (m *Model) connCurves(r con, a cell.Area) int {
	t := m.st.Trails[atOf(r)]
	var limit int64
	if v := r.Server.Varz; v != nil {
		limit = v.MaxPending
	}
	pending, level := tight(view.Bytes.Format(r.Info.Pending)), connLevel(r, "pending_bytes")
	note := ""
	if limit > 0 {
		note = "of " + tight(view.Bytes.Format(limit))
	}
	if in, growing := t.fullIn(limit, m.st.Every); growing {
		level = level.Worse(fleet.Warn)
		note += "   ▲ grows: a slow consumer in " + short(max(in, time.Second))
	}
	n := 0
	for _, c := range []struct {
		name, value, note string
		points            []float32
		level             fleet.Level
	}{
		{"out msg/s", view.PerSec.Format(r.Traffic.OutMsgs.Value()), "to the client", t.out, fleet.OK},
		{"in msg/s", view.PerSec.Format(r.Traffic.InMsgs.Value()), "from the client", t.in, fleet.OK},
		{"pending", pending, note, t.pending, level},
	} {
		if n >= a.H {
			break
		}
		w := max(min(a.W/3, trailPoints/2), 8)
		a.Write(0, n, c.name, cell.Muted)
		a.Cut(11, n, w, 1).Graph(stretch(window(c.points, trailPoints), m.columns(w)), 0, m.dots, cell.Chart)
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
func (m *Model) connPast(r con) *prose {
	var out prose
	same := 0
	for _, o := range m.st.Conns {
		if o.Info.Stop == nil && o.Info.IP == r.Info.IP && o.Info.IP != "" {
			same++
		}
	}
	if same > 1 {
		out.facts([]string{"from this address  " + plural(same, "connection")}, cell.Plain)
	}
	if r.Info.Name == "" {
		return &out
	}
	var parts []string
	level, lost := fleet.OK, 0
	for i := len(m.st.Events) - 1; i >= 0; i-- {
		e := m.st.Events[i]
		if e.Kind != fleet.EventDisconnect || e.client() != r.Info.Name {
			continue
		}
		lost++
		if len(parts) < 3 {
			parts = append(parts, e.Time.UTC().Format("15:04:05Z")+" "+e.Why)
			level = level.Worse(e.Level)
		}
	}
	if lost > 0 {
		out.facts(append([]string{"lost " + plural(lost, "time")}, parts...), cell.OfLevel(level))
	}
	return &out
}
