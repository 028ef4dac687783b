package compat

import (
	"strconv"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/native"
	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// The rows of these files have nats-surveyor's names, types and labels, so that
// its dashboards work unchanged; docs/metrics.md lists the values that differ
// because the original's are wrong.

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

// domainOf returns nats-surveyor's domain label: "Default" if unnamed.
func domainOf(sv *fleet.Server) string {
	if sv.Info.Domain == "" {
		return "Default"
	}
	return sv.Info.Domain
}

// SurveyorInfo has the version of each server.
var SurveyorInfo = &table.Group[*fleet.Server]{
	Set: metric.Surveyor, Collector: "servers", Labels: native.With(surveyorLabels, "server_version"), Each: scrape.EachServer(native.HasStatsz),
	Ident: func(sv *fleet.Server, v []string) {
		identSurveyor(sv, v)
		v[3] = sv.Info.Version
	},
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_core_info", Help: "Always 1: the server's version.", Value: native.ServerInfo.MustValue("nats_server_info")},
	},
}

// SurveyorServer has the load of each server.
var SurveyorServer = &table.Group[*fleet.Server]{
	Set: metric.Surveyor, Collector: "servers", Labels: surveyorLabels, Each: scrape.EachServer(native.HasStatsz), Ident: identSurveyor,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_core_start_time", Help: "When the server started, in nanoseconds since 1970.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.Start.UnixNano()) }},
		{Name: "nats_core_uptime", Help: "Seconds that the server has run.", Value: native.ServerLoad.MustValue("nats_server_uptime_seconds")},
		{Name: "nats_core_mem_bytes", Help: "Resident memory.", Value: native.ServerLoad.MustValue("nats_server_memory_bytes")},
		{Name: "nats_core_go_memlimit_bytes", Help: "GOMEMLIMIT, 0 if not set.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.MemLimit) }},
		{Name: "nats_core_core_count", Help: "CPU cores.", Value: native.ServerLoad.MustValue("nats_server_cores")},
		{Name: "nats_core_cpu_percentage", Help: "CPU usage in percent of one core.", Value: func(s *fleet.Server) float64 { return s.Statsz.CPU }},
		{Name: "nats_core_connection_count", Help: "Client connections now.", Value: native.ServerLoad.MustValue("nats_server_connections")},
		{Name: "nats_core_total_connection_count", Type: metric.Counter, Help: "Connections opened since the start.", Value: native.ServerLoad.MustValue("nats_server_connections_opened_total")},
		{Name: "nats_core_active_account_count", Help: "Accounts with clients.", Value: native.ServerLoad.MustValue("nats_server_active_accounts")},
		{Name: "nats_core_subs_count", Help: "Subscriptions now.", Value: native.ServerLoad.MustValue("nats_server_subscriptions")},
		{Name: "nats_core_sent_msgs_count", Type: metric.Counter, Help: "Messages sent.", Value: native.ServerLoad.MustValue("nats_server_sent_messages_total")},
		{Name: "nats_core_sent_bytes", Type: metric.Counter, Help: "Bytes sent.", Value: native.ServerLoad.MustValue("nats_server_sent_bytes_total")},
		{Name: "nats_core_recv_msgs_count", Type: metric.Counter, Help: "Messages received.", Value: native.ServerLoad.MustValue("nats_server_received_messages_total")},
		{Name: "nats_core_recv_bytes", Type: metric.Counter, Help: "Bytes received.", Value: native.ServerLoad.MustValue("nats_server_received_bytes_total")},
		{Name: "nats_core_slow_consumer_count", Help: "Slow consumers since the start.", Value: func(s *fleet.Server) float64 { return float64(s.Statsz.SlowConsumers) }},
		{Name: "nats_core_rtt_nanoseconds", Help: "Round trip time of the request to the server.", Value: func(s *fleet.Server) float64 { return s.RTTSeconds * 1e9 }},
		{Name: "nats_core_route_count", Help: "Route connections.", Value: native.ServerLoad.MustValue("nats_server_routes")},
		{Name: "nats_core_gateway_count", Help: "Other clusters with a gateway connection.", Value: native.ServerLoad.MustValue("nats_server_gateways")},
	},
}

// SurveyorJSInfo has labels to join with the JetStream metrics.
var SurveyorJSInfo = &table.Group[*fleet.Server]{
	Set: metric.Surveyor, Collector: "servers", Each: scrape.EachServer(native.HasStatsz),
	Labels: []string{"server_name", "server_host", "server_id", "server_cluster", "server_domain", "server_version", "server_jetstream"},
	Ident: func(sv *fleet.Server, v []string) {
		v[0], v[1], v[2], v[3] = sv.Info.Name, sv.Info.Host, sv.Info.ID, sv.Info.Cluster
		v[4], v[5], v[6] = domainOf(sv), sv.Info.Version, strconv.FormatBool(sv.Info.JetStream)
	},
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_core_jetstream_info", Help: "Always 1; join on server_id.", Value: native.ServerInfo.MustValue("nats_server_info")},
	},
}

// jsStats reads a JetStream value from STATSZ.
func jsStats(value func(*server.JetStreamStats) float64) func(*fleet.Server) float64 {
	return func(s *fleet.Server) float64 {
		if s.Statsz.JetStream == nil || s.Statsz.JetStream.Stats == nil {
			return number.None
		}
		return value(s.Statsz.JetStream.Stats)
	}
}

// jsConfig reads a JetStream limit from STATSZ.
func jsConfig(value func(*server.JetStreamConfig) float64) func(*fleet.Server) float64 {
	return func(s *fleet.Server) float64 {
		if s.Statsz.JetStream == nil || s.Statsz.JetStream.Config == nil {
			return number.None
		}
		return value(s.Statsz.JetStream.Config)
	}
}

// SurveyorJS has JetStream of each server, from STATSZ.
var SurveyorJS = &table.Group[*fleet.Server]{
	Set: metric.Surveyor, Collector: "servers", Labels: surveyorJSLabels, Each: scrape.EachServer(native.HasStatsz), Ident: identSurveyorJS,
	Rows: []table.Row[*fleet.Server]{
		{Name: "nats_core_jetstream_enabled", Help: "1 if JetStream runs.", Value: func(s *fleet.Server) float64 { return number.Flag(s.Statsz.JetStream != nil) }},
		{Name: "nats_core_jetstream_filestore_size_bytes", Help: "Maximum disk space for streams.", Value: jsConfig(func(c *server.JetStreamConfig) float64 { return float64(c.MaxStore) })},
		{Name: "nats_core_jetstream_memstore_size_bytes", Help: "Maximum memory for streams.", Value: jsConfig(func(c *server.JetStreamConfig) float64 { return float64(c.MaxMemory) })},
		{Name: "nats_core_jetstream_filestore_used_bytes", Help: "Disk space used by streams.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Store) })},
		{Name: "nats_core_jetstream_filestore_reserved_bytes", Help: "Disk space reserved for accounts and streams.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.ReservedStore) })},
		{Name: "nats_core_jetstream_filestore_reserved_used_bytes", Help: "Disk space used by streams.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Store) })},
		{Name: "nats_core_jetstream_memstore_used_bytes", Help: "Memory used by streams.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Memory) })},
		{Name: "nats_core_jetstream_memstore_reserved_bytes", Help: "Memory reserved for accounts and streams.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.ReservedMemory) })},
		{Name: "nats_core_jetstream_memstore_reserved_used_bytes", Help: "Memory used by streams.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Memory) })},
		{Name: "nats_core_jetstream_accounts", Help: "Accounts with JetStream.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.Accounts) })},
		{Name: "nats_core_jetstream_ha_assets", Help: "Replicas of streams and consumers with more than one.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.HAAssets) })},
		{Name: "nats_core_jetstream_api_requests", Type: metric.Counter, Help: "JetStream API requests.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.API.Total) })},
		{Name: "nats_core_jetstream_api_errors", Type: metric.Counter, Help: "JetStream API requests that failed.", Value: jsStats(func(s *server.JetStreamStats) float64 { return float64(s.API.Errors) })},
	},
}

// surveyorMetaView is the meta group from STATSZ, of servers with JetStream.
type surveyorMetaView struct {
	sv *fleet.Server
	m  *server.MetaClusterInfo // nil without a meta group
}

func eachSurveyorMeta(v *scrape.View, yield func(*surveyorMetaView)) {
	for _, sv := range v.Snapshot.Servers {
		if sv.Statsz != nil && sv.Statsz.JetStream != nil {
			yield(&surveyorMetaView{sv, sv.Statsz.JetStream.Meta})
		}
	}
}

func inMeta(value func(*surveyorMetaView) float64) func(*surveyorMetaView) float64 {
	return func(m *surveyorMetaView) float64 {
		if m.m == nil {
			return number.None
		}
		return value(m)
	}
}

// SurveyorMeta has the meta group, from STATSZ.
var SurveyorMeta = &table.Group[*surveyorMetaView]{
	Set: metric.Surveyor, Collector: "servers", Labels: surveyorJSLabels, Each: eachSurveyorMeta,
	Ident: func(m *surveyorMetaView, v []string) { identSurveyorJS(m.sv, v) },
	Rows: []table.Row[*surveyorMetaView]{
		{Name: "nats_core_jetstream_api_pending", Help: "JetStream API requests waiting.", Value: inMeta(func(m *surveyorMetaView) float64 {
			return number.IfReported(m.sv, fleet.FieldMetaPending, float64(m.m.Pending))
		})},
		{Name: "nats_core_jetstream_cluster_raft_group_size", Help: "Members of the meta group.", Value: inMeta(func(m *surveyorMetaView) float64 { return float64(m.m.Size) })},
		{Name: "nats_core_jetstream_cluster_raft_group_leader", Help: "1 on the leader of the meta group.", Value: inMeta(func(m *surveyorMetaView) float64 {
			return number.Flag(m.m.Leader != "" && m.m.Leader == m.sv.Info.Name)
		})},
		{Name: "nats_core_jetstream_cluster_raft_group_replicas", Help: "Followers that the server sees; 0 on followers.", Value: inMeta(func(m *surveyorMetaView) float64 { return float64(len(m.m.Replicas)) })},
		{Name: "nats_core_jetstream_cluster_raft_group_replica_peer_active", Help: "Nanoseconds since the leader last heard from the peer.", Extra: peerLabel, Many: metaReplicas(func(p *server.PeerInfo) float64 { return float64(p.Active) })},
		{Name: "nats_core_jetstream_cluster_raft_group_replica_peer_current", Help: "1 if the peer has all of the log.", Extra: peerLabel, Many: metaReplicas(func(p *server.PeerInfo) float64 { return number.Flag(p.Current) })},
		{Name: "nats_core_jetstream_cluster_raft_group_replica_peer_offline", Help: "1 if the peer is offline, as the leader sees it.", Extra: peerLabel, Many: metaReplicas(func(p *server.PeerInfo) float64 { return number.Flag(p.Offline) })},
	},
}

var peerLabel = []string{"peer"}

func metaReplicas(value func(*server.PeerInfo) float64) func(*surveyorMetaView, *table.Emitter) {
	return func(m *surveyorMetaView, em *table.Emitter) {
		if m.m == nil {
			return
		}
		for _, p := range m.m.Replicas {
			if p != nil {
				em.PutLabel(value(p), p.Name)
			}
		}
	}
}

// SurveyorMetaInfo has the leader of the meta group.
var SurveyorMetaInfo = &table.Group[*surveyorMetaView]{
	Set: metric.Surveyor, Collector: "servers", Each: eachSurveyorMeta,
	Labels: []string{"jetstream_domain", "raft_group", "server_id", "server_name", "cluster_name", "leader"},
	Ident: func(m *surveyorMetaView, v []string) {
		v[2], v[3] = m.sv.Info.ID, m.sv.Info.Name
		if m.m != nil {
			v[0], v[1], v[4], v[5] = domainOf(m.sv), "_meta_", m.sv.Info.Cluster, m.m.Leader
		}
	},
	Rows: []table.Row[*surveyorMetaView]{
		{Name: "nats_core_jetstream_cluster_raft_group_info", Help: "1 on members of the meta group, with its leader.", Value: func(m *surveyorMetaView) float64 { return number.Flag(m.m != nil) }},
	},
}

// SurveyorRaft has the raft log of the meta group.
var SurveyorRaft = &table.Group[*native.RaftGroup]{
	Set: metric.Surveyor, Collector: "raft", Labels: surveyorJSLabels,
	Each: func(v *scrape.View, yield func(*native.RaftGroup)) {
		native.EachRaft(v, func(g *native.RaftGroup) {
			if g.Name == "_meta_" {
				yield(g)
			}
		})
	},
	Ident: func(g *native.RaftGroup, v []string) { identSurveyorJS(g.Server, v) },
	Rows: []table.Row[*native.RaftGroup]{
		{Name: "nats_core_raftz_meta_committed", Help: "Highest committed entry of the meta group.", Value: native.ServerRaft.MustValue("nats_raft_committed_index")},
		{Name: "nats_core_raftz_meta_applied", Help: "Highest applied entry of the meta group.", Value: native.ServerRaft.MustValue("nats_raft_applied_index")},
		{Name: "nats_core_raftz_meta_pindex", Help: "Highest entry in the meta group's log.", Value: native.ServerRaft.MustValue("nats_raft_log_index")},
	},
}

// SurveyorTotals counts the accounts.
var SurveyorTotals = &table.Plain{Set: metric.Surveyor, Collector: "accounts", Rows: []table.Row[*table.Page]{
	{Name: "nats_core_account_count", Help: "Accounts that any server names.", Value: func(p *table.Page) float64 {
		ids := map[string]bool{}
		for _, a := range p.Accounts {
			ids[a.Account] = true
		}
		return float64(len(ids))
	}},
}}
