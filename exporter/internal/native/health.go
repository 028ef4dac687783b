package native

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// HasHealthz reports whether a server reported its health.
func HasHealthz(sv *fleet.Server) bool { return sv.Healthz != nil }

// ServerHealth has the health that each server reports.
var ServerHealth = &table.Group[*fleet.Server]{
	Set: metric.Native, Collector: "health", Labels: serverLabels, Each: scrape.EachServer(HasHealthz), Ident: identServer,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_server_healthy", Help: "1 if the server reports itself healthy.", Value: func(s *fleet.Server) float64 { return number.Flag(s.Healthz.Status == "ok") }},
		{Name: "nats_server_health_status_code", Help: "Health of the server as an HTTP status; absent on servers before 2.10.", Value: func(s *fleet.Server) float64 {
			return number.IfReported(s, fleet.FieldHealthCode, number.Positive(int64(s.Healthz.StatusCode)))
		}},
		{Name: "nats_server_health_errors", Help: "Errors in the server's health report, by type.", Extra: []string{"type"}, Many: healthErrors},
	},
}

func healthErrors(s *fleet.Server, em *table.Emitter) {
	count := map[string]int{}
	for _, e := range s.Healthz.Errors {
		count[e.Type.String()]++
	}
	if len(count) == 0 && s.Healthz.Status != "ok" {
		count["other"] = 1
	}
	for _, typ := range number.SortedKeys(count) {
		em.PutLabel(float64(count[typ]), typ)
	}
}

// RaftGroup is one server's view of one raft group.
type RaftGroup struct {
	Server *fleet.Server
	Name   string
	State  server.RaftzGroup
}

// ServerRaft has the log of each raft group on each server.
var ServerRaft = &table.Group[*RaftGroup]{
	Set: metric.Native, Collector: "raft", Labels: With(serverLabels, "group"), Each: EachRaft,
	Ident: func(g *RaftGroup, v []string) {
		identServer(g.Server, v)
		v[3] = g.Name
	},
	Rows: []table.Row[*RaftGroup]{
		{Name: "nats_raft_committed_index", Help: "The highest entry of the group's log that a majority holds.", Value: func(g *RaftGroup) float64 { return float64(g.State.Committed) }},
		{Name: "nats_raft_applied_index", Help: "The highest entry of the group's log that this server has applied.", Value: func(g *RaftGroup) float64 { return float64(g.State.Applied) }},
		{Name: "nats_raft_log_index", Help: "The highest entry in this server's copy of the group's log.", Value: func(g *RaftGroup) float64 { return float64(g.State.PIndex) }},
		{Name: "nats_raft_term", Help: "The group's term: it grows with every election.", Value: func(g *RaftGroup) float64 { return float64(g.State.Term) }},
		{Name: "nats_raft_leader", Help: "1 on the server that leads the group.", Value: func(g *RaftGroup) float64 { return number.Flag(g.State.State == "LEADER") }},
		{Name: "nats_raft_catching_up", Help: "1 while this server fetches what it missed of the group's log.", Value: func(g *RaftGroup) float64 { return number.Flag(g.State.CatchingUp) }},
		{Name: "nats_raft_overruns_total", Type: metric.Counter, Help: "Times that the group's log grew faster than this server applied it.", Value: func(g *RaftGroup) float64 {
			return number.IfReported(g.Server, fleet.FieldRaftOverruns, float64(g.State.OverrunCount))
		}},
		{Name: "nats_raft_apply_queue", Help: "Entries waiting to be applied.", Value: func(g *RaftGroup) float64 { return float64(g.State.IPQApplyLen) }},
		{Name: "nats_raft_proposal_queue", Help: "Proposals waiting to enter the log.", Value: func(g *RaftGroup) float64 { return float64(g.State.IPQPropLen) }},
		{Name: "nats_raft_wal_bytes", Help: "Size of this server's copy of the group's log.", Value: func(g *RaftGroup) float64 { return float64(g.State.WAL.Bytes) }},
	},
}

// EachRaft iterates over the raft groups of every server, in order.
func EachRaft(v *scrape.View, yield func(*RaftGroup)) {
	for _, sv := range v.Snapshot.Servers {
		if sv.Raftz == nil {
			continue
		}
		for _, acc := range number.SortedKeys(*sv.Raftz) {
			groups := (*sv.Raftz)[acc]
			for _, name := range number.SortedKeys(groups) {
				yield(&RaftGroup{sv, name, groups[name]})
			}
		}
	}
}
