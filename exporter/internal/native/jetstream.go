package native

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/number"
	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/exporter/internal/table"
	"github.com/natsctl/natsctl/exporter/metric"
	"github.com/natsctl/natsctl/internal/fleet"
)

// JSServer is one server's view of JetStream as a whole: from JSZ, which has
// the most detail, or else from STATSZ.
type JSServer struct {
	Sv *fleet.Server
	*server.JSInfo
}

var jsLabels = With(serverLabels, "domain")

func identJS(s *JSServer, v []string) {
	identServer(s.Sv, v)
	v[3] = s.Sv.Info.Domain
}

// EachJS iterates over the servers that reported JetStream.
func EachJS(v *scrape.View, yield func(*JSServer)) {
	for _, sv := range v.Snapshot.Servers {
		if sv.Jsz != nil {
			yield(&JSServer{sv, sv.Jsz})
		}
	}
}

// running skips servers on which JetStream is disabled.
func running(value func(*server.JSInfo) float64) func(*JSServer) float64 {
	return func(s *JSServer) float64 {
		if s.Disabled {
			return number.None
		}
		return value(s.JSInfo)
	}
}

// reported also skips servers too old to report the field.
func reported(f fleet.Field, value func(*server.JSInfo) float64) func(*JSServer) float64 {
	return func(s *JSServer) float64 { return number.IfReported(s.Sv, f, running(value)(s)) }
}

// ServerJetStream has JetStream of each server.
var ServerJetStream = &table.Group[*JSServer]{
	Set: metric.Native, Collector: "jetstream", Labels: jsLabels, Each: EachJS, Ident: identJS,
	Rows: []table.Row[*JSServer]{
		{Name: "nats_jetstream_enabled", Help: "1 if JetStream runs on the server.", Value: func(s *JSServer) float64 { return number.Flag(!s.Disabled) }},
		{Name: "nats_jetstream_memory_used_bytes", Help: "Memory that streams use on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.Memory) })},
		{Name: "nats_jetstream_memory_reserved_bytes", Help: "Memory reserved for accounts and streams on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.ReservedMemory) })},
		{Name: "nats_jetstream_memory_max_bytes", Help: "Maximum memory for streams on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.Config.MaxMemory) })},
		{Name: "nats_jetstream_storage_used_bytes", Help: "Disk space that streams use on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.Store) })},
		{Name: "nats_jetstream_storage_reserved_bytes", Help: "Disk space reserved for accounts and streams on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.ReservedStore) })},
		{Name: "nats_jetstream_storage_max_bytes", Help: "Maximum disk space for streams on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.Config.MaxStore) })},
		{Name: "nats_jetstream_accounts", Help: "Accounts with JetStream on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.Accounts) })},
		{Name: "nats_jetstream_ha_assets", Help: "Replicas of streams and consumers with more than one, on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.HAAssets) })},
		{Name: "nats_jetstream_api_level", Help: "The level of the JetStream API that the server speaks.", Value: reported(fleet.FieldAPILevel, func(j *server.JSInfo) float64 { return float64(j.API.Level) })},
		{Name: "nats_jetstream_api_requests_total", Type: metric.Counter, Help: "JetStream API requests to the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.API.Total) })},
		{Name: "nats_jetstream_api_errors_total", Type: metric.Counter, Help: "JetStream API requests that the server answered with an error.", Value: running(func(j *server.JSInfo) float64 { return float64(j.API.Errors) })},
		{Name: "nats_jetstream_api_inflight", Help: "JetStream API requests in progress.", Value: running(func(j *server.JSInfo) float64 { return float64(j.API.Inflight) })},
		{Name: "nats_jetstream_streams", Help: "Replicas of streams on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.Streams) })},
		{Name: "nats_jetstream_streams_led", Help: "Streams that the server leads; their sum over the servers is the number of streams.", Value: reported(fleet.FieldStreamsLeader, func(j *server.JSInfo) float64 { return float64(j.StreamsLeader) })},
		{Name: "nats_jetstream_consumers", Help: "Replicas of consumers on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.Consumers) })},
		{Name: "nats_jetstream_consumers_led", Help: "Consumers that the server leads; their sum over the servers is the number of consumers.", Value: reported(fleet.FieldStreamsLeader, func(j *server.JSInfo) float64 { return float64(j.ConsumersLeader) })},
		{Name: "nats_jetstream_messages", Help: "Messages in the replicas on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.Messages) })},
		{Name: "nats_jetstream_bytes", Help: "Bytes in the replicas on the server.", Value: running(func(j *server.JSInfo) float64 { return float64(j.Bytes) })},
	},
}

// meta is one server's view of the meta group.
type meta struct {
	sv *fleet.Server
	*server.MetaClusterInfo
}

// eachMeta iterates over the servers in a meta group, from JSZ or STATSZ.
func eachMeta(v *scrape.View, yield func(*meta)) {
	for _, sv := range v.Snapshot.Servers {
		switch {
		case sv.Jsz != nil && sv.Jsz.Meta != nil:
			yield(&meta{sv, sv.Jsz.Meta})
		case sv.Jsz == nil && sv.Statsz != nil && sv.Statsz.JetStream != nil && sv.Statsz.JetStream.Meta != nil:
			yield(&meta{sv, sv.Statsz.JetStream.Meta})
		}
	}
}

func (m *meta) leads() bool { return m.Leader != "" && m.Leader == m.sv.Info.Name }

// snapshotOf skips servers that do not report the meta group's snapshot.
func snapshotOf(value func(*server.MetaSnapshotStats) float64) func(*meta) float64 {
	return func(m *meta) float64 {
		if m.Snapshot == nil {
			return number.None
		}
		return value(m.Snapshot)
	}
}

// MetaGroup has the meta group as each server sees it.
var MetaGroup = &table.Group[*meta]{
	Set: metric.Native, Collector: "jetstream", Labels: jsLabels, Each: eachMeta,
	Ident: func(m *meta, v []string) {
		identServer(m.sv, v)
		v[3] = m.sv.Info.Domain
	},
	Rows: []table.Row[*meta]{
		{Name: "nats_jetstream_meta_leader", Help: "1 on the server that leads the meta group.", Value: func(m *meta) float64 { return number.Flag(m.leads()) }},
		{Name: "nats_jetstream_meta_leader_known", Help: "1 if the server knows a leader of the meta group; 0 on all servers means that streams and consumers cannot be created or changed.", Value: func(m *meta) float64 { return number.Flag(m.Leader != "") }},
		{Name: "nats_jetstream_meta_peers", Help: "Servers of the meta group, as this one counts them.", Value: func(m *meta) float64 { return number.Positive(int64(m.Size)) }},
		{Name: "nats_jetstream_meta_quorum_needed", Help: "Servers of the meta group that must be up for a quorum; absent on servers that do not report it.", Value: func(m *meta) float64 { return number.Positive(int64(m.QuorumNeeded)) }},
		{Name: "nats_jetstream_meta_rescue", Help: "1 while the meta group runs in rescue mode, below its quorum.", Value: func(m *meta) float64 { return number.IfReported(m.sv, fleet.FieldMetaQuorum, number.Flag(m.Rescue)) }},
		{Name: "nats_jetstream_meta_pending", Help: "JetStream API requests waiting on this server.", Value: func(m *meta) float64 { return number.IfReported(m.sv, fleet.FieldMetaPending, float64(m.Pending)) }},
		{Name: "nats_jetstream_meta_snapshot_pending_entries", Help: "Entries of the meta group's log since its last snapshot.", Value: snapshotOf(func(s *server.MetaSnapshotStats) float64 { return float64(s.PendingEntries) })},
		{Name: "nats_jetstream_meta_snapshot_pending_bytes", Help: "Bytes of the meta group's log since its last snapshot.", Value: snapshotOf(func(s *server.MetaSnapshotStats) float64 { return float64(s.PendingSize) })},
		{Name: "nats_jetstream_meta_snapshot_timestamp_seconds", Help: "When the meta group's last snapshot was made on this server.", Value: snapshotOf(func(s *server.MetaSnapshotStats) float64 { return number.Unix(s.LastTime) })},
		{Name: "nats_jetstream_meta_snapshot_duration_seconds", Help: "How long the meta group's last snapshot took on this server.", Value: snapshotOf(func(s *server.MetaSnapshotStats) float64 { return s.LastDuration.Seconds() })},
	},
}

// peer is another member of a raft group, as the group's leader sees it.
type peer struct {
	*meta
	p *server.PeerInfo
}

// MetaPeers has the peers of the meta group as its leader sees them.
var MetaPeers = &table.Group[*peer]{
	Set: metric.Native, Collector: "jetstream", Labels: With(jsLabels, "peer"),
	Each: func(v *scrape.View, yield func(*peer)) {
		eachMeta(v, func(m *meta) {
			if !m.leads() {
				return
			}
			for _, p := range m.Replicas {
				if p != nil {
					yield(&peer{m, p})
				}
			}
		})
	},
	Ident: func(p *peer, v []string) {
		identServer(p.sv, v)
		v[3], v[4] = p.sv.Info.Domain, p.p.Name
	},
	Rows: []table.Row[*peer]{
		{Name: "nats_jetstream_meta_peer_current", Help: "1 if the peer has all of the meta group's log, as the leader sees it.", Value: func(p *peer) float64 { return number.Flag(p.p.Current) }},
		{Name: "nats_jetstream_meta_peer_offline", Help: "1 if the peer is offline, as the leader sees it.", Value: func(p *peer) float64 { return number.Flag(p.p.Offline) }},
		{Name: "nats_jetstream_meta_peer_lag", Help: "Entries of the meta group's log that the peer is behind.", Value: func(p *peer) float64 { return float64(p.p.Lag) }},
		{Name: "nats_jetstream_meta_peer_seen_seconds", Help: "Time since the leader last heard from the peer.", Value: func(p *peer) float64 { return p.p.Active.Seconds() }},
	},
}

// JSAccounts has JetStream of each account on each server.
var JSAccounts = &table.Group[*scrape.JSAccount]{
	Set: metric.Native, Collector: "streams", Labels: With(jsLabels, "account", "account_name"),
	Each: func(v *scrape.View, yield func(*scrape.JSAccount)) {
		for _, a := range v.JSAccounts {
			yield(a)
		}
	},
	Ident: identJSAccount,
	Rows: []table.Row[*scrape.JSAccount]{
		{Name: "nats_jetstream_account_memory_used_bytes", Help: "Memory that the account's streams use in the whole domain, as this server knows it: take the maximum over servers, not the sum.", Value: func(a *scrape.JSAccount) float64 { return float64(a.Account.Memory) }},
		{Name: "nats_jetstream_account_storage_used_bytes", Help: "Disk space that the account's streams use in the whole domain, as this server knows it: take the maximum over servers, not the sum.", Value: func(a *scrape.JSAccount) float64 { return float64(a.Account.Store) }},
		{Name: "nats_jetstream_account_memory_reserved_bytes", Help: "Memory reserved for the account; absent if not limited.", Value: func(a *scrape.JSAccount) float64 { return reserved(a.Account.ReservedMemory) }},
		{Name: "nats_jetstream_account_storage_reserved_bytes", Help: "Disk space reserved for the account; absent if not limited.", Value: func(a *scrape.JSAccount) float64 { return reserved(a.Account.ReservedStore) }},
		{Name: "nats_jetstream_account_api_requests_total", Type: metric.Counter, Help: "JetStream API requests of the account to this server.", Value: func(a *scrape.JSAccount) float64 { return float64(a.Account.API.Total) }},
		{Name: "nats_jetstream_account_api_errors_total", Type: metric.Counter, Help: "JetStream API requests of the account that this server answered with an error.", Value: func(a *scrape.JSAccount) float64 { return float64(a.Account.API.Errors) }},
	},
}

func identJSAccount(a *scrape.JSAccount, v []string) {
	identServer(a.Server, v)
	v[3], v[4], v[5] = a.Server.Info.Domain, a.Account.Id, a.Account.Name
}

// reserved returns a reservation; servers send "no limit" as -1 converted to
// unsigned.
func reserved(n uint64) float64 {
	if int64(n) < 0 {
		return number.None
	}
	return float64(n)
}
