package page

import (
	"cmp"
	"fmt"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// accountsSpec defines the Accounts page.
func accountsSpec() *Spec {
	return &Spec{
		Kind: Accounts, Names: []string{"acc", "acct"}, Help: "accounts", Digit: "4", Title: "Accounts", Short: "Acct", System: true, open: openAccount,
		Jumps: []Jump{{To: Events}, {Connections, "conns"}, {JetStream, "streams"}}, Keys: slices.Concat(bytesKeys(), ownKeys()),
		demand: func(ctx *Context, p *Page, d live.Demand) live.Demand {
			if d.Account = wantedAccount(ctx, p); d.Account != "" {
				d.Needs = append(d.Needs[:len(d.Needs):len(d.Needs)], live.Need{Kind: fleet.Accountz, Every: 2 * time.Second})
			}
			return d
		},
		Modes: []Mode{{
			Name: "accounts", sort: "conns", sheet: accountSheet, below: accountPanel, panel: 10, fill: trouble,
			empty:  func(ctx *Context, _ *Page) string { return ctx.waiting(fleet.AccountStatz, "no account is in use") },
			demand: live.Demand{Needs: []live.Need{{Kind: fleet.AccountStatz, Every: 2 * time.Second}, {Kind: fleet.Jsz, Every: 10 * time.Second}}, JS: fleet.JSWant{Streams: true, Consumers: true, AllReplicas: true}},
			first:  []string{"account", "servers", "conns", "in_msgs_per_second", "out_msgs_per_second", "slow_consumers", "subs", "streams", "store_bytes", "limit_percent", "out_bytes_per_second", "leafs", "in_bytes_per_second", "consumers"},
		}},
	}
}

func accountSheet(ctx *Context, _ *Page) widget.Sheet {
	return &widget.RowsOf[*live.AccountRow]{
		Columns: live.AccountColumns(ctx.Totals), Looks: accountStyles, Rows: ctx.State.Accounts,
		KeyOf:    func(r *live.AccountRow) string { return r.Name },
		RefOf:    func(r *live.AccountRow) widget.Ref { return widget.Ref{Title: r.DisplayName(), Account: r.Name} },
		ObjectOf: func(r *live.AccountRow) any { return r.JSON() },
	}
}

func openAccount(ctx *Context, _ *Page, r widget.Ref) Effect {
	return openPage(Connections, widget.Ref{Title: r.Title, Account: r.Account})
}

// accountPanel draws the selected account, server by server.
func accountPanel(ctx *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*live.AccountRow])
	if !ok {
		return
	}
	r := rows.Rows[row]
	var parts []string
	for _, s := range r.Busiest() {
		text := fmt.Sprintf("%s %s", s.Server, live.Plural(s.Stat.Conns, "conn"))
		if s.Traffic.Known() {
			text += " " + view.PerSec.Format(s.Traffic.OutMsgs.PerSecond) + " out/s"
		}
		parts = append(parts, text)
	}
	per := widget.Prose{Lines: []widget.Statement{{Label: "per server", Faint: true, Indent: 13, Units: parts, Gap: " · "}}}
	y := per.Draw(a.Rows(0, max(min(3, a.H-3), 1)))
	u := live.Filter(r.Limits(), func(w live.Limit) bool { return w.Unit == view.Bytes && r.JS != nil || w.HasMax() })
	if len(u) > 0 {
		y += limitLines(a.Rows(y, a.H-y), u)
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
	shared := widget.Prose{Lines: detailLines(r.Detail, ctx.State.Names)}
	y += shared.Draw(a.Rows(y, max(a.H-y-1, 0)))
	y += accountTalkers(ctx, r, a.Rows(y, a.H-y))
	if y < a.H {
		a.Write(0, y, "not visible  its busiest subjects: needs a user of the account who may subscribe", cell.Muted)
	}
}

// accountTalkers draws the account's busiest connections, if known: only pages
// that show connections request them.
func accountTalkers(ctx *Context, r *live.AccountRow, a cell.Area) int {
	var rows []*fleet.ConnRow
	for _, c := range ctx.State.Conns {
		if c.Info.Account == r.Name && c.Info.Stop == nil && c.Traffic.Known() && ctx.lists(c) {
			rows = append(rows, c)
		}
	}
	if len(rows) == 0 && !ctx.HideOwn || a.H < 1 {
		return 0
	}
	slices.SortStableFunc(rows, func(x, y *fleet.ConnRow) int {
		return cmp.Compare(y.Traffic.OutMsgs.PerSecond+y.Traffic.InMsgs.PerSecond, x.Traffic.OutMsgs.PerSecond+x.Traffic.InMsgs.PerSecond)
	})
	var parts []string
	for _, c := range rows[:min(len(rows), 4)] {
		parts = append(parts, fmt.Sprintf("%s %s/s", live.ConnLabel(c), view.PerSec.Format(c.Traffic.OutMsgs.PerSecond+c.Traffic.InMsgs.PerSecond)))
	}
	if ctx.HideOwn {
		parts = append(parts, ownHiddenText)
	}
	t := widget.Prose{Lines: []widget.Statement{{Label: "top conns", Faint: true, Indent: 13, Units: parts, Gap: " · "}}}
	return t.Draw(a.Rows(0, 1))
}

// accountStyles is the styling that the Accounts page adds to its columns.
var accountStyles = map[string]widget.Look[*live.AccountRow]{
	"account":        {Text: func(r *live.AccountRow) string { return r.Label }},
	"limit_percent":  {Text: (*live.AccountRow).LimitText},
	"slow_consumers": {Level: live.LevelIf(fleet.Warn, func(r *live.AccountRow) bool { return r.Growing })},
}
