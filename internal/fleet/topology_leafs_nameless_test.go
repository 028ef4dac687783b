package fleet_test

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// Servers before 2.9.15 do not say who is at the other end of a leafnode. A
// connection to an address that a server listens on leads to that hub, one that
// a spoke lists answers the spoke's, and what is left leads to an address.
func TestTopologyPairsNamelessLeafs(t *testing.T) {
	at := func(name, version string, port int, leafs ...*server.LeafInfo) *fleet.Server {
		sv := fleettest.Answer("ID-"+name, name, 0, 1)
		sv.Info.Version, sv.Info.Cluster, sv.Info.Host = version, name, "10.0.0.1"
		sv.Varz = &server.Varz{}
		sv.Varz.LeafNode.Host, sv.Varz.LeafNode.Port = "0.0.0.0", port
		sv.Leafz = &server.Leafz{Leafs: leafs}
		return sv
	}
	const old, young = "2.9.10", "2.15.2"
	for _, c := range []struct {
		name       string
		servers    []*fleet.Server
		hub, spoke string
		state      fleet.State
	}{
		{"an old spoke, by the address of its hub", []*fleet.Server{
			at("hub", young, 7422, &server.LeafInfo{Name: "edge", Account: "APP", IP: "10.0.0.9", Port: 5555}),
			at("edge", old, 0, &server.LeafInfo{Account: "APP", IP: "10.0.0.1", Port: 7422}),
		}, "hub", "edge", fleet.StateOK},
		{"an old hub, by what its spoke lists", []*fleet.Server{
			at("hub", old, 7422, &server.LeafInfo{Account: "APP", IP: "10.0.0.9", Port: 5555}),
			at("edge", young, 0, &server.LeafInfo{Name: "hub", IsSpoke: true, Account: "APP", IP: "10.0.0.1", Port: 7422}),
		}, "hub", "edge", fleet.StateOK},
		{"both old", []*fleet.Server{
			at("hub", old, 7422, &server.LeafInfo{Account: "APP", IP: "10.0.0.9", Port: 5555}),
			at("edge", old, 0, &server.LeafInfo{Account: "LOCAL", IP: "10.0.0.1", Port: 7422}),
		}, "hub", "edge", fleet.StateOK},
		{"nobody answers for it", []*fleet.Server{
			at("hub", old, 7422, &server.LeafInfo{Account: "APP", IP: "10.0.0.9", Port: 5555}),
		}, "hub", "10.0.0.9", fleet.StateOutside},
	} {
		t.Run(c.name, func(t *testing.T) {
			top := fleet.NewTopology(fleettest.Snapshot(0, c.servers...), fleet.TopologyOptions{})
			e := edge(t, top, fleet.Leaf, c.hub, c.spoke)
			if e.State != c.state {
				t.Errorf("%s (%s), want %s", e.State, e.Why, c.state)
			}
			leafs := 0
			for _, e := range top.Edges {
				if e.Kind == fleet.Leaf {
					leafs++
				}
			}
			if leafs != 1 {
				t.Errorf("%d leafnode edges for one connection", leafs)
			}
		})
	}
}
