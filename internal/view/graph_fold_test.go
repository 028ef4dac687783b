package view

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// largeFleet is clusters of servers with all their routes and gateways, of which
// one server is silent and one route is missing.
func largeFleet(clusters, each int) *fleet.Topology {
	s := &fleet.Snapshot{Expected: clusters * each}
	name := func(c, i int) string { return fmt.Sprintf("c%d-%d", c, i) }
	for c := range clusters {
		for i := range each {
			sv := &fleet.Server{Routez: &server.Routez{}, Gatewayz: &server.Gatewayz{
				Name: fmt.Sprint("c", c), OutboundGateways: map[string]*server.RemoteGatewayz{}, InboundGateways: map[string][]*server.RemoteGatewayz{},
			}}
			sv.Info.Name, sv.Info.ID, sv.Info.Cluster, sv.Info.Version = name(c, i), name(c, i), fmt.Sprint("c", c), "2.15.2"
			for j := range each {
				if i != j && (c != 0 || i+j != 1) { // c0-0 and c0-1 have no route
					sv.Routez.Routes = append(sv.Routez.Routes, &server.RouteInfo{RemoteID: name(c, j), RemoteName: name(c, j)})
				}
			}
			for d := range clusters {
				if d == c {
					continue
				}
				conn := func() *server.RemoteGatewayz {
					return &server.RemoteGatewayz{Connection: &server.ConnInfo{Name: name(d, i), RTT: "2ms"}}
				}
				sv.Gatewayz.OutboundGateways[fmt.Sprint("c", d)] = conn()
				sv.Gatewayz.InboundGateways[fmt.Sprint("c", d)] = []*server.RemoteGatewayz{conn()}
			}
			if c == 1 && i == each-1 {
				s.Missing = append(s.Missing, fleet.Missing{ID: name(c, i), Name: name(c, i), Cluster: fmt.Sprint("c", c), Reason: fleet.Silent})
				continue
			}
			s.Servers = append(s.Servers, sv)
		}
	}
	return fleet.NewTopology(s, fleet.TopologyOptions{})
}

// A drawing of many servers stays one that can be drawn and read, and
// what is at fault is in it.
func TestDrawingsOfManyServers(t *testing.T) {
	for _, c := range []struct{ clusters, each, lines, links int }{{3, 100, 60, 20}, {40, 6, 500, 100}} {
		t.Run(fmt.Sprintf("%dx%d", c.clusters, c.each), func(t *testing.T) {
			f := FoldTopology(largeFleet(c.clusters, c.each))
			if f.Servers == 0 || len(f.Edges) > c.links {
				t.Errorf("%d servers folded, %d links left", f.Servers, len(f.Edges))
			}
			for name, draw := range map[string]func(io.Writer, *fleet.Topology) error{
				"tree":    func(w io.Writer, t *fleet.Topology) error { return Style{}.GraphTree(w, t, true) },
				"dot":     GraphDOT,
				"mermaid": GraphMermaid,
				"svg":     GraphSVG,
			} {
				var out bytes.Buffer
				if err := draw(&out, f.Topology); err != nil {
					t.Fatal(err)
				}
				text := out.String()
				if n := strings.Count(text, "\n"); n > c.lines {
					t.Errorf("%s has %d lines", name, n)
				}
				for _, want := range []string{"c0-0", "c0-1", fmt.Sprintf("c1-%d", c.each-1), "more, all well"} {
					if !strings.Contains(text, want) {
						t.Errorf("%s does not show %q", name, want)
					}
				}
				if name == "mermaid" && len(text) > 50_000 { // mermaid.js: maxTextSize
					t.Errorf("%d characters", len(text))
				}
				if name == "svg" {
					wellFormed(t, out.Bytes())
				}
			}
		})
	}
}

// leafedFleet is a hub of three servers with many leafnodes, each a cluster of
// its own, of which one is silent.
func leafedFleet(leafs int) *fleet.Topology {
	s := &fleet.Snapshot{Expected: 3 + leafs}
	add := func(name, cluster string) *fleet.Server {
		sv := &fleet.Server{Routez: &server.Routez{}, Leafz: &server.Leafz{}}
		sv.Info.Name, sv.Info.ID, sv.Info.Cluster, sv.Info.Version = name, name, cluster, "2.15.2"
		s.Servers = append(s.Servers, sv)
		return sv
	}
	for i := range 3 {
		hub := add(fmt.Sprint("hub-", i), "hub")
		for j := range 3 {
			if i != j {
				hub.Routez.Routes = append(hub.Routez.Routes, &server.RouteInfo{RemoteID: fmt.Sprint("hub-", j), RemoteName: fmt.Sprint("hub-", j)})
			}
		}
		for l := i; l < leafs; l += 3 {
			hub.Leafz.Leafs = append(hub.Leafz.Leafs, &server.LeafInfo{Name: fmt.Sprint("edge-", l), Account: "APP"})
		}
	}
	for l := range leafs {
		name := fmt.Sprint("edge-", l)
		if l == 7 {
			s.Missing = append(s.Missing, fleet.Missing{ID: name, Name: name, Cluster: name, Reason: fleet.Silent})
			continue
		}
		add(name, name).Leafz.Leafs = []*server.LeafInfo{{Name: fmt.Sprint("hub-", l%3), Account: "APP", IsSpoke: true}}
	}
	return fleet.NewTopology(s, fleet.TopologyOptions{})
}

// Hundreds of leafnodes, each a cluster of its own, become one line with one
// link; the one that is silent stays.
func TestManyLeafClusters(t *testing.T) {
	in := leafedFleet(300)
	f := FoldTopology(in)
	if len(f.Clusters) > 4 || len(f.Edges) > 12 || f.Servers < 290 {
		t.Errorf("%d clusters, %d links, %d servers folded", len(f.Clusters), len(f.Edges), f.Servers)
	}
	there := map[string]bool{"": true}
	for _, n := range f.Nodes {
		there[n.Key] = true
	}
	for _, e := range f.Edges {
		if !there[e.From] || !there[e.To] {
			t.Errorf("%s from %q to %q has an end that is not drawn", e.Kind, e.From, e.To)
		}
	}
	var out bytes.Buffer
	if err := (Style{}).GraphTree(&out, f.Topology, true); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"leafnodes of hub", "299 more clusters, all well", "edge-7", "hub-1", "hub-0 -> 299 more clusters"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if n := strings.Count(out.String(), "\n"); n > 30 {
		t.Errorf("%d lines:\n%s", n, out.String())
	}
}

// wellFormed tells whether it is XML.
func wellFormed(t *testing.T, doc []byte) {
	t.Helper()
	dec := xml.NewDecoder(bytes.NewReader(doc))
	for {
		if _, err := dec.Token(); errors.Is(err, io.EOF) {
			return
		} else if err != nil {
			t.Fatal(err)
		}
	}
}

// Every link that is drawn begins and ends at a server that is drawn.
func TestFoldedLinksHaveEnds(t *testing.T) {
	f := FoldTopology(largeFleet(3, 100))
	there := map[string]bool{"": true}
	for _, n := range f.Nodes {
		there[n.Key] = true
	}
	for _, e := range f.Edges {
		if !there[e.From] || !there[e.To] {
			t.Errorf("%s from %q to %q", e.Kind, e.From, e.To)
		}
	}
	if small := largeFleet(2, 3); FoldTopology(small).Topology != small {
		t.Error("a small fleet is folded")
	}
}
