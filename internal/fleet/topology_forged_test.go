package fleet_test

import (
	"fmt"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestForgedPeersAreNotPaired draws each peer that a server lists, and not the
// routes of these peers among each other, of which nothing is known.
func TestForgedPeersAreNotPaired(t *testing.T) {
	const peers = 3000
	routez := &server.Routez{}
	for i := range peers {
		routez.Routes = append(routez.Routes, &server.RouteInfo{RemoteID: fmt.Sprint("P", i), RemoteName: fmt.Sprint("p", i)})
	}
	top := fleet.NewTopology(&fleet.Snapshot{Servers: []*fleet.Server{
		{Info: server.ServerInfo{ID: "N1", Name: "n1", Cluster: "e"}, Routez: routez},
		{Info: server.ServerInfo{ID: "Q1", Name: "q1", Cluster: "e"}, Routez: &server.Routez{}},
	}}, fleet.TopologyOptions{})
	if want := 2*peers + 1; len(top.Edges) != want {
		t.Errorf("%d routes, want %d", len(top.Edges), want)
	}
}
