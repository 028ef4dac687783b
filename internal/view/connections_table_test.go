package view_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

func fullConn() *fleet.ConnRow {
	stop := noon.Add(-time.Minute)
	return &fleet.ConnRow{
		Server: fullServer(), Traffic: traffic(70), UptimeSeconds: 81, IdleSeconds: 82,
		Info: &server.ConnInfo{
			Cid: 7, Name: "feed", Kind: "Client", Type: "nats", IP: "10.1.1.1", Port: 5050, Account: "APP", AuthorizedUser: "kim", Reason: "Slow Consumer (Pending Bytes)",
			Stop: &stop, NumSubs: 71, InMsgs: 91, OutMsgs: 92, InBytes: 93, OutBytes: 94, Pending: 800, Stalls: 95, RTT: "1.5ms", Start: noon.Add(-81 * time.Second),
			LastActivity: noon.Add(-82 * time.Second), Lang: "go", Version: "1.40", TLSVersion: "1.3", MQTTClient: "mq", Tags: []string{"t1", "t2"}, Subs: []string{"x.>", "y"},
		},
	}
}

func TestConnectionsTable(t *testing.T) {
	cols := view.Connections(true, true)
	expect(t, "full", sheet(cols, fullConn()), `
cid: 7
name: feed
server: a
cluster: C
account: APP
user: kim
ip: 10.1.1.1
port: 5050
kind: Client
type: nats
reason: Slow Consumer (Pending Bytes) crit
stopped: 2026-03-01T11:59:00Z
subs: 71
in_msgs_per_second: 71
out_msgs_per_second: 72
in_bytes_per_second: 73 B/s (73)
out_bytes_per_second: 74 B/s (74)
in_msgs: 91
out_msgs: 92
in_bytes: 93 B (93)
out_bytes: 94 B (94)
pending_bytes: 800 B (800)
stalls: 95
rtt_seconds: 1.50ms (0.0015)
uptime_seconds: 1m21s (81)
idle_seconds: 1m22s (82)
lang: go
version: 1.40
tls_version: 1.3
mqtt_client: mq
tags: t1,t2
started: 2026-03-01T11:58:39Z
subscriptions: x.>,y
`)
	bare := &fleet.ConnRow{Server: bareServer(), Info: &server.ConnInfo{Cid: 8}}
	expect(t, "bare", sheet(cols, bare), `
cid: 8
name: 
server: z
cluster: Z
account: 
user: 
ip: 
port: 0
kind: 
type: 
reason: 
stopped: - ()
subs: 0
in_msgs_per_second: - ()
out_msgs_per_second: - ()
in_bytes_per_second: - ()
out_bytes_per_second: - ()
in_msgs: 0
out_msgs: 0
in_bytes: 0 B (0)
out_bytes: 0 B (0)
pending_bytes: 0 B (0)
stalls: 0
rtt_seconds: - ()
uptime_seconds: - ()
idle_seconds: - ()
lang: 
version: 
tls_version: 
mqtt_client: 
tags: 
started: - ()
subscriptions: - ()
`)
	leaf := fullConn()
	leaf.Leaf, leaf.Info.Stop, leaf.Info.Reason = true, nil, ""
	expect(t, "leaf", sheet(view.Connections(false, false), leaf), `
cid: 7
name: feed
server: a
cluster: C
account: APP
user: kim
ip: 10.1.1.1
port: 5050
kind: Client
type: nats
reason: 
stopped: - ()
subs: 71
in_msgs_per_second: 71
out_msgs_per_second: 72
in_bytes_per_second: 73 B/s (73)
out_bytes_per_second: 74 B/s (74)
in_msgs: 91
out_msgs: 92
in_bytes: 93 B (93)
out_bytes: 94 B (94)
pending_bytes: - ()
stalls: - ()
rtt_seconds: 1.50ms (0.0015)
uptime_seconds: 1m21s (81)
idle_seconds: 1m22s (82)
lang: go
version: 1.40
tls_version: 1.3
mqtt_client: mq
tags: t1,t2
started: - ()
subscriptions: x.>,y
`)
	expect(t, "people", people(cols), "CID Name Server Account IP Reason Closed Subs In/s Out/s In B/s Out B/s Pending RTT Uptime Idle")
	expect(t, "people without rates", people(view.Connections(false, false)), "CID Name Server Account IP Subs In msgs Out msgs In bytes Out bytes Pending RTT Uptime Idle")
	expect(t, "sums", summed(cols), "subs in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes pending_bytes stalls")
	old := fullConn()
	old.Server.Info.Version = "2.11.9"
	if line := sheet(cols, old); !strings.Contains(line, "stalls: -") {
		t.Errorf("an old server counts no stalls: %s", line)
	}
}

func TestConnectionMarks(t *testing.T) {
	cols := view.Connections(false, true)
	mark := func(name string, r *fleet.ConnRow) fleet.Level {
		i := slices.IndexFunc(cols, func(c view.Column[*fleet.ConnRow]) bool { return c.Name == name })
		return view.Cells(cols, r)[i].Level
	}
	for reason, want := range map[string]fleet.Level{
		"": fleet.OK, "Client Closed": fleet.OK, "Server Shutdown": fleet.OK, "Stale Connection": fleet.Warn, "Write Error": fleet.Warn,
		"Slow Consumer (Write Deadline)": fleet.Crit, "Authentication Failure": fleet.Crit, "Maximum Connections Exceeded": fleet.Crit,
	} {
		r := fullConn()
		r.Info.Reason = reason
		if got := mark("reason", r); got != want {
			t.Errorf("%q is %s, want %s", reason, got, want)
		}
	}
	for pending, want := range map[int]fleet.Level{0: fleet.OK, 249: fleet.OK, 250: fleet.Warn, 749: fleet.Warn, 750: fleet.Crit} {
		r := fullConn()
		r.Info.Stop, r.Info.Pending = nil, pending
		if got := mark("pending_bytes", r); got != want {
			t.Errorf("%d of 1000 pending is %s, want %s", pending, got, want)
		}
		r.Server.Varz.MaxPending = 0
		if got := mark("pending_bytes", r); got != fleet.OK {
			t.Errorf("pending without a most is %s", got)
		}
		r.Server.Varz = nil
		if got := mark("pending_bytes", r); got != fleet.OK {
			t.Errorf("pending of a server that does not tell its most is %s", got)
		}
	}
	if closed := fullConn(); mark("pending_bytes", closed) != fleet.OK {
		t.Error("what was pending on a closed connection is marked")
	}
}

func TestAccountsTable(t *testing.T) {
	cols := view.Accounts(true)
	row := &fleet.AccountRow{
		Name: "ACCKEY", Label: "shop", System: true, Servers: 11, Conns: 12, Leafs: 13, Ever: 14, Subs: 15, Slow: 16, Traffic: traffic(20),
		Counters: fleet.Counters{InMsgs: 31, OutMsgs: 32, InBytes: 33, OutBytes: 34},
		JS:       &fleet.AccountUse{Streams: 41, Consumers: 42, Store: 43, Memory: 44},
	}
	expect(t, "full", sheet(cols, row), `
account: ACCKEY
label: shop
system: yes (true)
servers: 11
conns: 12
leafs: 13
subs: 15
in_msgs_per_second: 21
out_msgs_per_second: 22
in_bytes_per_second: 23 B/s (23)
out_bytes_per_second: 24 B/s (24)
in_msgs: 31
out_msgs: 32
in_bytes: 33 B (33)
out_bytes: 34 B (34)
slow_consumers: 16 warn
total_conns: 14
streams: 41
consumers: 42
store_bytes: 43 B (43)
memory_bytes: 44 B (44)
`)
	expect(t, "bare", sheet(view.Accounts(false), &fleet.AccountRow{Name: "b", NoSubs: true, Subs: 9}), `
account: b
label: 
system: no (false)
servers: 0
conns: 0
leafs: 0
subs: - ()
in_msgs_per_second: - ()
out_msgs_per_second: - ()
in_bytes_per_second: - ()
out_bytes_per_second: - ()
in_msgs: 0
out_msgs: 0
in_bytes: 0 B (0)
out_bytes: 0 B (0)
slow_consumers: 0
total_conns: 0
streams: - ()
consumers: - ()
store_bytes: - ()
memory_bytes: - ()
`)
	row.JS.Consumers = -1
	if line := sheet(cols, row); !strings.Contains(line, "\nconsumers: - ()\n") {
		t.Errorf("consumers that nobody could count: %s", line)
	}
	expect(t, "people", people(cols), "Account Servers Conns Leafs Subs In/s Out/s In B/s Out B/s Slow")
	expect(t, "people without rates", people(view.Accounts(false)), "Account Servers Conns Leafs Subs In msgs Out msgs In bytes Out bytes Slow")
	expect(t, "sums", summed(cols), "conns leafs subs in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes slow_consumers total_conns streams consumers store_bytes memory_bytes")
}
