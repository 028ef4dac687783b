package page

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

var connFirst = []string{"cid", "name", "server", "account", "out_msgs_per_second", "in_msgs_per_second", "pending_bytes", "rtt_seconds", "out_bytes_per_second", "idle_seconds", "subs", "ip", "in_bytes_per_second"}

// connsSpec defines the Connections page.
func connsSpec() *Spec {
	open := live.Demand{Needs: []live.Need{{Kind: fleet.Connz, Every: 0}}}
	closed := live.Demand{Needs: []live.Need{{Kind: fleet.Connz, Every: 0}}, Conns: fleet.ConnWant{State: "closed"}}
	way := func(name, help, sort, about string) Mode {
		return Mode{Name: name, help: help, About: about, sort: sort, sheet: connSheet, above: connLines, below: connPanel, panel: 10, fill: trouble, first: connFirst, empty: noConns, demand: open}
	}
	s := &Spec{
		Kind: Connections, Names: []string{"connections", "conn", "c"}, Help: "connections", Digit: "3", Title: "Connections", Short: "Conns", open: openConn,
		Jumps: []Jump{{To: Events}, {Topology, "links"}, {To: JetStream}}, Keys: slices.Concat(modeKeys(), connKeys(), ownKeys(), bytesKeys()),
		demand: connDemand,
		Modes: []Mode{
			way("talkers", "most messages a second first", "out_msgs_per_second", ""),
			way("slow", "most pending bytes first", "pending_bytes", "connections that fall behind"),
			way("idle", "idle the longest first", "idle_seconds", "idle connections"),
			{
				Name: "closed", About: "closed connections", help: "ended connections, the newest first", sort: "stopped", sheet: closedSheet, above: connLines, below: connPanel, panel: 10, fill: trouble, empty: noConns, demand: closed,
				first: []string{"stopped", "name", "reason", "server", "account", "cid", "uptime_seconds", "ip", "out_msgs", "in_msgs"},
			},
		},
	}
	for _, g := range groupings {
		s.Modes = append(s.Modes, groupMode(g, open))
	}
	return s
}

func connSheet(ctx *Context, p *Page) widget.Sheet {
	return connRows(ctx, p, view.Connections(!ctx.Totals, false), false)
}

func closedSheet(ctx *Context, p *Page) widget.Sheet {
	return connRows(ctx, p, view.Connections(false, true), true)
}

func connRows(ctx *Context, p *Page, cols []view.Column[*fleet.ConnRow], closed bool) widget.Sheet {
	rows := live.Filter(ctx.State.Conns, func(r *fleet.ConnRow) bool {
		return (r.Info.Stop != nil) == closed && ctx.lists(r) && inScope(p.Scope, r)
	})
	return &widget.RowsOf[*fleet.ConnRow]{
		Columns: cols, Looks: connStyles(ctx), Rows: rows, KeyOf: live.ConnRowKey,
		RefOf: func(r *fleet.ConnRow) widget.Ref {
			on := r.Server.Info
			return widget.Ref{
				Title: "cid " + live.ConnID(r) + " " + r.Info.Name + " on " + on.Name, Server: on.Name, ServerID: on.ID, Account: r.Info.Account,
				CID: r.Info.Cid, Client: r.Info.Name, Address: live.ConnAddress(r.Info),
			}
		},
		ObjectOf: func(r *fleet.ConnRow) any { return r.Info },
	}
}

func noConns(ctx *Context, p *Page) string {
	none := "no client is connected"
	switch {
	case p.Current().Name == "closed":
		none = "no server remembers a connection that ended"
	case ctx.HideOwn:
		none = "no other client is connected"
	}
	return ctx.waiting(fleet.Connz, none)
}

// connPanel draws the selected connection: facts, graphs, and the history of its
// client.
func connPanel(ctx *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*fleet.ConnRow])
	if !ok {
		return
	}
	r := rows.Rows[row]
	facts := a
	if r.Info.Stop == nil {
		facts = a.Rows(0, max(a.H-4, 2)) // the graphs take precedence
	}
	y := connFacts(ctx, r).Draw(facts)
	if r.Info.Stop == nil {
		y += connCurves(ctx, r, a.Rows(y, a.H-y))
	}
	rest := connPast(ctx, r)
	if len(r.Info.Subs) > 0 {
		rest.Lines = append(rest.Lines, widget.Statement{Units: append([]string{"subscriptions"}, r.Info.Subs...), Gap: "  "})
	}
	rest.Draw(a.Rows(y, a.H-y))
}

// connFacts returns the attributes of a connection that rarely change.
func connFacts(ctx *Context, r *fleet.ConnRow) *widget.Prose {
	c := r.Info
	parts := []string{"account " + ctx.State.AccountLabel(c.Account)}
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
	var out widget.Prose
	out.Facts(parts, cell.Plain)
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
	out.Facts(parts, cell.Plain)
	if c.Reason != "" {
		out.Facts([]string{"ended: " + c.Reason}, cell.OfLevel(live.ConnLevel(r, "reason")))
	}
	return &out
}

// connCurves draws what the connection receives, sends and has pending, and
// returns the number of lines used. What a client receives is "out" for its server.
func connCurves(ctx *Context, r *fleet.ConnRow, a cell.Area) int {
	t := ctx.State.Trails[live.ConnKeyOf(r)]
	var limit int64
	if v := r.Server.Varz; v != nil {
		limit = v.MaxPending
	}
	pending, level := live.Compact(view.Bytes.Format(r.Info.Pending)), live.ConnLevel(r, "pending_bytes")
	note := ""
	if limit > 0 {
		note = "of " + live.Compact(view.Bytes.Format(limit))
	}
	if in, growing := t.FullIn(limit, ctx.State.Every); growing {
		level = level.Worse(fleet.Warn)
		note += "   ▲ grows: a slow consumer in " + ShortDuration(max(in, time.Second))
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
		a.Cut(11, n, w, 1).Graph(live.Resample(live.Last(c.points, live.TrailPoints), columns(ctx, w)), 0, ctx.Dots, cell.Chart)
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

// connPast counts the connections from the same address, and lists the client's
// latest disconnects, newest first.
func connPast(ctx *Context, r *fleet.ConnRow) *widget.Prose {
	var out widget.Prose
	same := 0
	for _, o := range ctx.State.Conns {
		if o.Info.Stop == nil && o.Info.IP == r.Info.IP && o.Info.IP != "" {
			same++
		}
	}
	if same > 1 {
		out.Facts([]string{"from this address  " + live.Plural(same, "connection")}, cell.Plain)
	}
	if r.Info.Name == "" {
		return &out
	}
	var parts []string
	level, lost := fleet.OK, 0
	for i := len(ctx.State.Events) - 1; i >= 0; i-- {
		e := ctx.State.Events[i]
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
		out.Facts(append([]string{"lost " + live.Plural(lost, "time")}, parts...), cell.OfLevel(level))
	}
	return &out
}

// connStyles is the styling that the Connections page adds to its columns.
func connStyles(ctx *Context) map[string]widget.Look[*fleet.ConnRow] {
	return map[string]widget.Look[*fleet.ConnRow]{
		"cid":         {Text: live.ConnID},
		"name":        {Text: live.ConnLabel},
		"account":     {Text: func(r *fleet.ConnRow) string { return ctx.State.AccountLabel(r.Info.Account) }},
		"ip":          {Text: func(r *fleet.ConnRow) string { return addressText(ctx, r) }},
		"rtt_seconds": {Level: live.LevelIf(fleet.Warn, live.ConnSlow)},
	}
}

// connDemand requests only the connections of the page's account, and the
// subscriptions while they are shown.
func connDemand(ctx *Context, p *Page, d live.Demand) live.Demand {
	if p.Scope.Account != "" {
		d.Conns.Account = p.Scope.Account
	}
	if ctx.Subscriptions {
		d.Conns.Subscriptions = true
	}
	return d
}

// connKeys are the keys of the page.
func connKeys() []Key {
	return []Key{
		{Keys: []string{"o"}, Shown: "o", Help: "ask for the subscriptions of the connections, or stop", Hint: "subs", Do: showSubs},
		{Keys: []string{"d"}, Shown: "d", Help: "host names instead of addresses (reverse DNS), or addresses", Do: showNames},
	}
}

// showSubs toggles the subscriptions of the connections.
func showSubs(ctx *Context, _ *Page) Effect {
	ctx.Subscriptions = !ctx.Subscriptions
	switch {
	case !ctx.Subscriptions:
		return notify("no longer asking for subscriptions")
	case ctx.InReplay():
		return notify("the panel shows the subscriptions that were recorded")
	}
	return notify("asking for the subscriptions of the connections; the panel shows them, o stops")
}

// showNames toggles host names in place of addresses.
func showNames(ctx *Context, _ *Page) Effect {
	ctx.HostNames = !ctx.HostNames
	ctx.Touch()
	if ctx.HostNames {
		return notify("showing host names (reverse DNS) as they arrive; d stops")
	}
	return notify("showing addresses")
}

// addressText returns the host name of a connection's address, or "" if it is
// unknown or not shown.
func addressText(ctx *Context, r *fleet.ConnRow) string {
	if !ctx.HostNames {
		return ""
	}
	return ctx.Names[r.Info.IP]
}

// AddressesOnScreen returns the addresses of the visible rows.
func AddressesOnScreen(p *Page) []string {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*fleet.ConnRow])
	if !ok || p.Spec.Kind != Connections {
		return nil
	}
	var out []string
	for _, row := range p.List().Visible() {
		if ip := rows.Rows[row].Info.IP; ip != "" && !slices.Contains(out, ip) {
			out = append(out, ip)
		}
	}
	return out
}
