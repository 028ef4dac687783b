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

// ownSpec is the page that stands in for the topology where the user is not of
// the system account: its account, over the servers that it is on.
func ownSpec() *spec {
	return &spec{
		kind: ownPage, digit: "1", title: "Account", short: "Account", open: func(m *Model, _ *page, r ref) { m.push(connsPage, r) },
		needs: live.Demand{Needs: []live.Need{{Kind: fleet.AccountStatz, Every: 0}, {Kind: fleet.Jsz, Every: 6 * time.Second}}, JS: live.AllOfJetStream()},
		modes: []mode{{
			name: "account", sort: "conns", sheet: ownSheet, above: ownLines, below: ownPanel, panel: 5, fill: ownFill,
			empty: func(*Model, *page) string { return "no server told of the account" },
			first: []string{"server", "conns", "in_msgs_per_second", "out_msgs_per_second", "subs", "slow_consumers", "out_bytes_per_second", "in_bytes_per_second", "cluster", "version", "leafs"},
		}},
	}
}

// ownFill uses the rows under the servers: what the account did over time.
func ownFill(m *Model, a cell.Area) {
	t := m.st.Total
	graphs := []graph{
		{"conns", live.Connections, view.Count.Format(t.Conns), view.PerSec},
		{"in msg/s", live.InMsgs, view.PerSec.Format(t.Traffic.InMsgs.Value()), view.PerSec},
		{"out msg/s", live.OutMsgs, view.PerSec.Format(t.Traffic.OutMsgs.Value()), view.PerSec},
	}
	colW, h := a.W/len(graphs), min(a.H, 8)
	for i, g := range graphs {
		m.bigGraph(g, m.st.History.Fleet, a.Cut(1+i*colW, 0, colW-2, h))
	}
}

// forSystem are the pages that only a user of the system account has; the
// page of the own account stands in for the first.
var forSystem = on(topoPage, serversPage, accountsPage, serverPage)

// ownAccount tells whether the user sees one account alone.
func (m *Model) ownAccount() bool { return m.st != nil && m.st.Own != nil }

// seesFleet tells whether the user sees servers and links.
func (m *Model) seesFleet() bool { return !m.ownAccount() }

// hasTab tells whether the page stands behind a digit for this user.
func (m *Model) hasTab(s *spec) bool {
	switch {
	case s.digit == "":
		return false
	case s.kind == ownPage:
		return m.ownAccount()
	}
	return !m.ownAccount() || s.kind != topoPage && !forSystem.has(s.kind)
}

// turn goes between the pages of a fleet and those of one account when the
// feed turns out to be of the other sort.
func (m *Model) turn() {
	front := m.stack[0].spec.kind
	switch {
	case m.ownAccount() && (front == topoPage || forSystem.has(front)):
		m.stack = []*page{m.root(ownPage)}
	case !m.ownAccount() && front == ownPage && m.st != nil && m.st.Snap != nil:
		m.stack = []*page{m.root(topoPage)}
	default:
		return
	}
	m.past, m.future = nil, nil
}

func ownSheet(m *Model, _ *page) sheet {
	var rows []*live.OwnShare
	if m.st.Own != nil {
		rows = m.st.Own.Shares
	}
	return &rowsOf[*live.OwnShare]{
		cols: live.OwnColumns(m.totals), rows: rows,
		name:  func(r *live.OwnShare) string { return r.Server.Info.ID },
		refer: func(r *live.OwnShare) ref { return ref{server: r.Server.Info.Name, serverID: r.Server.Info.ID} },
		json:  func(r *live.OwnShare) any { return r.Stat },
	}
}

// ownLines says who asks, and how much of what the account may have is used.
func ownLines(m *Model, _ *page, a cell.Area) int {
	o := m.st.Own
	if o == nil {
		return 0
	}
	line(a, 0, ownIdentity(o), nil)
	n := 1 + allowanceLines(a.Cut(1, 1, a.W-2, a.H-1), m.ownRoom(o, a))
	if js := o.JetStream; js != nil {
		a.Write(1, n, cell.Fit("jetstream api", 14, false), cell.Muted)
		text := fmt.Sprintf("%s requests, %s errors", view.Count.Format(js.API.Total), view.Count.Format(js.API.Errors))
		if js.Domain != "" {
			text += "   domain " + view.Text(js.Domain)
		}
		a.Write(15, n, text, cell.Plain)
		n++
	}
	a.Rule(n, "ON THE SERVERS", cell.Strong)
	return n + 1
}

// ownRoom is the limits that there is room for: all on a tall screen, those of
// JetStream and the connections on a small one.
func (m *Model) ownRoom(o *live.Own, a cell.Area) []live.Limit {
	if a.H >= 16 {
		return o.Limits
	}
	return live.Filter(o.Limits, func(w live.Limit) bool { return w.HasMax() || w.Name == "connections" || w.Name == "store" })
}

// ownIdentity is the account, the user and what the user may do.
func ownIdentity(o *live.Own) []segment {
	out := []segment{{text: "account " + view.Text(o.Account), style: cell.Strong}}
	if u := o.User; u != nil {
		out = append(out, segment{text: "you are " + view.Text(u.UserID)}, segment{text: view.Permissions(u.Permissions), style: cell.Muted, rank: 3})
		if u.Expires > 0 {
			out = append(out, segment{text: "expires in " + view.Duration(u.Expires.Seconds()), style: cell.OfLevel(warnIf(u.Expires < 7*24*time.Hour)), rank: 1})
		}
	}
	if o.JetStream == nil {
		out = append(out, segment{text: "no jetstream", style: cell.Muted, rank: 2})
	}
	return out
}

// ownHidden is what a user outside the system account cannot see.
var ownHidden = []string{"other accounts", "the servers themselves and the links between them", "servers that keep silent", "who connects and who leaves"}

// ownPanel is the server under the cursor, and what cannot be seen.
func ownPanel(_ *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[*live.OwnShare])
	if !ok {
		return
	}
	r := rows.rows[row]
	text := fmt.Sprintf("%s, %s messages in and %s out since it started", live.Plural(r.Stat.Conns, "connection"), view.Count.Format(r.Stat.Received.Msgs), view.Count.Format(r.Stat.Sent.Msgs))
	var t prose
	t.facts([]string{text, "Enter lists its connections"}, cell.Plain)
	t.lines = append(t.lines, statement{
		label: "not visible", faint: true, indent: 13, gap: " ", style: cell.Muted,
		units: strings.Fields(strings.Join(ownHidden, " · ") + " (:ctx takes a context of the system account)"),
	})
	t.draw(a)
}
