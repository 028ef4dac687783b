package fleet_test

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// in is a server of a cluster.
func in(cluster string, sv *fleet.Server) *fleet.Server {
	sv.Info.Cluster = cluster
	return sv
}

// Two clusters have a server n1 each: what becomes of one is not told of the
// other.
func TestNamesakesInTwoClusters(t *testing.T) {
	before := fleettest.Snapshot(0, in("A", fleettest.Answer("A1", "n1", 0, 100)), in("B", fleettest.Answer("B1", "n1", 0, 5)))
	after := fleettest.Snapshot(2, in("A", fleettest.Answer("A1", "n1", 2, 300)), in("B", fleettest.Answer("B2", "n1", 2, 1000)))
	d := fleet.NewDelta(before, after)
	if a := d.Server("A1"); a.Change != fleet.Same || a.Traffic.InMsgs.PerSecond != 100 || a.Cluster != "A" {
		t.Errorf("A: %s %+v", a.Change, a.Traffic.InMsgs)
	}
	if b := d.Server("B2"); b.Change != fleet.Restarted || b.Traffic.Known() || b.Cluster != "B" {
		t.Errorf("B: %s %+v", b.Change, b.Traffic.InMsgs)
	}
	if len(d.Servers) != 2 {
		t.Errorf("%d servers changed", len(d.Servers))
	}
	silent := fleettest.Snapshot(0, in("B", fleettest.Answer("B1", "n1", 0, 5)))
	silent.Missing = []fleet.Missing{{Name: "n1", Cluster: "A", Reason: fleet.Silent}}
	for _, c := range []struct {
		cluster string
		want    fleet.Change
		why     string
	}{{"A", fleet.Back, "answers again"}, {"C", fleet.Appeared, "not seen before"}} {
		after := fleettest.Snapshot(2, in("B", fleettest.Answer("B1", "n1", 2, 5)), in(c.cluster, fleettest.Answer("X", "n1", 2, 5)))
		if got := fleet.NewDelta(silent, after).Server("X").Change; got != c.want {
			t.Errorf("n1 of %s: %s, want %s", c.cluster, got, c.want)
		}
		events := fleet.DeriveEvents(silent, after)
		if len(events) != 1 || events[0].Kind != fleet.EventServerUp || events[0].Why != c.why || events[0].Cluster != c.cluster {
			t.Errorf("n1 of %s: %+v", c.cluster, events)
		}
	}
	gone := fleettest.Snapshot(2, in("A", fleettest.Answer("A1", "n1", 2, 300)))
	gone.Missing = []fleet.Missing{{Name: "n1", Cluster: "A", Reason: fleet.Draining}}
	events := fleet.DeriveEvents(before, gone)
	if len(events) != 1 || events[0].Kind != fleet.EventServerDown || events[0].Cluster != "B" || events[0].Level != fleet.Warn {
		t.Errorf("%+v", events)
	}
}

// A second server of one name in one cluster is a new one, not the first one
// started anew, as long as that one is there; a server without a name is like
// none other.
func TestTwinsInOneCluster(t *testing.T) {
	first := func(sec float64) *fleet.Server { return fleettest.Answer("A", "n1", sec, 1) }
	d := fleet.NewDelta(fleettest.Snapshot(0, first(0)), fleettest.Snapshot(2, first(2), fleettest.Answer("B", "n1", 2, 1)))
	if a, b := d.Server("A").Change, d.Server("B").Change; a != fleet.Same || b != fleet.Appeared {
		t.Errorf("the first is %s, the second %s", a, b)
	}
	d = fleet.NewDelta(fleettest.Snapshot(0, first(0), fleettest.Answer("B", "n1", 0, 1)), fleettest.Snapshot(2, first(2)))
	if a, b := d.Server("A").Change, d.Server("B").Change; a != fleet.Same || b != fleet.Vanished {
		t.Errorf("the first is %s, the second %s", a, b)
	}
	d = fleet.NewDelta(fleettest.Snapshot(0, fleettest.Answer("A", "", 0, 1)), fleettest.Snapshot(2, fleettest.Answer("B", "", 2, 1)))
	if a, b := d.Server("A").Change, d.Server("B").Change; a != fleet.Vanished || b != fleet.Appeared {
		t.Errorf("without a name: %s, %s", a, b)
	}
}

// A route to a server that does not answer is a ghost, although another cluster
// has a server of its name.
func TestTopologyOfNamesakes(t *testing.T) {
	a1, b1, b2 := fleettest.Member("n1", "n2"), fleettest.Member("n1", "n2"), fleettest.Member("n2", "n1")
	for _, sv := range []*fleet.Server{b1, b2} {
		sv.Info.Cluster, sv.Info.ID = "B", "B-"+sv.Info.Name
		for _, r := range sv.Routez.Routes {
			r.RemoteID = "B-" + r.RemoteName
		}
	}
	s := fleettest.Snapshot(0, in("A", a1), b1, b2)
	top := fleet.NewTopology(s, fleet.TopologyOptions{})
	if n := top.Node("A/n2"); n == nil || !n.Ghost || n.ID != "ID-n2" {
		t.Fatalf("n2 of A: %+v", n)
	}
	if n := top.Node("B/n2"); n == nil || n.Ghost || n.RoutesHave != 1 || n.RoutesNeed != 1 {
		t.Errorf("n2 of B: %+v", n)
	}
	states := map[string]fleet.State{}
	for _, e := range top.Edges {
		states[e.From+" "+e.To] = e.State
	}
	if len(states) != 2 || states["A/n1 A/n2"] != fleet.StateGhost || states["B/n1 B/n2"] != fleet.StateOK {
		t.Errorf("%v", states)
	}
	s.Missing = []fleet.Missing{{Name: "n2", Reason: fleet.Gone}} // its cluster is not known
	top = fleet.NewTopology(s, fleet.TopologyOptions{})
	if n := top.Node("/n2"); n == nil || !n.Ghost || top.Node("A/n2") != nil {
		t.Errorf("a missing server without a cluster is the one that the route leads to: %+v", n)
	}
}

// Each of two hubs of one name has a spoke: the spoke is joined with the hub
// that lists it.
func TestLeafsOfNamesakes(t *testing.T) {
	hub := func(cluster, spoke string) *fleet.Server {
		sv := in(cluster, fleettest.Member("hub"))
		sv.Info.ID = cluster + "-hub"
		sv.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{{ID: 1, Name: spoke, Account: "APP"}}}
		return sv
	}
	spoke := func(name string) *fleet.Server {
		sv := in(name, fleettest.Answer("ID-"+name, name, 0, 1))
		sv.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{{ID: 7, Name: "hub", IsSpoke: true, Account: "APP"}}}
		return sv
	}
	top := fleet.NewTopology(fleettest.Snapshot(0, hub("A", "s1"), hub("B", "s2"), spoke("s1"), spoke("s2")), fleet.TopologyOptions{})
	got := map[string]fleet.State{}
	for _, e := range top.Edges {
		got[e.From+" "+e.To] = e.State
	}
	if len(got) != 2 || got["A/hub s1/s1"] != fleet.StateOK || got["B/hub s2/s2"] != fleet.StateOK {
		t.Errorf("%v", got)
	}
}

// The peers of a meta group are servers of its domain.
func TestMetaPeersOfNamesakes(t *testing.T) {
	member := func(domain string, store uint64) *fleet.Server {
		sv := fleettest.Answer(domain+"-n1", "n1", 0, 1)
		sv.Info.Domain, sv.Info.Cluster = domain, domain
		sv.Info.SetJetStreamEnabled()
		sv.Jsz = &server.JSInfo{Meta: &server.MetaClusterInfo{Name: domain, Leader: "n1", Size: 1}}
		sv.Jsz.Store = store
		return sv
	}
	plain := fleettest.Answer("aaa", "n1", 0, 1)
	plain.Info.Cluster = "aaa"
	for _, g := range fleet.MetaGroups(fleettest.Snapshot(0, plain, member("edge", 7), member("hub", 9))) {
		p := g.Peers[0]
		if want := map[string]uint64{"edge": 7, "hub": 9}[g.Domain]; p.Server == nil || p.JS == nil || p.JS.Store != want || p.Cluster != g.Domain {
			t.Errorf("%s: %+v", g.Domain, p)
		}
	}
}

// A stream whose leader is missing is at fault, one whose leader has the name of
// a missing server of another cluster is not.
func TestStreamsOfNamesakes(t *testing.T) {
	sv := in("A", fleettest.Answer("ID", "n2", 0, 1))
	st := server.StreamDetail{Name: "S", Cluster: &server.ClusterInfo{Name: "A", Leader: "n1", Replicas: []*server.PeerInfo{{Name: "n2"}}}}
	sv.Jsz = &server.JSInfo{AccountDetails: []*server.AccountDetail{{Name: "APP", Streams: []server.StreamDetail{st}}}}
	for cluster, want := range map[string]fleet.Level{"A": fleet.Crit, "B": fleet.OK, "": fleet.Crit} {
		s := fleettest.Snapshot(0, sv)
		s.Missing = []fleet.Missing{{Name: "n1", Cluster: cluster, Reason: fleet.Silent}}
		if got := fleet.StreamRows(s, nil)[0]; got.Level != want {
			t.Errorf("n1 of %q is missing: %s, %s", cluster, got.Level, got.State)
		}
	}
}
