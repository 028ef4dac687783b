package exporter

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The rows of these files carry nats-surveyor's names, types and labels, so
// that its dashboards work unchanged; docs/metrics.md says where a value
// differs because the original's is wrong.

var (
	surveyorLabels   = []string{"server_cluster", "server_name", "server_id"}
	surveyorJSLabels = []string{"server_id", "server_name", "cluster_name"}
)

func identSurveyor(sv *fleet.Server, v []string) {
	v[0], v[1], v[2] = sv.Info.Cluster, sv.Info.Name, sv.Info.ID
}

func identSurveyorJS(sv *fleet.Server, v []string) {
	v[0], v[1], v[2] = sv.Info.ID, sv.Info.Name, sv.Info.Cluster
}

// domainOf is surveyor's label of a domain: "Default" for the unnamed one.
func domainOf(sv *fleet.Server) string {
	if sv.Info.Domain == "" {
		return "Default"
	}
	return sv.Info.Domain
}

var surveyorInfo = &group[*fleet.Server]{
	set: Surveyor, collector: "servers", labels: with(surveyorLabels, "server_version"), each: eachServer(hasStatsz),
	ident: func(sv *fleet.Server, v []string) {
		identSurveyor(sv, v)
		v[3] = sv.Info.Version
	},
	rows: []row[*fleet.Server]{
		{name: "nats_core_info", help: "Always 1: the server's version.", value: func(*fleet.Server) float64 { return 1 }},
	},
}

var surveyorServer = &group[*fleet.Server]{
	set: Surveyor, collector: "servers", labels: surveyorLabels, each: eachServer(hasStatsz), ident: identSurveyor,
	rows: []row[*fleet.Server]{
		{name: "nats_core_start_time", help: "When the server started, in nanoseconds since 1970.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Start.UnixNano()) }},
		{name: "nats_core_uptime", help: "Seconds that the server has run.", value: func(s *fleet.Server) float64 { return span(s.Statsz.Start, s.Info.Time) }},
		{name: "nats_core_mem_bytes", help: "Resident memory.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Mem) }},
		{name: "nats_core_go_memlimit_bytes", help: "GOMEMLIMIT, 0 if not set.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.MemLimit) }},
		{name: "nats_core_core_count", help: "Processor cores.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Cores) }},
		{name: "nats_core_cpu_percentage", help: "Processor use in percent of one core.", value: func(s *fleet.Server) float64 { return s.Statsz.CPU }},
		{name: "nats_core_connection_count", help: "Client connections now.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Connections) }},
		{name: "nats_core_total_connection_count", typ: Counter, help: "Connections opened since the start.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.TotalConnections) }},
		{name: "nats_core_active_account_count", help: "Accounts with clients.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.ActiveAccounts) }},
		{name: "nats_core_subs_count", help: "Subscriptions now.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.NumSubs) }},
		{name: "nats_core_sent_msgs_count", typ: Counter, help: "Messages sent.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Sent.Msgs) }},
		{name: "nats_core_sent_bytes", typ: Counter, help: "Bytes sent.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Sent.Bytes) }},
		{name: "nats_core_recv_msgs_count", typ: Counter, help: "Messages received.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Received.Msgs) }},
		{name: "nats_core_recv_bytes", typ: Counter, help: "Bytes received.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.Received.Bytes) }},
		{name: "nats_core_slow_consumer_count", help: "Slow consumers since the start.", value: func(s *fleet.Server) float64 { return float64(s.Statsz.SlowConsumers) }},
		{name: "nats_core_rtt_nanoseconds", help: "From the question to the server's answer.", value: func(s *fleet.Server) float64 { return s.RTTSeconds * 1e9 }},
		{name: "nats_core_route_count", help: "Route connections.", value: func(s *fleet.Server) float64 { return float64(len(s.Statsz.Routes)) }},
		{name: "nats_core_gateway_count", help: "Other clusters with a gateway connection.", value: func(s *fleet.Server) float64 { return float64(len(s.Statsz.Gateways)) }},
	},
}

var surveyorJSInfo = &group[*fleet.Server]{
	set: Surveyor, collector: "servers", each: eachServer(hasStatsz),
	labels: []string{"server_name", "server_host", "server_id", "server_cluster", "server_domain", "server_version", "server_jetstream"},
	ident: func(sv *fleet.Server, v []string) {
		v[0], v[1], v[2], v[3] = sv.Info.Name, sv.Info.Host, sv.Info.ID, sv.Info.Cluster
		v[4], v[5], v[6] = domainOf(sv), sv.Info.Version, strconv.FormatBool(sv.Info.JetStream)
	},
	rows: []row[*fleet.Server]{
		{name: "nats_core_jetstream_info", help: "Always 1: what to join with by server_id.", value: func(*fleet.Server) float64 { return 1 }},
	},
}

// jsStats reads JetStream's figures in STATSZ.
func jsStats(value func(*server.JetStreamStats) float64) func(*fleet.Server) float64 {
	return func(s *fleet.Server) float64 {
		if s.Statsz.JetStream == nil || s.Statsz.JetStream.Stats == nil {
			return none
		}
		return value(s.Statsz.JetStream.Stats)
	}
}

// jsConfig reads JetStream's limits in STATSZ.
func jsConfig(value func(*server.JetStreamConfig) float64) func(*fleet.Server) float64 {
	return func(s *fleet.Server) float64 {
		if s.Statsz.JetStream == nil || s.Statsz.JetStream.Config == nil {
			return none
		}
		return value(s.Statsz.JetStream.Config)
	}
}

var surveyorJS = &group[*fleet.Server]{
	set: Surveyor, collector: "servers", labels: surveyorJSLabels, each: eachServer(hasStatsz), ident: identSurveyorJS,
	rows: []row[*fleet.Server]{
		{name: "nats_core_jetstream_enabled", help: "1 if JetStream runs.", value: func(s *fleet.Server) float64 { return flag(s.Statsz.JetStream != nil) }},
		{name: "nats_core_jetstream_filestore_size_bytes", help: "The most disk space for streams.", value: jsConfig(func(c *server.JetStreamConfig) float64 { return float64(c.MaxStore) })},
		{name: "nats_core_jetstream_memstore_size_bytes", help: "The most memory for streams.", value: jsConfig(func(c *server.JetStreamConfig) float64 { return float64(c.MaxMemory) })},
		{name: "nats_core_jetstream_filestore_used_bytes", help: "Disk space used by streams.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Store) })},
		{name: "nats_core_jetstream_filestore_reserved_bytes", help: "Disk space promised to accounts and streams.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.ReservedStore) })},
		{name: "nats_core_jetstream_filestore_reserved_used_bytes", help: "Disk space used by streams.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Store) })},
		{name: "nats_core_jetstream_memstore_used_bytes", help: "Memory used by streams.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Memory) })},
		{name: "nats_core_jetstream_memstore_reserved_bytes", help: "Memory promised to accounts and streams.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.ReservedMemory) })},
		{name: "nats_core_jetstream_memstore_reserved_used_bytes", help: "Memory used by streams.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Memory) })},
		{name: "nats_core_jetstream_accounts", help: "Accounts with JetStream.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Accounts) })},
		{name: "nats_core_jetstream_ha_assets", help: "Replicas of streams and consumers with more than one.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.HAAssets) })},
		{name: "nats_core_jetstream_api_requests", typ: Counter, help: "JetStream API requests.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.API.Total) })},
		{name: "nats_core_jetstream_api_errors", typ: Counter, help: "JetStream API requests that failed.", value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.API.Errors) })},
	},
}

// surveyorMetaView is the meta group by STATSZ, of servers with JetStream.
type surveyorMetaView struct {
	sv *fleet.Server
	m  *server.MetaClusterInfo // nil without a meta group
}

func eachSurveyorMeta(v *view, yield func(*surveyorMetaView)) {
	for _, sv := range v.snap.Servers {
		if sv.Statsz != nil && sv.Statsz.JetStream != nil {
			yield(&surveyorMetaView{sv, sv.Statsz.JetStream.Meta})
		}
	}
}

func inMeta(value func(*surveyorMetaView) float64) func(*surveyorMetaView) float64 {
	return func(m *surveyorMetaView) float64 {
		if m.m == nil {
			return none
		}
		return value(m)
	}
}

var surveyorMeta = &group[*surveyorMetaView]{
	set: Surveyor, collector: "servers", labels: surveyorJSLabels, each: eachSurveyorMeta,
	ident: func(m *surveyorMetaView, v []string) { identSurveyorJS(m.sv, v) },
	rows: []row[*surveyorMetaView]{
		{name: "nats_core_jetstream_api_pending", help: "JetStream API requests that wait.", value: inMeta(func(m *surveyorMetaView) float64 { return told(m.sv, fleet.FieldMetaPending, float64(m.m.Pending)) })},
		{name: "nats_core_jetstream_cluster_raft_group_size", help: "Members of the meta group.", value: inMeta(func(m *surveyorMetaView) float64 { return float64(m.m.Size) })},
		{name: "nats_core_jetstream_cluster_raft_group_leader", help: "1 on the leader of the meta group.", value: inMeta(func(m *surveyorMetaView) float64 {
			return flag(m.m.Leader != "" && m.m.Leader == m.sv.Info.Name)
		})},
		{name: "nats_core_jetstream_cluster_raft_group_replicas", help: "Followers that the server sees; 0 on followers.", value: inMeta(func(m *surveyorMetaView) float64 { return float64(len(m.m.Replicas)) })},
		{name: "nats_core_jetstream_cluster_raft_group_replica_peer_active", help: "Nanoseconds since the leader heard of the peer.", extra: peerLabel, many: metaReplicas(func(p *server.PeerInfo) float64 { return float64(p.Active) })},
		{name: "nats_core_jetstream_cluster_raft_group_replica_peer_current", help: "1 if the peer has all of the log.", extra: peerLabel, many: metaReplicas(func(p *server.PeerInfo) float64 { return flag(p.Current) })},
		{name: "nats_core_jetstream_cluster_raft_group_replica_peer_offline", help: "1 if the leader has lost sight of the peer.", extra: peerLabel, many: metaReplicas(func(p *server.PeerInfo) float64 { return flag(p.Offline) })},
	},
}

var peerLabel = []string{"peer"}

func metaReplicas(value func(*server.PeerInfo) float64) func(*surveyorMetaView, *emitter) {
	return func(m *surveyorMetaView, em *emitter) {
		if m.m == nil {
			return
		}
		for _, p := range m.m.Replicas {
			if p != nil {
				em.put1(value(p), p.Name)
			}
		}
	}
}

var surveyorMetaInfo = &group[*surveyorMetaView]{
	set: Surveyor, collector: "servers", each: eachSurveyorMeta,
	labels: []string{"jetstream_domain", "raft_group", "server_id", "server_name", "cluster_name", "leader"},
	ident: func(m *surveyorMetaView, v []string) {
		v[2], v[3] = m.sv.Info.ID, m.sv.Info.Name
		if m.m != nil {
			v[0], v[1], v[4], v[5] = domainOf(m.sv), "_meta_", m.sv.Info.Cluster, m.m.Leader
		}
	},
	rows: []row[*surveyorMetaView]{
		{name: "nats_core_jetstream_cluster_raft_group_info", help: "1 on members of the meta group, with its leader.", value: func(m *surveyorMetaView) float64 { return flag(m.m != nil) }},
	},
}

var surveyorRaft = &group[*raftGroup]{
	set: Surveyor, collector: "raft", labels: surveyorJSLabels,
	each: func(v *view, yield func(*raftGroup)) {
		eachRaft(v, func(g *raftGroup) {
			if g.name == "_meta_" {
				yield(g)
			}
		})
	},
	ident: func(g *raftGroup, v []string) { identSurveyorJS(g.sv, v) },
	rows: []row[*raftGroup]{
		{name: "nats_core_raftz_meta_committed", help: "Highest committed entry of the meta group.", value: func(g *raftGroup) float64 { return float64(g.state.Committed) }},
		{name: "nats_core_raftz_meta_applied", help: "Highest applied entry of the meta group.", value: func(g *raftGroup) float64 { return float64(g.state.Applied) }},
		{name: "nats_core_raftz_meta_pindex", help: "Highest entry in the meta group's log.", value: func(g *raftGroup) float64 { return float64(g.state.PIndex) }},
	},
}

var surveyorTotals = &plain{set: Surveyor, collector: "accounts", rows: []row[*view]{
	{name: "nats_core_account_count", help: "Accounts that any server names.", value: func(v *view) float64 {
		ids := map[string]bool{}
		for _, a := range v.accounts {
			ids[a.Account] = true
		}
		return float64(len(ids))
	}},
}}
