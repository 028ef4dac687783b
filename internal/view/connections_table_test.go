package view_test

import (
	"slices"
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
	leaf, old := fullConn(), fullConn()
	leaf.Leaf, leaf.Info.Stop, leaf.Info.Reason = true, nil, ""
	old.Server.Info.Version = "2.11.9"
	bare := &fleet.ConnRow{Server: bareServer(), Info: &server.ConnInfo{Cid: 8}}
	sideBySide(t, `
column               | full                               | bare    | leaf            | old: counts no stalls
cid                  | 7                                  | 8       | 7               | 7
name                 | feed                               |         | feed            | feed
server               | a                                  | z       | a               | a
cluster              | C                                  | Z       | C               | C
account              | APP                                |         | APP             | APP
user                 | kim                                |         | kim             | kim
ip                   | 10.1.1.1                           |         | 10.1.1.1        | 10.1.1.1
port                 | 5050                               | 0       | 5050            | 5050
kind                 | Client                             |         | Client          | Client
type                 | nats                               |         | nats            | nats
own                  | no (false)                         | no (false) | no (false)   | no (false)
reason               | Slow Consumer (Pending Bytes) crit |         |                 | Slow Consumer (Pending Bytes) crit
stopped              | 2026-03-01T11:59:00Z               | - ()    | - ()            | 2026-03-01T11:59:00Z
subs                 | 71                                 | 0       | 71              | 71
in_msgs_per_second   | 71                                 | - ()    | 71              | 71
out_msgs_per_second  | 72                                 | - ()    | 72              | 72
in_bytes_per_second  | 73 B/s (73)                        | - ()    | 73 B/s (73)     | 73 B/s (73)
out_bytes_per_second | 74 B/s (74)                        | - ()    | 74 B/s (74)     | 74 B/s (74)
in_msgs              | 91                                 | 0       | 91              | 91
out_msgs             | 92                                 | 0       | 92              | 92
in_bytes             | 93 B (93)                          | 0 B (0) | 93 B (93)       | 93 B (93)
out_bytes            | 94 B (94)                          | 0 B (0) | 94 B (94)       | 94 B (94)
pending_bytes        | 800 B (800)                        | 0 B (0) | - ()            | 800 B (800)
stalls               | 95                                 | 0       | - ()            | - ()
rtt_seconds          | 1.50ms (0.0015)                    | - ()    | 1.50ms (0.0015) | 1.50ms (0.0015)
uptime_seconds       | 1m21s (81)                         | - ()    | 1m21s (81)      | 1m21s (81)
idle_seconds         | 1m22s (82)                         | - ()    | 1m22s (82)      | 1m22s (82)
lang                 | go                                 |         | go              | go
version              | 1.40                               |         | 1.40            | 1.40
tls_version          | 1.3                                |         | 1.3             | 1.3
mqtt_client          | mq                                 |         | mq              | mq
tags                 | t1,t2                              |         | t1,t2           | t1,t2
started              | 2026-03-01T11:58:39Z               | - ()    | - ()            | 2026-03-01T11:58:39Z
subscriptions        | x.>,y                              | - ()    | x.>,y           | x.>,y
`, row("full", cols, fullConn()), row("bare", cols, bare), row("leaf", view.Connections(false, false), leaf), row("old: counts no stalls", cols, old))
	sums := "subs in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes pending_bytes stalls"
	expectHeadings(t,
		head("closed", cols, "CID Name Server Account IP Reason Closed Subs In/s Out/s In B/s Out B/s Pending RTT Uptime Idle", sums),
		head("open, without rates", view.Connections(false, false), "CID Name Server Account IP Subs In msgs Out msgs In bytes Out bytes Pending RTT Uptime Idle", sums),
	)
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
	app := &fleet.AccountRow{
		Name: "ACCKEY", Label: "shop", System: true, Servers: 11, Conns: 12, Leafs: 13, Ever: 14, Subs: 15, Slow: 16, Traffic: traffic(20),
		Counters: fleet.Counters{InMsgs: 31, OutMsgs: 32, InBytes: 33, OutBytes: 34},
		JS:       &fleet.AccountUse{Streams: 41, Consumers: 42, Store: 43, Memory: 44},
	}
	uncounted := *app
	uncounted.JS = &fleet.AccountUse{Streams: 51, Consumers: -1, Store: 53, Memory: 54}
	sideBySide(t, `
column               | full        | bare       | consumers that nobody could count
account              | ACCKEY      | b          | ACCKEY
label                | shop        |            | shop
system               | yes (true)  | no (false) | yes (true)
servers              | 11          | 0          | 11
conns                | 12          | 0          | 12
leafs                | 13          | 0          | 13
subs                 | 15          | - ()       | 15
in_msgs_per_second   | 21          | - ()       | 21
out_msgs_per_second  | 22          | - ()       | 22
in_bytes_per_second  | 23 B/s (23) | - ()       | 23 B/s (23)
out_bytes_per_second | 24 B/s (24) | - ()       | 24 B/s (24)
in_msgs              | 31          | 0          | 31
out_msgs             | 32          | 0          | 32
in_bytes             | 33 B (33)   | 0 B (0)    | 33 B (33)
out_bytes            | 34 B (34)   | 0 B (0)    | 34 B (34)
slow_consumers       | 16 warn     | 0          | 16 warn
total_conns          | 14          | 0          | 14
streams              | 41          | - ()       | 51
consumers            | 42          | - ()       | - ()
store_bytes          | 43 B (43)   | - ()       | 53 B (53)
memory_bytes         | 44 B (44)   | - ()       | 54 B (54)
`, row("full", cols, app), row("bare", view.Accounts(false), &fleet.AccountRow{Name: "b", NoSubs: true, Subs: 9}),
		row("consumers that nobody could count", cols, &uncounted))
	sums := "conns leafs subs in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes slow_consumers total_conns streams consumers store_bytes memory_bytes"
	expectHeadings(t,
		head("accounts", cols, "Account Servers Conns Leafs Subs In/s Out/s In B/s Out B/s Slow", sums),
		head("accounts without rates", view.Accounts(false), "Account Servers Conns Leafs Subs In msgs Out msgs In bytes Out bytes Slow", sums),
	)
}
