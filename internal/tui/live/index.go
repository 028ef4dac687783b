package live

import (
	"cmp"
	"slices"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Index holds what a frame looks up in a state, so that drawing does not search
// the whole fleet. It is built once per answer.
type Index struct {
	rows     map[string]*ServerRow // by the key of their node
	departed map[string][]*ServerRow
	routes   map[string][]*fleet.Edge // by cluster
	spans    map[[2]string]*fleet.Span
	pairs    map[[2]string]*Pair
	badPairs []*Pair
	badLinks []*LinkRow
	badOf    map[string][]int // positions in badLinks, by node key of either end
	clusters []*fleet.Cluster
	names    []string    // of clusters in spans, those of clusters first
	worst    fleet.Level // of the spans
}

// Pair is the gateways between two clusters, in both directions.
type Pair struct {
	A, B   *fleet.Cluster
	I, J   int         // positions of A and B among the clusters; I is the smaller
	AB, BA *fleet.Span // nil: no gateway
	Level  fleet.Level
	RTT    float64 // seconds, the longer of both directions
	Msgs   float64 // per second, both directions
	Bytes  float64 // per second, both directions
	Rated  bool    // Msgs and Bytes are known
}

// newIndex builds the index of a state that has its rows.
func newIndex(st *State) *Index {
	x := &Index{
		rows: make(map[string]*ServerRow, len(st.Servers)), departed: map[string][]*ServerRow{}, routes: map[string][]*fleet.Edge{},
		spans: make(map[[2]string]*fleet.Span, len(st.Top.Spans)), pairs: map[[2]string]*Pair{},
	}
	for _, r := range st.Servers {
		if r.Node != nil {
			x.rows[r.Node.Key] = r
		}
		if r.Departed() {
			x.departed[r.Cluster] = append(x.departed[r.Cluster], r)
		}
	}
	for _, l := range st.Links {
		if l.Edge.Level != fleet.OK {
			x.badLinks = append(x.badLinks, l)
		}
	}
	slices.SortStableFunc(x.badLinks, func(a, b *LinkRow) int { return b.Edge.Level.Compare(a.Edge.Level) })
	x.badOf = map[string][]int{}
	for i, l := range x.badLinks {
		for _, key := range []string{l.Edge.From, l.Edge.To} {
			x.badOf[key] = append(x.badOf[key], i)
		}
	}
	x.addRoutes(st.Top)
	x.addSpans(st.Top)
	return x
}

func (x *Index) addRoutes(top *fleet.Topology) {
	for _, e := range top.Edges {
		if e.Kind != fleet.Route {
			continue
		}
		if n := top.Node(e.From); n != nil {
			x.routes[n.Cluster] = append(x.routes[n.Cluster], e)
		}
	}
}

func (x *Index) addSpans(top *fleet.Topology) {
	place := map[string]int{}
	for _, c := range top.Clusters {
		if c.Name != "" && !c.Leafs {
			place[c.Name] = len(x.clusters)
			x.clusters = append(x.clusters, c)
			x.names = append(x.names, c.Name)
		}
	}
	others := map[string]bool{}
	for _, s := range top.Spans {
		x.spans[[2]string{s.From, s.To}] = s
		x.worst = x.worst.Worse(s.Level)
		i, from := place[s.From]
		j, to := place[s.To]
		for _, name := range []string{s.From, s.To} {
			if _, known := place[name]; !known && !others[name] {
				others[name] = true
				x.names = append(x.names, name)
			}
		}
		if !from || !to {
			continue
		}
		x.pair(min(i, j), max(i, j)).add(s, i < j)
	}
	for _, p := range x.pairs {
		if p.Level != fleet.OK {
			x.badPairs = append(x.badPairs, p)
		}
	}
	slices.SortFunc(x.badPairs, func(a, b *Pair) int { return cmp.Or(cmp.Compare(a.I, b.I), cmp.Compare(a.J, b.J)) })
}

func (x *Index) pair(i, j int) *Pair {
	key := [2]string{x.clusters[i].Name, x.clusters[j].Name}
	p := x.pairs[key]
	if p == nil {
		p = &Pair{A: x.clusters[i], B: x.clusters[j], I: i, J: j}
		x.pairs[key] = p
	}
	return p
}

// add adds the gateways of one direction.
func (p *Pair) add(s *fleet.Span, forth bool) {
	if forth {
		p.AB = s
	} else {
		p.BA = s
	}
	p.Level = p.Level.Worse(s.Level)
	p.RTT = max(p.RTT, s.RTTSeconds)
	if s.Traffic.Known() {
		p.Rated = true
		p.Msgs += s.Traffic.OutMsgs.PerSecond
		p.Bytes += s.Traffic.OutBytes.PerSecond
	}
}

// index is the state's index; empty for a state without answers.
func (s *State) index() *Index {
	if s.Index == nil {
		return &Index{}
	}
	return s.Index
}

// RowOf is the row of a server of the topology, or nil if it is outside the
// system account.
func (s *State) RowOf(n *fleet.Node) *ServerRow { return s.index().rows[n.Key] }

// DepartedFrom are the servers of a cluster that are no longer expected.
func (s *State) DepartedFrom(cluster string) []*ServerRow { return s.index().departed[cluster] }

// Clusters are the clusters that have a name, in order.
func (s *State) Clusters() []*fleet.Cluster { return s.index().clusters }

// GatewayNames are the names of the clusters that gateways join, those of the
// known clusters first.
func (s *State) GatewayNames() []string { return s.index().names }

// RoutesOf are the routes of a cluster.
func (s *State) RoutesOf(cluster string) []*fleet.Edge { return s.index().routes[cluster] }

// Span is the gateways from one cluster to another, or nil.
func (s *State) Span(from, to string) *fleet.Span { return s.index().spans[[2]string{from, to}] }

// WorstSpan is the worst level of the gateways between clusters.
func (s *State) WorstSpan() fleet.Level { return s.index().worst }

// PairOf is the gateways between two clusters, or nil. Cluster a must come
// before b in the order of the clusters.
func (s *State) PairOf(a, b string) *Pair { return s.index().pairs[[2]string{a, b}] }

// BadPairs are the pairs of clusters with problems, in the order of the
// clusters.
func (s *State) BadPairs() []*Pair { return s.index().badPairs }

// BadLinks are the links with problems, worst first.
func (s *State) BadLinks() []*LinkRow { return s.index().badLinks }

// BadLinksOf are the links with problems that end at one of the nodes, given by
// their keys, worst first.
func (s *State) BadLinksOf(nodes ...string) []*LinkRow {
	x := s.index()
	var places []int
	for _, key := range nodes {
		places = append(places, x.badOf[key]...)
	}
	slices.Sort(places)
	var out []*LinkRow
	for _, i := range slices.Compact(places) {
		out = append(out, x.badLinks[i])
	}
	return out
}
