package view_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

func fullServer() *fleet.Server {
	sv := &fleet.Server{RTTSeconds: 0.0021}
	sv.Info = server.ServerInfo{
		ID: "IDA", Name: "a", Cluster: "C", Host: "10.0.0.9", Version: "2.15.1", Domain: "hub", Time: noon, Tags: []string{"az:1", "ssd"},
	}
	sv.Info.SetJetStreamEnabled()
	st := &server.ServerStats{
		Start: noon.Add(-90 * time.Minute), Mem: 850 << 20, MemLimit: 1000 << 20, CPU: 390, Cores: 8, MaxProcs: 4, Connections: 31, TotalConnections: 32,
		NumSubs: 33, ActiveAccounts: 34, SlowConsumers: 35, Gateways: []*server.GatewayStat{{}, {}},
		Routes: []*server.RouteStat{{Name: "b"}, {Name: "b"}, {Name: "c"}, nil, {Name: "d"}},
	}
	st.Received.Msgs, st.Received.Bytes, st.Sent.Msgs, st.Sent.Bytes = 1041, 1042, 1043, 1044
	st.JetStream = &server.JetStreamVarz{Stats: &server.JetStreamStats{Memory: 5 << 20}}
	sv.Statsz = st
	sv.Varz = &server.Varz{
		Leafs: 51, MaxPending: 1000, MemLimit: 9 << 30, ConfigDigest: "sha:1", ConfigLoadTime: noon.Add(-time.Hour), Start: noon.Add(-2 * time.Hour),
		GoVersion: "go1.26", GitCommit: "abc123",
	}
	sv.Subsz = &server.Subsz{SublistStats: &server.SublistStats{
		NumSubs: 61, NumCache: 62, NumInserts: 63, NumRemoves: 64, NumMatches: 65, CacheHitRate: 0.666, MaxFanout: 67, AvgFanout: 6.8,
	}}
	return sv
}

func bareServer() *fleet.Server {
	return &fleet.Server{Info: server.ServerInfo{ID: "IDZ", Name: "z", Cluster: "Z"}}
}

func TestServersTable(t *testing.T) {
	newer := bareServer()
	newer.Info.Version = "2.15.2"
	cols := view.Servers(&fleet.Snapshot{Servers: []*fleet.Server{fullServer(), newer}})
	sideBySide(t, `
column         | full                     | bare
cluster        | C                        | Z
name           | a                        | z
host           | 10.0.0.9                 |
id             | IDA                      | IDZ
version        | 2.15.1 warn              |
jetstream      | yes (true)               | - ()
domain         | hub                      |
tags           | az:1,ssd                 |
conns          | 31                       | - ()
subs           | 33                       | - ()
routes         | 3                        | - ()
gateways       | 2                        | - ()
leafs          | 51                       | - ()
mem_bytes      | 850 MiB (891289600) warn | - ()
cpu_percent    | 390.0 (390) crit         | - ()
cores          | 8                        | - ()
slow_consumers | 35 warn                  | - ()
accounts       | 34                       | - ()
total_conns    | 32                       | - ()
in_msgs        | 1,041 (1041)             | - ()
in_bytes       | 1.02 KiB (1042)          | - ()
out_msgs       | 1,043 (1043)             | - ()
out_bytes      | 1.02 KiB (1044)          | - ()
uptime_seconds | 1h30m (5400)             | - ()
rtt_seconds    | 2.10ms (0.0021)          | - ()
`, row("full", cols, fullServer()), row("bare", cols, bareServer()))
	expectHeadings(t, head("servers", cols, "Cluster Name Host Version JS Conns Subs Routes GWs Leafs Mem CPU% Slow Uptime Reply",
		"conns subs leafs mem_bytes cpu_percent cores slow_consumers total_conns in_msgs in_bytes out_msgs out_bytes"))
	quiet := fullServer()
	quiet.Info.Version = "2.15.2"
	quiet.Statsz.SlowConsumers, quiet.Statsz.MaxProcs, quiet.Statsz.MemLimit = 0, 0, 0
	for _, cell := range view.Cells(cols, quiet) {
		if cell.Level != fleet.OK {
			t.Errorf("%v is marked %s", cell.Raw, cell.Level)
		}
	}
}

func TestVersionsTable(t *testing.T) {
	cols := view.Versions()
	n := &fleet.Node{ID: "IDA", Name: "a", Cluster: "C", Version: "2.15.1", VersionSkew: true, ConfigSkew: true, Server: fullServer()}
	old := &fleet.Node{Name: "o", Version: "2.9.0", Server: fullServer()}
	old.Server.Info.Version = "2.9.0"
	sideBySide(t, `
column        | full                 | old                  | silent
cluster       | C                    |                      |
server        | a                    | o                    | s
version       | 2.15.1 warn          | 2.9.0                |
version_skew  | yes (true)           | no (false)           | no (false)
config_digest | sha:1 warn           | - ()                 | - ()
config_skew   | yes (true) warn      | - ()                 | - ()
config_loaded | 2026-03-01T11:00:00Z | 2026-03-01T11:00:00Z | - ()
started       | 2026-03-01T10:00:00Z | 2026-03-01T10:00:00Z | - ()
go            | go1.26               | go1.26               | - ()
git_commit    | abc123               | abc123               | - ()
id            | IDA                  |                      |
`, row("full", cols, n), row("old", cols, old), row("silent", cols, &fleet.Node{Name: "s"}))
	expectHeadings(t, head("versions", cols, "Cluster Server Version Config skew Loaded Started", ""))
}
