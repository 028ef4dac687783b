package tui

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// accountsSpec is the page of the accounts.
func accountsSpec() *spec {
	return &spec{
		kind: accountsPage, digit: "4", title: "Accounts", short: "Acct", open: openAccount,
		modes: []mode{{
			name: "accounts", sort: "conns", sheet: accountSheet, below: accountPanel, panel: 10, fill: trouble,
			empty:  func(m *Model, _ *page) string { return m.waiting(fleet.AccountStatz, "no account is in use") },
			demand: live.Demand{Needs: []live.Need{{Kind: fleet.AccountStatz, Every: 2 * time.Second}, {Kind: fleet.Jsz, Every: 10 * time.Second}}, JS: fleet.JSWant{Streams: true, Consumers: true, AllReplicas: true}},
			first:  []string{"account", "servers", "conns", "in_msgs_per_second", "out_msgs_per_second", "slow_consumers", "subs", "streams", "store_bytes", "limit_percent", "out_bytes_per_second", "leafs", "in_bytes_per_second", "consumers"},
		}},
	}
}

func accountSheet(m *Model, _ *page) sheet {
	return &rowsOf[*live.AccountRow]{
		cols: live.AccountColumns(m.totals), dress: accountDress, rows: m.st.Accounts,
		name:  func(r *live.AccountRow) string { return r.Name },
		refer: func(r *live.AccountRow) ref { return ref{title: r.DisplayName(), account: r.Name} },
		json:  func(r *live.AccountRow) any { return r.JSON() },
	}
}

func openAccount(m *Model, _ *page, r ref) {
	m.push(connsPage, ref{title: r.title, account: r.account})
}

// accountPanel is the account under the cursor, server by server.
func accountPanel(m *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[*live.AccountRow])
	if !ok {
		return
	}
	r := rows.rows[row]
	var parts []string
	for _, s := range r.Busiest() {
		text := fmt.Sprintf("%s %s", s.Server, live.Plural(s.Stat.Conns, "conn"))
		if s.Traffic.Known() {
			text += " " + view.PerSec.Format(s.Traffic.OutMsgs.PerSecond) + " out/s"
		}
		parts = append(parts, text)
	}
	per := prose{lines: []statement{{label: "per server", faint: true, indent: 13, units: parts, gap: " · "}}}
	y := per.draw(a.Rows(0, max(min(3, a.H-3), 1)))
	u := live.Filter(r.Limits(), func(w live.Limit) bool { return w.Unit == view.Bytes && r.JS != nil || w.HasMax() })
	if len(u) > 0 {
		y += allowanceLines(a.Rows(y, a.H-y), u)
	}
	if r.JS != nil {
		if y < a.H {
			a.Write(0, y, "jetstream", cell.Muted)
			a.Write(13, y, r.Assets(), cell.Plain)
			y++
		}
	} else if y < a.H {
		a.Write(0, y, "jetstream    none seen", cell.Muted)
		y++
	}
	shared := prose{lines: detailLines(r.Detail, m.st.Names)}
	y += shared.draw(a.Rows(y, max(a.H-y-1, 0)))
	y += m.accountTalkers(r, a.Rows(y, a.H-y))
	if y < a.H {
		a.Write(0, y, "not visible  its busiest subjects: that needs a user of the account with the right to subscribe", cell.Muted)
	}
}

// accountTalkers are the busiest connections of the account, when they are
// known: only the pages that show connections ask for them.
func (m *Model) accountTalkers(r *live.AccountRow, a cell.Area) int {
	var rows []*fleet.ConnRow
	for _, c := range m.st.Conns {
		if c.Info.Account == r.Name && c.Info.Stop == nil && c.Traffic.Known() {
			rows = append(rows, c)
		}
	}
	if len(rows) == 0 || a.H < 1 {
		return 0
	}
	slices.SortStableFunc(rows, func(x, y *fleet.ConnRow) int {
		return cmp.Compare(y.Traffic.OutMsgs.PerSecond+y.Traffic.InMsgs.PerSecond, x.Traffic.OutMsgs.PerSecond+x.Traffic.InMsgs.PerSecond)
	})
	var parts []string
	for _, c := range rows[:min(len(rows), 4)] {
		parts = append(parts, fmt.Sprintf("%s %s/s", live.ConnLabel(c), view.PerSec.Format(c.Traffic.OutMsgs.PerSecond+c.Traffic.InMsgs.PerSecond)))
	}
	t := prose{lines: []statement{{label: "top conns", faint: true, indent: 13, units: parts, gap: " · "}}}
	return t.draw(a.Rows(0, 1))
}

// accountDress is what the Accounts page adds to its columns.
var accountDress = map[string]dress[*live.AccountRow]{
	"account":        {text: func(r *live.AccountRow) string { return r.Label }},
	"limit_percent":  {text: (*live.AccountRow).LimitText},
	"slow_consumers": {level: live.LevelIf(fleet.Warn, func(r *live.AccountRow) bool { return r.Growing })},
}
