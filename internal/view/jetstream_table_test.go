package view_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

func TestStreamsTable(t *testing.T) {
	last := noon.Add(-3 * time.Second)
	detail := &server.StreamDetail{Name: "ORDERS", RaftGroup: "S-R3F", Config: &server.StreamConfig{MaxBytes: 1000, Discard: server.DiscardNew, Storage: server.MemoryStorage}}
	detail.State = server.StreamState{Msgs: 51, Bytes: 850, FirstSeq: 53, LastSeq: 54, NumSubjects: 55, NumDeleted: 56, LastTime: last}
	stream := &fleet.StreamRow{
		Domain: "hub", Account: "APP", AccountID: "AKEY", Name: "ORDERS", Detail: detail, Leader: "a", Replicas: 4, Wanted: 5, Missing: 1, MaxLag: 1500, Known: true, Level: fleet.Warn, State: "c not current",
		Peers: []fleet.Replica{{Name: "b", Current: true}, {Name: "c", Lag: 1500}, {Name: "d", Offline: true}}, Rates: fleet.StreamDelta{Msgs: rate(61), Bytes: rate(-62)},
		Origins: []*fleet.OriginRow{{Role: "mirror", Name: "M"}, {Role: "source", Name: "N", Level: fleet.Warn}},
	}
	follower := *stream
	follower.Known, follower.Detail = false, &server.StreamDetail{Name: "ORDERS"}
	cols := view.Streams(true)
	sideBySide(t, `
column                  | leader                 | follower
account                 | AKEY                   | AKEY
account_name            | APP                    | APP
stream                  | ORDERS                 | ORDERS
domain                  | hub                    | hub
state                   | c not current warn     | c not current warn
copies                  | 4/5 warn               | 4/5 warn
replicas                | 4                      | 4
replicas_wanted         | 5                      | 5
leader                  | a                      | a
peers                   | b,c -1500,d offline    | b,c,d
lag                     | 1,500 (1500) warn      | - ()
messages                | 51                     | 0
store_bytes             | 850 B (850)            | 0 B (0)
full_percent            | 85.0 (85) warn         | - ()
messages_per_second     | 61                     | 61
growth_bytes_per_second | -62 B/s (-62)          | -62 B/s (-62)
consumers               | 0                      | 0
subjects                | 55                     | 0
deleted                 | 56                     | 0
first_sequence          | 53                     | 0
last_sequence           | 54                     | 0
last_message            | 2026-03-01T11:59:57Z   | - ()
storage                 | memory                 | - ()
origins                 | mirror M,source N warn | mirror M,source N warn
raft_group              | S-R3F                  | - ()
`, row("leader", cols, stream), row("follower", view.Streams(false), &follower))
	expectHeadings(t,
		head("streams", cols, "Account Stream State R Leader Replicas Lag Messages Bytes In/s Growth/s Consumers", "messages store_bytes messages_per_second growth_bytes_per_second consumers"),
		head("streams without rates", view.Streams(false), "Account Stream State R Leader Replicas Lag Messages Bytes Consumers", "messages store_bytes messages_per_second growth_bytes_per_second consumers"),
	)
}

func TestConsumersTable(t *testing.T) {
	last := noon.Add(-3 * time.Second)
	info := &server.ConsumerInfo{Config: &server.ConsumerConfig{DeliverSubject: "d", DeliverGroup: "dg", FilterSubject: "orders.eu", AckWait: 30 * time.Second, MaxAckPending: 77, MaxDeliver: 5, MaxWaiting: 79}, NumPending: 71, NumAckPending: 72, NumRedelivered: 73, NumWaiting: 74}
	info.Delivered.Stream, info.AckFloor.Stream, info.AckFloor.Last = 75, 76, &last
	con := &fleet.ConsumerRow{
		Domain: "hub", Account: "APP", AccountID: "AKEY", Stream: "ORDERS", Name: "ship", Info: info, Leader: "a", MaxLag: 77, Known: true, Wanted: 3, Missing: 1, Level: fleet.Info, State: "paused",
		Peers: []fleet.Replica{{Name: "b", Lag: 77}}, Rates: fleet.ConsumerDelta{Delivered: rate(81), Acked: rate(82), Pending: rate(83)},
	}
	follower, pull := *con, *con
	follower.Known, follower.Info = false, &server.ConsumerInfo{}
	pull.Known, pull.Info = false, &server.ConsumerInfo{Config: &server.ConsumerConfig{FilterSubjects: []string{"x", "y"}}}
	cols := view.Consumers(true)
	sideBySide(t, `
column               | leader               | follower    | pull
account              | AKEY                 | AKEY        | AKEY
account_name         | APP                  | APP         | APP
stream               | ORDERS               | ORDERS      | ORDERS
consumer             | ship                 | ship        | ship
domain               | hub                  | hub         | hub
state                | paused info          | paused info | paused info
type                 | push                 | - ()        | pull
leader               | a                    | a           | a
copies               | 2/3 warn             | 2/3 warn    | 2/3 warn
peers                | b -77                | b           | b
lag                  | 77                   | - ()        | - ()
pending              | 71                   | 0           | 0
pending_per_second   | 83                   | 83          | 83
delivered_per_second | 81                   | 81          | 81
acked_per_second     | 82                   | 82          | 82
ack_pending          | 72                   | 0           | 0
redelivered          | 73                   | 0           | 0
waiting              | 74                   | 0           | 0
delivered_sequence   | 75                   | 0           | 0
ack_floor_sequence   | 76                   | 0           | 0
filter               | orders.eu            | - ()        | x,y
queue_group          | dg                   | - ()        |
ack_wait_seconds     | 30s (30)             | - ()        | 0s (0)
max_ack_pending      | 77                   | - ()        | 0
max_deliver          | 5                    | - ()        | 0
max_waiting          | 79                   | - ()        | 0
last_ack             | 2026-03-01T11:59:57Z | - ()        | - ()
`, row("leader", cols, con), row("follower", view.Consumers(false), &follower), row("pull", cols, &pull))
	sums := "pending pending_per_second delivered_per_second acked_per_second ack_pending redelivered"
	expectHeadings(t,
		head("consumers", cols, "Account Stream Consumer State Type Leader Lag Pending Pending/s Out/s Acked/s Ack pending Redelivered Waiting", sums),
		head("consumers without rates", view.Consumers(false), "Account Stream Consumer State Type Leader Lag Pending Ack pending Redelivered Waiting", sums),
	)
}

func TestOriginsTable(t *testing.T) {
	cols := view.Origins()
	full := &fleet.OriginRow{
		Domain: "hub", Account: "APP", AccountID: "AKEY", Stream: "COPY", Server: fullServer(), Role: "mirror", Name: "ORDERS", External: "$JS.x.API", Filter: "f.>", Lag: 1234, Heard: true, IdleSeconds: 90,
		Error: "no such stream", Level: fleet.Warn, State: "not heard from for 1m30s",
	}
	never := &fleet.OriginRow{Stream: "COPY", Server: fullServer(), Role: "source", Name: "O", Level: fleet.Warn, State: "never reached"}
	sideBySide(t, `
column       | full                          | never heard
account      | AKEY                          |
account_name | APP                           |
stream       | COPY                          | COPY
domain       | hub                           |
role         | mirror                        | source
origin       | ORDERS                        | O
external     | $JS.x.API                     | - ()
filter       | f.>                           | - ()
state        | not heard from for 1m30s warn | never reached warn
lag          | 1,234 (1234)                  | - ()
idle_seconds | 1m30s (90)                    | - ()
error        | no such stream                | - ()
server       | a                             | a
`, row("full", cols, full), row("never heard", cols, never))
	expectHeadings(t, head("origins", cols, "Account Stream Role Origin External Filter State Lag Heard", "lag"))
}

func TestMetaPeersTable(t *testing.T) {
	sv := fullServer()
	js := &server.JSInfo{Config: server.JetStreamConfig{MaxStore: 1000, MaxMemory: 2000}, Streams: 12, Consumers: 13, Messages: 14, StreamsLeader: 15}
	js.Store, js.Memory, js.HAAssets, js.API.Total, js.API.Errors = 810, 960, 1500, 18, 19
	p := &fleet.MetaPeer{Domain: "hub", Name: "b", Cluster: "C", Current: false, Offline: false, ActiveSeconds: 4, Lag: 150, Known: true, Server: sv, JS: js}
	old := *p
	old.Server = fullServer()
	old.Server.Info.Version = "2.10.0"
	cols := view.MetaPeers(nil)
	sideBySide(t, `
column                  | follower          | leader     | unknown  | old: does not count what it leads
domain                  | hub               |            |          | hub
cluster                 | C                 |            |          | C
server                  | b                 | a          | c        | b
role                    | follower          | leader     | follower | follower
current                 | no (false) warn   | yes (true) | - ()     | no (false) warn
online                  | yes (true) warn   | yes (true) | - ()     | yes (true) warn
last_seen_seconds       | 4s (4)            | 0s (0)     | - ()     | 4s (4)
lag                     | 150 warn          | 0          | - ()     | 150 warn
ha_assets               | 1,500 (1500) warn | - ()       | - ()     | 1,500 (1500) warn
streams                 | 12                | - ()       | - ()     | 12
streams_leader          | 15                | - ()       | - ()     | - ()
consumers               | 13                | - ()       | - ()     | 13
messages                | 14                | - ()       | - ()     | 14
store_bytes             | 810 B (810)       | - ()       | - ()     | 810 B (810)
store_percent           | 81.0 (81) warn    | - ()       | - ()     | 81.0 (81) warn
memory_bytes            | 960 B (960)       | - ()       | - ()     | 960 B (960)
memory_percent          | 48.0 (48)         | - ()       | - ()     | 48.0 (48)
api_requests            | 18                | - ()       | - ()     | 18
api_errors              | 19                | - ()       | - ()     | 19
api_requests_per_second | - ()              | - ()       | - ()     | - ()
`, row("follower", cols, p), row("leader", cols, &fleet.MetaPeer{Name: "a", Leader: true, Current: true, Known: true}),
		row("unknown", cols, &fleet.MetaPeer{Name: "c", Offline: true, Lag: 9}), row("old: does not count what it leads", cols, &old))
	titles := "Domain Cluster Server Role Current Online Seen Lag HA Streams Leads Consumers File File% Memory API API err"
	sums := "streams streams_leader consumers messages store_bytes memory_bytes api_requests api_errors api_requests_per_second"
	expectHeadings(t, head("peers", cols, titles, sums), head("peers with rates", view.MetaPeers(&fleet.Delta{}), titles+" API/s", sums))
}
