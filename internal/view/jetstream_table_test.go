package view_test

import (
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

func TestJetStreamTables(t *testing.T) {
	last := noon.Add(-3 * time.Second)
	detail := &server.StreamDetail{Name: "ORDERS", RaftGroup: "S-R3F", Config: &server.StreamConfig{MaxBytes: 1000, Discard: server.DiscardNew, Storage: server.MemoryStorage}}
	detail.State = server.StreamState{Msgs: 51, Bytes: 850, FirstSeq: 53, LastSeq: 54, NumSubjects: 55, NumDeleted: 56, LastTime: last}
	row := &fleet.StreamRow{
		Domain: "hub", Account: "APP", Name: "ORDERS", Detail: detail, Leader: "a", Replicas: 4, Wanted: 5, Missing: 1, MaxLag: 1500, Known: true, Level: fleet.Warn, State: "c not current",
		Peers: []fleet.Replica{{Name: "b", Current: true}, {Name: "c", Lag: 1500}, {Name: "d", Offline: true}}, Rates: fleet.StreamDelta{Msgs: rate(61), Bytes: rate(-62)},
		Origins: []*fleet.OriginRow{{Role: "mirror", Name: "M"}, {Role: "source", Name: "N", Level: fleet.Warn}},
	}
	cols := view.Streams(true)
	expect(t, "stream", sheet(cols, row), `
account: APP
stream: ORDERS
domain: hub
state: c not current warn
copies: 4/5 warn
replicas: 4
replicas_wanted: 5
leader: a
peers: b,c -1500,d offline
lag: 1,500 (1500) warn
messages: 51
store_bytes: 850 B (850)
full_percent: 85.0 (85) warn
messages_per_second: 61
growth_bytes_per_second: -62 B/s (-62)
consumers: 0
subjects: 55
deleted: 56
first_sequence: 53
last_sequence: 54
last_message: 2026-03-01T11:59:57Z
storage: memory
origins: mirror M,source N warn
raft_group: S-R3F
`)
	row.Known = false
	row.Detail = &server.StreamDetail{Name: "ORDERS"}
	expect(t, "stream that a follower tells", sheet(view.Streams(false), row), `
account: APP
stream: ORDERS
domain: hub
state: c not current warn
copies: 4/5 warn
replicas: 4
replicas_wanted: 5
leader: a
peers: b,c,d
lag: - ()
messages: 0
store_bytes: 0 B (0)
full_percent: - ()
messages_per_second: 61
growth_bytes_per_second: -62 B/s (-62)
consumers: 0
subjects: 0
deleted: 0
first_sequence: 0
last_sequence: 0
last_message: - ()
storage: - ()
origins: mirror M,source N warn
raft_group: - ()
`)
	expect(t, "people", people(cols), "Account Stream State R Leader Replicas Lag Messages Bytes In/s Growth/s Consumers")
	expect(t, "people without rates", people(view.Streams(false)), "Account Stream State R Leader Replicas Lag Messages Bytes Consumers")
	expect(t, "sums", summed(cols), "messages store_bytes messages_per_second growth_bytes_per_second consumers")

	info := &server.ConsumerInfo{Config: &server.ConsumerConfig{DeliverSubject: "d"}, NumPending: 71, NumAckPending: 72, NumRedelivered: 73, NumWaiting: 74}
	info.Delivered.Stream, info.AckFloor.Stream, info.AckFloor.Last = 75, 76, &last
	con := &fleet.ConsumerRow{
		Domain: "hub", Account: "APP", Stream: "ORDERS", Name: "ship", Info: info, Leader: "a", MaxLag: 77, Known: true, Wanted: 3, Missing: 1, Level: fleet.Info, State: "paused",
		Peers: []fleet.Replica{{Name: "b", Lag: 77}}, Rates: fleet.ConsumerDelta{Delivered: rate(81), Acked: rate(82), Pending: rate(83)},
	}
	ccols := view.Consumers(true)
	expect(t, "consumer", sheet(ccols, con), `
account: APP
stream: ORDERS
consumer: ship
domain: hub
state: paused info
type: push
leader: a
copies: 2/3 warn
peers: b -77
lag: 77
pending: 71
pending_per_second: 83
delivered_per_second: 81
acked_per_second: 82
ack_pending: 72
redelivered: 73
waiting: 74
delivered_sequence: 75
ack_floor_sequence: 76
last_ack: 2026-03-01T11:59:57Z
`)
	con.Known, con.Info = false, &server.ConsumerInfo{}
	expect(t, "consumer that a follower tells", sheet(view.Consumers(false), con), `
account: APP
stream: ORDERS
consumer: ship
domain: hub
state: paused info
type: - ()
leader: a
copies: 2/3 warn
peers: b
lag: - ()
pending: 0
pending_per_second: 83
delivered_per_second: 81
acked_per_second: 82
ack_pending: 0
redelivered: 0
waiting: 0
delivered_sequence: 0
ack_floor_sequence: 0
last_ack: - ()
`)
	con.Info = &server.ConsumerInfo{Config: &server.ConsumerConfig{}}
	if line := sheet(ccols, con); !strings.Contains(line, "\ntype: pull\n") {
		t.Errorf("%s", line)
	}
	expect(t, "people", people(ccols), "Account Stream Consumer State Type Leader Lag Pending Pending/s Out/s Acked/s Ack pending Redelivered Waiting")
	expect(t, "people without rates", people(view.Consumers(false)), "Account Stream Consumer State Type Leader Lag Pending Ack pending Redelivered Waiting")
	expect(t, "sums", summed(ccols), "pending pending_per_second delivered_per_second acked_per_second ack_pending redelivered")
}

func TestOriginsTable(t *testing.T) {
	cols := view.Origins()
	expect(t, "full", sheet(cols, &fleet.OriginRow{
		Domain: "hub", Account: "APP", Stream: "COPY", Server: fullServer(), Role: "mirror", Name: "ORDERS", External: "$JS.x.API", Filter: "f.>", Lag: 1234, Heard: true, IdleSeconds: 90,
		Error: "no such stream", Level: fleet.Warn, State: "not heard from for 1m30s",
	}), `
account: APP
stream: COPY
domain: hub
role: mirror
origin: ORDERS
external: $JS.x.API
filter: f.>
state: not heard from for 1m30s warn
lag: 1,234 (1234)
idle_seconds: 1m30s (90)
error: no such stream
server: a
`)
	expect(t, "never heard", sheet(cols, &fleet.OriginRow{Stream: "COPY", Server: fullServer(), Role: "source", Name: "O", Level: fleet.Warn, State: "never reached"}), `
account: 
stream: COPY
domain: 
role: source
origin: O
external: - ()
filter: - ()
state: never reached warn
lag: - ()
idle_seconds: - ()
error: - ()
server: a
`)
	expect(t, "people", people(cols), "Account Stream Role Origin External Filter State Lag Heard")
	expect(t, "sums", summed(cols), "lag")
}

func TestMetaPeersTable(t *testing.T) {
	sv := fullServer()
	js := &server.JSInfo{Config: server.JetStreamConfig{MaxStore: 1000, MaxMemory: 2000}, Streams: 12, Consumers: 13, Messages: 14, StreamsLeader: 15}
	js.Store, js.Memory, js.HAAssets, js.API.Total, js.API.Errors = 810, 960, 1500, 18, 19
	p := &fleet.MetaPeer{Domain: "hub", Name: "b", Cluster: "C", Current: false, Offline: false, ActiveSeconds: 4, Lag: 150, Known: true, Server: sv, JS: js}
	cols := view.MetaPeers(nil)
	expect(t, "follower", sheet(cols, p), `
domain: hub
cluster: C
server: b
role: follower
current: no (false) warn
online: yes (true) warn
last_seen_seconds: 4s (4)
lag: 150 warn
ha_assets: 1,500 (1500) warn
streams: 12
streams_leader: 15
consumers: 13
messages: 14
store_bytes: 810 B (810)
store_percent: 81.0 (81) warn
memory_bytes: 960 B (960)
memory_percent: 48.0 (48)
api_requests: 18
api_errors: 19
api_requests_per_second: - ()
`)
	expect(t, "leader", sheet(cols, &fleet.MetaPeer{Name: "a", Leader: true, Current: true, Known: true}), `
domain: 
cluster: 
server: a
role: leader
current: yes (true)
online: yes (true)
last_seen_seconds: 0s (0)
lag: 0
ha_assets: - ()
streams: - ()
streams_leader: - ()
consumers: - ()
messages: - ()
store_bytes: - ()
store_percent: - ()
memory_bytes: - ()
memory_percent: - ()
api_requests: - ()
api_errors: - ()
api_requests_per_second: - ()
`)
	expect(t, "unknown", sheet(cols, &fleet.MetaPeer{Name: "c", Offline: true, Lag: 9}), `
domain: 
cluster: 
server: c
role: follower
current: - ()
online: - ()
last_seen_seconds: - ()
lag: - ()
ha_assets: - ()
streams: - ()
streams_leader: - ()
consumers: - ()
messages: - ()
store_bytes: - ()
store_percent: - ()
memory_bytes: - ()
memory_percent: - ()
api_requests: - ()
api_errors: - ()
api_requests_per_second: - ()
`)
	expect(t, "people", people(cols), "Domain Cluster Server Role Current Online Seen Lag HA Streams Leads Consumers File File% Memory API API err")
	expect(t, "people with rates", people(view.MetaPeers(&fleet.Delta{})), "Domain Cluster Server Role Current Online Seen Lag HA Streams Leads Consumers File File% Memory API API err API/s")
	expect(t, "sums", summed(cols), "streams streams_leader consumers messages store_bytes memory_bytes api_requests api_errors api_requests_per_second")
	old := *p
	old.Server = fullServer()
	old.Server.Info.Version = "2.10.0"
	if line := sheet(cols, &old); !strings.Contains(line, "\nstreams_leader: - ()\n") {
		t.Errorf("an old server does not count what it leads: %s", line)
	}
}
