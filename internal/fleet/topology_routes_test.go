package fleet_test

import (
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// TestRouteEndInWhole sums the connections of a route, each figure of which is a
// number of its own.
func TestRouteEndInWhole(t *testing.T) {
	start := fleettest.Epoch.Add(time.Hour)
	a, b := fleettest.Member("a"), fleettest.Member("b", "a")
	a.Routez.Routes = []*server.RouteInfo{
		{Rid: 1, RemoteID: "ID-b", RemoteName: "b", RTT: "2ms", Pending: 3, NumSubs: 4, Start: start, Compression: "s2_fast", IsConfigured: true, InMsgs: 11, OutMsgs: 12, InBytes: 13, OutBytes: 14},
		{Rid: 2, RemoteID: "ID-b", RemoteName: "b", RTT: "5ms", Pending: 30, NumSubs: 40, Start: fleettest.Epoch, Compression: "s2_better", InMsgs: 100, OutMsgs: 200, InBytes: 300, OutBytes: 400},
		{Rid: 3, RemoteID: "ID-b", RemoteName: "b", RTT: "1ms", Pending: 300, NumSubs: 400, Account: "SYS"},
	}
	top := fleet.NewTopology(fleettest.Snapshot(0, a, b), fleet.TopologyOptions{})
	got := edge(t, top, fleet.Route, "a", "b").A
	got.Traffic = fleet.Traffic{}
	want := fleet.End{
		Heard: true, Listed: true, Pool: 2, Dedicated: 1, RTTSeconds: 0.005, Pending: 333, Subs: 444, Since: fleettest.Epoch, Compression: "s2_better", Configured: true,
		Counters: fleet.Counters{InMsgs: 111, OutMsgs: 212, InBytes: 313, OutBytes: 414},
	}
	if got != want {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestRoutesFromStatsz are known without ROUTEZ: peers, connections, and what
// waits and passed.
func TestRoutesFromStatsz(t *testing.T) {
	a, b := fleettest.Member("a"), fleettest.Member("b", "a")
	a.Routez = nil
	for i, name := range []string{"", "b", "b", "b"} {
		r := &server.RouteStat{Name: name, Pending: 5 * i}
		r.Received.Msgs, r.Received.Bytes, r.Sent.Msgs, r.Sent.Bytes = int64(i), int64(10*i), int64(100*i), int64(1000*i)
		a.Statsz.Routes = append(a.Statsz.Routes, r)
	}
	top := fleet.NewTopology(fleettest.Snapshot(0, a, b), fleet.TopologyOptions{})
	e := edge(t, top, fleet.Route, "a", "b")
	want := fleet.End{Heard: true, Listed: true, Pool: 3, Pending: 30, Counters: fleet.Counters{InMsgs: 6, InBytes: 60, OutMsgs: 600, OutBytes: 6000}}
	if e.A != want || e.State != fleet.StateOK || len(top.Edges) != 1 {
		t.Errorf("%s %+v, want %+v", e.State, e.A, want)
	}
	a.Statsz = nil
	if e := edge(t, fleet.NewTopology(fleettest.Snapshot(0, a, b), fleet.TopologyOptions{}), fleet.Route, "a", "b"); e.State != fleet.StateUnknown || e.A.Heard {
		t.Errorf("%s %s", e.State, e.Why)
	}
}

// TestPoolOfTwoRoutes takes the larger of two pools that are equally frequent
// for the usual one.
func TestPoolOfTwoRoutes(t *testing.T) {
	a, b, c := fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b")
	drop := func(sv *fleet.Server, peer string) {
		for i, r := range sv.Routez.Routes {
			if r.RemoteName == peer {
				sv.Routez.Routes = append(sv.Routez.Routes[:i:i], sv.Routez.Routes[i+1:]...)
				return
			}
		}
	}
	drop(a, "b")
	drop(b, "a")
	drop(a, "c")
	want := map[[2]string]fleet.State{{"a", "b"}: fleet.StateShort, {"a", "c"}: fleet.StateShort, {"b", "c"}: fleet.StateOK}
	for range 20 { // the order of a map must not decide
		top := fleet.NewTopology(fleettest.Snapshot(0, a, b, c), fleet.TopologyOptions{})
		for ends, state := range want {
			if e := edge(t, top, fleet.Route, ends[0], ends[1]); e.State != state {
				t.Fatalf("%v: %s (%s), want %s", ends, e.State, e.Why, state)
			}
		}
	}
}

// TestClustersInWhole counts the members of clusters by kind.
func TestClustersInWhole(t *testing.T) {
	hub, edge1, edge2 := fleettest.Member("hub"), fleettest.Member("e1", "e2"), fleettest.Member("e2", "e1")
	for _, sv := range []*fleet.Server{edge1, edge2} {
		sv.Info.Cluster = "E"
		sv.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{{ID: 1, Name: "hub", IsSpoke: true, Account: "APP"}}}
	}
	edge2.Info.Domain, edge2.Info.Version = "edge", "2.14.0"
	hub.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{{ID: 1, Name: "e1", Account: "APP"}, {ID: 2, Name: "e2", Account: "APP"}, {ID: 3, Name: "far", Account: "APP"}}}
	s := fleettest.Snapshot(0, hub, edge1, edge2)
	s.Missing = []fleet.Missing{{ID: "ID-g", Name: "g", Cluster: "C", Reason: fleet.Gone}}
	top := fleet.NewTopology(s, fleet.TopologyOptions{})
	for _, want := range []fleet.Cluster{
		{Name: ""},
		{Name: "C", Have: 1, Need: 2, RoutesNeed: 2, Version: "2.15.2", Level: fleet.Crit},
		{Name: "E", Have: 2, Need: 2, RoutesHave: 2, RoutesNeed: 2, Version: "2.15.2", Domain: "edge", Leafs: true, Level: fleet.Warn},
	} {
		for _, c := range top.Clusters {
			if c.Name != want.Name {
				continue
			}
			if c.Have != want.Have || c.Need != want.Need || c.RoutesHave != want.RoutesHave || c.RoutesNeed != want.RoutesNeed || c.Version != want.Version || c.Domain != want.Domain || c.Leafs != want.Leafs || c.Level != want.Level {
				t.Errorf("%+v, want %+v", *c, want)
			}
		}
	}
	for _, n := range top.Nodes {
		if n.Name == "e2" && (!n.VersionSkew || len(n.Notes) != 1 || n.Notes[0] != "version 2.14.0, the majority of E has 2.15.2" || len(n.LeafOf) != 1) {
			t.Errorf("%+v", n)
		}
	}
	if len(top.Clusters) != 3 || len(top.Nodes) != 5 {
		t.Errorf("%d clusters, %d nodes", len(top.Clusters), len(top.Nodes))
	}
}
