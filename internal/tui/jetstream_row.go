package tui

import (
	"cmp"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// metaLevel judges a meta group.
func metaLevel(g *fleet.MetaGroup) fleet.Level {
	switch {
	case g.Leader == "", g.Heard && g.Current < g.Quorum:
		return fleet.Crit
	case g.Heard && g.Current < g.Size, len(g.Leaders) > 1:
		return fleet.Warn
	}
	return fleet.OK
}

// peerRow is one server with JetStream: its part in the meta group and what it
// holds.
type peerRow struct {
	*fleet.MetaPeer
	role  string
	sv    *fleet.Server // nil for one that did not answer
	delta *fleet.ServerDelta
	level fleet.Level
}

type per = *peerRow

// peerColumns is the table of the JetStream servers.
var peerColumns = []view.Column[per]{
	{Name: "server", Title: "PEER", Help: "server", Value: func(r per) any { return r.Name + leaderStar(r) }},
	{Name: "cluster", Title: "CLUSTER", Help: "cluster", Value: func(r per) any { return blank(r.Cluster) }},
	{Name: "role", Title: "ROLE", Help: "in the meta group", Value: func(r per) any { return r.role }},
	{Name: "current", Title: "CURRENT", Help: "has everything that the leader has", Value: func(r per) any { return r.meta(r.Current) }, Level: judged(fleet.Warn, func(r per) bool { return r.told() && !r.Current })},
	{Name: "online", Title: "ONLINE", Help: "heard by the leader", Value: func(r per) any { return r.meta(!r.Offline) }, Level: judged(fleet.Crit, func(r per) bool { return r.told() && r.Offline })},
	{Name: "last_seconds", Title: "LAST", Help: "since the leader heard it", Unit: view.Seconds, Value: func(r per) any { return r.meta(r.ActiveSeconds) }},
	{Name: "lag", Title: "LAG", Help: "operations it is behind", Unit: view.Count, Value: func(r per) any { return r.meta(r.Lag) }, Level: judged(fleet.Warn, func(r per) bool { return r.told() && r.Lag > lagWarn })},
	{Name: "ha_assets", Title: "HA", Help: "replicated streams and consumers on it", Unit: view.Count, Sum: true, Value: func(r per) any { return r.js(func(s *server.JetStreamStats) any { return s.HAAssets }) }},
	{Name: "streams", Title: "STREAMS", Help: "streams on it", Unit: view.Count, Value: func(r per) any { return r.jsz(func(j *server.JSInfo) any { return j.Streams }) }},
	{Name: "consumers", Title: "CONS", Help: "consumers on it", Unit: view.Count, Value: func(r per) any { return r.jsz(func(j *server.JSInfo) any { return j.Consumers }) }},
	{Name: "store_bytes", Title: "FILE", Help: "file storage used", Unit: view.Bytes, Sum: true, Value: func(r per) any { return r.js(func(s *server.JetStreamStats) any { return s.Store }) }, Level: judged(fleet.Warn, func(r per) bool { return r.share() > storeWarn })},
	{Name: "store_percent", Title: "FILE%", Help: "of the server's limit", Unit: view.Percent, Value: func(r per) any { return r.js(func(*server.JetStreamStats) any { return r.share() * 100 }) }, Level: judged(fleet.Warn, func(r per) bool { return r.share() > storeWarn })},
	{Name: "memory_bytes", Title: "MEM", Help: "memory storage used", Unit: view.Bytes, Sum: true, Value: func(r per) any { return r.js(func(s *server.JetStreamStats) any { return s.Memory }) }},
	{Name: "api_per_second", Title: "API/s", Help: "API requests a second", Unit: view.PerSec, Sum: true, Value: func(r per) any { return r.change().APIRequests.Value() }},
	{Name: "api_errors", Title: "APIERR", Help: "API errors since the start; marked while it grows", Unit: view.Count, Sum: true, Value: func(r per) any { return r.js(func(s *server.JetStreamStats) any { return s.API.Errors }) }, Level: func(r per) view.Level { return levelOver(r.change().APIErrors) }},
	{Name: "health", Title: "HEALTH", Help: "the server's own health answer", Value: func(r per) any { return health(r.sv) }, Level: func(r per) view.Level { return healthLevel(r.sv) }},
}

// newPeerRows lists the members of every meta group.
func newPeerRows(groups []*fleet.MetaGroup, d *fleet.Delta) []*peerRow {
	var rows []*peerRow
	for _, g := range groups {
		for _, p := range g.Peers {
			r := &peerRow{MetaPeer: p, sv: p.Server, role: "follower"}
			switch {
			case g.Size == 1:
				r.role = "single"
			case p.Leader:
				r.role = "leader"
			}
			if p.Server != nil {
				r.delta = d.Server(p.Server.Info.ID)
			}
			r.judge()
			rows = append(rows, r)
		}
	}
	return rows
}

// told tells whether the leader says how this peer fares.
func (r *peerRow) told() bool { return r.Known && r.role == "follower" }

func (r *peerRow) judge() {
	switch {
	case r.told() && r.Offline, r.sv == nil:
		r.level = fleet.Crit
	case r.told() && (!r.Current || r.Lag > lagWarn), r.share() > storeWarn:
		r.level = fleet.Warn
	}
	r.level = r.level.Worse(healthLevel(r.sv))
}

func leaderStar(r per) string {
	if r.role == "leader" {
		return " ★"
	}
	return ""
}

// meta is a value of the meta group; nil where only the leader would know.
func (r *peerRow) meta(v any) any {
	if !r.told() {
		return nil
	}
	return v
}

func (r *peerRow) js(f func(*server.JetStreamStats) any) any {
	return (&serverRow{sv: r.sv}).js(f)
}

func (r *peerRow) jsz(f func(*server.JSInfo) any) any {
	if r.sv == nil || r.sv.Jsz == nil {
		return nil
	}
	return f(r.sv.Jsz)
}

func (r *peerRow) change() *fleet.ServerDelta {
	if r.delta == nil {
		return &fleet.ServerDelta{}
	}
	return r.delta
}

// share is how much of the server's file storage is used.
func (r *peerRow) share() float64 {
	if r.sv == nil || r.sv.Statsz == nil || r.sv.Statsz.JetStream == nil {
		return 0
	}
	js := r.sv.Statsz.JetStream
	if js.Stats == nil || js.Config == nil || js.Config.MaxStore <= 0 {
		return 0
	}
	return float64(js.Stats.Store) / float64(js.Config.MaxStore)
}

// health is the server's own word; nil until it was asked.
func health(sv *fleet.Server) any {
	if sv == nil || sv.Healthz == nil {
		return nil
	}
	h := sv.Healthz
	if h.Status == "ok" {
		return "ok"
	}
	return strings.TrimSpace(cmp.Or(h.Error, firstError(h), h.Status))
}

func firstError(h *server.HealthStatus) string {
	if len(h.Errors) == 0 {
		return ""
	}
	return h.Errors[0].Error
}

func healthLevel(sv *fleet.Server) fleet.Level {
	if sv == nil || sv.Healthz == nil || sv.Healthz.Status == "ok" {
		return fleet.OK
	}
	return fleet.Warn
}

// newJetStream derives the JetStream page.
func newJetStream(snap *fleet.Snapshot, d *fleet.Delta) jetStream {
	js := jetStream{groups: fleet.MetaGroups(snap), raft: newRaftRows(snap)}
	js.peers = newPeerRows(js.groups, d)
	type key struct{ domain, account, stream string }
	own := map[key][]*consumerRow{}
	for _, c := range fleet.ConsumerRows(snap) {
		row := &consumerRow{ConsumerRow: c, now: cmp.Or(c.Info.TimeStamp, snap.Time)}
		row.judge()
		js.consumers = append(js.consumers, row)
		k := key{c.Domain, c.Account, c.Stream}
		own[k] = append(own[k], row)
	}
	for _, s := range fleet.StreamRows(snap, d) {
		row := &streamRow{StreamRow: s, consumers: s.Detail.State.Consumers}
		for _, c := range own[key{s.Domain, s.Account, s.Name}] {
			row.pending += c.Info.NumPending
			row.ackPending += c.Info.NumAckPending
		}
		row.judge()
		js.streams = append(js.streams, row)
	}
	for _, sv := range snap.Servers {
		js.asked = js.asked || sv.Jsz != nil
	}
	return js
}
