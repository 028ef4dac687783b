package view

import (
	"fmt"
	"slices"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The size limits of a drawing. Mermaid refuses more than 500 links, and long
// lists of healthy servers are not useful.
const (
	foldServers = 60  // fold fleets with more servers,
	foldCluster = 8   // in clusters with more servers;
	foldAll     = 200 // with more servers, in all clusters
	foldLeafs   = 8   // healthy leaf clusters of one hub
	foldSpans   = 40  // healthy gateways between clusters
	foldFaults  = 100 // faulty links, and faulty servers
)

// Folded is a topology for a drawing, and what was omitted from it.
type Folded struct {
	*fleet.Topology
	Servers  int // shown as "N more"
	Gateways int // healthy pairs of clusters that are not drawn
	Faults   int // faulty links that are not drawn
}

// FoldTopology reduces a topology of many servers to a readable size: in large
// clusters the healthy servers become one line, as do many healthy clusters of
// leaf nodes; their routes are omitted; healthy gateways and leaf connections
// become one link for each pair of clusters. Faults stay, up to a hundred
// links. A small topology is unchanged.
func FoldTopology(t *fleet.Topology) Folded {
	if len(t.Nodes) <= foldServers {
		return Folded{Topology: t}
	}
	f := &folder{
		in: t, out: Folded{Topology: &fleet.Topology{Time: t.Time}}, keep: map[string]bool{},
		of: map[string]*fleet.Cluster{}, stand: map[string]*fleet.Node{}, shown: map[string]bool{}, packs: map[*fleet.Cluster]bool{}, most: foldCluster,
	}
	if len(t.Nodes) > foldAll {
		f.most = 1
	}
	f.faults()
	f.clusters()
	f.links()
	return f.out
}

type folder struct {
	in    *fleet.Topology
	out   Folded
	keep  map[string]bool           // nodes with a faulty link that is drawn
	of    map[string]*fleet.Cluster // by node
	stand map[string]*fleet.Node    // represents the servers of a cluster
	shown map[string]bool           // nodes of the drawing
	packs map[*fleet.Cluster]bool   // represents many clusters of leaf nodes
	most  int                       // largest cluster that is not folded, in servers
}

// faults chooses the faulty links to draw, worst first. Routes to a server that
// does not answer are excluded: that server is shown, and each of its peers has
// such a route.
func (f *folder) faults() {
	for _, e := range f.in.Faults() {
		if e.Kind == fleet.Route && (f.ghost(e.From) || f.ghost(e.To)) {
			continue
		}
		if len(f.out.Edges) >= foldFaults {
			f.out.Faults++
			continue
		}
		f.keep[e.From], f.keep[e.To] = true, true
		f.out.Edges = append(f.out.Edges, e)
	}
}

func (f *folder) ghost(key string) bool {
	n := f.in.Node(key)
	return n != nil && n.Ghost
}

func (f *folder) clusters() {
	for _, c := range f.in.Clusters {
		for _, n := range c.Nodes {
			f.of[n.Key] = c
		}
	}
	packed := f.pack()
	for _, c := range f.in.Clusters {
		if packed[c] {
			continue
		}
		small := *c
		small.Nodes = nil
		var well, cut []*fleet.Node
		for _, n := range c.Nodes {
			switch {
			case len(c.Nodes) <= f.most, f.notable(n):
				small.Nodes = append(small.Nodes, n)
			case n.Level == fleet.OK:
				well = append(well, n)
			default:
				cut = append(cut, n)
			}
		}
		small.Nodes = append(small.Nodes, f.folded(c, well, fleet.OK, "%d more, all well")...)
		small.Nodes = append(small.Nodes, f.folded(c, cut, fleet.Warn, "%d more, with links at fault that are not drawn")...)
		for _, n := range small.Nodes {
			f.shown[n.Key], f.stand[c.Name] = true, n
		}
		f.out.Nodes = append(f.out.Nodes, small.Nodes...)
		f.out.Clusters = append(f.out.Clusters, &small)
	}
}

// notable reports whether a server has something to show.
func (f *folder) notable(n *fleet.Node) bool {
	return f.keep[n.Key] || n.MetaLeader || n.Ghost || n.VersionSkew || n.ConfigSkew
}

// pack replaces the many healthy clusters of only leaf nodes of the same hub by
// one, and returns the replaced ones.
func (f *folder) pack() map[*fleet.Cluster]bool {
	of := map[*fleet.Cluster][]*fleet.Cluster{} // by the hub's cluster
	var hubs []*fleet.Cluster
	seen := map[*fleet.Cluster]bool{}
	for _, e := range f.in.Edges {
		hub, leaf := f.of[e.From], f.of[e.To]
		if e.Kind != fleet.Leaf || e.Level != fleet.OK || hub == nil || leaf == nil || hub == leaf || seen[leaf] || !f.plainLeafs(leaf) {
			continue
		}
		seen[leaf] = true
		if of[hub] == nil {
			hubs = append(hubs, hub)
		}
		of[hub] = append(of[hub], leaf)
	}
	packed := map[*fleet.Cluster]bool{}
	for _, hub := range hubs {
		if len(of[hub]) > foldLeafs {
			f.packInto(hub, of[hub], packed)
		}
	}
	return packed
}

// plainLeafs reports whether a cluster has only healthy leaf nodes.
func (f *folder) plainLeafs(c *fleet.Cluster) bool {
	return c.Leafs && c.Level == fleet.OK && !slices.ContainsFunc(c.Nodes, func(n *fleet.Node) bool { return n.Level != fleet.OK || f.notable(n) })
}

func (f *folder) packInto(hub *fleet.Cluster, leafs []*fleet.Cluster, packed map[*fleet.Cluster]bool) {
	name := "leafnodes of " + hub.Name
	node := &fleet.Node{Key: name + "\x00", Name: fmt.Sprintf("%d more clusters, all well", len(leafs)), Cluster: name}
	pack := &fleet.Cluster{Name: name, Leafs: true, Nodes: []*fleet.Node{node}}
	for _, c := range leafs {
		packed[c] = true
		pack.Have, pack.Need = pack.Have+c.Have, pack.Need+c.Need
		f.out.Servers += len(c.Nodes)
		for _, n := range c.Nodes {
			f.of[n.Key] = pack
		}
	}
	f.packs[pack], f.stand[name], f.shown[node.Key] = true, node, true
	f.out.Nodes, f.out.Clusters = append(f.out.Nodes, node), append(f.out.Clusters, pack)
}

// folded returns one node that represents many.
func (f *folder) folded(c *fleet.Cluster, nodes []*fleet.Node, level Level, words string) []*fleet.Node {
	if len(nodes) < 2 {
		return nodes
	}
	f.out.Servers += len(nodes)
	name := fmt.Sprintf(words, len(nodes))
	return []*fleet.Node{{Key: c.Name + "\x00" + name, Name: name, Cluster: c.Name, Level: level}}
}

// links keeps the routes of small clusters, and one gateway or leaf node for
// each pair of clusters.
func (f *folder) links() {
	well := 0
	for _, s := range f.in.Spans {
		if s.Level == fleet.OK {
			well++
		}
	}
	for _, s := range f.in.Spans {
		if s.Level == fleet.OK && well > foldSpans {
			f.out.Gateways++
			continue
		}
		f.out.Spans = append(f.out.Spans, s)
	}
	drawn := map[[2]string]bool{}
	for _, s := range f.out.Spans {
		drawn[[2]string{s.From, s.To}] = true
	}
	leafs := map[[2]string]bool{}
	for _, e := range f.in.Edges {
		from, to := f.of[e.From], f.of[e.To]
		if e.Level != fleet.OK || from == nil || to == nil {
			continue
		}
		pair := [2]string{from.Name, to.Name}
		switch {
		case e.Kind == fleet.Route && len(from.Nodes) <= f.most:
			f.out.Edges = append(f.out.Edges, e)
		case e.Kind == fleet.Gateway && drawn[pair]:
			delete(drawn, pair)
			f.between(e, pair)
		case e.Kind == fleet.Leaf && (len(to.Nodes) <= f.most && !f.packs[to] || !leafs[pair]):
			leafs[pair] = true
			f.between(e, pair)
		}
	}
}

// between draws a link between its ends, or the nodes that represent them.
func (f *folder) between(e *fleet.Edge, pair [2]string) {
	link := *e
	for i, end := range []*string{&link.From, &link.To} {
		if !f.shown[*end] {
			*end = f.stand[pair[i]].Key
		}
	}
	if f.packs[f.of[e.To]] {
		link.ToName = f.stand[pair[1]].Name
	}
	f.out.Edges = append(f.out.Edges, &link)
}
