package fleet_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// Two domains joined by leafnodes of the system account are two meta groups,
// each with its own leader, and a server alone with its streams is one of one.
func TestMetaGroupOfEachDomain(t *testing.T) {
	member := func(name, domain, leader string, size int) *fleet.Server {
		sv := &fleet.Server{Info: server.ServerInfo{ID: name, Name: name, Domain: domain, Version: "2.15.2"}}
		sv.Info.SetJetStreamEnabled()
		sv.Jsz = &server.JSInfo{}
		if size > 1 {
			sv.Jsz.Meta = &server.MetaClusterInfo{Name: "group", Leader: leader, Size: size}
		}
		return sv
	}
	s := fleettest.Snapshot(
		0, member("hub-1", "hub", "hub-2", 2), member("hub-2", "hub", "hub-2", 2),
		member("edge-1", "edge", "edge-1", 2), member("edge-2", "edge", "edge-1", 2), member("alone", "alone", "", 1),
	)
	leaders := map[string]string{}
	for _, g := range fleet.MetaGroups(s) {
		if leaders[g.Domain] != "" {
			t.Errorf("domain %s has two groups", g.Domain)
		}
		leaders[g.Domain] = g.Leader
	}
	for domain, leader := range map[string]string{"hub": "hub-2", "edge": "edge-1", "alone": "alone"} {
		if leaders[domain] != leader {
			t.Errorf("%s is led by %q, not by %s", domain, leaders[domain], leader)
		}
	}
	if len(leaders) != 3 {
		t.Errorf("groups %v", leaders)
	}
}

// TestMetaGroupInWhole holds what is known of a meta group by who answered: the
// leader, its followers alone, servers that disagree, or a server by itself.
func TestMetaGroupInWhole(t *testing.T) {
	member := func(name, leader string, peers ...*server.PeerInfo) *fleet.Server {
		sv := &fleet.Server{Info: server.ServerInfo{ID: "ID-" + name, Name: name, Cluster: "C", Version: "2.15.2"}}
		sv.Info.SetJetStreamEnabled()
		sv.Jsz = &server.JSInfo{Meta: &server.MetaClusterInfo{Name: "of " + name, Leader: leader, Size: 5, Pending: 7, Replicas: peers}}
		return sv
	}
	current, behind := &server.PeerInfo{Name: "b", Current: true, Lag: 3, Active: 2 * time.Second}, &server.PeerInfo{Name: "z", Lag: 9}
	dead := &server.PeerInfo{Name: "d", Current: true, Offline: true}
	disabled, alone, second, quorum := member("off", "off"), member("s", ""), member("r", ""), member("a", "a", current)
	disabled.Jsz.Disabled = true
	alone.Jsz.Meta, second.Jsz.Meta = nil, &server.MetaClusterInfo{}
	quorum.Jsz.Meta.QuorumNeeded = 4
	for _, tt := range []struct {
		name    string
		servers []*fleet.Server
		want    []string
	}{
		{"the leader", []*fleet.Server{member("b", "a", &server.PeerInfo{Name: "other"}), member("a", "a", current, behind, dead, nil, &server.PeerInfo{Name: "a"}), member("c", "a")}, []string{
			"of a: led by a (heard true), leaders [], 2 of 3, size 5, pending 7: z@(c false o false known true lag 9 0s) a@C(leader) b@C(c true o false known true lag 3 2s) d@D(c true o true known true lag 0 0s)",
		}},
		{"followers alone", []*fleet.Server{member("b", "a", current)}, []string{
			"of b: led by a (heard false), leaders [], 1 of 3, size 5, pending 7: a@(leader) b@C(c true o false known false lag 3 2s)",
		}},
		{"no leader", []*fleet.Server{member("b", "")}, []string{"of b: led by  (heard false), leaders [], 0 of 3, size 5, pending 7:"}},
		{"two leaders", []*fleet.Server{member("y", "y"), member("a", "a"), member("c", "a")}, []string{
			"of y: led by y (heard true), leaders [a y], 1 of 3, size 5, pending 7: y@C(leader)",
		}},
		{"a quorum of its own", []*fleet.Server{quorum}, []string{"of a: led by a (heard true), leaders [], 2 of 4, size 5, pending 7: b@(c true o false known true lag 3 2s) a@C(leader)"}},
		{"servers by themselves", []*fleet.Server{disabled, alone, second}, []string{
			": led by r (heard true), leaders [], 1 of 1, size 1, pending 0: r@C(leader)",
			": led by s (heard true), leaders [], 1 of 1, size 1, pending 0: s@C(leader)",
		}},
	} {
		s := fleettest.Snapshot(0, tt.servers...)
		s.Missing = []fleet.Missing{{Name: "x", Cluster: "X"}, {Name: "d", Cluster: "D"}}
		var got []string
		for _, g := range fleet.MetaGroups(s) {
			line := fmt.Sprintf("%s: led by %s (heard %v), leaders %v, %d of %d, size %d, pending %d:", g.Name, g.Leader, g.Heard, g.Leaders, g.Current, g.Quorum, g.Size, g.Pending)
			for _, p := range g.Peers {
				if line += " " + p.Name + "@" + p.Cluster; p.Leader {
					line += "(leader)"
				} else {
					line += fmt.Sprintf("(c %v o %v known %v lag %d %vs)", p.Current, p.Offline, p.Known, p.Lag, p.ActiveSeconds)
				}
				if answered := s.Server(p.Name); (p.Server != nil) != (answered != nil) || answered != nil && p.JS != answered.Jsz {
					t.Errorf("%s: the server of %s is %v", tt.name, p.Name, p.Server)
				}
			}
			got = append(got, line)
		}
		slices.Sort(got)
		slices.Sort(tt.want)
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}

// A peer that is offline and a server that has JetStream and is no peer are noted where they are seen, or at the leader, and
// nothing is said without the answer of the one leader.
func TestMetaGroupLacks(t *testing.T) {
	peers := []*server.PeerInfo{{Name: "b", Current: true}, {Name: "gone", Offline: true}, {Name: "deaf", Offline: true}}
	group := func(leader string, size int, names ...string) *fleet.Snapshot {
		var servers []*fleet.Server
		for _, name := range names {
			sv := &fleet.Server{Info: server.ServerInfo{ID: "ID-" + name, Name: name, Version: "2.15.2", JetStream: true}, Varz: &server.Varz{}}
			sv.Varz.JetStream.Meta = &server.MetaClusterInfo{Name: "meta", Leader: leader, Size: size}
			if name == leader {
				sv.Varz.JetStream.Meta.Replicas = peers
			}
			servers = append(servers, sv)
		}
		return fleettest.Snapshot(0, servers...)
	}
	scoped, divided, missing := group("a", 4, "a", "b", "deaf", "new"), group("a", 4, "a", "b", "deaf", "new"), group("a", 4, "a", "b", "deaf", "new")
	scoped.Want.Scope.Cluster = "C"
	divided.Servers[2].Varz.JetStream.Meta.Leader = "b"
	missing.Missing = []fleet.Missing{{Name: "gone"}}
	deaf, added := "deaf: JetStream counts deaf as offline: it is in the meta group that a leads", "new: JetStream does not use new: it is not in the meta group that a leads"
	const gone = "a: JetStream counts gone as offline: it is in the meta group that a leads"
	for _, tt := range []struct {
		name string
		snap *fleet.Snapshot
		want []string
	}{
		{"all kinds", group("a", 4, "a", "b", "deaf", "new"), []string{gone, deaf, added}},
		{"a part of the fleet", scoped, []string{deaf, added}},
		{"missing anyway", missing, []string{deaf, added}},
		{"not all peers are known", group("a", 5, "a", "b", "deaf", "new"), []string{gone, deaf}},
		{"the leader does not answer", group("a", 4, "b", "deaf", "new"), nil},
		{"two leaders", divided, nil},
	} {
		var got []string
		for _, n := range fleet.NewTopology(tt.snap, fleet.TopologyOptions{}).Nodes {
			for _, note := range n.Notes {
				if n.Ghost {
					continue
				}
				if got = append(got, n.Name+": "+note); n.Level != fleet.Warn {
					t.Errorf("%s: %s is %s", tt.name, n.Name, n.Level)
				}
			}
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s: %s", tt.name, diff)
		}
	}
}
