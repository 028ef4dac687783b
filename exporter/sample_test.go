package exporter

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// noon is the instant of all hand-made snapshots.
var noon = time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)

func ago1(d time.Duration) time.Time { return noon.Add(-d) }

// sampleFleet is a cluster of three servers that have run for a day, a leaf
// node with a JetStream domain of its own, and one silent server.
func sampleFleet() *fleet.Snapshot {
	s := &fleet.Snapshot{
		Schema: fleet.Schema, Time: noon, TookSeconds: 0.012, Expected: 5, Counted: 5,
		Want: wantOf([]string{"servers", "consumers"}, false),
	}
	for n := 1; n <= 3; n++ {
		s.Servers = append(s.Servers, sampleServer(fmt.Sprintf("east-%d", n), "east", "hub", n))
	}
	s.Servers = append(s.Servers, sampleServer("edge", "", "edge", 4))
	s.Servers[3].Jsz.AccountDetails[0].Streams = []server.StreamDetail{sampleStream("ORDERS", "edge", 7, nil)}
	s.Servers[3].Jsz.AccountDetails[0].Store = 4548
	s.Missing = []fleet.Missing{{ID: "NW1", Name: "west-1", Cluster: "west", Reason: fleet.Silent, SeenBy: []string{"east-1", "east-2"}}}
	s.Problems = []fleet.Problem{{ServerID: "NEAST-2", Server: "east-2", Kind: fleet.Leafz, Reason: fleet.Late}}
	s.Tallies = []fleet.Tally{
		{Kind: fleet.Statsz, Answered: 4, SlowestSeconds: 0.004, Duplicates: map[string]int{"NEAST-1": 1}},
		{Kind: fleet.Leafz, Answered: 3, SlowestSeconds: 0.011},
	}
	return s
}

func sampleServer(name, cluster, domain string, n int) *fleet.Server {
	id := "N" + upper(name)
	js := &server.JetStreamVarz{
		Config: &server.JetStreamConfig{MaxMemory: 1 << 30, MaxStore: 1 << 34},
		Stats:  &server.JetStreamStats{Memory: 100, Store: 114 << 10, ReservedStore: 1 << 20, Accounts: 1, HAAssets: 2, API: server.JetStreamAPIStats{Level: 2, Total: 1000, Errors: 3, Inflight: 1}},
		Meta:   sampleMeta(name, cluster),
	}
	return &fleet.Server{
		Info:       server.ServerInfo{ID: id, Name: name, Host: "127.0.0.1", Cluster: cluster, Domain: domain, Version: "2.15.2", JetStream: true, Time: noon},
		RTTSeconds: 0.001 * float64(n),
		Statsz: &server.ServerStats{
			Start: ago1(73 * time.Hour), Mem: 50 << 20, Cores: 8, MaxProcs: 4, MemLimit: 1 << 30, CPU: 12.5,
			Connections: 10 * n, TotalConnections: uint64(1000 * n), ActiveAccounts: 2, NumSubs: 42,
			Sent: data(2000, 1<<20), Received: data(1000, 1<<19), SlowConsumers: 3,
			SlowConsumersStats: &server.SlowConsumersStats{Clients: 2, Routes: 1}, StaleConnectionStats: &server.StaleConnectionStats{Leafs: 1},
			StalledClients: 5, ActiveServers: 5, JetStream: js,
			Routes:   []*server.RouteStat{{ID: 4, Name: "peer", Sent: data(5, 50), Received: data(6, 60), Pending: 7}},
			Gateways: []*server.GatewayStat{{ID: 9, Name: "west", Sent: data(8, 80), Received: data(9, 90), NumInbound: 2}},
		},
		Varz:         sampleVarz(id, name, cluster, js),
		Routez:       &server.Routez{Now: noon, NumRoutes: 1, Routes: []*server.RouteInfo{{Rid: 4, RemoteID: "NPEER", RemoteName: "peer", RTT: "412µs", Start: ago1(73 * time.Hour), LastActivity: ago1(time.Second), InMsgs: 6, OutMsgs: 5, InBytes: 60, OutBytes: 50, Pending: 7, NumSubs: 11, Compression: "s2_fast"}}},
		Gatewayz:     sampleGatewayz(),
		Leafz:        &server.Leafz{NumLeafs: 1, Leafs: []*server.LeafInfo{{ID: 12, Name: "edge", Account: "APP", IP: "10.0.0.9", Port: 4222, RTT: "2ms", InMsgs: 1, OutMsgs: 2, InBytes: 3, OutBytes: 4, NumSubs: 5}}},
		Subsz:        &server.Subsz{SublistStats: &server.SublistStats{NumSubs: 42, NumCache: 6, NumInserts: 100, NumRemoves: 58, NumMatches: 999, CacheHitRate: 0.5, MaxFanout: 3, AvgFanout: 1.5}, Total: 42, Limit: 1024},
		AccountStatz: &server.AccountStatz{Accounts: []*server.AccountStat{{Account: "AAPP", Name: "APP", Conns: 9, LeafNodes: 1, TotalConns: 10, NumSubs: 20, Sent: links3(30, 300), Received: links3(40, 400), SlowConsumers: 2}}},
		Healthz:      &server.HealthStatus{Status: "ok", StatusCode: 200},
		Raftz:        &server.RaftzStatus{"SYS": {"_meta_": {ID: "x", State: "LEADER", Committed: 90, Applied: 89, PIndex: 91, Term: 4}}},
		Connz:        &server.Connz{NumConns: 2, Total: 2, Conns: []*server.ConnInfo{{Cid: 1, Kind: "Client", Type: "nats", Account: "APP", Lang: "go", Pending: 10, NumSubs: 2, RTT: "1ms", InMsgs: 5, OutMsgs: 6, InBytes: 7, OutBytes: 8}, {Cid: 2, Kind: "Client", Type: "mqtt", Account: "APP", Lang: "rust", TLSVersion: "1.3"}}},
		Ipqueuesz:    &server.IpqueueszStatus{"Routed JS API Requests": {Pending: 3}},
		Jsz:          sampleJsz(id, name, js, n),
	}
}

func upper(s string) string {
	b := []byte(s)
	for i := range b {
		if b[i] >= 'a' && b[i] <= 'z' {
			b[i] -= 'a' - 'A'
		}
	}
	return string(b)
}

func data(msgs, bytes int64) server.DataStats {
	return server.DataStats{MsgBytes: server.MsgBytes{Msgs: msgs, Bytes: bytes}}
}

func links3(msgs, bytes int64) server.DataStats {
	d := data(msgs, bytes)
	d.Routes, d.Gateways, d.Leafs = &server.MsgBytes{Msgs: 3, Bytes: 30}, &server.MsgBytes{Msgs: 2, Bytes: 20}, &server.MsgBytes{Msgs: 1, Bytes: 10}
	return d
}

func sampleMeta(name, cluster string) *server.MetaClusterInfo {
	if cluster == "" {
		return nil
	}
	m := &server.MetaClusterInfo{Name: cluster, Leader: "east-1", Size: 3, QuorumNeeded: 2, Pending: 4, Snapshot: &server.MetaSnapshotStats{PendingEntries: 8, PendingSize: 800, LastTime: ago1(time.Minute), LastDuration: 3 * time.Millisecond}}
	if name == "east-1" {
		m.Replicas = []*server.PeerInfo{{Name: "east-2", Current: true, Active: 50 * time.Millisecond}, {Name: "east-3", Offline: true, Active: time.Minute, Lag: 17}}
	}
	return m
}

func sampleVarz(id, name, cluster string, js *server.JetStreamVarz) *server.Varz {
	v := &server.Varz{
		ID: id, Name: name, Version: "2.15.2", GoVersion: "go1.26", GitCommit: "abc", Start: ago1(73 * time.Hour), ConfigLoadTime: ago1(time.Hour), ConfigDigest: "sha256:d1",
		MaxConn: 65536, MaxPayload: 1 << 20, MaxPending: 64 << 20, PingInterval: 2 * time.Minute, WriteDeadline: 10 * time.Second, Leafs: 1, Remotes: 2,
		Connections: 10, InMsgs: 1000, OutMsgs: 2000, SlowConsumers: 3, Subscriptions: 42, Mem: 50 << 20, CPU: 12.5, JetStream: *js,
		HTTPReqStats: map[string]uint64{"/varz": 7, "/healthz": 9}, TLSCertNotAfter: noon.Add(24 * time.Hour),
		DiskIOWaitStats: &server.DiskIOWaitStats{Waiters: 1, Waits: 2, WaitTime: 3e9, MaxWaitTime: 4e9},
	}
	v.Cluster.Name = cluster
	v.Gateway.Gateways = []server.RemoteGatewayOptsVarz{{Name: "east"}, {Name: "west"}, {Name: "north"}}
	v.TrustedOperatorsClaim = []*jwt.OperatorClaims{{ClaimsData: jwt.ClaimsData{Name: "OP", Expires: noon.Add(time.Hour).Unix()}}}
	return v
}

func sampleGatewayz() *server.Gatewayz {
	conn := func(cid uint64) *server.ConnInfo {
		return &server.ConnInfo{Cid: cid, Name: "NW1", Start: ago1(73 * time.Hour), LastActivity: ago1(2 * time.Second), Uptime: "3d1h0m0s", Idle: "2s", RTT: "5ms", InMsgs: 1, OutMsgs: 2, InBytes: 3, OutBytes: 4, NumSubs: 5, Pending: 6}
	}
	return &server.Gatewayz{
		Now: noon, Name: "east",
		OutboundGateways: map[string]*server.RemoteGatewayz{"west": {IsConfigured: true, Connection: conn(20)}},
		InboundGateways:  map[string][]*server.RemoteGatewayz{"west": {{Connection: conn(21)}, {Connection: conn(22)}}},
	}
}

func sampleJsz(id, name string, js *server.JetStreamVarz, n int) *server.JSInfo {
	info := &server.JSInfo{
		ID: id, Now: noon, JetStreamStats: *js.Stats, Config: *js.Config, Meta: js.Meta,
		Streams: 2, StreamsLeader: 1, Consumers: 2, ConsumersLeader: 1, Messages: 510, Bytes: 5100,
		AccountDetails: []*server.AccountDetail{{Name: "APP", Id: "AAPP", JetStreamStats: server.JetStreamStats{Memory: 10, Store: 114 << 10, ReservedMemory: 1 << 21, ReservedStore: ^uint64(0), API: server.JetStreamAPIStats{Total: 60, Errors: 2}}}},
	}
	if n > 3 {
		return info
	}
	replicas := []*server.PeerInfo{{Name: "east-2", Current: true, Active: time.Second}, {Name: "east-3", Current: false, Active: time.Hour, Lag: 12}}
	orders := sampleStream("ORDERS", "east-1", 500, replicas)
	orders.Consumer = []*server.ConsumerInfo{sampleConsumer("worker", "east-2", true), sampleConsumer("xK3a9", "east-1", false), sampleConsumer("pQ7b2", "east-1", false)}
	info.AccountDetails[0].Streams = append(info.AccountDetails[0].Streams, orders)
	if name == "east-3" {
		copied := sampleStream("COPY", "east-3", 10, nil)
		copied.Mirror = &server.StreamSourceInfo{Name: "ORDERS", Lag: 490, Active: 2 * time.Second, External: &server.ExternalStream{ApiPrefix: "$JS.hub.API"}}
		copied.Sources = []*server.StreamSourceInfo{{Name: "A", Active: -1}, {Name: "A", Lag: 3, Active: time.Second, FilterSubject: "x"}}
		lost := sampleStream("LOST", "", 1, nil)
		info.AccountDetails[0].Streams = append(info.AccountDetails[0].Streams, copied, lost)
	}
	return info
}

func sampleStream(name, leader string, msgs uint64, replicas []*server.PeerInfo) server.StreamDetail {
	since := ago1(time.Hour)
	return server.StreamDetail{
		Name: name, Created: ago1(48 * time.Hour), RaftGroup: "S-R" + fmt.Sprint(len(replicas)+1) + "-" + name + leader,
		Cluster: &server.ClusterInfo{Name: "east", Leader: leader, LeaderSince: &since, Replicas: replicas},
		Config:  &server.StreamConfig{Name: name, Replicas: len(replicas) + 1, MaxMsgs: -1, MaxBytes: 1 << 20, MaxAge: 24 * time.Hour, MaxConsumers: -1, Storage: server.FileStorage},
		State:   server.StreamState{Msgs: msgs, Bytes: msgs * 10, FirstSeq: 1, LastSeq: msgs, FirstTime: ago1(47 * time.Hour), LastTime: ago1(time.Second), NumSubjects: 3, Consumers: 3},
	}
}

func sampleConsumer(name, leader string, durable bool) *server.ConsumerInfo {
	last := ago1(3 * time.Second)
	c := &server.ConsumerInfo{
		Stream: "ORDERS", Name: name, Created: ago1(time.Hour), TimeStamp: noon, Config: &server.ConsumerConfig{Name: name, MaxAckPending: 1000, Description: "ships\nthem"},
		Delivered: server.SequenceInfo{Consumer: 120, Stream: 110, Last: &last}, AckFloor: server.SequenceInfo{Consumer: 100, Stream: 90},
		NumAckPending: 20, NumRedelivered: 1, NumWaiting: 2, NumPending: 390,
		Cluster: &server.ClusterInfo{Name: "east", Leader: leader, RaftGroup: "C-R3-" + name},
	}
	if durable {
		c.Config.Durable = name
	}
	return c
}

func sampleClaims() []*scrape.Claims {
	c := jwt.NewAccountClaims("AAPP")
	c.Name = "APP"
	c.Expires, c.IssuedAt = noon.Add(time.Hour).Unix(), ago1(time.Hour).Unix()
	c.Limits.Conn, c.Limits.DiskStorage, c.Limits.Streams = 100, 1<<30, -1
	return []*scrape.Claims{{ID: "AAPP", Tag: "APP", Complete: true, Jetstream: true, JWT: c}}
}

// everyCollector chooses all of them.
func everyCollector() []string {
	var names []string
	for _, c := range collectors {
		names = append(names, c.name)
	}
	return names
}

// sourceFunc is a fleet that a test makes up.
type sourceFunc func(context.Context, fleet.Want) (*fleet.Snapshot, error)

func (f sourceFunc) Snapshot(ctx context.Context, w fleet.Want) (*fleet.Snapshot, error) {
	return f(ctx, w)
}

func mustConfig(t testing.TB, opts ...Option) *config {
	t.Helper()
	cfg, err := newConfig(append([]Option{WithSurveyorNames(true)}, opts...))
	if err != nil {
		t.Fatal(err)
	}
	cfg.now = func() time.Time { return noon }
	return cfg
}

// exporterOf serves one snapshot for ever.
func exporterOf(t testing.TB, snap *fleet.Snapshot, opts ...Option) *Exporter {
	t.Helper()
	e := newExporter(mustConfig(t, opts...), sourceFunc(func(context.Context, fleet.Want) (*fleet.Snapshot, error) { return snap, nil }))
	e.claims = func(context.Context, *fleet.Snapshot) []*scrape.Claims { return sampleClaims() }
	return e
}
