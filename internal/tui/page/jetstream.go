package page

import (
	"cmp"
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

// jetStreamSpec defines the JetStream page.
func jetStreamSpec() *Spec {
	streams := live.Demand{Needs: []live.Need{{Kind: fleet.Jsz, Every: 4 * time.Second}}, JS: live.AllOfJetStream()}
	raft := live.Demand{Needs: []live.Need{{Kind: fleet.Raftz, Every: 4 * time.Second}, {Kind: fleet.Jsz, Every: 4 * time.Second}}, JS: live.AllOfJetStream()}
	return &Spec{
		Kind: JetStream, Names: []string{"js"}, Help: "JetStream", Digit: "5", Title: "JetStream", Short: "JS", open: openJetStream,
		Jumps: []Jump{{To: Events}, {To: Connections}, {To: Topology}}, Keys: slices.Concat(modeKeys(), bytesKeys(), jetStreamKeys(), accountKeys()),
		Modes: []Mode{
			{
				Name: "streams", Names: []string{"str"}, About: "streams", sort: "state", sheet: streamSheet, above: metaLines, below: streamPanel, panel: 7, fill: storage, demand: streams,
				empty: func(ctx *Context, _ *Page) string { return noJetStream(ctx, "no stream") },
				first: []string{"stream", "account", "copies", "leader", "state", "lag", "messages", "messages_per_second", "pending", "store_bytes", "consumers", "peers", "ack_pending"},
			},
			{
				Name: "consumers", Names: []string{"con"}, About: "consumers", sort: "state", sheet: consumerSheet, above: metaLines, below: consumerPanel, panel: 3, fill: storage, demand: streams,
				empty: func(ctx *Context, _ *Page) string { return noJetStream(ctx, "no consumer") },
				first: []string{"consumer", "stream", "account", "state", "pending", "ack_pending", "redelivered", "leader", "last_ack", "type", "delivered_sequence", "ack_floor_sequence"},
			},
			{
				Name: "origins", About: "mirrors and sources of streams", sort: "state", sheet: originSheet, above: metaLines, fill: storage, demand: streams,
				empty: func(ctx *Context, _ *Page) string { return noJetStream(ctx, "no stream mirrors or sources another") },
				first: []string{"stream", "account", "role", "origin", "state", "lag", "idle_seconds", "external", "filter", "error"},
			},
			{
				Name: "peers", About: "servers with JetStream", sheet: peerSheet, above: metaLines, fill: storage, demand: streams,
				empty: func(ctx *Context, _ *Page) string { return noJetStream(ctx, orHidden(ctx, "no server with JetStream")) },
				first: []string{"server", "cluster", "role", "current", "lag", "health", "ha_assets", "store_bytes", "store_percent", "api_requests_per_second", "online", "last_seen_seconds", "memory_bytes"},
			},
			{
				Name: "raft", About: "raft groups", sort: "behind", sheet: raftSheet, above: metaLines, fill: trouble, demand: raft,
				empty: func(ctx *Context, _ *Page) string {
					return ctx.waiting(fleet.Raftz, orHidden(ctx, "no raft group: nothing is replicated"))
				},
				first: []string{"group", "asset", "server", "state", "leader", "behind", "account", "size", "term", "applied"},
			},
		},
	}
}

// consumersSpec defines the page of one stream's consumers.
func consumersSpec() *Spec {
	d := live.Demand{Needs: []live.Need{{Kind: fleet.Jsz, Every: 4 * time.Second}}, JS: live.AllOfJetStream()}
	return &Spec{Kind: Consumers, Title: "Consumers", Jumps: []Jump{{To: Events}, {To: Connections}}, Keys: accountKeys(), open: func(*Context, *Page, widget.Ref) Effect { return Effect{Selected: true} }, Modes: []Mode{
		{
			Name: "consumers", sort: "state", sheet: consumerSheet, below: consumerPanel, panel: 3, demand: d,
			empty: func(*Context, *Page) string { return "the stream has no consumer" },
			first: []string{"consumer", "state", "pending", "ack_pending", "delivered_sequence", "ack_floor_sequence", "redelivered", "leader", "last_ack", "type", "waiting"},
		},
	}}
}

// orHidden returns the message for rows that only the system account can see, or
// none.
func orHidden(ctx *Context, none string) string {
	if ctx.OneAccount() {
		return "only for users of the system account"
	}
	return none
}

// noJetStream returns the message for a fleet without JetStream, or none.
func noJetStream(ctx *Context, none string) string {
	if ctx.OneAccount() && ctx.State.Own.JetStream == nil {
		return "the account has no JetStream, or this user may not ask its API"
	}
	if ctx.State.Total.JSServers == 0 {
		return "JetStream is off on every server that answered"
	}
	return ctx.waiting(fleet.Jsz, none)
}

func streamSheet(ctx *Context, p *Page) widget.Sheet {
	rows := live.Filter(ctx.State.JS.Streams, func(r *live.StreamRow) bool { return holds(ctx, p.Scope, r) })
	return &widget.RowsOf[*live.StreamRow]{
		Columns: live.StreamColumns(ctx.Totals), Looks: streamStyles, Rows: rows,
		KeyOf: (*live.StreamRow).Key,
		RefOf: func(r *live.StreamRow) widget.Ref {
			return widget.Ref{Stream: r.Name, Account: r.AccountID, Domain: r.Domain, Server: r.Leader}
		},
		ObjectOf: func(r *live.StreamRow) any { return r.Detail },
	}
}

func consumerSheet(ctx *Context, p *Page) widget.Sheet {
	s := p.Scope
	rows := live.Filter(ctx.State.JS.Consumers, func(r *fleet.ConsumerRow) bool {
		return ctx.State.SameAccount(s.Account, r.AccountID) && (s.Server == "" || s.Server == r.Leader) && (s.Stream == "" || s.Stream == r.Stream && s.Domain == r.Domain)
	})
	return &widget.RowsOf[*fleet.ConsumerRow]{
		Columns: view.Consumers(true), Looks: consumerStyles, Rows: rows, KeyOf: live.ConsumerKey,
		RefOf: func(r *fleet.ConsumerRow) widget.Ref {
			return widget.Ref{Consumer: r.Name, Stream: r.Stream, Account: r.AccountID, Domain: r.Domain}
		},
		ObjectOf: func(r *fleet.ConsumerRow) any { return r.Info },
	}
}

// originSheet lists the mirrors and sources of the shown streams.
func originSheet(ctx *Context, p *Page) widget.Sheet {
	rows := live.Filter(ctx.State.JS.Origins, func(r *fleet.OriginRow) bool { return ctx.State.SameAccount(p.Scope.Account, r.AccountID) })
	return &widget.RowsOf[*fleet.OriginRow]{
		Columns: view.Origins(), Rows: rows,
		KeyOf: func(r *fleet.OriginRow) string {
			return strings.Join([]string{r.Domain, r.AccountID, r.Stream, r.External, r.Name, r.Filter}, "/")
		},
		LevelOf: func(r *fleet.OriginRow) view.Level { return r.Level },
		RefOf: func(r *fleet.OriginRow) widget.Ref {
			return widget.Ref{Stream: r.Stream, Account: r.AccountID, Domain: r.Domain, Server: r.Server.Info.Name}
		},
		ObjectOf: func(r *fleet.OriginRow) any { return r },
	}
}

func peerSheet(ctx *Context, _ *Page) widget.Sheet {
	return &widget.RowsOf[*fleet.MetaPeer]{
		Columns: live.PeerColumns(ctx.State.Delta), Looks: peerStyles(ctx.State.Delta), Rows: ctx.State.JS.Peers,
		KeyOf: func(r *fleet.MetaPeer) string { return r.Domain + "/" + r.Name },
		RefOf: func(r *fleet.MetaPeer) widget.Ref { return widget.Ref{Server: r.Name, Cluster: r.Cluster} },
		ObjectOf: func(r *fleet.MetaPeer) any {
			if r.Server == nil || r.Server.Statsz == nil {
				return r
			}
			return r.Server.Statsz.JetStream
		},
	}
}

func raftSheet(ctx *Context, _ *Page) widget.Sheet {
	return &widget.RowsOf[*live.RaftRow]{
		Columns: live.RaftColumns, Rows: ctx.State.JS.Raft,
		KeyOf:   func(r *live.RaftRow) string { return r.Server + "/" + r.Account + "/" + r.Group },
		LevelOf: func(r *live.RaftRow) view.Level { return r.Level() },
		RefOf: func(r *live.RaftRow) widget.Ref {
			return widget.Ref{Title: r.Group + " on " + r.Server, Server: r.Server, Account: r.Account}
		},
		ObjectOf: func(r *live.RaftRow) any { return r.Info },
	}
}

func openJetStream(_ *Context, p *Page, r widget.Ref) Effect {
	switch {
	case r.Consumer != "":
		return Effect{Selected: true}
	case r.Stream != "":
		return openPage(Consumers, widget.Ref{Stream: r.Stream, Account: r.Account, Domain: r.Domain})
	case p.Current().Name == "peers":
		return openServer(r)
	}
	return Effect{Selected: true}
}

// jetStreamKeys are the keys of the page.
func jetStreamKeys() []Key {
	to := func(mode string) func(*Context, *Page) Effect {
		return func(_ *Context, p *Page) Effect {
			p.SetMode(mode)
			return Effect{}
		}
	}
	return []Key{
		{Keys: []string{"R"}, Shown: "R", Help: "raft groups", Do: to("raft")},
		{Keys: []string{"H"}, Shown: "H", Help: "the servers of JetStream and their health", Do: to("peers")},
	}
}

// accountKeys are the keys that open the account of the selected stream.
func accountKeys() []Key {
	open := func(ctx *Context, p *Page) Effect {
		r, ok := p.Selected()
		switch {
		case !ok || r.Account == "":
			return Effect{}
		case ctx.OneAccount():
			return Effect{Root: Topology}
		}
		return Effect{Open: &Target{Kind: Accounts, cursor: ctx.State.AccountKey(r.Account)}}
	}
	return []Key{{Keys: []string{"A"}, Shown: "A", Help: "the account of the stream", Hint: "account", Do: open}}
}

// metaLines draws the meta group of each domain, and the modes of the page.
func metaLines(ctx *Context, p *Page, a cell.Area) int {
	y := 0
	for _, d := range largestFirst(ctx.State.JS.Groups) {
		if y >= 3 || y >= a.H/4 {
			break
		}
		metaLine(d, a, y)
		y++
	}
	if ctx.OneAccount() {
		return modeLine(ctx, p, a.Rows(0, 1))
	}
	if len(ctx.State.JS.Groups) == 0 && ctx.State.Total.JSServers > 0 {
		a.Write(1, 0, "META", cell.Head)
		a.Write(7, 0, "no meta group: JetStream runs on single servers", cell.Muted)
		y++
	}
	return y + modeLine(ctx, p, a.Rows(y, 1))
}

// largestFirst sorts the meta groups by size, so single servers come last.
func largestFirst(groups []*fleet.MetaGroup) []*fleet.MetaGroup {
	out := slices.Clone(groups)
	slices.SortStableFunc(out, func(a, b *fleet.MetaGroup) int { return b.Size - a.Size })
	return out
}

func metaLine(g *fleet.MetaGroup, a cell.Area, y int) {
	name := "META"
	if g.Domain != "" {
		name += " " + g.Domain
	}
	x := a.Write(1, y, name, cell.Head) + 2
	leader, style := "★ "+g.Leader, cell.Style(cell.Strong)
	if g.Leader == "" {
		leader, style = "✗ no leader", cell.Danger
	}
	x = a.Write(x, y, leader, style) + 2
	if g.Size == 1 {
		a.Write(x, y, "single server", cell.Muted)
		return
	}
	parts := []string{fmt.Sprintf("size %d quorum %d", g.Size, g.Quorum)}
	if g.Heard {
		parts = append(parts, fmt.Sprintf("%d/%d peers current", g.Current, g.Size))
	} else {
		parts = append(parts, "its leader did not answer")
	}
	parts = append(parts, "pending "+view.Count.Format(g.Pending))
	if l := live.MetaLevel(g); l != fleet.OK {
		x = a.Write(x, y, view.Glyph(l, false)+" "+behindPeers(g), cell.OfLevel(l)) + 2
	}
	for _, part := range parts {
		if x+cell.Width(part) < a.W {
			x = a.Write(x, y, part, cell.Plain) + 3
		}
	}
}

// behindPeers returns the names of the peers that are not current.
func behindPeers(g *fleet.MetaGroup) string {
	switch {
	case g.Leader == "":
		return "no leader: nothing can be created or moved"
	case len(g.Leaders) > 1:
		return "servers name different leaders: " + strings.Join(g.Leaders, ", ")
	}
	var names []string
	for _, p := range g.Peers {
		switch {
		case p.Leader || !p.Known:
		case p.Offline:
			names = append(names, p.Name+" offline")
		case !p.Current:
			names = append(names, fmt.Sprintf("%s lag %s", p.Name, view.Count.Format(p.Lag)))
		}
	}
	return strings.Join(names, ", ")
}

// streamPanel lists the consumers of the selected stream.
func streamPanel(ctx *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*live.StreamRow])
	if !ok {
		return
	}
	r := rows.Rows[row]
	var facts widget.Prose
	own := live.Filter(ctx.State.JS.Consumers, func(c *fleet.ConsumerRow) bool {
		return c.Stream == r.Name && c.AccountID == r.AccountID && c.Domain == r.Domain
	})
	if len(own) == 0 {
		facts.Facts(append([]string{"no consumers"}, streamFacts(r)...), cell.Muted)
		facts.Draw(a)
		return
	}
	facts.Facts(streamFacts(r), cell.Muted)
	y := facts.Draw(a.Rows(0, max(a.H-len(own)-1, 1)))
	l := widget.NewList("state")
	l.Load(&widget.RowsOf[*fleet.ConsumerRow]{
		Columns: view.Consumers(true), Looks: consumerStyles, Rows: own, KeyOf: live.ConsumerKey,
	})
	l.NoCursor = true
	t := widget.Table{List: l, Now: ctx.Now(), First: []string{"consumer", "state", "pending", "ack_pending", "redelivered", "leader", "type", "delivered_sequence", "ack_floor_sequence", "last_ack"}}
	t.Draw(a.Rows(y, a.H-y))
}

func streamFacts(r *live.StreamRow) []string {
	parts := []string{}
	if c := r.Detail.Config; c != nil {
		parts = append(parts, strings.ToLower(c.Storage.String())+" storage", strings.ToLower(c.Retention.String()), "subjects "+strings.Join(c.Subjects, " "))
	}
	parts = append(parts, fmt.Sprintf("sequences %s to %s", view.Count.Format(r.Detail.State.FirstSeq), view.Count.Format(r.Detail.State.LastSeq)))
	return parts
}

// consumerPanel draws the selected consumer.
func consumerPanel(_ *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*fleet.ConsumerRow])
	if !ok {
		return
	}
	r := rows.Rows[row]
	c := r.Info
	parts := []string{"created " + c.Created.UTC().Format("2006-01-02 15:04:05Z")}
	if cfg := c.Config; cfg != nil {
		parts = append(parts, "ack "+cfg.AckPolicy.String(), fmt.Sprintf("max ack pending %s", view.Count.Format(cfg.MaxAckPending)), "ack wait "+view.Duration(cfg.AckWait.Seconds()))
		if cfg.FilterSubject != "" {
			parts = append(parts, "filter "+cfg.FilterSubject)
		}
	}
	var t widget.Prose
	t.Facts(parts, cell.Plain)
	t.Facts([]string{"leader " + cmp.Or(r.Leader, "none"), "replicas " + live.PeerMarks(r.Peers, r.Known)}, cell.Plain)
	t.Draw(a)
}

// streamStyles is the styling that the page adds to the stream columns.
var streamStyles = map[string]widget.Look[*live.StreamRow]{
	"leader": {Text: func(r *live.StreamRow) string { return cmp.Or(r.Leader, "none") }, Level: live.LevelIf(fleet.Crit, func(r *live.StreamRow) bool { return r.Leader == "" })},
	"peers":  {Text: func(r *live.StreamRow) string { return live.PeerMarks(r.Peers, r.Known) }, Level: (*live.StreamRow).ReplicaLevel},
}

// consumerStyles is the styling that the page adds to the consumer columns.
var consumerStyles = map[string]widget.Look[*fleet.ConsumerRow]{
	"peers":       {Text: func(r *fleet.ConsumerRow) string { return live.PeerMarks(r.Peers, r.Known) }},
	"pending":     {Level: live.LevelIf(fleet.Warn, func(r *fleet.ConsumerRow) bool { return r.Info.NumPending > live.BacklogWarn })},
	"ack_pending": {Level: live.LevelIf(fleet.Warn, live.HeldBack)},
}

// peerStyles returns the styling that the page adds to the JetStream server columns.
func peerStyles(d *fleet.Delta) map[string]widget.Look[*fleet.MetaPeer] {
	return map[string]widget.Look[*fleet.MetaPeer]{
		"server": {Text: func(r *fleet.MetaPeer) string {
			if r.Leader {
				return r.Name + " ★"
			}
			return r.Name
		}, Level: live.LevelIf(fleet.Crit, func(r *fleet.MetaPeer) bool { return r.Server == nil })},
		"online": {Level: live.LevelIf(fleet.Crit, func(r *fleet.MetaPeer) bool { return r.Known && r.Offline })},
		"api_errors": {Level: func(r *fleet.MetaPeer) view.Level {
			if r.Server == nil {
				return fleet.OK
			}
			return live.LevelOfRise(d.Server(r.Server.Info.ID).APIErrors)
		}},
	}
}
