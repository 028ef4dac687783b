package tui

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// accountsSpec is the page of the accounts.
func accountsSpec() *spec {
	return &spec{
		kind: accountsPage, digit: "4", title: "Accounts", short: "Acct", open: openAccount,
		modes: []mode{{
			name: "accounts", sort: "conns", sheet: accountSheet, below: accountPanel, panel: 6,
			empty:  func(m *Model, _ *page) string { return m.waiting(fleet.AccountStatz, "no account is in use") },
			demand: Demand{needs: []need{{fleet.AccountStatz, 2 * time.Second}, {fleet.Jsz, 10 * time.Second}}, js: fleet.JSWant{Streams: true}},
			first:  []string{"account", "servers", "conns", "in_msgs_per_second", "out_msgs_per_second", "slow_consumers", "subs", "streams", "store_bytes", "out_bytes_per_second", "leafs", "in_bytes_per_second", "consumers"},
		}},
	}
}

func accountSheet(m *Model, _ *page) sheet {
	return &rowsOf[acc]{
		cols: accountColumns(m.totals), dress: accountDress, rows: m.st.Accounts,
		name:  func(r acc) string { return r.Name },
		refer: func(r acc) ref { return ref{account: r.Name} },
		json:  func(r acc) any { return r.json() },
	}
}

// json is what each server said of the account.
func (r *accountRow) json() any {
	out := map[string]any{}
	for _, s := range r.servers {
		out[s.server] = s.stat
	}
	return map[string]any{"account": r.Name, "servers": out}
}

func openAccount(m *Model, _ *page, r ref) { m.push(connsPage, ref{account: r.account}) }

// accountPanel is the account under the cursor, server by server.
func accountPanel(_ *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[acc])
	if !ok {
		return
	}
	r := rows.rows[row]
	var parts []string
	for _, s := range r.busiest() {
		text := fmt.Sprintf("%s %s", s.server, plural(s.stat.Conns, "conn"))
		if s.t.Known() {
			text += " " + view.PerSec.Format(s.t.OutMsgs.PerSecond) + " out/s"
		}
		parts = append(parts, text)
	}
	y := 0
	for _, l := range wrap("per server   "+strings.Join(parts, " · "), a.W) {
		if y < a.H-2 {
			a.Write(0, y, l, cell.Plain)
			y++
		}
	}
	if r.JS != nil {
		a.Write(0, y, fmt.Sprintf("jetstream    %s   %s   %s", plural(r.JS.Streams, "stream"), plural(r.JS.Consumers, "consumer"), tight(view.Bytes.Format(r.JS.Store))), cell.Plain)
	} else {
		a.Write(0, y, "jetstream    none seen", cell.Muted)
	}
	a.Write(0, y+1, "not visible  its busiest subjects: that needs a user of the account with the right to subscribe", cell.Muted)
}
