package spec

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
)

// Topology is the name of a cluster shape.
type Topology string

// The topologies.
const (
	TopologySingle  Topology = "single"  // one server
	TopologyCluster Topology = "cluster" // servers with routes
	TopologySuper   Topology = "super"   // clusters with gateways
	TopologyHub     Topology = "hub"     // one cluster with leaf nodes
	TopologyMixed   Topology = "mixed"   // clusters with gateways, and leaf nodes
)

// Topologies returns all topologies.
func Topologies() []string {
	return []string{string(TopologySingle), string(TopologyCluster), string(TopologySuper), string(TopologyHub), string(TopologyMixed)}
}

// Shape is a topology with its details; zero fields have the topology's defaults.
type Shape struct {
	Topology Topology // default: what the other fields require, else TopologyCluster
	Nodes    int      // of each cluster, default 3
	Clusters []string // their names, default east and west where there are several
	Leafs    []string // N@CLUSTER[:ACCOUNT], with any topology; default 2 at the first cluster of a hub and a mixed one
}

// usualNodes is enough for a quorum that survives the loss of one node.
const usualNodes = 3

// Spec is the shape as a specification of the given name. The error wraps [ErrInvalid] and says what does not go together.
func (s Shape) Spec(name string) (Spec, error) {
	s.Topology = cmp.Or(s.Topology, s.implied())
	if err := s.fits(); err != nil {
		return Spec{}, err
	}
	if s.Topology == TopologySingle {
		s.Nodes = 1
	}
	names := s.Clusters
	if len(names) == 0 {
		names = map[bool][]string{true: {"east", "west"}, false: {cmp.Or(name, DefaultName)}}[s.several()]
	}
	sp := Spec{Name: name}
	for _, n := range names {
		sp.Clusters = append(sp.Clusters, Cluster{Name: n, Nodes: cmp.Or(s.Nodes, usualNodes)})
	}
	leafs := s.Leafs
	if len(leafs) == 0 && s.leafs() {
		leafs = []string{"2@" + names[0]}
	}
	for i, text := range leafs {
		l, err := parseLeaf(text)
		if err != nil {
			return Spec{}, err
		}
		l.Name = "leaf"
		if len(leafs) > 1 {
			l.Name += string(rune('a' + i%26))
		}
		sp.Leafs = append(sp.Leafs, l)
	}
	return sp, nil
}

// implied returns the topology that the other fields require.
func (s Shape) implied() Topology {
	switch {
	case len(s.Clusters) > 1 && len(s.Leafs) > 0:
		return TopologyMixed
	case len(s.Clusters) > 1:
		return TopologySuper
	case len(s.Leafs) > 0:
		return TopologyHub
	case s.Nodes == 1:
		return TopologySingle
	}
	return TopologyCluster
}

func (s Shape) several() bool { return s.Topology == TopologySuper || s.Topology == TopologyMixed }
func (s Shape) leafs() bool   { return s.Topology == TopologyHub || s.Topology == TopologyMixed }

// fits refuses fields that do not apply to the topology.
func (s Shape) fits() error {
	switch {
	case !slices.Contains(Topologies(), string(s.Topology)):
		return Errorf("topology %q is unknown: %s", s.Topology, strings.Join(Topologies(), ", "))
	case s.Topology == TopologySingle && s.Nodes > 1:
		return Errorf("topology single has one node, not %d", s.Nodes)
	case s.Nodes < 0:
		return Errorf("%d nodes: at least 1 is needed", s.Nodes)
	case !s.several() && len(s.Clusters) > 1:
		return Errorf("topology %s has one cluster, not %d: super and mixed have several", s.Topology, len(s.Clusters))
	case s.several() && len(s.Clusters) == 1:
		return Errorf("topology %s has several clusters, not 1", s.Topology)
	}
	return nil
}

// parseLeaf reads N@CLUSTER[:ACCOUNT].
func parseLeaf(text string) (Leaf, error) {
	n, rest, ok := strings.Cut(text, "@")
	count, err := strconv.Atoi(n)
	cluster, account, named := strings.Cut(rest, ":")
	if !ok || err != nil || count < 1 || cluster == "" || named && account == "" {
		return Leaf{}, Errorf("leaf %q is not like 2@east or 2@east:APP", text)
	}
	return Leaf{Count: count, Remote: cluster, Account: account}, nil
}
