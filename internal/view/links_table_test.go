package view_test

import (
	"bytes"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
	"github.com/natsctl/natsctl/internal/view"
)

// threeClusters is two clusters of two servers with gateways, and a leaf node of
// the first. One gateway is missing, one server of B is silent, and a and b have
// a route that only a lists.
func threeClusters() *fleet.Topology {
	a, b := fleettest.Member("a", "b"), fleettest.Member("b")
	for _, sv := range []*fleet.Server{a, b} {
		sv.Info.Cluster, sv.Statsz.Connections = "A", 1234
	}
	a.Info.Domain = "hub"
	a.Jsz = &server.JSInfo{Meta: &server.MetaClusterInfo{Leader: "a", Size: 2}}
	a.Info.SetJetStreamEnabled()
	a.Gatewayz = fleettest.GatewayServer("x", "A", map[string]string{"B": "ID-c"}, map[string]string{"ID-c": "B"}).Gatewayz
	b.Gatewayz = fleettest.GatewayServer("x", "A", nil, nil).Gatewayz
	c := fleettest.Member("c", "d")
	c.Info.Cluster = "B"
	c.Gatewayz = fleettest.GatewayServer("x", "B", map[string]string{"A": "ID-a"}, map[string]string{"ID-a": "A"}).Gatewayz
	c.Info.Version = "2.14.9"
	edge := fleettest.Answer("ID-e", "edge", 0, 1)
	edge.Info.Cluster = ""
	a.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{
		{ID: 1, Name: "edge", Account: "APP", RTT: "1.5ms", InMsgs: 5, OutMsgs: 6, InBytes: 7, OutBytes: 8, NumSubs: 9, Compression: "s2_fast"},
		{ID: 2, Name: "far", Account: "OTHER"},
	}}
	edge.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{{ID: 7, Name: "a", IsSpoke: true, Account: "LOCAL"}}}
	s := fleettest.Snapshot(100, a, b, c, edge)
	s.Missing = []fleet.Missing{{ID: "ID-d", Name: "d", Cluster: "B", Reason: fleet.Silent}}
	return fleet.NewTopology(s, fleet.TopologyOptions{})
}

// fullEdge is a link every figure of which is a number of its own.
func fullEdge() *fleet.Edge {
	return &fleet.Edge{
		Kind: fleet.Route, From: "A/a", To: "A/b", FromName: "a", ToName: "b", ToCluster: "B", State: fleet.StateSlow, Level: fleet.Warn, Why: "because",
		Accounts: []string{"APP", "SYS"},
		A: fleet.End{
			Heard: true, Listed: true, Pool: 3, Dedicated: 4, RTTSeconds: 0.005, Pending: 6, Subs: 7, Traffic: traffic(10),
			Counters: fleet.Counters{InMsgs: 21, OutMsgs: 22, InBytes: 23, OutBytes: 24}, Since: fleettest.Epoch.Add(40 * time.Second), Compression: "s2",
		},
		B: fleet.End{
			Heard: true, Listed: true, Pool: 5, Dedicated: 4, RTTSeconds: 0.009, Pending: 16, Subs: 17, Traffic: traffic(30),
			Counters: fleet.Counters{InMsgs: 31, OutMsgs: 32, InBytes: 33, OutBytes: 34}, Since: fleettest.Epoch.Add(60 * time.Second), Compression: "off",
		},
	}
}

func TestLinkTables(t *testing.T) {
	top := threeClusters()
	back := fullEdge()
	back.A = fleet.End{Heard: true}
	sideBySide(t, `
column               | both ends      | its other end alone lists it
cluster              | A              | A
from                 | a              | a
to                   | b              | b
state                | slow warn      | slow warn
pool                 | 3/5            | 0/5
dedicated            | 4              | 0/4
rtt_seconds          | 9.00ms (0.009) | 9.00ms (0.009)
pending_bytes        | 22 B (22)      | 16 B (16)
in_msgs_per_second   | 11             | 32
out_msgs_per_second  | 12             | 31
in_bytes_per_second  | 13 B/s (13)    | 34 B/s (34)
out_bytes_per_second | 14 B/s (14)    | 33 B/s (33)
in_msgs              | 21             | 32
out_msgs             | 22             | 31
in_bytes             | 23 B (23)      | 34 B (34)
out_bytes            | 24 B (24)      | 33 B (33)
subs                 | 7              | 17
uptime_seconds       | 1m0s (60)      | 40s (40)
compression          | s2             | off
why                  | because        | because
`, row("both ends", view.Routes(top, true), fullEdge()), row("its other end alone lists it", view.Routes(top, false), back))
	gone := &fleet.Edge{Kind: fleet.Gateway, From: "none", FromName: "n", ToName: "B", ToCluster: "B", State: fleet.StateMissing, Level: fleet.Crit}
	sideBySide(t, `
column               | full           | to nowhere
cluster              | A              | - ()
from                 | a              | n
remote_cluster       | B              | B
to                   | b              | - ()
state                | slow warn      | missing crit
rtt_seconds          | 9.00ms (0.009) | - ()
pending_bytes        | 22 B (22)      | - ()
in_msgs_per_second   | 11             | - ()
out_msgs_per_second  | 12             | - ()
in_bytes_per_second  | 13 B/s (13)    | - ()
out_bytes_per_second | 14 B/s (14)    | - ()
in_msgs              | 21             | - ()
out_msgs             | 22             | - ()
in_bytes             | 23 B (23)      | - ()
out_bytes            | 24 B (24)      | - ()
subs                 | 7              | - ()
uptime_seconds       | 1m0s (60)      | - ()
compression          | s2             | - ()
why                  | because        |
`, row("full", view.Gateways(top, true), fullEdge()), row("to nowhere", view.Gateways(top, true), gone))
	leaf := fullEdge()
	leaf.To = "/edge"
	sideBySide(t, `
column               | full
cluster              | A
hub                  | a
spoke                | b
state                | slow warn
accounts             | APP,SYS
connections          | 3/5
domain               |
rtt_seconds          | 9.00ms (0.009)
pending_bytes        | 22 B (22)
in_msgs_per_second   | 11
out_msgs_per_second  | 12
in_bytes_per_second  | 13 B/s (13)
out_bytes_per_second | 14 B/s (14)
in_msgs              | 21
out_msgs             | 22
in_bytes             | 23 B (23)
out_bytes            | 24 B (24)
subs                 | 7
uptime_seconds       | 1m0s (60)
compression          | s2
why                  | because
`, row("full", view.Leafnodes(top, true), leaf))
	sideBySide(t, `
column               | full
kind                 | route
cluster              | A
from                 | a
to                   | b
remote_cluster       | B
state                | slow warn
pool                 | 3/5
dedicated            | 4
accounts             | APP,SYS
rtt_seconds          | 9.00ms (0.009)
pending_bytes        | 22 B (22)
in_msgs_per_second   | 11
out_msgs_per_second  | 12
in_bytes_per_second  | 13 B/s (13)
out_bytes_per_second | 14 B/s (14)
in_msgs              | 21
out_msgs             | 22
in_bytes             | 23 B (23)
out_bytes            | 24 B (24)
subs                 | 7
uptime_seconds       | 1m0s (60)
compression          | s2
why                  | because
`, row("full", view.Links(top, true), leaf))
	expectHeadings(t,
		head("routes", view.Routes(top, true), "Cluster From To State Pool Dedicated RTT Pending In/s Out/s In B/s Out B/s Uptime Why",
			"pending_bytes in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes"),
		head("gateways", view.Gateways(top, false), "Cluster From To cluster To State RTT Pending In msgs Out msgs In bytes Out bytes Uptime Why", "pending_bytes in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes"),
		head("leafnodes", view.Leafnodes(top, false), "Cluster Hub Spoke State Accounts Conns RTT Pending In msgs Out msgs In bytes Out bytes Uptime Why", "pending_bytes in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes"),
		head("links", view.Links(top, false), "Kind From To State RTT Pending In msgs Out msgs In bytes Out bytes Uptime Why", "pending_bytes in_msgs_per_second out_msgs_per_second in_bytes_per_second out_bytes_per_second in_msgs out_msgs in_bytes out_bytes"),
	)
	young := fullEdge()
	young.A.Since = fleettest.Epoch.Add(101 * time.Second)
	if line := sheet(view.Routes(top, true), young); !strings.Contains(line, "\nuptime_seconds: - ()\n") {
		t.Errorf("a link that began after the look has no age: %s", line)
	}
}

func TestGatewayMatrix(t *testing.T) {
	cols, names := view.GatewayMatrix(threeClusters())
	if !slices.Equal(names, []string{"A", "B"}) {
		t.Fatalf("%v", names)
	}
	sideBySide(t, `
column | from A                  | from B
from   | A                       | B
A      | - ()                    | 1/1 2.00ms
B      | 1/2 2.00ms missing crit | - ()
`, row("from A", cols, "A"), row("from B", cols, "B"))
}

func drawn(t *testing.T, top *fleet.Topology, draw func(io.Writer, *fleet.Topology) error) string {
	t.Helper()
	var out bytes.Buffer
	if err := draw(&out, top); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func TestGraphTree(t *testing.T) {
	top := threeClusters()
	tree := func(style view.Style, ascii bool) string {
		return drawn(t, top, func(w io.Writer, t *fleet.Topology) error { return style.GraphTree(w, t, ascii) })
	}
	expect(t, "tree", tree(view.Style{}, false), `
● (no cluster)  1/1 servers  2.15.2
├── ● edge  3 conns  leaf of a
└── ● far  leaf of a  not asked
▲ A  2/2 servers  2.15.2  routes 1/2  domain hub
├── ▲ a  meta leader  1,234 conns  routes 1/1  gateways 1/1
└── ▲ b  1,234 conns  routes 0/1  gateways 0/1
✗ B  1/2 servers  2.14.9  routes 0/2
├── ▲ c  3 conns  routes 0/1  gateways 1/1
└── ✗ d  routes 0/1  is connected, but does not answer: hung, overloaded, or just cut off

gateways
├── ✗ A -> B  1/2  2.00ms
└── ● B -> A  1/1  2.00ms

leafnodes
├── ● a -> edge  APP  1.50ms
└── ● a -> far  OTHER

links at fault
├── ✗ route a - b  one-way: a lists it, b does not
├── ✗ route c - d  ghost: c lists it, d does not answer
└── ✗ gateway b - B  missing: b has no outbound connection to B
`)
	plain := strings.NewReplacer("├──", "|--", "└──", "`--", "●", "*", "▲", "!", "✗", "x").Replace(tree(view.Style{}, false))
	expect(t, "tree in ASCII", tree(view.Style{}, true), plain)
	marks := regexp.MustCompile("(?m)^((?:[|`]-- )?)([!x]) ")
	expect(t, "tree in color", tree(view.Style{Color: true}, true), marks.ReplaceAllStringFunc(plain, func(mark string) string {
		return strings.NewReplacer("!", "\x1b[33m!\x1b[0m", "x", "\x1b[31mx\x1b[0m").Replace(mark)
	}))
	if text := tree(view.Style{}, true); strings.ContainsFunc(text, func(r rune) bool { return r > 0x7e }) {
		t.Errorf("not ASCII: %q", text)
	}
}

func TestGraphLanguages(t *testing.T) {
	expect(t, "dot", drawn(t, threeClusters(), view.GraphDOT), `
digraph nats {
  graph [compound=true, fontname="sans-serif"]
  node [shape=box, style=rounded, fontname="sans-serif"]
  edge [fontname="sans-serif", fontsize=10]
  subgraph cluster_0 {
    label="no cluster 1/1"; color="#2e7d32"
    n0 [label="edge\n2.15.2", color="#2e7d32"]
    n1 [label="far\nnot asked", color="#2e7d32", style="rounded,dashed"]
  }
  subgraph cluster_1 {
    label="A 2/2"; color="#b8860b"
    n2 [label="a\n2.15.2\nmeta leader", color="#b8860b"]
    n3 [label="b\n2.15.2", color="#b8860b"]
  }
  subgraph cluster_2 {
    label="B 1/2"; color="#c0392b"
    n4 [label="c\n2.14.9", color="#b8860b"]
    n5 [label="d\ndoes not answer", color="#c0392b", style="rounded,dashed"]
  }
  n2 -> n3 [label="200µs one-way", color="#c0392b", dir=none]
  n4 -> n5 [label="200µs ghost", color="#c0392b", dir=none]
  n2 -> n4 [label="2.00ms", color="#2e7d32", style=bold]
  n3 -> n4 [label="missing", color="#c0392b", style=dotted]
  n4 -> n2 [label="2.00ms", color="#2e7d32", style=bold]
  n2 -> n0 [label="1.50ms", color="#2e7d32", style=dashed]
  n2 -> n1 [label="outside", color="#2e7d32", style=dashed]
}
`)
	expect(t, "mermaid", drawn(t, threeClusters(), view.GraphMermaid), `
flowchart LR
  subgraph c0["no cluster 1/1"]
    n0["edge<br>2.15.2"]
    n1["far<br>not asked"]
  end
  subgraph c1["A 2/2"]
    n2["a<br>2.15.2<br>meta leader"]
    n3["b<br>2.15.2"]
  end
  subgraph c2["B 1/2"]
    n4["c<br>2.14.9"]
    n5["d<br>does not answer"]
  end
  n2 ---|"200µs one-way"| n3
  n4 ---|"200µs ghost"| n5
  n2 ==>|"2.00ms"| n4
  n3 ==>|"missing"| n4
  n4 ==>|"2.00ms"| n2
  n2 -.->|"1.50ms"| n0
  n2 -.->|"outside"| n1
  linkStyle 0 stroke:#c0392b
  linkStyle 1 stroke:#c0392b
  linkStyle 3 stroke:#c0392b
  style n2 stroke:#b8860b
  style n3 stroke:#b8860b
  style n4 stroke:#b8860b
  style n5 stroke:#c0392b
`)
	for _, e := range threeClusters().Edges {
		if e.State == fleet.StateMissing {
			return
		}
	}
	t.Error("the fixture has no missing gateway")
}

// TestGraphTraffic draws the rates of gateways and leafnodes where they are
// known.
func TestGraphTraffic(t *testing.T) {
	top := threeClusters()
	top.Spans[0].Traffic, top.Spans[0].RTTSeconds = traffic(1000), 0
	for _, e := range top.Edges {
		if e.Kind == fleet.Leaf && e.ToName == "edge" {
			e.A.Traffic = traffic(2000)
		}
	}
	text := drawn(t, top, func(w io.Writer, t *fleet.Topology) error { return view.Style{}.GraphTree(w, t, true) })
	for _, line := range []string{"|-- x A -> B  1/2  in 1.00K/s  out 1.00K/s\n", "* a -> edge  APP  1.50ms  in 2.00K/s  out 2.00K/s\n"} {
		if !strings.Contains(text, line) {
			t.Errorf("no %q in\n%s", line, text)
		}
	}
}

// TestGraphOfAGhost draws a cluster of which no server answers, a server of
// another version, and a silent one without a note.
func TestGraphOfAGhost(t *testing.T) {
	top := &fleet.Topology{Clusters: []*fleet.Cluster{
		{Name: "lost", Ghost: true, Level: fleet.Crit},
		{Name: "empty"},
		{Name: "A", Have: 1, Need: 2, Level: fleet.Warn, Version: "2.15.2", Versions: []string{"2.14.9", "2.15.2"}, RoutesHave: 1, RoutesNeed: 1, Nodes: []*fleet.Node{
			{Name: "old", Version: "2.14.9", VersionSkew: true, Level: fleet.Warn, RoutesNeed: 1, GatewaysNeed: 1, Server: &fleet.Server{Statsz: &server.ServerStats{Connections: 1}}},
			{Name: "mute", Ghost: true, Level: fleet.Crit},
		}},
	}}
	text := drawn(t, top, func(w io.Writer, t *fleet.Topology) error { return view.Style{Color: true}.GraphTree(w, t, true) })
	expect(t, "tree", text, "\x1b[31mx\x1b[0m lost  0/0 servers  no server of it answers\n"+
		"\x1b[33m!\x1b[0m A  1/2 servers  2.14.9, 2.15.2  routes 1/1\n"+
		"|-- \x1b[33m!\x1b[0m old  \x1b[33m2.14.9\x1b[0m  1 conn  routes 0/1  gateways 0/1\n"+
		"`-- \x1b[31mx\x1b[0m mute\n")
}
