package fleet

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
)

// member is a server of cluster C with routes to peers, by name; ids are upper
// case.
func member(name string, peers ...string) *Server {
	sv := answer("ID-"+name, name, 0, 1)
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

func edge(t *testing.T, top *Topology, kind EdgeKind, from, to string) *Edge {
	t.Helper()
	for _, e := range top.Edges {
		if e.Kind == kind && e.FromName == from && (e.ToName == to || e.ToCluster == to) {
			return e
		}
	}
	t.Fatalf("no %s edge from %s to %s", kind, from, to)
	return nil
}

func TestTopologyOfAWholeCluster(t *testing.T) {
	top := NewTopology(snap(0, member("a", "b", "c"), member("b", "a", "c"), member("c", "a", "b")), TopologyOptions{})
	if len(top.Edges) != 3 || len(top.Faults()) != 0 {
		t.Fatalf("%d edges, faults %v", len(top.Edges), top.Faults())
	}
	e := edge(t, top, Route, "a", "b")
	if e.A.Pool != 3 || e.A.RTTSeconds != 0.0002 || e.State != StateOK {
		t.Fatalf("%+v", e)
	}
	if c := top.Clusters[0]; c.Have != 3 || c.RoutesHave != 6 || c.RoutesNeed != 6 || c.Level != OK {
		t.Fatalf("%+v", c)
	}
}

func TestTopologyRouteStates(t *testing.T) {
	deaf := member("b", "a", "c")
	deaf.Routez, deaf.Statsz = nil, nil
	short := member("b", "a", "c")
	short.Routez.Routes = short.Routez.Routes[1:]
	for _, c := range []struct {
		name    string
		b       *Server
		a       *Server
		missing []Missing
		want    State
	}{
		{"one way", member("b", "c"), nil, nil, StateOneWay},
		{"missing", member("b", "c"), member("a", "c"), nil, StateMissing},
		{"unknown", deaf, nil, nil, StateUnknown},
		{"ghost", nil, nil, []Missing{{ID: "ID-b", Name: "b", Cluster: "C", Reason: Silent}}, StateGhost},
		{"ghost nobody announced", nil, nil, nil, StateGhost},
		{"gone", nil, member("a", "c"), []Missing{{Name: "b", Cluster: "C", Reason: Gone}}, StateMissing},
		{"short pool", short, nil, nil, StateShort},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := c.a
			if a == nil {
				a = member("a", "b", "c")
			}
			servers := []*Server{a, member("c", "a", "b")}
			if c.b != nil {
				servers = append(servers, c.b)
			}
			s := snap(0, servers...)
			s.Missing = c.missing
			e := edge(t, NewTopology(s, TopologyOptions{}), Route, "a", "b")
			if e.State != c.want || e.Why == "" {
				t.Fatalf("state %s (%s), want %s", e.State, e.Why, c.want)
			}
		})
	}
}

func TestTopologySlow(t *testing.T) {
	s := snap(0, member("a", "b"), member("b", "a"))
	s.Servers[0].Routez.Routes[0].RTT = "60ms"
	top := NewTopology(s, TopologyOptions{})
	if e := top.Edges[0]; e.State != StateOK {
		t.Fatalf("without a baseline no RTT is slow: %s", e.State)
	}
	key := top.Edges[0].Key()
	if e := NewTopology(s, TopologyOptions{Baseline: map[string]float64{key: 0.01}}).Edges[0]; e.State != StateSlow {
		t.Fatalf("six times its usual RTT is %s", e.State)
	}
	s.Servers[0].Routez.Routes[0].Pending = 2_000_000
	if e := NewTopology(s, TopologyOptions{}).Edges[0]; e.State != StateSlow || e.Pending() != 2_000_000 {
		t.Fatalf("pending: %s", e.State)
	}
}

// Without a history, a link is compared with its peers: one slow route among
// quick ones is slow, the routes of a server that is far from all are not.
func TestTopologySlowAmongPeers(t *testing.T) {
	cluster := func(rtts map[string]string) *Topology {
		s := snap(0, member("a", "b", "c", "d"), member("b", "a", "c", "d"), member("c", "a", "b", "d"), member("d", "a", "b", "c"))
		for _, sv := range s.Servers {
			for _, r := range sv.Routez.Routes {
				pair := []string{sv.Info.Name, r.RemoteName}
				slices.Sort(pair)
				r.RTT = cmp.Or(rtts[pair[0]+pair[1]], "1ms")
			}
		}
		return NewTopology(s, TopologyOptions{})
	}
	one := cluster(map[string]string{"ac": "40ms"})
	e := edge(t, one, Route, "a", "c")
	if e.State != StateSlow || e.Why != "round trip time 40ms, the other routes of both ends take 1ms" || len(one.Faults()) != 1 {
		t.Errorf("one slow route: %s (%s), %d faults", e.State, e.Why, len(one.Faults()))
	}
	if top := cluster(map[string]string{"ad": "40ms", "bd": "41ms", "cd": "42ms"}); len(top.Faults()) != 0 {
		t.Errorf("a distant server: %+v", top.Faults()[0])
	}
	if top := cluster(map[string]string{"ac": "24ms"}); len(top.Faults()) != 0 {
		t.Errorf("one reading below the limit: %+v", top.Faults()[0])
	}
}

func TestTopologySlowGateway(t *testing.T) {
	var servers []*Server
	for i, rtt := range []string{"81ms", "900ms", "80ms"} {
		id := fmt.Sprint("A", i)
		sv := gatewayServer(id, "A", map[string]string{"B": "B1"}, nil)
		sv.Gatewayz.OutboundGateways["B"].Connection.RTT = rtt
		servers = append(servers, sv)
	}
	servers = append(servers, gatewayServer("B1", "B", map[string]string{"A": "A0"}, map[string]string{"A0": "A", "A1": "A", "A2": "A"}))
	top := NewTopology(snap(0, servers...), TopologyOptions{})
	e := edge(t, top, Gateway, "n-A1", "B")
	if e.State != StateSlow || e.Why != "round trip time 900ms, the other gateways from A to B take 81ms" {
		t.Errorf("%s (%s)", e.State, e.Why)
	}
	if top.Spans[0].State != StateSlow || top.Spans[0].Have != 3 {
		t.Errorf("%+v", top.Spans[0])
	}
	if got := lasting(0.0012345); got != "1.23ms" {
		t.Error(got)
	}
}

func gatewayServer(id, cluster string, out, in map[string]string) *Server {
	sv := answer(id, "n-"+id, 0, 1)
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

func TestTopologyGateways(t *testing.T) {
	s := snap(0,
		gatewayServer("A1", "A", map[string]string{"B": "B1"}, map[string]string{"B1": "B"}),
		gatewayServer("A2", "A", nil, nil),
		gatewayServer("B1", "B", map[string]string{"A": "A1"}, map[string]string{"A1": "A"}),
		gatewayServer("B2", "B", map[string]string{"A": "A2"}, nil),
		gatewayServer("B3", "B", map[string]string{"A": "A3"}, nil),
	)
	s.Missing = []Missing{{ID: "A3", Cluster: "A", Reason: Silent}, {ID: "A4", Name: "a4", Cluster: "A", Reason: Behind, Via: "A3"}}
	top := NewTopology(s, TopologyOptions{})
	for from, want := range map[string]State{
		"n-A1": StateOK, "n-A2": StateMissing, "n-B1": StateOK, "n-B2": StateOneWay, "n-B3": StateGhost,
	} {
		to := map[byte]string{'A': "B", 'B': "A"}[from[2]]
		if e := edge(t, top, Gateway, from, to); e.State != want {
			t.Errorf("%s: %s (%s), want %s", from, e.State, e.Why, want)
		}
	}
	if len(top.Spans) != 2 || top.Spans[1].Have != 1 || top.Spans[1].Need != 3 || top.Spans[1].Level != Crit {
		t.Errorf("spans %+v", top.Spans)
	}
	if n := top.Node("A/a4"); n == nil || !n.Ghost || n.Via != "A3" || len(n.Notes) == 0 {
		t.Errorf("cut node %+v", n)
	}
}

func TestTopologyPairsLeafs(t *testing.T) {
	hub := member("hub")
	hub.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{
		{ID: 1, Name: "edge", Account: "APP", RTT: "1.5ms", InMsgs: 5},
		{ID: 2, Name: "edge", Account: "SYS"},
		{ID: 3, Name: "stranger", Account: "APP"},
	}}
	spoke := answer("ID-edge", "edge", 0, 1)
	spoke.Info.Cluster = "edge"
	spoke.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{
		{ID: 7, Name: "hub", IsSpoke: true, Account: "LOCAL"}, {ID: 8, Name: "hub", IsSpoke: true, Account: "SYS"},
	}}
	top := NewTopology(snap(0, hub, spoke), TopologyOptions{})
	e := edge(t, top, Leaf, "hub", "edge")
	if e.State != StateOK || e.A.Pool != 2 || e.B.Pool != 2 || !slices.Equal(e.Accounts, []string{"APP", "SYS"}) {
		t.Errorf("%+v", e)
	}
	if e := edge(t, top, Leaf, "hub", "stranger"); e.State != StateOutside || e.Level != OK {
		t.Errorf("%+v", e)
	}
	if n := top.Node("edge/edge"); n == nil || len(n.LeafOf) != 1 || n.LeafOf[0] != "hub" {
		t.Errorf("%+v", n)
	}
	spoke.Leafz.Leafs = nil
	if e := edge(t, NewTopology(snap(0, hub, spoke), TopologyOptions{}), Leaf, "hub", "edge"); e.State != StateOneWay {
		t.Errorf("%+v", e)
	}
}

func TestTopologySkew(t *testing.T) {
	digests := func(list ...string) *Topology {
		var servers []*Server
		for i, d := range list {
			sv := member(string(rune('a' + i)))
			sv.Varz = &server.Varz{ConfigDigest: d}
			sv.Info.Version = "2.12.1"
			if i == 0 {
				sv.Info.Version = "2.11.9"
			}
			servers = append(servers, sv)
		}
		return NewTopology(snap(0, servers...), TopologyOptions{})
	}
	top := digests("x", "y", "y")
	if n := top.Node("C/a"); !n.VersionSkew || !n.ConfigSkew || n.Level != Warn {
		t.Errorf("%+v", n)
	}
	if n := top.Node("C/b"); n.VersionSkew || n.ConfigSkew {
		t.Errorf("%+v", n)
	}
	if n := digests("x", "y", "z").Node("C/a"); n.ConfigSkew {
		t.Error("three files that all differ have no majority to differ from")
	}
	if c := top.Clusters[0]; c.Version != "2.12.1" || len(c.Versions) != 2 || c.Versions[0] != "2.11.9" {
		t.Errorf("%+v", c)
	}
}

// What lies outside the scope of a question was not asked, so it is no ghost.
func TestTopologyOfAScope(t *testing.T) {
	a := member("a", "b", "c")
	a.Gatewayz = gatewayServer("x", "C", map[string]string{"D": "D1"}, nil).Gatewayz
	s := snap(0, a)
	s.Want.Scope = Scope{Name: "a"}
	top := NewTopology(s, TopologyOptions{})
	if faults := top.Faults(); len(faults) != 0 {
		t.Errorf("%+v", faults[0])
	}
	if e := edge(t, top, Route, "a", "b"); e.State != StateOutside {
		t.Errorf("%+v", e)
	}
	if n := top.Node("C/a"); n.RoutesHave != 2 || n.RoutesNeed != 2 || n.GatewaysHave != 1 {
		t.Errorf("%+v", n)
	}
	s.Want.Scope = Scope{}
	if len(NewTopology(s, TopologyOptions{}).Faults()) != 4 {
		t.Error("the same without a scope has no ghosts")
	}
}
