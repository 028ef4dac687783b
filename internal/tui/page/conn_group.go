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

// connGroup is the total of the open connections that share a server, an account
// or a name.
type connGroup struct {
	key      string
	label    string
	scope    widget.Ref // opens its connections
	conns    int
	servers  map[string]bool
	subs     int
	pending  int64
	rtt      float64 // the largest; 0: unknown
	traffic  fleet.Traffic
	counters fleet.Counters
	level    fleet.Level      // the worst of its connections' pending bytes
	busiest  []*fleet.ConnRow // the few with the highest message rate
}

// grouping is one way to group connections.
type grouping struct {
	name, title, help string
	key               func(r *fleet.ConnRow) string
	scope             func(ctx *Context, r *fleet.ConnRow) widget.Ref
}

// groupings lists the groupings; each is a mode of the page.
var groupings = []grouping{
	{
		"per-server", "Server", "added up for each server", func(r *fleet.ConnRow) string { return r.Server.Info.ID },
		func(_ *Context, r *fleet.ConnRow) widget.Ref {
			return widget.Ref{Title: r.Server.Info.Name, Server: r.Server.Info.Name, ServerID: r.Server.Info.ID, Cluster: r.Server.Info.Cluster}
		},
	},
	{
		"per-account", "Account", "added up for each account", func(r *fleet.ConnRow) string { return r.Info.Account },
		func(ctx *Context, r *fleet.ConnRow) widget.Ref {
			return widget.Ref{Title: ctx.State.AccountLabel(r.Info.Account), Account: r.Info.Account}
		},
	},
	{
		"per-client", "Client", "added up for all that have the same name", func(r *fleet.ConnRow) string { return r.Info.Name },
		func(_ *Context, r *fleet.ConnRow) widget.Ref {
			return widget.Ref{Title: r.Info.Name, Client: r.Info.Name}
		},
	},
}

// groupFirst lists the columns of a group by importance.
var groupFirst = []string{
	"group", "conns", "out_msgs_per_second", "in_msgs_per_second", "pending_bytes", "rtt_seconds", "subs", "out_bytes_per_second", "in_bytes_per_second", "servers",
}

// groupMode returns the page mode of a grouping.
func groupMode(g grouping, demand live.Demand) Mode {
	return Mode{
		Name: g.name, help: g.help, About: "connections " + g.help, sort: "out_msgs_per_second", above: connLines, below: groupPanel, panel: 7, fill: trouble, first: groupFirst, empty: noConns, demand: demand,
		sheet: func(ctx *Context, p *Page) widget.Sheet { return groupSheet(ctx, p, g) },
	}
}

// groupColumns defines the columns of the group table.
func groupColumns(title string, totals bool) []view.Column[*connGroup] {
	cols := []view.Column[*connGroup]{
		{Name: "group", Title: title, Help: "What its connections have in common.", Value: func(r *connGroup) any { return r.label }},
		{Name: "conns", Title: "Conns", Short: "Conn", Help: "Connections, leafnodes too.", Unit: view.Count, Sum: true, Value: func(r *connGroup) any { return r.conns }},
		{Name: "servers", Title: "Servers", Short: "Srv", Help: "Servers that they are on.", Unit: view.Count, Value: func(r *connGroup) any { return len(r.servers) }},
		{Name: "subs", Title: "Subs", Help: "Subscriptions.", Unit: view.Count, Sum: true, Value: func(r *connGroup) any { return r.subs }},
		{
			Name: "pending_bytes", Title: "Pending", Help: "Bytes that wait to be sent; marked where one connection has many.", Unit: view.Bytes, Sum: true,
			Value: func(r *connGroup) any { return r.pending }, Level: func(r *connGroup) view.Level { return r.level },
		},
		{Name: "rtt_seconds", Title: "RTT", Help: "The longest round trip of them.", Unit: view.Seconds, Value: func(r *connGroup) any {
			if r.rtt == 0 {
				return nil
			}
			return r.rtt
		}, Level: live.LevelIf(fleet.Warn, func(r *connGroup) bool { return r.rtt > live.ConnRTTWarn })},
	}
	cols = append(cols, view.CounterColumns(!totals, func(r *connGroup) fleet.Counters { return r.counters })...)
	return append(cols, view.TrafficColumns(!totals, func(r *connGroup) fleet.Traffic { return r.traffic })...)
}

func groupSheet(ctx *Context, p *Page, g grouping) widget.Sheet {
	return &widget.RowsOf[*connGroup]{
		Columns: groupColumns(g.title, ctx.Totals), Rows: connGroups(ctx, p, g),
		KeyOf: func(r *connGroup) string { return r.key },
		RefOf: func(r *connGroup) widget.Ref { return r.scope },
		ObjectOf: func(r *connGroup) any {
			return map[string]any{"group": r.label, "conns": r.conns, "servers": len(r.servers), "subs": r.subs, "pending_bytes": r.pending, "traffic": r.traffic, "totals": r.counters}
		},
	}
}

// connGroups groups the open connections and sums their values.
func connGroups(ctx *Context, p *Page, g grouping) []*connGroup {
	pending := pendingJudge()
	groups := map[string]*connGroup{}
	var out []*connGroup
	for _, r := range ctx.State.Conns {
		if r.Info.Stop != nil || !ctx.lists(r) || !inScope(p.Scope, r) {
			continue
		}
		key := g.key(r)
		have := groups[key]
		if have == nil {
			scope := g.scope(ctx, r)
			have = &connGroup{key: key, scope: scope, label: cmp.Or(scope.Title, "(without a name)"), servers: map[string]bool{}}
			groups[key] = have
			out = append(out, have)
		}
		have.add(r, pending(r))
	}
	return out
}

// pendingJudge rates the pending bytes of connections as their column does.
func pendingJudge() func(*fleet.ConnRow) view.Level {
	for _, c := range view.Connections(true, false) {
		if c.Name == "pending_bytes" && c.Level != nil {
			return c.Level
		}
	}
	return func(*fleet.ConnRow) view.Level { return fleet.OK }
}

// busiestOf is the number of connections that the panel of a group shows.
const busiestOf = 5

func (g *connGroup) add(r *fleet.ConnRow, pending fleet.Level) {
	g.conns++
	g.servers[r.Server.Info.ID] = true
	g.subs += int(r.Info.NumSubs)
	g.pending += int64(r.Info.Pending)
	g.level = g.level.Worse(pending)
	if s, ok := live.Seconds(r.Info.RTT).(float64); ok {
		g.rtt = max(g.rtt, s)
	}
	g.counters = g.counters.Plus(fleet.Counters{InMsgs: r.Info.InMsgs, OutMsgs: r.Info.OutMsgs, InBytes: r.Info.InBytes, OutBytes: r.Info.OutBytes})
	switch { // a new connection has no rate yet
	case r.Traffic.Known() && g.traffic.Known():
		g.traffic = g.traffic.Plus(r.Traffic)
	case r.Traffic.Known():
		g.traffic = r.Traffic
	}
	if len(g.busiest) == busiestOf && flowOf(r) <= flowOf(g.busiest[busiestOf-1]) {
		return
	}
	at, _ := slices.BinarySearchFunc(g.busiest, r, func(a, b *fleet.ConnRow) int { return cmp.Compare(flowOf(b), flowOf(a)) })
	g.busiest = slices.Insert(g.busiest, at, r)
	g.busiest = g.busiest[:min(len(g.busiest), busiestOf)]
}

// flowOf returns the messages per second of a connection, in and out.
func flowOf(r *fleet.ConnRow) float64 {
	return r.Traffic.InMsgs.PerSecond + r.Traffic.OutMsgs.PerSecond
}

// groupPanel lists the busiest connections of the selected group.
func groupPanel(ctx *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*connGroup])
	if !ok {
		return
	}
	r := rows.Rows[row]
	a.Write(0, 0, fmt.Sprintf("the busiest of %s   Enter lists them all", live.Plural(r.conns, "connection")), cell.Muted)
	l := widget.NewList("")
	l.Load(&widget.RowsOf[*fleet.ConnRow]{Columns: view.Connections(!ctx.Totals, false), Looks: connStyles(ctx), Rows: r.busiest, KeyOf: live.ConnRowKey})
	l.NoCursor = true
	t := widget.Table{List: l, Now: ctx.Now(), FullBytes: ctx.FullBytes, First: connFirst}
	t.Draw(a.Rows(1, a.H-1))
}

// openConn opens the connections of a group, or the JSON of a connection.
func openConn(_ *Context, p *Page, r widget.Ref) Effect {
	switch {
	case !strings.HasPrefix(p.Current().Name, "per-"):
		return Effect{Selected: true}
	case r == (widget.Ref{}):
		return Effect{Open: &Target{Kind: Connections, filter: `name == ""`}}
	}
	return openPage(Connections, r)
}
