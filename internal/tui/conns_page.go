package tui

import (
	"fmt"
	"strings"

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
		return mode{name: name, help: help, sort: sort, sheet: connSheet, above: modeLine, below: connPanel, panel: 6, first: connFirst, empty: noConns, demand: open}
	}
	return &spec{
		kind: connsPage, digit: "3", title: "Connections", short: "Conns", open: openConn,
		modes: []mode{
			way("talkers", "most messages a second first", "out_msgs_per_second"),
			way("slow", "most pending bytes first", "pending_bytes"),
			way("idle", "idle the longest first", "idle_seconds"),
			{
				name: "closed", help: "ended connections, the newest first", sort: "stopped", sheet: closedSheet, above: modeLine, below: connPanel, panel: 6, empty: noConns, demand: closed,
				first: []string{"stopped", "name", "reason", "server", "account", "cid", "uptime_seconds", "ip", "out_msgs", "in_msgs"},
			},
		},
	}
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
		cols: cols, dress: connDress, rows: rows, name: connKey,
		refer: func(r con) ref {
			on := r.Server.Info
			return ref{title: "cid " + connID(r) + " " + r.Info.Name + " on " + on.Name, server: on.Name, serverID: on.ID, account: r.Info.Account, cid: r.Info.Cid, who: r.Info.Name}
		},
		json: func(r con) any { return r.Info },
	}
}

func inScope(s ref, r con) bool {
	on := r.Server.Info
	return (s.serverID == "" && (s.server == "" || s.server == on.Name) || s.serverID == on.ID) && (s.account == "" || s.account == r.Info.Account)
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

func openConn(m *Model, _ *page, _ ref) { m.openObject() }

// connPanel is the connection under the cursor.
func connPanel(_ *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[con])
	if !ok {
		return
	}
	r := rows.rows[row]
	for y, l := range connLines(r) {
		a.Write(0, y, l.text, cell.OfLevel(l.level))
	}
}

// connLines are the facts of a connection.
func connLines(r con) []finding {
	c := r.Info
	parts := []string{"account " + c.Account}
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
	out := []finding{{fleet.OK, strings.Join(parts, "   ")}}
	parts = []string{
		fmt.Sprintf("sent %s msgs %s", view.Count.Format(c.OutMsgs), tight(view.Bytes.Format(c.OutBytes))),
		fmt.Sprintf("received %s msgs %s", view.Count.Format(c.InMsgs), tight(view.Bytes.Format(c.InBytes))), plural(int(c.NumSubs), "subscription"),
	}
	if !c.Start.IsZero() {
		parts = append(parts, "connected "+c.Start.UTC().Format("2006-01-02 15:04:05Z"))
	}
	out = append(out, finding{fleet.OK, strings.Join(parts, "   ")})
	pending := "pending " + tight(view.Bytes.Format(c.Pending))
	if v := r.Server.Varz; v != nil && v.MaxPending > 0 {
		pending += " of " + tight(view.Bytes.Format(v.MaxPending))
	}
	if c.Stalls > 0 {
		pending += fmt.Sprintf("   stalled %d times", c.Stalls)
	}
	out = append(out, finding{connLevel(r, "pending_bytes"), pending})
	if c.Reason != "" {
		out = append(out, finding{connLevel(r, "reason"), "ended: " + c.Reason})
	}
	if len(c.Subs) > 0 {
		out = append(out, finding{fleet.OK, "subscriptions: " + strings.Join(c.Subs, "  ")})
	}
	return out
}
