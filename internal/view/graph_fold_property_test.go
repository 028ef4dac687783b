package view

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/fleet"
)

// anyFleet is clusters with routes and gateways and leafnodes of a cluster each,
// where some links are missing, some servers are silent and some are older.
func anyFleet(t *rapid.T) *fleet.Topology {
	r := rand.New(rand.NewPCG(rapid.Uint64().Draw(t, "seed"), 1))
	clusters, each, leafs := rapid.IntRange(1, 9).Draw(t, "clusters"), rapid.IntRange(1, 30).Draw(t, "each"), rapid.IntRange(0, 60).Draw(t, "leafs")
	odds := rapid.SampledFrom([]int{0, 5, 40}).Draw(t, "faults in a thousand")
	bad := func() bool { return r.IntN(1000) < odds }
	s := &fleet.Snapshot{}
	add := func(cluster, name string) *fleet.Server {
		sv := &fleet.Server{Routez: &server.Routez{}, Leafz: &server.Leafz{}, Gatewayz: &server.Gatewayz{}}
		sv.Info = server.ServerInfo{ID: "ID-" + name, Name: name, Cluster: cluster, Version: "2.15.2"}
		if bad() {
			sv.Info.Version = "2.14.1"
		}
		if bad() {
			s.Missing = append(s.Missing, fleet.Missing{ID: sv.Info.ID, Name: name, Cluster: cluster, Reason: fleet.Silent})
		} else {
			s.Servers = append(s.Servers, sv)
		}
		return sv
	}
	name := func(c, i int) string { return fmt.Sprintf("c%d-%d", c, i) }
	hubs := map[string]*fleet.Server{}
	for c := range clusters {
		for i := range each {
			sv := add(fmt.Sprint("c", c), name(c, i))
			hubs[name(c, i)] = sv
			sv.Gatewayz = &server.Gatewayz{Name: sv.Info.Cluster, OutboundGateways: map[string]*server.RemoteGatewayz{}, InboundGateways: map[string][]*server.RemoteGatewayz{}}
			for j := range each {
				if i != j && !bad() {
					sv.Routez.Routes = append(sv.Routez.Routes, &server.RouteInfo{RemoteID: "ID-" + name(c, j), RemoteName: name(c, j)})
				}
			}
			for d := range clusters {
				if d == c {
					continue
				}
				peer := &server.RemoteGatewayz{Connection: &server.ConnInfo{Name: "ID-" + name(d, i)}}
				if !bad() {
					sv.Gatewayz.OutboundGateways[fmt.Sprint("c", d)] = peer
				}
				sv.Gatewayz.InboundGateways[fmt.Sprint("c", d)] = []*server.RemoteGatewayz{peer}
			}
		}
	}
	for l := range leafs {
		hub, leaf := name(l%clusters, 0), fmt.Sprint("leaf-", l)
		hubs[hub].Leafz.Leafs = append(hubs[hub].Leafz.Leafs, &server.LeafInfo{Name: leaf, Account: "APP"})
		sv := add(leaf, leaf)
		if !bad() {
			sv.Leafz.Leafs = []*server.LeafInfo{{Name: hub, IsSpoke: true, Account: "APP"}}
		}
	}
	return fleet.NewTopology(s, fleet.TopologyOptions{})
}

// TestFoldOfAnything folds any fleet: each server is drawn or counted, whoever
// is at fault is drawn, and so is each fault or it is counted; what is drawn has
// both ends.
func TestFoldOfAnything(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		in := anyFleet(t)
		f := FoldTopology(in)
		if len(in.Nodes) <= foldServers {
			if f.Topology != in || f.Servers+f.Gateways+f.Faults != 0 {
				t.Fatalf("a fleet of %d servers is folded", len(in.Nodes))
			}
			return
		}
		drawn := map[string]*fleet.Node{}
		whole := 0
		for _, n := range f.Nodes {
			if drawn[n.Key] != nil {
				t.Fatalf("%s is drawn twice", n.Key)
			}
			drawn[n.Key] = n
			if in.Node(n.Key) != nil {
				whole++
			} else if want := (map[bool]fleet.Level{true: fleet.OK, false: fleet.Warn})[strings.Contains(n.Name, "all well")]; n.Level != want {
				t.Fatalf("%q is %s", n.Name, n.Level)
			}
		}
		if whole+f.Servers != len(in.Nodes) {
			t.Fatalf("%d drawn and %d counted of %d", whole, f.Servers, len(in.Nodes))
		}
		checkFaults(t, in, f, drawn)
		checkClusters(t, in, f, drawn)
		checkSpans(t, in, f)
	})
}

func checkFaults(t *rapid.T, in *fleet.Topology, f Folded, drawn map[string]*fleet.Node) {
	at := map[string]bool{}
	for _, e := range f.Edges {
		if e.Level != fleet.OK { // one that is well may be drawn from another end
			at[e.Key()] = true
		}
		if drawn[e.From] == nil || e.To != "" && drawn[e.To] == nil {
			t.Fatalf("%s from %q to %q has an end that is not drawn", e.Kind, e.From, e.To)
		}
	}
	faults, shown, unseen := 0, 0, fleet.Crit
	for _, e := range in.Faults() {
		ghost := func(key string) bool { n := in.Node(key); return n != nil && n.Ghost }
		if e.Kind == fleet.Route && (ghost(e.From) || ghost(e.To)) {
			if at[e.Key()] {
				t.Fatalf("the route to a silent server is drawn: %s", e.Key())
			}
			continue
		}
		faults++
		if at[e.Key()] {
			shown++
			if e.Level.Compare(unseen) > 0 {
				t.Fatalf("a fault that is worse is left out")
			}
		} else {
			unseen = e.Level
		}
	}
	if shown != min(faults, foldFaults) || f.Faults != faults-shown {
		t.Fatalf("%d faults drawn and %d counted of %d", shown, f.Faults, faults)
	}
	for _, n := range in.Nodes {
		if odd := n.Ghost || n.VersionSkew || n.ConfigSkew || n.MetaLeader; odd && drawn[n.Key] == nil {
			t.Fatalf("%s is not drawn: %v", n.Key, n.Notes)
		}
	}
}

// checkClusters finds the counts of all clusters in those that are drawn, and
// small ones whole, with their routes.
func checkClusters(t *rapid.T, in *fleet.Topology, f Folded, drawn map[string]*fleet.Node) {
	sum := func(list []*fleet.Cluster) (have, need int) {
		for _, c := range list {
			have, need = have+c.Have, need+c.Need
		}
		return have, need
	}
	if h1, n1 := sum(in.Clusters); true {
		if h2, n2 := sum(f.Clusters); h1 != h2 || n1 != n2 {
			t.Fatalf("%d/%d servers in all, %d/%d drawn", h1, n1, h2, n2)
		}
	}
	most := foldCluster
	if len(in.Nodes) > foldAll {
		most = 1
	}
	byName := map[string]*fleet.Cluster{}
	for _, c := range f.Clusters {
		byName[c.Name] = c
		if rest := c.Nodes[len(c.Nodes)-1]; in.Node(rest.Key) == nil && !strings.HasPrefix(c.Name, "leafnodes of") {
			var n int
			if _, err := fmt.Sscanf(rest.Name, "%d more", &n); err != nil || n < 2 {
				t.Fatalf("%q stands for nobody", rest.Name)
			}
		}
	}
	small := map[string]bool{}
	for _, c := range in.Clusters {
		d := byName[c.Name]
		switch {
		case d == nil && (!c.Leafs || c.Level != fleet.OK):
			t.Fatalf("cluster %s is not drawn", c.Name)
		case d != nil && len(c.Nodes) <= most && len(d.Nodes) != len(c.Nodes):
			t.Fatalf("cluster %s of %d is folded", c.Name, len(c.Nodes))
		}
		if d != nil && len(c.Nodes) <= most {
			small[c.Name] = true
		}
	}
	routes := map[string]bool{}
	for _, e := range f.Edges {
		routes[e.Key()] = true
	}
	for _, e := range in.Edges {
		if c := in.Node(e.From).Cluster; e.Kind == fleet.Route && e.Level == fleet.OK && routes[e.Key()] != small[c] {
			t.Fatalf("route %s of a cluster of %d: drawn %v", e.Key(), len(byName[c].Nodes), routes[e.Key()])
		}
	}
}

// checkSpans finds each gateway drawn or counted, those at fault all drawn, and
// one link for each pair of clusters that is well.
func checkSpans(t *rapid.T, in *fleet.Topology, f Folded) {
	if len(f.Spans)+f.Gateways != len(in.Spans) {
		t.Fatalf("%d gateways drawn and %d counted of %d", len(f.Spans), f.Gateways, len(in.Spans))
	}
	well := map[[2]string]bool{}
	at := map[[2]string]bool{}
	for _, s := range f.Spans {
		at[[2]string{s.From, s.To}] = true
	}
	for _, s := range in.Spans {
		pair := [2]string{s.From, s.To}
		well[pair] = s.Level == fleet.OK
		if !at[pair] && !well[pair] {
			t.Fatalf("the gateway from %s to %s is at fault and not drawn", s.From, s.To)
		}
	}
	if count := len(in.Spans); f.Gateways > 0 && count <= foldSpans {
		t.Fatalf("%d gateways, and %d are left out", count, f.Gateways)
	}
	lines := map[[2]string]int{}
	for _, e := range f.Edges {
		if e.Kind == fleet.Gateway && e.Level == fleet.OK {
			lines[[2]string{clusterIn(f, e.From), e.ToCluster}]++
		}
	}
	for pair := range at {
		if well[pair] && lines[pair] != 1 {
			t.Fatalf("%d links from %s to %s", lines[pair], pair[0], pair[1])
		}
	}
}

func clusterIn(f Folded, key string) string {
	for _, n := range f.Nodes {
		if n.Key == key {
			return n.Cluster
		}
	}
	return ""
}
