package fleet

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// Servers before 2.9.15 do not say who is at the other end of a leafnode. A
// connection to an address that a server listens on leads to that hub, one that
// a spoke lists answers the spoke's, and what is left leads to an address.
func TestTopologyPairsNamelessLeafs(t *testing.T) {
	at := func(name, version string, port int, leafs ...*server.LeafInfo) *Server {
		sv := answer("ID-"+name, name, 0, 1)
		sv.Info.Version, sv.Info.Cluster, sv.Info.Host = version, name, "10.0.0.1"
		sv.Varz = &server.Varz{}
		sv.Varz.LeafNode.Host, sv.Varz.LeafNode.Port = "0.0.0.0", port
		sv.Leafz = &server.Leafz{Leafs: leafs}
		return sv
	}
	const old, young = "2.9.10", "2.15.2"
	for _, c := range []struct {
		name       string
		servers    []*Server
		hub, spoke string
		state      State
	}{
		{"an old spoke, by the address of its hub", []*Server{
			at("hub", young, 7422, &server.LeafInfo{Name: "edge", Account: "APP", IP: "10.0.0.9", Port: 5555}),
			at("edge", old, 0, &server.LeafInfo{Account: "APP", IP: "10.0.0.1", Port: 7422}),
		}, "hub", "edge", StateOK},
		{"an old hub, by what its spoke lists", []*Server{
			at("hub", old, 7422, &server.LeafInfo{Account: "APP", IP: "10.0.0.9", Port: 5555}),
			at("edge", young, 0, &server.LeafInfo{Name: "hub", IsSpoke: true, Account: "APP", IP: "10.0.0.1", Port: 7422}),
		}, "hub", "edge", StateOK},
		{"both old", []*Server{
			at("hub", old, 7422, &server.LeafInfo{Account: "APP", IP: "10.0.0.9", Port: 5555}),
			at("edge", old, 0, &server.LeafInfo{Account: "LOCAL", IP: "10.0.0.1", Port: 7422}),
		}, "hub", "edge", StateOK},
		{"nobody answers for it", []*Server{
			at("hub", old, 7422, &server.LeafInfo{Account: "APP", IP: "10.0.0.9", Port: 5555}),
		}, "hub", "10.0.0.9", StateOutside},
	} {
		t.Run(c.name, func(t *testing.T) {
			top := NewTopology(snap(0, c.servers...), TopologyOptions{})
			e := edge(t, top, Leaf, c.hub, c.spoke)
			if e.State != c.state {
				t.Errorf("%s (%s), want %s", e.State, e.Why, c.state)
			}
			leafs := 0
			for _, e := range top.Edges {
				if e.Kind == Leaf {
					leafs++
				}
			}
			if leafs != 1 {
				t.Errorf("%d leafnode edges for one connection", leafs)
			}
		})
	}
}
