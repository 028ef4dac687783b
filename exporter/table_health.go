package exporter

import (
	"maps"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

func hasHealthz(sv *fleet.Server) bool { return sv.Healthz != nil }

var serverHealth = &group[*fleet.Server]{
	set: Native, collector: "health", labels: serverLabels, each: eachServer(hasHealthz), ident: identServer,
	rows: []row[*fleet.Server]{
		{name: "nats_server_healthy", help: "1 if the server says that it is healthy.", value: func(s *fleet.Server) float64 { return flag(s.Healthz.Status == "ok") }},
		{name: "nats_server_health_status_code", help: "The server's verdict on its health as an HTTP status; absent on servers before 2.10.", value: func(s *fleet.Server) float64 {
			return told(s, fleet.FieldHealthCode, positive(int64(s.Healthz.StatusCode)))
		}},
		{name: "nats_server_health_errors", help: "Things that the server finds unhealthy, by type of thing.", extra: []string{"type"}, many: healthErrors},
	},
}

func healthErrors(s *fleet.Server, em *emitter) {
	count := map[string]int{}
	for _, e := range s.Healthz.Errors {
		count[e.Type.String()]++
	}
	if len(count) == 0 && s.Healthz.Status != "ok" {
		count["other"] = 1
	}
	for _, typ := range sortedKeys(count) {
		em.put1(float64(count[typ]), typ)
	}
}

func sortedKeys[V any](m map[string]V) []string {
	return slices.Sorted(maps.Keys(m))
}

// raftGroup is one raft group as one server sees it.
type raftGroup struct {
	sv    *fleet.Server
	name  string
	state server.RaftzGroup
}

var serverRaft = &group[*raftGroup]{
	set: Native, collector: "raft", labels: with(serverLabels, "group"), each: eachRaft,
	ident: func(g *raftGroup, v []string) {
		identServer(g.sv, v)
		v[3] = g.name
	},
	rows: []row[*raftGroup]{
		{name: "nats_raft_committed_index", help: "The highest entry of the group's log that a majority holds.", value: func(g *raftGroup) float64 { return float64(g.state.Committed) }},
		{name: "nats_raft_applied_index", help: "The highest entry of the group's log that this server has put into effect.", value: func(g *raftGroup) float64 { return float64(g.state.Applied) }},
		{name: "nats_raft_log_index", help: "The highest entry in this server's copy of the group's log.", value: func(g *raftGroup) float64 { return float64(g.state.PIndex) }},
		{name: "nats_raft_term", help: "The group's term: it grows with every election.", value: func(g *raftGroup) float64 { return float64(g.state.Term) }},
		{name: "nats_raft_leader", help: "1 on the server that leads the group.", value: func(g *raftGroup) float64 { return flag(g.state.State == "LEADER") }},
		{name: "nats_raft_catching_up", help: "1 while this server fetches what it missed of the group's log.", value: func(g *raftGroup) float64 { return flag(g.state.CatchingUp) }},
		{name: "nats_raft_overruns_total", typ: Counter, help: "Times that the group's log grew faster than this server put it into effect.", value: func(g *raftGroup) float64 { return told(g.sv, fleet.FieldRaftOverruns, float64(g.state.OverrunCount)) }},
		{name: "nats_raft_apply_queue", help: "Entries that wait to be put into effect.", value: func(g *raftGroup) float64 { return float64(g.state.IPQApplyLen) }},
		{name: "nats_raft_proposal_queue", help: "Proposals that wait to enter the log.", value: func(g *raftGroup) float64 { return float64(g.state.IPQPropLen) }},
		{name: "nats_raft_wal_bytes", help: "Size of this server's copy of the group's log.", value: func(g *raftGroup) float64 { return float64(g.state.WAL.Bytes) }},
	},
}

func eachRaft(v *view, yield func(*raftGroup)) {
	for _, sv := range v.snap.Servers {
		if sv.Raftz == nil {
			continue
		}
		for _, acc := range sortedKeys(*sv.Raftz) {
			groups := (*sv.Raftz)[acc]
			for _, name := range sortedKeys(groups) {
				yield(&raftGroup{sv, name, groups[name]})
			}
		}
	}
}
