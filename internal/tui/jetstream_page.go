package tui

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// jetStreamSpec is the page of JetStream.
func jetStreamSpec() *spec {
	streams := live.Demand{Needs: []live.Need{{Kind: fleet.Jsz, Every: 4 * time.Second}}, JS: live.AllOfJetStream()}
	raft := live.Demand{Needs: []live.Need{{Kind: fleet.Raftz, Every: 4 * time.Second}, {Kind: fleet.Jsz, Every: 4 * time.Second}}, JS: live.AllOfJetStream()}
	return &spec{
		kind: jetStreamPage, digit: "5", title: "JetStream", short: "JS", open: openJetStream,
		modes: []mode{
			{
				name: "streams", sort: "state", sheet: streamSheet, above: metaLines, below: streamPanel, panel: 7, fill: storage, demand: streams,
				empty: func(m *Model, _ *page) string { return m.noJetStream("no stream") },
				first: []string{"stream", "account", "replicas", "leader", "state", "lag", "messages", "messages_per_second", "pending", "store_bytes", "consumers", "peers", "ack_pending"},
			},
			{
				name: "consumers", sort: "state", sheet: consumerSheet, above: metaLines, below: consumerPanel, panel: 3, fill: storage, demand: streams,
				empty: func(m *Model, _ *page) string { return m.noJetStream("no consumer") },
				first: []string{"consumer", "stream", "account", "state", "pending", "ack_pending", "redelivered", "leader", "last_ack", "type", "delivered_sequence", "ack_floor_sequence"},
			},
			{
				name: "peers", sheet: peerSheet, above: metaLines, fill: storage, demand: streams,
				empty: func(m *Model, _ *page) string { return m.noJetStream(m.orHidden("no server with JetStream")) },
				first: []string{"server", "cluster", "role", "current", "lag", "health", "ha_assets", "store_bytes", "store_percent", "api_requests_per_second", "online", "last_seen_seconds", "memory_bytes"},
			},
			{
				name: "raft", sort: "behind", sheet: raftSheet, above: metaLines, fill: trouble, demand: raft,
				empty: func(m *Model, _ *page) string {
					return m.waiting(fleet.Raftz, m.orHidden("no raft group: nothing is replicated"))
				},
				first: []string{"group", "asset", "server", "state", "leader", "behind", "account", "size", "term", "applied"},
			},
		},
	}
}

// consumersSpec is the page of one stream's consumers.
func consumersSpec() *spec {
	d := live.Demand{Needs: []live.Need{{Kind: fleet.Jsz, Every: 4 * time.Second}}, JS: live.AllOfJetStream()}
	return &spec{kind: consumersPage, title: "Consumers", open: func(m *Model, _ *page, _ ref) { m.openObject() }, modes: []mode{
		{
			name: "consumers", sort: "state", sheet: consumerSheet, below: consumerPanel, panel: 3, demand: d,
			empty: func(*Model, *page) string { return "the stream has no consumer" },
			first: []string{"consumer", "state", "pending", "ack_pending", "delivered_sequence", "ack_floor_sequence", "redelivered", "leader", "last_ack", "type", "waiting"},
		},
	}}
}

// orHidden is what to say of rows that only the system account is told of.
func (m *Model) orHidden(none string) string {
	if m.ownAccount() {
		return "only a user of the system account sees this"
	}
	return none
}

// noJetStream tells a fleet without JetStream from one without streams.
func (m *Model) noJetStream(none string) string {
	if m.ownAccount() && m.st.Own.JetStream == nil {
		return "the account has no JetStream, or this user may not ask its API"
	}
	if m.st.Total.JSServers == 0 {
		return "JetStream is off on every server that answered"
	}
	return m.waiting(fleet.Jsz, none)
}

func streamSheet(m *Model, p *page) sheet {
	rows := live.Filter(m.st.JS.Streams, func(r *live.StreamRow) bool { return m.holds(p.scope, r) })
	return &rowsOf[*live.StreamRow]{
		cols: live.StreamColumns(m.totals), dress: streamDress, rows: rows,
		name: (*live.StreamRow).Key,
		refer: func(r *live.StreamRow) ref {
			return ref{stream: r.Name, account: r.Account, domain: r.Domain, server: r.Leader}
		},
		json: func(r *live.StreamRow) any { return r.Detail },
	}
}

func consumerSheet(m *Model, p *page) sheet {
	s := p.scope
	rows := live.Filter(m.st.JS.Consumers, func(r *fleet.ConsumerRow) bool {
		return m.st.SameAccount(s.account, r.Account) && (s.server == "" || s.server == r.Leader) && (s.stream == "" || s.stream == r.Stream && s.domain == r.Domain)
	})
	return &rowsOf[*fleet.ConsumerRow]{
		cols: view.Consumers(true), dress: consumerDress, rows: rows, name: live.ConsumerKey,
		refer: func(r *fleet.ConsumerRow) ref {
			return ref{consumer: r.Name, stream: r.Stream, account: r.Account, domain: r.Domain}
		},
		json: func(r *fleet.ConsumerRow) any { return r.Info },
	}
}

func peerSheet(m *Model, _ *page) sheet {
	return &rowsOf[*fleet.MetaPeer]{
		cols: live.PeerColumns(m.st.Delta), dress: peerDress(m.st.Delta), rows: m.st.JS.Peers,
		name:  func(r *fleet.MetaPeer) string { return r.Domain + "/" + r.Name },
		refer: func(r *fleet.MetaPeer) ref { return ref{server: r.Name, cluster: r.Cluster} },
		json: func(r *fleet.MetaPeer) any {
			if r.Server == nil || r.Server.Statsz == nil {
				return r
			}
			return r.Server.Statsz.JetStream
		},
	}
}

func raftSheet(m *Model, _ *page) sheet {
	return &rowsOf[*live.RaftRow]{
		cols: live.RaftColumns, rows: m.st.JS.Raft,
		name:  func(r *live.RaftRow) string { return r.Server + "/" + r.Account + "/" + r.Group },
		judge: func(r *live.RaftRow) view.Level { return r.Level() },
		refer: func(r *live.RaftRow) ref {
			return ref{title: r.Group + " on " + r.Server, server: r.Server, account: r.Account}
		},
		json: func(r *live.RaftRow) any { return r.Info },
	}
}

func openJetStream(m *Model, p *page, r ref) {
	switch {
	case r.consumer != "":
		m.openObject()
	case r.stream != "":
		m.push(consumersPage, ref{stream: r.stream, account: r.account, domain: r.domain})
	case p.current().name == "peers":
		openServer(m, p, r)
	default:
		m.openObject()
	}
}

// metaLines is the meta group of each domain, and the ways of the page.
func metaLines(m *Model, p *page, a cell.Area) int {
	y := 0
	for _, d := range largestFirst(m.st.JS.Groups) {
		if y >= 3 || y >= a.H/4 {
			break
		}
		metaLine(d, a, y)
		y++
	}
	if m.ownAccount() {
		return modeLine(m, p, a.Rows(0, 1))
	}
	if len(m.st.JS.Groups) == 0 && m.st.Total.JSServers > 0 {
		a.Write(1, 0, "META", cell.Head)
		a.Write(7, 0, "no meta group: JetStream runs on single servers", cell.Muted)
		y++
	}
	return y + modeLine(m, p, a.Rows(y, 1))
}

// largestFirst puts the groups of many before single servers.
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

// behindPeers names the members that are not current.
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

// streamPanel lists the consumers of the stream under the cursor.
func streamPanel(m *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[*live.StreamRow])
	if !ok {
		return
	}
	r := rows.rows[row]
	var facts prose
	own := live.Filter(m.st.JS.Consumers, func(c *fleet.ConsumerRow) bool {
		return c.Stream == r.Name && c.Account == r.Account && c.Domain == r.Domain
	})
	if len(own) == 0 {
		facts.facts(append([]string{"no consumers"}, streamFacts(r)...), cell.Muted)
		facts.draw(a)
		return
	}
	facts.facts(streamFacts(r), cell.Muted)
	y := facts.draw(a.Rows(0, max(a.H-len(own)-1, 1)))
	l := newList("state")
	l.load(&rowsOf[*fleet.ConsumerRow]{
		cols: view.Consumers(true), dress: consumerDress, rows: own, name: live.ConsumerKey,
	})
	l.still = true
	t := table{l: l, now: m.now(), first: []string{"consumer", "state", "pending", "ack_pending", "redelivered", "leader", "type", "delivered_sequence", "ack_floor_sequence", "last_ack"}}
	t.draw(a.Rows(y, a.H-y))
}

func streamFacts(r *live.StreamRow) []string {
	parts := []string{}
	if c := r.Detail.Config; c != nil {
		parts = append(parts, strings.ToLower(c.Storage.String())+" storage", strings.ToLower(c.Retention.String()), "subjects "+strings.Join(c.Subjects, " "))
	}
	parts = append(parts, fmt.Sprintf("sequences %s to %s", view.Count.Format(r.Detail.State.FirstSeq), view.Count.Format(r.Detail.State.LastSeq)))
	return parts
}

// consumerPanel is the consumer under the cursor.
func consumerPanel(_ *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[*fleet.ConsumerRow])
	if !ok {
		return
	}
	r := rows.rows[row]
	c := r.Info
	parts := []string{"created " + c.Created.UTC().Format("2006-01-02 15:04:05Z")}
	if cfg := c.Config; cfg != nil {
		parts = append(parts, "ack "+cfg.AckPolicy.String(), fmt.Sprintf("max ack pending %s", view.Count.Format(cfg.MaxAckPending)), "ack wait "+view.Duration(cfg.AckWait.Seconds()))
		if cfg.FilterSubject != "" {
			parts = append(parts, "filter "+cfg.FilterSubject)
		}
	}
	var t prose
	t.facts(parts, cell.Plain)
	t.facts([]string{"leader " + cmp.Or(r.Leader, "none"), "replicas " + live.PeerMarks(r.Peers, r.Known)}, cell.Plain)
	t.draw(a)
}

// streamDress is what the page adds to the columns of the streams.
var streamDress = map[string]dress[*live.StreamRow]{
	"leader": {text: func(r *live.StreamRow) string { return cmp.Or(r.Leader, "none") }, level: live.LevelIf(fleet.Crit, func(r *live.StreamRow) bool { return r.Leader == "" })},
	"peers":  {text: func(r *live.StreamRow) string { return live.PeerMarks(r.Peers, r.Known) }, level: (*live.StreamRow).ReplicaLevel},
}

// consumerDress is what the page adds to the columns of the consumers.
var consumerDress = map[string]dress[*fleet.ConsumerRow]{
	"peers":       {text: func(r *fleet.ConsumerRow) string { return live.PeerMarks(r.Peers, r.Known) }},
	"pending":     {level: live.LevelIf(fleet.Warn, func(r *fleet.ConsumerRow) bool { return r.Info.NumPending > live.BacklogWarn })},
	"ack_pending": {level: live.LevelIf(fleet.Warn, live.HeldBack)},
}

// peerDress is what the page adds to the columns of the JetStream servers.
func peerDress(d *fleet.Delta) map[string]dress[*fleet.MetaPeer] {
	return map[string]dress[*fleet.MetaPeer]{
		"server": {text: func(r *fleet.MetaPeer) string {
			if r.Leader {
				return r.Name + " ★"
			}
			return r.Name
		}, level: live.LevelIf(fleet.Crit, func(r *fleet.MetaPeer) bool { return r.Server == nil })},
		"online": {level: live.LevelIf(fleet.Crit, func(r *fleet.MetaPeer) bool { return r.Known && r.Offline })},
		"api_errors": {level: func(r *fleet.MetaPeer) view.Level {
			if r.Server == nil {
				return fleet.OK
			}
			return live.LevelOfRise(d.Server(r.Server.Info.ID).APIErrors)
		}},
	}
}
