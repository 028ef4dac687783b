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

// per is one server with JetStream: its part in the meta group and what it
// holds.
type per = *fleet.MetaPeer

// peerColumns is the table of the JetStream servers.
func peerColumns(d *fleet.Delta) []view.Column[per] {
	return append(view.MetaPeers(d), view.Column[per]{
		Name: "health", Title: "Health", Help: "The server's own word.",
		Value: func(r per) any { return health(r.Server) }, Level: func(r per) view.Level { return healthLevel(r.Server) },
	})
}

// peerDress is what the page adds to the columns of the JetStream servers.
func peerDress(d *fleet.Delta) map[string]dress[per] {
	return map[string]dress[per]{
		"server": {text: func(r per) string {
			if r.Leader {
				return r.Name + " ★"
			}
			return r.Name
		}, level: judged(fleet.Crit, func(r per) bool { return r.Server == nil })},
		"online": {level: judged(fleet.Crit, func(r per) bool { return r.Known && r.Offline })},
		"api_errors": {level: func(r per) view.Level {
			if r.Server == nil {
				return fleet.OK
			}
			return levelOver(d.Server(r.Server.Info.ID).APIErrors)
		}},
	}
}

// newPeerRows lists the members of every meta group.
func newPeerRows(groups []*fleet.MetaGroup) []per {
	var rows []per
	for _, g := range groups {
		rows = append(rows, g.Peers...)
	}
	return rows
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
	js.peers, js.consumers = newPeerRows(js.groups), fleet.ConsumerRows(snap, d)
	type key struct{ domain, account, stream string }
	own := map[key][]csm{}
	for _, c := range js.consumers {
		k := key{c.Domain, c.Account, c.Stream}
		own[k] = append(own[k], c)
	}
	for _, s := range fleet.StreamRows(snap, d) {
		row := &streamRow{StreamRow: s}
		for _, c := range own[key{s.Domain, s.Account, s.Name}] {
			row.pending += c.Info.NumPending
			row.ackPending += c.Info.NumAckPending
		}
		js.streams = append(js.streams, row)
	}
	for _, sv := range snap.Servers {
		js.asked = js.asked || sv.Jsz != nil
	}
	return js
}
