package fleettest

import (
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Epoch is when the servers started.
var Epoch = time.Date(2026, 1, 2, 3, 4, 5, 0, time.UTC)

// Answer returns a server that answered sec seconds after Epoch and has
// received that many messages.
func Answer(id, name string, sec float64, msgs int64) *fleet.Server {
	at := Epoch.Add(time.Duration(sec * float64(time.Second)))
	stats := &server.ServerStats{Start: Epoch, Connections: 3}
	stats.Received.Msgs, stats.Sent.Msgs = msgs, 2*msgs
	stats.Received.Bytes, stats.Sent.Bytes = 10*msgs, 20*msgs
	return &fleet.Server{
		Info:   server.ServerInfo{ID: id, Name: name, Cluster: "C", Version: "2.15.2", Time: at},
		Statsz: stats,
	}
}

// Snapshot returns a snapshot of the servers that many seconds after Epoch.
func Snapshot(sec float64, servers ...*fleet.Server) *fleet.Snapshot {
	s := &fleet.Snapshot{Schema: fleet.Schema, Time: Epoch.Add(time.Duration(sec * float64(time.Second))), Servers: servers}
	s.Expected = len(servers)
	s.Finish()
	return s
}

// Member returns a server of cluster C with routes to peers, by name; ids are
// upper case.
func Member(name string, peers ...string) *fleet.Server {
	sv := Answer("ID-"+name, name, 0, 1)
	sv.Routez = &server.Routez{}
	rid := uint64(0)
	for _, p := range peers {
		for range 3 {
			rid++
			sv.Routez.Routes = append(sv.Routez.Routes, &server.RouteInfo{
				Rid: rid, RemoteID: "ID-" + p, RemoteName: p, RTT: "200µs",
			})
		}
	}
	return sv
}

// GatewayServer returns a server with gateways: out maps clusters to peers, in
// maps peers to clusters.
func GatewayServer(id, cluster string, out, in map[string]string) *fleet.Server {
	sv := Answer(id, "n-"+id, 0, 1)
	sv.Info.Cluster = cluster
	gz := &server.Gatewayz{
		Name: cluster, OutboundGateways: map[string]*server.RemoteGatewayz{}, InboundGateways: map[string][]*server.RemoteGatewayz{},
	}
	for c, peer := range out {
		gz.OutboundGateways[c] = &server.RemoteGatewayz{Connection: &server.ConnInfo{Cid: 1, Name: peer, RTT: "2ms"}}
	}
	for peer, c := range in {
		gz.InboundGateways[c] = append(gz.InboundGateways[c], &server.RemoteGatewayz{Connection: &server.ConnInfo{Name: peer}})
	}
	sv.Gatewayz = gz
	return sv
}
