package fleet_test

import (
	"cmp"
	"fmt"
	"slices"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func edge(t *testing.T, top *fleet.Topology, kind fleet.EdgeKind, from, to string) *fleet.Edge {
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
	top := fleet.NewTopology(fleettest.Snapshot(0, fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b")), fleet.TopologyOptions{})
	if len(top.Edges) != 3 || len(top.Faults()) != 0 {
		t.Fatalf("%d edges, faults %v", len(top.Edges), top.Faults())
	}
	e := edge(t, top, fleet.Route, "a", "b")
	if e.A.Pool != 3 || e.A.RTTSeconds != 0.0002 || e.State != fleet.StateOK {
		t.Fatalf("%+v", e)
	}
	if c := top.Clusters[0]; c.Have != 3 || c.RoutesHave != 6 || c.RoutesNeed != 6 || c.Level != fleet.OK {
		t.Fatalf("%+v", c)
	}
}

func TestTopologyRouteStates(t *testing.T) {
	deaf := fleettest.Member("b", "a", "c")
	deaf.Routez, deaf.Statsz = nil, nil
	short := fleettest.Member("b", "a", "c")
	short.Routez.Routes = short.Routez.Routes[1:]
	for _, c := range []struct {
		name    string
		b       *fleet.Server
		a       *fleet.Server
		missing []fleet.Missing
		want    fleet.State
	}{
		{"one way", fleettest.Member("b", "c"), nil, nil, fleet.StateOneWay},
		{"missing", fleettest.Member("b", "c"), fleettest.Member("a", "c"), nil, fleet.StateMissing},
		{"unknown", deaf, nil, nil, fleet.StateUnknown},
		{"ghost", nil, nil, []fleet.Missing{{ID: "ID-b", Name: "b", Cluster: "C", Reason: fleet.Silent}}, fleet.StateGhost},
		{"ghost nobody announced", nil, nil, nil, fleet.StateGhost},
		{"gone", nil, fleettest.Member("a", "c"), []fleet.Missing{{Name: "b", Cluster: "C", Reason: fleet.Gone}}, fleet.StateMissing},
		{"short pool", short, nil, nil, fleet.StateShort},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := c.a
			if a == nil {
				a = fleettest.Member("a", "b", "c")
			}
			servers := []*fleet.Server{a, fleettest.Member("c", "a", "b")}
			if c.b != nil {
				servers = append(servers, c.b)
			}
			s := fleettest.Snapshot(0, servers...)
			s.Missing = c.missing
			e := edge(t, fleet.NewTopology(s, fleet.TopologyOptions{}), fleet.Route, "a", "b")
			if e.State != c.want || e.Why == "" {
				t.Fatalf("state %s (%s), want %s", e.State, e.Why, c.want)
			}
		})
	}
}

func TestTopologySlow(t *testing.T) {
	s := fleettest.Snapshot(0, fleettest.Member("a", "b"), fleettest.Member("b", "a"))
	s.Servers[0].Routez.Routes[0].RTT = "60ms"
	s.Servers[1].Routez.Routes[0].RTT = "40ms"
	top := fleet.NewTopology(s, fleet.TopologyOptions{})
	if e := top.Edges[0]; e.State != fleet.StateOK {
		t.Fatalf("without a baseline no RTT is slow: %s", e.State)
	}
	key := top.Edges[0].Key()
	if e := fleet.NewTopology(s, fleet.TopologyOptions{OneLook: true, Baseline: map[string]float64{key: 0.01}}).Edges[0]; e.State != fleet.StateSlow {
		t.Fatalf("six times its usual RTT is %s", e.State)
	}
	for looks, want := range map[int]fleet.State{0: fleet.StateOK, fleet.SlowLooks - 2: fleet.StateOK, fleet.SlowLooks - 1: fleet.StateSlow} {
		o := fleet.TopologyOptions{Baseline: map[string]float64{key: 0.01}, Strained: map[string]int{key: looks}}
		if e := fleet.NewTopology(s, o).Edges[0]; e.State != want {
			t.Fatalf("over the floor in %d looks before: %s", looks, e.State)
		}
	}
	s.Servers[1].Routez.Routes[0].RTT = "25ms"
	if e := fleet.NewTopology(s, fleet.TopologyOptions{OneLook: true, Baseline: map[string]float64{key: 0.01}}).Edges[0]; e.State != fleet.StateOK {
		t.Fatalf("one end measured no more than the floor: %s", e.State)
	}
	s.Servers[0].Routez.Routes[0].Pending = 2_000_000
	if e := fleet.NewTopology(s, fleet.TopologyOptions{OneLook: true}).Edges[0]; e.State != fleet.StateSlow || e.Pending() != 2_000_000 {
		t.Fatalf("pending: %s", e.State)
	}
}

// TestStrained counts looks in a row, and begins again after a look in which a
// link is not over the floor.
func TestStrained(t *testing.T) {
	look := func(a, b string, pending int) *fleet.Topology {
		s := fleettest.Snapshot(0, fleettest.Member("a", "b"), fleettest.Member("b", "a"))
		for i, rtt := range []string{a, b} {
			for _, r := range s.Servers[i].Routez.Routes {
				r.RTT = rtt
			}
		}
		s.Servers[0].Routez.Routes[0].Pending = pending
		return fleet.NewTopology(s, fleet.TopologyOptions{})
	}
	var counts map[string]int
	for i, c := range []struct {
		top  *fleet.Topology
		want int
	}{
		{look("26ms", "26ms", 0), 1},
		{look("80ms", "", 0), 2},
		{look("", "80ms", 0), 3},
		{look("1ms", "80ms", 0), 0},
		{look("80ms", "25ms", 0), 0},
		{look("", "", 0), 0},
		{look("1ms", "1ms", 2_000_000), 1},
		{look("80ms", "80ms", 0), 2},
		{look("80ms", "80ms", 0), 3},
		{look("25ms", "25ms", 1_000_000), 0},
	} {
		counts = c.top.Strained(counts)
		if got := counts[c.top.Edges[0].Key()]; got != c.want {
			t.Errorf("look %d: %d in a row, want %d", i, got, c.want)
		}
	}
}

// Without a history, a link is compared with its peers: one slow route among
// quick ones is slow, the routes of a server that is far from all are not.
func TestTopologySlowAmongPeers(t *testing.T) {
	cluster := func(rtts map[string]string) *fleet.Topology {
		s := fleettest.Snapshot(0, fleettest.Member("a", "b", "c", "d"), fleettest.Member("b", "a", "c", "d"), fleettest.Member("c", "a", "b", "d"), fleettest.Member("d", "a", "b", "c"))
		for _, sv := range s.Servers {
			for _, r := range sv.Routez.Routes {
				pair := []string{sv.Info.Name, r.RemoteName}
				slices.Sort(pair)
				r.RTT = cmp.Or(rtts[pair[0]+pair[1]], "1ms")
			}
		}
		return fleet.NewTopology(s, fleet.TopologyOptions{OneLook: true})
	}
	one := cluster(map[string]string{"ac": "40ms"})
	e := edge(t, one, fleet.Route, "a", "c")
	if e.State != fleet.StateSlow || e.Why != "round trip time 40ms, the other routes of both ends take 1ms" || len(one.Faults()) != 1 {
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
	var servers []*fleet.Server
	for i, rtt := range []string{"81ms", "900ms", "80ms"} {
		id := fmt.Sprint("A", i)
		sv := fleettest.GatewayServer(id, "A", map[string]string{"B": "B1"}, nil)
		sv.Gatewayz.OutboundGateways["B"].Connection.RTT = rtt
		servers = append(servers, sv)
	}
	servers = append(servers, fleettest.GatewayServer("B1", "B", map[string]string{"A": "A0"}, map[string]string{"A0": "A", "A1": "A", "A2": "A"}))
	top := fleet.NewTopology(fleettest.Snapshot(0, servers...), fleet.TopologyOptions{OneLook: true})
	e := edge(t, top, fleet.Gateway, "n-A1", "B")
	if e.State != fleet.StateSlow || e.Why != "round trip time 900ms, the other gateways from A to B take 81ms" {
		t.Errorf("%s (%s)", e.State, e.Why)
	}
	if top.Spans[0].State != fleet.StateSlow || top.Spans[0].Have != 3 {
		t.Errorf("%+v", top.Spans[0])
	}
	if got := fleet.Lasting(0.0012345); got != "1.23ms" {
		t.Error(got)
	}
}

func TestTopologyGateways(t *testing.T) {
	s := fleettest.Snapshot(0,
		fleettest.GatewayServer("A1", "A", map[string]string{"B": "B1"}, map[string]string{"B1": "B"}),
		fleettest.GatewayServer("A2", "A", nil, nil),
		fleettest.GatewayServer("B1", "B", map[string]string{"A": "A1"}, map[string]string{"A1": "A"}),
		fleettest.GatewayServer("B2", "B", map[string]string{"A": "A2"}, nil),
		fleettest.GatewayServer("B3", "B", map[string]string{"A": "A3"}, nil),
	)
	s.Missing = []fleet.Missing{{ID: "A3", Cluster: "A", Reason: fleet.Silent}, {ID: "A4", Name: "a4", Cluster: "A", Reason: fleet.Behind, Via: "A3"}}
	top := fleet.NewTopology(s, fleet.TopologyOptions{})
	for from, want := range map[string]fleet.State{
		"n-A1": fleet.StateOK, "n-A2": fleet.StateMissing, "n-B1": fleet.StateOK, "n-B2": fleet.StateOneWay, "n-B3": fleet.StateGhost,
	} {
		to := map[byte]string{'A': "B", 'B': "A"}[from[2]]
		if e := edge(t, top, fleet.Gateway, from, to); e.State != want {
			t.Errorf("%s: %s (%s), want %s", from, e.State, e.Why, want)
		}
	}
	if len(top.Spans) != 2 || top.Spans[1].Have != 1 || top.Spans[1].Need != 3 || top.Spans[1].Level != fleet.Crit {
		t.Errorf("spans %+v", top.Spans)
	}
	if n := top.Node("A/a4"); n == nil || !n.Ghost || n.Via != "A3" || len(n.Notes) == 0 {
		t.Errorf("cut node %+v", n)
	}
}

func TestTopologyPairsLeafs(t *testing.T) {
	hub := fleettest.Member("hub")
	hub.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{
		{ID: 1, Name: "edge", Account: "APP", RTT: "1.5ms", InMsgs: 5},
		{ID: 2, Name: "edge", Account: "SYS"},
		{ID: 3, Name: "stranger", Account: "APP"},
	}}
	spoke := fleettest.Answer("ID-edge", "edge", 0, 1)
	spoke.Info.Cluster = "edge"
	spoke.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{
		{ID: 7, Name: "hub", IsSpoke: true, Account: "LOCAL"}, {ID: 8, Name: "hub", IsSpoke: true, Account: "SYS"},
	}}
	top := fleet.NewTopology(fleettest.Snapshot(0, hub, spoke), fleet.TopologyOptions{})
	e := edge(t, top, fleet.Leaf, "hub", "edge")
	if e.State != fleet.StateOK || e.A.Pool != 2 || e.B.Pool != 2 || !slices.Equal(e.Accounts, []string{"APP", "SYS"}) {
		t.Errorf("%+v", e)
	}
	if e := edge(t, top, fleet.Leaf, "hub", "stranger"); e.State != fleet.StateOutside || e.Level != fleet.OK {
		t.Errorf("%+v", e)
	}
	if n := top.Node("edge/edge"); n == nil || len(n.LeafOf) != 1 || n.LeafOf[0] != "hub" {
		t.Errorf("%+v", n)
	}
	spoke.Leafz.Leafs = nil
	if e := edge(t, fleet.NewTopology(fleettest.Snapshot(0, hub, spoke), fleet.TopologyOptions{}), fleet.Leaf, "hub", "edge"); e.State != fleet.StateOneWay {
		t.Errorf("%+v", e)
	}
}

func TestTopologySkew(t *testing.T) {
	digests := func(list ...string) *fleet.Topology {
		var servers []*fleet.Server
		for i, d := range list {
			sv := fleettest.Member(string(rune('a' + i)))
			sv.Varz = &server.Varz{ConfigDigest: d}
			sv.Info.Version = "2.12.1"
			if i == 0 {
				sv.Info.Version = "2.11.9"
			}
			servers = append(servers, sv)
		}
		return fleet.NewTopology(fleettest.Snapshot(0, servers...), fleet.TopologyOptions{})
	}
	top := digests("x", "y", "y")
	if n := top.Node("C/a"); !n.VersionSkew || !n.ConfigSkew || n.Level != fleet.Warn {
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
	a := fleettest.Member("a", "b", "c")
	a.Gatewayz = fleettest.GatewayServer("x", "C", map[string]string{"D": "D1"}, nil).Gatewayz
	s := fleettest.Snapshot(0, a)
	s.Want.Scope = fleet.Scope{Name: "a"}
	top := fleet.NewTopology(s, fleet.TopologyOptions{})
	if faults := top.Faults(); len(faults) != 0 {
		t.Errorf("%+v", faults[0])
	}
	if e := edge(t, top, fleet.Route, "a", "b"); e.State != fleet.StateOutside {
		t.Errorf("%+v", e)
	}
	if n := top.Node("C/a"); n.RoutesHave != 2 || n.RoutesNeed != 2 || n.GatewaysHave != 1 {
		t.Errorf("%+v", n)
	}
	s.Want.Scope = fleet.Scope{}
	if len(fleet.NewTopology(s, fleet.TopologyOptions{}).Faults()) != 4 {
		t.Error("the same without a scope has no ghosts")
	}
}
