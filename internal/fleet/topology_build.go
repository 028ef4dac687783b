package fleet

import (
	"cmp"
	"slices"
	"strings"
	"time"
)

// SlowFloor is the round trip time in seconds below which no link is slow:
// healthy clusters have peaks of 7 ms and more.
const SlowFloor = 0.025

// TopologyOptions refines how a topology is judged. The zero value judges a
// single snapshot with the documented limits.
type TopologyOptions struct {
	Delta    *Delta             // rates of the edges; if nil, they are unknown
	Baseline map[string]float64 // the usual RTT in seconds by Edge.Key, from a longer history
	Strained map[string]int     // of the looks before this one, by [Topology.Strained]; without them no link is slow
	OneLook  bool               // judge speed by this look alone: not a verdict, but which links to look at again
	RTTLimit float64            // seconds below which no RTT is slow; 0 means SlowFloor
	RTTTimes float64            // how many times the baseline is slow; 0 means 3
	// Without a baseline, a route is compared with the others of its ends, a
	// gateway with the others between the two clusters. One measurement may be an
	// outlier, so this limit is wider: 0 means 5 times.
	PeerTimes float64
	Pending   int // limit of pending bytes on an edge; 0 means 1 MB
}

func (o TopologyOptions) withDefaults() TopologyOptions {
	o.RTTLimit = cmp.Or(o.RTTLimit, SlowFloor)
	o.RTTTimes = cmp.Or(o.RTTTimes, 3)
	o.PeerTimes = cmp.Or(o.PeerTimes, 5)
	o.Pending = cmp.Or(o.Pending, 1_000_000)
	return o
}

// NewTopology derives the graph of a snapshot. Without ROUTEZ, GATEWAYZ, LEAFZ
// or VARZ in the snapshot, their edges and notes are missing.
func NewTopology(s *Snapshot, o TopologyOptions) *Topology {
	b := &builder{
		snap: s, opt: o.withDefaults(), top: &Topology{Time: s.Time, byKey: map[string]*Node{}},
		byID: map[string]*Node{}, byName: map[string]*Node{}, named: map[string][]*Node{}, clusters: map[string]*Cluster{},
	}
	b.addServers()
	b.addMissing()
	b.addRoutes()
	b.addGateways()
	b.addLeafs()
	judgeSpeed(b.top, b.opt)
	b.addSpans()
	b.finishClusters()
	b.judgeNodes()
	b.sort()
	return b.top
}

type builder struct {
	snap     *Snapshot
	opt      TopologyOptions
	top      *Topology
	byID     map[string]*Node
	byName   map[string]*Node   // by cluster and name
	named    map[string][]*Node // by name alone
	clusters map[string]*Cluster
}

func (b *builder) addServers() {
	for _, sv := range b.snap.Servers {
		n := &Node{
			ID: sv.Info.ID, Name: cmp.Or(sv.Info.Name, sv.Info.ID), Cluster: sv.Info.Cluster, Domain: sv.Info.Domain,
			Version: sv.Info.Version, Tags: sv.Info.Tags, Server: sv,
		}
		if js := meta(sv); js != nil && js.Leader != "" && js.Leader == sv.Info.Name {
			n.MetaLeader = true
		}
		b.add(n)
	}
}

func (b *builder) addMissing() {
	for _, m := range b.snap.Missing {
		b.add(&Node{
			ID: m.ID, Name: m.Label(), Cluster: m.Cluster, Ghost: true, Reason: m.Reason, Via: m.Via,
			Level: Crit, Notes: []string{m.Note()},
		})
	}
}

func (b *builder) add(n *Node) *Node {
	n.Key = n.Cluster + "/" + n.Name
	if old := b.byName[n.Key]; old != nil {
		n.Key += "/" + n.ID // two servers with the same name
	}
	b.top.Nodes = append(b.top.Nodes, n)
	b.top.byKey[n.Key] = n
	if n.ID != "" {
		b.byID[n.ID] = n
	}
	if key := n.Cluster + "/" + n.Name; b.byName[key] == nil {
		b.byName[key] = n
	}
	b.named[n.Name] = append(b.named[n.Name], n)
	c := b.cluster(n.Cluster)
	c.Nodes = append(c.Nodes, n)
	return n
}

func (b *builder) cluster(name string) *Cluster {
	c := b.clusters[name]
	if c == nil {
		c = &Cluster{Name: name}
		b.clusters[name] = c
		b.top.Clusters = append(b.top.Clusters, c)
	}
	return c
}

// find returns the node with this id, or else with this name in the cluster, or
// else one with this name and an unknown cluster, or nil. A server with the
// same name in another cluster does not match.
func (b *builder) find(id, name, cluster string) *Node {
	if n := b.byID[id]; n != nil && id != "" {
		return n
	}
	if name == "" {
		return nil
	}
	if n := b.byName[cluster+"/"+name]; n != nil {
		return n
	}
	for _, n := range b.named[name] {
		if n.Cluster == "" && n.Ghost || cluster == "" {
			return n
		}
	}
	return b.byID[name] // a server without a name is listed by its id
}

// ghost returns the node that a link leads to, adding one for an unknown
// server. If only part of the fleet was asked, that server may be healthy and
// outside the scope.
func (b *builder) ghost(id, name, cluster string) *Node {
	if n := b.find(id, name, cluster); n != nil {
		return n
	}
	if !b.snap.Want.Scope.IsZero() {
		return b.add(&Node{ID: id, Name: cmp.Or(name, id, "unnamed"), Cluster: cluster, Outside: true})
	}
	return b.add(&Node{
		ID: id, Name: cmp.Or(name, id, "unnamed"), Cluster: cluster, Ghost: true, Level: Crit,
		Notes: []string{"other servers have a link to it, but it does not answer"},
	})
}

func (b *builder) addEdge(e *Edge) {
	e.Level = e.State.Level()
	b.top.Edges = append(b.top.Edges, e)
}

func (b *builder) sort() {
	slices.SortFunc(b.top.Nodes, func(x, y *Node) int {
		return cmp.Or(cmp.Compare(x.Cluster, y.Cluster), cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID))
	})
	slices.SortFunc(b.top.Clusters, func(x, y *Cluster) int { return cmp.Compare(x.Name, y.Name) })
	slices.SortFunc(b.top.Spans, func(x, y *Span) int {
		return cmp.Or(cmp.Compare(x.From, y.From), cmp.Compare(x.To, y.To))
	})
	order := map[EdgeKind]int{Route: 0, Gateway: 1, Leaf: 2}
	slices.SortFunc(b.top.Edges, func(x, y *Edge) int {
		return cmp.Or(cmp.Compare(order[x.Kind], order[y.Kind]), cmp.Compare(x.From, y.From),
			cmp.Compare(x.ToCluster, y.ToCluster), cmp.Compare(x.To, y.To))
	})
	for _, c := range b.top.Clusters {
		slices.SortFunc(c.Nodes, func(x, y *Node) int { return cmp.Or(cmp.Compare(x.Name, y.Name), cmp.Compare(x.ID, y.ID)) })
	}
}

// seconds parses a duration as the servers write it, such as 1.2ms; 0 if empty
// or invalid.
func seconds(s string) float64 {
	if d, err := time.ParseDuration(strings.TrimSpace(s)); err == nil && d > 0 {
		return d.Seconds()
	}
	return 0
}

// earliest returns the earlier of two times, ignoring zero ones.
func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}
