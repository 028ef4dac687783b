package page

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// ownSpec defines the page that replaces the topology for a user outside the system
// account: the user's account, above the servers that it is on.
func ownSpec() *Spec {
	return &Spec{
		Kind: OwnAccount, Digit: "1", Title: "Account", Short: "Account", Own: true, open: func(_ *Context, _ *Page, r widget.Ref) Effect { return openPage(Connections, r) },
		Jumps: []Jump{{To: Events}, {To: JetStream}},
		needs: live.Demand{Needs: []live.Need{{Kind: fleet.AccountStatz, Every: 0}, {Kind: fleet.Jsz, Every: 6 * time.Second}}, JS: live.AllOfJetStream()},
		Modes: []Mode{{
			Name: "account", sort: "conns", sheet: ownSheet, above: ownLines, below: ownPanel, panel: 5, fill: ownFill,
			empty: func(*Context, *Page) string { return "no server reported the account" },
			first: []string{"server", "conns", "in_msgs_per_second", "out_msgs_per_second", "subs", "slow_consumers", "out_bytes_per_second", "in_bytes_per_second", "cluster", "version", "leafs"},
		}},
	}
}

// ownFill fills the rows below the servers with the account's history.
func ownFill(ctx *Context, a cell.Area) {
	t := ctx.State.Total
	graphs := []graph{
		{"conns", live.Connections, view.Count.Format(t.Conns), view.PerSec},
		{"in msg/s", live.InMsgs, view.PerSec.Format(t.Traffic.InMsgs.Value()), view.PerSec},
		{"out msg/s", live.OutMsgs, view.PerSec.Format(t.Traffic.OutMsgs.Value()), view.PerSec},
	}
	colW, h := a.W/len(graphs), min(a.H, 8)
	for i, g := range graphs {
		bigGraph(ctx, g, ctx.State.History.Fleet, a.Cut(1+i*colW, 0, colW-2, h))
	}
}

func ownSheet(ctx *Context, _ *Page) widget.Sheet {
	var rows []*live.OwnShare
	if ctx.State.Own != nil {
		rows = ctx.State.Own.Shares
	}
	return &widget.RowsOf[*live.OwnShare]{
		Columns: live.OwnColumns(ctx.Totals), Rows: rows,
		KeyOf: func(r *live.OwnShare) string { return r.Server.Info.ID },
		RefOf: func(r *live.OwnShare) widget.Ref {
			return widget.Ref{Server: r.Server.Info.Name, ServerID: r.Server.Info.ID}
		},
		ObjectOf: func(r *live.OwnShare) any { return r.Stat },
	}
}

// ownLines shows the user, and the account's usage of its limits.
func ownLines(ctx *Context, _ *Page, a cell.Area) int {
	o := ctx.State.Own
	if o == nil {
		return 0
	}
	widget.Line(a, 0, ownIdentity(o), nil)
	n := 1 + limitLines(a.Cut(1, 1, a.W-2, a.H-1), ownRoom(o, a))
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

// ownRoom returns the limits that fit: all on a tall screen, those of JetStream and
// connections on a small one.
func ownRoom(o *live.Own, a cell.Area) []live.Limit {
	if a.H >= 16 {
		return o.Limits
	}
	return live.Filter(o.Limits, func(w live.Limit) bool { return w.HasMax() || w.Name == "connections" || w.Name == "store" })
}

// ownIdentity shows the account, the user and the user's permissions.
func ownIdentity(o *live.Own) []widget.Segment {
	out := []widget.Segment{{Text: "account " + view.Text(o.Account), Style: cell.Strong}}
	if u := o.User; u != nil {
		out = append(out, widget.Segment{Text: "you are " + view.Text(u.UserID)}, widget.Segment{Text: view.Permissions(u.Permissions), Style: cell.Muted, Rank: 3})
		if u.Expires > 0 {
			out = append(out, widget.Segment{Text: "expires in " + view.Duration(u.Expires.Seconds()), Style: cell.OfLevel(widget.WarnIf(u.Expires < 7*24*time.Hour)), Rank: 1})
		}
	}
	if o.JetStream == nil {
		out = append(out, widget.Segment{Text: "no jetstream", Style: cell.Muted, Rank: 2})
	}
	return out
}

// ownHidden names what a user outside the system account cannot see.
var ownHidden = []string{"other accounts", "the servers themselves and the links between them", "servers that do not respond", "connects and disconnects"}

// ownPanel draws the selected server, and names what cannot be seen.
func ownPanel(_ *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*live.OwnShare])
	if !ok {
		return
	}
	r := rows.Rows[row]
	text := fmt.Sprintf("%s, %s messages in and %s out since it started", live.Plural(r.Stat.Conns, "connection"), view.Count.Format(r.Stat.Received.Msgs), view.Count.Format(r.Stat.Sent.Msgs))
	var t widget.Prose
	t.Facts([]string{text, "Enter lists its connections"}, cell.Plain)
	t.Lines = append(t.Lines, widget.Statement{
		Label: "not visible", Faint: true, Indent: 13, Gap: " ", Style: cell.Muted,
		Units: strings.Fields(strings.Join(ownHidden, " · ") + " (:ctx takes a context of the system account)"),
	})
	t.Draw(a)
}
