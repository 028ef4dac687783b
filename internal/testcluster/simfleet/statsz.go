package simfleet

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Where the messages of a server go, as shares of what its clients send.
const (
	shareOut     = 2.5
	shareRoute   = 0.4
	shareGateway = 0.1
	shareLeaf    = 0.05
	msgSize      = 512
)

// data is a number of messages a second as the total so far.
func (n *node) data(share float64) server.MsgBytes {
	m := n.total(float64(n.rate) * share)
	return server.MsgBytes{Msgs: m, Bytes: m * msgSize}
}

func (n *node) dataStats(share float64) server.DataStats {
	route := n.data(share * shareRoute)
	d := server.DataStats{MsgBytes: n.data(share), Routes: &route}
	if n.cluster.hub && len(n.fleet.clusters) > 1 {
		gateway := n.data(share * shareGateway)
		d.Gateways = &gateway
	}
	if n.up != nil || len(n.down) > 0 {
		leaf := n.data(share * shareLeaf)
		d.Leafs = &leaf
	}
	return d
}

func (n *node) statsz() *server.ServerStats {
	s := &server.ServerStats{
		Start: n.start(), Mem: n.mem(), Cores: n.cores, CPU: n.cpu(), MaxProcs: n.cores,
		Connections: n.fleet.spec.Conns, TotalConnections: uint64(n.fleet.spec.Conns + len(n.closed())), //nolint:gosec // small
		ActiveAccounts: min(n.fleet.spec.Accounts, n.fleet.spec.Conns) + 1, NumSubs: n.subs(),
		Sent: n.dataStats(shareOut), SentToClients: n.dataStats(shareOut * 0.8),
		Received: n.dataStats(1.4), ReceivedFromClients: n.dataStats(1),
		SlowConsumersStats: &server.SlowConsumersStats{}, StaleConnectionStats: &server.StaleConnectionStats{},
		ActiveServers: n.activeServers(), JetStream: n.jetStream(),
	}
	for i, r := range n.routes() {
		s.Routes = append(s.Routes, &server.RouteStat{
			ID: uint64(10 + i), Name: r.peer.info.Name, //nolint:gosec // an index
			Sent: server.DataStats{MsgBytes: r.out}, Received: server.DataStats{MsgBytes: r.in},
		})
	}
	for i, g := range n.gateways() {
		s.Gateways = append(s.Gateways, &server.GatewayStat{
			ID: uint64(500 + i), Name: g.to.cluster.name, NumInbound: len(g.to.cluster.nodes), //nolint:gosec // an index
			Sent: server.DataStats{MsgBytes: g.out}, Received: server.DataStats{MsgBytes: g.in},
		})
	}
	return s
}

func (n *node) activeServers() int {
	n.mu.Lock()
	defer n.mu.Unlock()
	if k := n.fault.ActiveServers; k != 0 {
		return k
	}
	return len(n.fleet.nodes)
}

func (n *node) mem() int64 { return 30<<20 + int64(n.fleet.spec.Conns)<<15 + n.rate<<10 }

func (n *node) cpu() float64 { return float64(n.rate) / 50 }

// subs is the number of subscriptions on the server.
func (n *node) subs() uint32 { return uint32(60 + 5*n.fleet.spec.Conns) } //nolint:gosec // small

func (n *node) varz() *server.Varz {
	st, now := n.statsz(), n.fleet.now()
	v := &server.Varz{
		ID: n.info.ID, Name: n.info.Name, Version: n.version(), Proto: 1, GitCommit: "1f2e3d4", GoVersion: "go1.26.3",
		Host: "0.0.0.0", Port: 4222, IP: n.ip, AuthRequired: true, MaxConn: 65536, PingInterval: 2 * time.Minute, MaxPingsOut: 2,
		HTTPHost: "127.0.0.1", HTTPPort: 8222, AuthTimeout: 2, MaxControlLine: 4096, MaxPayload: 1 << 20, MaxPending: 64 << 20,
		ClientConnectURLs: []string{n.ip + ":4222"}, TLSTimeout: 2, WriteDeadline: 10 * time.Second, WriteTimeout: "close",
		Start: st.Start, Now: now, Uptime: uptime(n.uptime()), Mem: st.Mem, Cores: st.Cores, MaxProcs: st.MaxProcs, CPU: st.CPU,
		Connections: st.Connections, TotalConnections: st.TotalConnections, Routes: len(st.Routes), Remotes: len(n.peers()),
		Leafs: len(n.leafs()), InMsgs: st.Received.Msgs, InBytes: st.Received.Bytes,
		InClientMsgs: st.ReceivedFromClients.Msgs, InClientBytes: st.ReceivedFromClients.Bytes,
		OutMsgs: st.Sent.Msgs, OutBytes: st.Sent.Bytes, OutClientMsgs: st.SentToClients.Msgs, OutClientBytes: st.SentToClients.Bytes,
		Subscriptions: st.NumSubs, HTTPReqStats: map[string]uint64{"/": 0, "/varz": 3, "/healthz": 120},
		ConfigLoadTime: st.Start, Tags: n.info.Tags, FeatureFlags: featureFlags, SystemAccount: systemAccount,
		SlowConsumersStats: st.SlowConsumersStats, StaleConnectionStats: st.StaleConnectionStats, DiskIOWaitStats: &server.DiskIOWaitStats{},
	}
	if !n.older(2, 11, 0) {
		v.ConfigDigest = "sha256:" + digest(n.cluster.name)
	}
	v.JetStream = *n.jetStream()
	n.listeners(v)
	return v
}

// listeners fills in where others connect to the server.
func (n *node) listeners(v *server.Varz) {
	v.Cluster = server.ClusterOptsVarz{Name: n.cluster.name, Host: "0.0.0.0", Port: 6222, AuthTimeout: 2, TLSTimeout: 2, PoolSize: poolSize, WriteDeadline: 10 * time.Second, WriteTimeout: "retry"}
	for _, p := range n.peers() {
		v.Cluster.URLs = append(v.Cluster.URLs, p.ip+":6222")
	}
	if n.cluster.hub {
		v.LeafNode = server.LeafNodeOptsVarz{Host: "0.0.0.0", Port: 7422, AuthTimeout: 2, TLSTimeout: 2}
	}
	if n.up != nil {
		v.LeafNode.Remotes = []server.RemoteLeafOptsVarz{{LocalAccount: systemAccount, URLs: []string{n.up.ip + ":7422"}}}
	}
	gws := n.gateways()
	if len(gws) == 0 {
		return
	}
	v.Gateway = server.GatewayOptsVarz{Name: n.cluster.name, Host: "0.0.0.0", Port: 7222, AuthTimeout: 2, TLSTimeout: 2, ConnectRetries: 5}
	for _, g := range gws {
		v.Gateway.Gateways = append(v.Gateway.Gateways, server.RemoteGatewayOptsVarz{Name: g.to.cluster.name, URLs: []string{g.to.ip + ":7222"}})
	}
}
