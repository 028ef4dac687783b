package exporter

import (
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// jsServer is what one server says about JetStream as a whole: from JSZ, which
// says most, or else from STATSZ.
type jsServer struct {
	sv *fleet.Server
	*server.JSInfo
}

var jsLabels = with(serverLabels, "domain")

func identJS(s *jsServer, v []string) {
	identServer(s.sv, v)
	v[3] = s.sv.Info.Domain
}

func eachJS(v *view, yield func(*jsServer)) {
	for _, sv := range v.snap.Servers {
		if sv.Jsz != nil {
			yield(&jsServer{sv, sv.Jsz})
		}
	}
}

// running skips servers on which JetStream is off.
func running(value func(*server.JSInfo) float64) func(*jsServer) float64 {
	return func(s *jsServer) float64 {
		if s.Disabled {
			return none
		}
		return value(s.JSInfo)
	}
}

// reported also skips servers too old to tell.
func reported(f fleet.Field, value func(*server.JSInfo) float64) func(*jsServer) float64 {
	return func(s *jsServer) float64 { return told(s.sv, f, running(value)(s)) }
}

var serverJetStream = &group[*jsServer]{
	set: Native, collector: "jetstream", labels: jsLabels, each: eachJS, ident: identJS,
	rows: []row[*jsServer]{
		{name: "nats_jetstream_enabled", help: "1 if JetStream runs on the server.", value: func(s *jsServer) float64 { return flag(!s.Disabled) }},
		{name: "nats_jetstream_memory_used_bytes", help: "Memory that streams use on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.Memory) })},
		{name: "nats_jetstream_memory_reserved_bytes", help: "Memory promised to accounts and streams on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.ReservedMemory) })},
		{name: "nats_jetstream_memory_max_bytes", help: "The most memory that streams may use on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.Config.MaxMemory) })},
		{name: "nats_jetstream_storage_used_bytes", help: "Disk space that streams use on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.Store) })},
		{name: "nats_jetstream_storage_reserved_bytes", help: "Disk space promised to accounts and streams on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.ReservedStore) })},
		{name: "nats_jetstream_storage_max_bytes", help: "The most disk space that streams may use on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.Config.MaxStore) })},
		{name: "nats_jetstream_accounts", help: "Accounts with JetStream on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.Accounts) })},
		{name: "nats_jetstream_ha_assets", help: "Replicas of streams and consumers with more than one, on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.HAAssets) })},
		{name: "nats_jetstream_api_level", help: "The level of the JetStream API that the server speaks.", value: reported(fleet.FieldAPILevel, func(j *server.JSInfo) float64 { return float64(j.API.Level) })},
		{name: "nats_jetstream_api_requests_total", typ: Counter, help: "JetStream API requests to the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.API.Total) })},
		{name: "nats_jetstream_api_errors_total", typ: Counter, help: "JetStream API requests that the server answered with an error.", value: running(func(j *server.JSInfo) float64 { return float64(j.API.Errors) })},
		{name: "nats_jetstream_api_inflight", help: "JetStream API requests being answered now.", value: running(func(j *server.JSInfo) float64 { return float64(j.API.Inflight) })},
		{name: "nats_jetstream_streams", help: "Replicas of streams on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.Streams) })},
		{name: "nats_jetstream_streams_led", help: "Streams that the server leads; their sum over the servers is the number of streams.", value: reported(fleet.FieldStreamsLeader, func(j *server.JSInfo) float64 { return float64(j.StreamsLeader) })},
		{name: "nats_jetstream_consumers", help: "Replicas of consumers on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.Consumers) })},
		{name: "nats_jetstream_consumers_led", help: "Consumers that the server leads; their sum over the servers is the number of consumers.", value: reported(fleet.FieldStreamsLeader, func(j *server.JSInfo) float64 { return float64(j.ConsumersLeader) })},
		{name: "nats_jetstream_messages", help: "Messages in the replicas on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.Messages) })},
		{name: "nats_jetstream_bytes", help: "Bytes in the replicas on the server.", value: running(func(j *server.JSInfo) float64 { return float64(j.Bytes) })},
	},
}

// meta is the meta group as one server sees it.
type meta struct {
	sv *fleet.Server
	*server.MetaClusterInfo
}

// eachMeta walks the servers that are in a meta group, from JSZ or STATSZ.
func eachMeta(v *view, yield func(*meta)) {
	for _, sv := range v.snap.Servers {
		switch {
		case sv.Jsz != nil && sv.Jsz.Meta != nil:
			yield(&meta{sv, sv.Jsz.Meta})
		case sv.Jsz == nil && sv.Statsz != nil && sv.Statsz.JetStream != nil && sv.Statsz.JetStream.Meta != nil:
			yield(&meta{sv, sv.Statsz.JetStream.Meta})
		}
	}
}

func (m *meta) leads() bool { return m.Leader != "" && m.Leader == m.sv.Info.Name }

// snapshotOf skips servers that say nothing about the meta group's snapshot.
func snapshotOf(value func(*server.MetaSnapshotStats) float64) func(*meta) float64 {
	return func(m *meta) float64 {
		if m.Snapshot == nil {
			return none
		}
		return value(m.Snapshot)
	}
}

var metaGroup = &group[*meta]{
	set: Native, collector: "jetstream", labels: jsLabels, each: eachMeta,
	ident: func(m *meta, v []string) {
		identServer(m.sv, v)
		v[3] = m.sv.Info.Domain
	},
	rows: []row[*meta]{
		{name: "nats_jetstream_meta_leader", help: "1 on the server that leads the meta group.", value: func(m *meta) float64 { return flag(m.leads()) }},
		{name: "nats_jetstream_meta_leader_known", help: "1 if the server knows a leader of the meta group; 0 everywhere means that JetStream cannot be changed.", value: func(m *meta) float64 { return flag(m.Leader != "") }},
		{name: "nats_jetstream_meta_peers", help: "Servers of the meta group, as this one counts them.", value: func(m *meta) float64 { return positive(int64(m.Size)) }},
		{name: "nats_jetstream_meta_quorum_needed", help: "Servers of the meta group that must be up for it to work; absent on servers that do not tell.", value: func(m *meta) float64 { return positive(int64(m.QuorumNeeded)) }},
		{name: "nats_jetstream_meta_rescue", help: "1 while the meta group runs in rescue mode, below its quorum.", value: func(m *meta) float64 { return told(m.sv, fleet.FieldMetaQuorum, flag(m.Rescue)) }},
		{name: "nats_jetstream_meta_pending", help: "JetStream API requests that wait on this server.", value: func(m *meta) float64 { return told(m.sv, fleet.FieldMetaPending, float64(m.Pending)) }},
		{name: "nats_jetstream_meta_snapshot_pending_entries", help: "Entries of the meta group's log since its last snapshot.", value: snapshotOf(func(s *server.MetaSnapshotStats) float64 { return float64(s.PendingEntries) })},
		{name: "nats_jetstream_meta_snapshot_pending_bytes", help: "Bytes of the meta group's log since its last snapshot.", value: snapshotOf(func(s *server.MetaSnapshotStats) float64 { return float64(s.PendingSize) })},
		{name: "nats_jetstream_meta_snapshot_timestamp_seconds", help: "When the meta group's last snapshot was made on this server.", value: snapshotOf(func(s *server.MetaSnapshotStats) float64 { return unix(s.LastTime) })},
		{name: "nats_jetstream_meta_snapshot_duration_seconds", help: "How long the meta group's last snapshot took on this server.", value: snapshotOf(func(s *server.MetaSnapshotStats) float64 { return s.LastDuration.Seconds() })},
	},
}

// peer is another member of a raft group, as the group's leader sees it.
type peer struct {
	*meta
	p *server.PeerInfo
}

var metaPeers = &group[*peer]{
	set: Native, collector: "jetstream", labels: with(jsLabels, "peer"),
	each: func(v *view, yield func(*peer)) {
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
	ident: func(p *peer, v []string) {
		identServer(p.sv, v)
		v[3], v[4] = p.sv.Info.Domain, p.p.Name
	},
	rows: []row[*peer]{
		{name: "nats_jetstream_meta_peer_current", help: "1 if the peer has all of the meta group's log, as the leader sees it.", value: func(p *peer) float64 { return flag(p.p.Current) }},
		{name: "nats_jetstream_meta_peer_offline", help: "1 if the leader has lost sight of the peer.", value: func(p *peer) float64 { return flag(p.p.Offline) }},
		{name: "nats_jetstream_meta_peer_lag", help: "Entries of the meta group's log that the peer lacks.", value: func(p *peer) float64 { return float64(p.p.Lag) }},
		{name: "nats_jetstream_meta_peer_seen_seconds", help: "How long since the leader heard of the peer.", value: func(p *peer) float64 { return p.p.Active.Seconds() }},
	},
}

var jsAccounts = &group[*jsAccount]{
	set: Native, collector: "streams", labels: with(jsLabels, "account", "account_name"),
	each: func(v *view, yield func(*jsAccount)) {
		for _, a := range v.jsAccounts {
			yield(a)
		}
	},
	ident: identJSAccount,
	rows: []row[*jsAccount]{
		{name: "nats_jetstream_account_memory_used_bytes", help: "Memory that the account's streams use in the whole domain, as this server knows it: take the maximum over servers, not the sum.", value: func(a *jsAccount) float64 { return float64(a.d.Memory) }},
		{name: "nats_jetstream_account_storage_used_bytes", help: "Disk space that the account's streams use in the whole domain, as this server knows it: take the maximum over servers, not the sum.", value: func(a *jsAccount) float64 { return float64(a.d.Store) }},
		{name: "nats_jetstream_account_memory_reserved_bytes", help: "Memory promised to the account; absent if not limited.", value: func(a *jsAccount) float64 { return reserved(a.d.ReservedMemory) }},
		{name: "nats_jetstream_account_storage_reserved_bytes", help: "Disk space promised to the account; absent if not limited.", value: func(a *jsAccount) float64 { return reserved(a.d.ReservedStore) }},
		{name: "nats_jetstream_account_api_requests_total", typ: Counter, help: "JetStream API requests of the account to this server.", value: func(a *jsAccount) float64 { return float64(a.d.API.Total) }},
		{name: "nats_jetstream_account_api_errors_total", typ: Counter, help: "JetStream API requests of the account that this server answered with an error.", value: func(a *jsAccount) float64 { return float64(a.d.API.Errors) }},
	},
}

func identJSAccount(a *jsAccount, v []string) {
	identServer(a.sv, v)
	v[3], v[4], v[5] = a.sv.Info.Domain, a.d.Id, a.d.Name
}

// reserved returns a reservation; servers send "no limit" as -1 turned
// unsigned.
func reserved(n uint64) float64 {
	if int64(n) < 0 {
		return none
	}
	return float64(n)
}
