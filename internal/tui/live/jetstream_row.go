package live

import (
	"cmp"
	"strings"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// MetaLevel is the level of a meta group.
func MetaLevel(g *fleet.MetaGroup) fleet.Level {
	switch {
	case g.Leader == "", g.Heard && g.Current < g.Quorum:
		return fleet.Crit
	case g.Heard && g.Current < g.Size, len(g.Leaders) > 1:
		return fleet.Warn
	}
	return fleet.OK
}

// PeerColumns is the table of the JetStream servers.
func PeerColumns(d *fleet.Delta) []view.Column[*fleet.MetaPeer] {
	return append(view.MetaPeers(d), view.Column[*fleet.MetaPeer]{
		Name: "health", Title: "Health", Help: "Its health, as the server reports it.",
		Value: func(r *fleet.MetaPeer) any { return HealthText(r.Server) }, Level: func(r *fleet.MetaPeer) view.Level { return HealthLevel(r.Server) },
	})
}

// newPeerRows lists the members of every meta group.
func newPeerRows(groups []*fleet.MetaGroup) []*fleet.MetaPeer {
	var rows []*fleet.MetaPeer
	for _, g := range groups {
		rows = append(rows, g.Peers...)
	}
	return rows
}

// HealthText is the server's own health report; nil if it was not requested.
func HealthText(sv *fleet.Server) any {
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

// HealthLevel is the level of a server's health report; OK if it was not
// requested.
func HealthLevel(sv *fleet.Server) fleet.Level {
	if sv == nil || sv.Healthz == nil || sv.Healthz.Status == "ok" {
		return fleet.OK
	}
	return fleet.Warn
}

// newJetStream derives the JetStream page.
func newJetStream(snap *fleet.Snapshot, d *fleet.Delta) JetStream {
	js := JetStream{Groups: fleet.MetaGroups(snap), Raft: newRaftRows(snap)}
	js.Peers, js.Consumers, js.Origins = newPeerRows(js.Groups), fleet.ConsumerRows(snap, d), fleet.OriginRows(snap)
	type key struct{ domain, account, stream string }
	own := map[key][]*fleet.ConsumerRow{}
	for _, c := range js.Consumers {
		k := key{c.Domain, c.AccountID, c.Stream}
		own[k] = append(own[k], c)
	}
	for _, s := range fleet.StreamRows(snap, d) {
		row := &StreamRow{StreamRow: s}
		for _, c := range own[key{s.Domain, s.AccountID, s.Name}] {
			row.pending += c.Info.NumPending
			row.ackPending += c.Info.NumAckPending
		}
		js.Streams = append(js.Streams, row)
	}
	for _, sv := range snap.Servers {
		js.asked = js.asked || sv.Jsz != nil
	}
	return js
}
