package fleet

import (
	"cmp"
	"slices"
	"time"
)

// Topology is the graph of a fleet: servers, the clusters they form, and the
// links between them as both ends report them. It is derived from one
// snapshot, is immutable, and its order is deterministic: nodes by cluster and
// name, edges by kind, then by their ends.
type Topology struct {
	Time     time.Time  `json:"time"`
	Nodes    []*Node    `json:"nodes"`
	Clusters []*Cluster `json:"clusters"`
	Edges    []*Edge    `json:"edges"`
	Spans    []*Span    `json:"gateways,omitempty"` // gateway edges summed by pair of clusters

	byKey map[string]*Node
}

// EdgeKind is the kind of link that an edge is.
type EdgeKind string

// The kinds of edge.
const (
	Route   EdgeKind = "route"
	Gateway EdgeKind = "gateway" // from a server to a remote cluster: each server keeps one outbound connection to each
	Leaf    EdgeKind = "leaf"    // from hub to spoke
)

// State is the condition of an edge.
type State string

// The states of an edge, from good to bad; StateUnknown means that an end did
// not answer.
const (
	StateOK      State = "ok"
	StateOutside State = "outside" // leads to a server that cannot be asked: outside the system account, or the scope
	StateSlow    State = "slow"    // RTT or pending bytes over the limit
	StateShort   State = "short"   // fewer pooled connections than the other routes of the cluster
	StateUnknown State = "unknown" // an end did not answer
	StateOneWay  State = "one-way" // one end lists it, the other answered and does not
	StateGhost   State = "ghost"   // leads to a server that does not answer
	StateMissing State = "missing" // should exist; no end lists it
)

// stateLevels maps states to levels.
var stateLevels = map[State]Level{
	StateOK: OK, StateOutside: OK, StateSlow: Warn, StateShort: Warn,
	StateUnknown: Unknown, StateOneWay: Crit, StateGhost: Crit, StateMissing: Crit,
}

// states are the states from good to bad.
var states = [...]State{StateOK, StateOutside, StateSlow, StateShort, StateUnknown, StateOneWay, StateGhost, StateMissing}

// worse returns the worse of two states.
func (s State) worse(o State) State {
	if slices.Index(states[:], o) > slices.Index(states[:], s) {
		return o
	}
	return s
}

// Level returns the level of a state.
func (s State) Level() Level {
	if l, ok := stateLevels[s]; ok {
		return l
	}
	return Unknown
}

// Node is one server of the topology: one that answered, one that should have
// (a ghost), or a leaf node outside the system account.
type Node struct {
	Key          string   `json:"key"` // identifies the node in this topology and the next: cluster and name, or id
	ID           string   `json:"id,omitempty"`
	Name         string   `json:"name"`
	Cluster      string   `json:"cluster,omitempty"`
	Domain       string   `json:"domain,omitempty"`
	Version      string   `json:"version,omitempty"`
	Tags         []string `json:"tags,omitempty"`
	Ghost        bool     `json:"ghost,omitempty"`   // should have answered and did not
	Outside      bool     `json:"outside,omitempty"` // not asked: a leaf node outside the system account, or a server outside the scope
	Reason       Reason   `json:"reason,omitempty"`  // of a ghost
	Via          string   `json:"via,omitempty"`     // of a ghost that is behind a silent server
	Level        Level    `json:"level"`
	Notes        []string `json:"notes,omitempty"` // what is wrong with it, one sentence each
	VersionSkew  bool     `json:"version_skew,omitempty"`
	ConfigSkew   bool     `json:"config_skew,omitempty"`
	MetaLeader   bool     `json:"meta_leader,omitempty"`
	RoutesHave   int      `json:"routes_have"` // peers that it has a route to
	RoutesNeed   int      `json:"routes_need"`
	GatewaysHave int      `json:"gateways_have"` // remote clusters that it has an outbound gateway to
	GatewaysNeed int      `json:"gateways_need"`
	LeafOf       []string `json:"leaf_of,omitempty"` // names of its hubs
	Server       *Server  `json:"-"`                 // its answers; nil unless it answered
}

// Cluster is the servers of one cluster; those outside any cluster form a
// cluster with an empty name.
type Cluster struct {
	Name       string   `json:"name"`
	Nodes      []*Node  `json:"-"`
	Have       int      `json:"servers_answering"`
	Need       int      `json:"servers_expected"`
	Versions   []string `json:"versions"`          // oldest first
	Version    string   `json:"version,omitempty"` // of the majority
	Domain     string   `json:"domain,omitempty"`
	Ghost      bool     `json:"ghost,omitempty"` // a configured gateway from which no server answered
	Level      Level    `json:"level"`
	RoutesHave int      `json:"routes_have"`
	RoutesNeed int      `json:"routes_need"`
	Leafs      bool     `json:"leafs,omitempty"` // every server of it is a leaf node of another cluster
}

// Edge is one link, joined from what its two ends report. From and To are keys
// of nodes; the To of a gateway that is not connected is empty.
type Edge struct {
	Kind      EdgeKind `json:"kind"`
	From      string   `json:"from"`
	To        string   `json:"to,omitempty"`
	FromName  string   `json:"from_name"`
	ToName    string   `json:"to_name"`
	ToCluster string   `json:"to_cluster,omitempty"` // of a gateway
	State     State    `json:"state"`
	Level     Level    `json:"level"`
	Why       string   `json:"why,omitempty"` // one sentence
	Accounts  []string `json:"accounts,omitempty"`
	A         End      `json:"from_end"`
	B         End      `json:"to_end"`
}

// Key identifies the edge in this and later topologies.
func (e *Edge) Key() string {
	return string(e.Kind) + "|" + e.From + "|" + cmp.Or(e.ToCluster, e.To)
}

// RTTSeconds returns the larger of the round trip times that the ends measured;
// false if neither did.
func (e *Edge) RTTSeconds() (float64, bool) {
	return max(e.A.RTTSeconds, e.B.RTTSeconds), e.A.RTTSeconds > 0 || e.B.RTTSeconds > 0
}

// Pending returns the pending bytes of both ends.
func (e *Edge) Pending() int { return e.A.Pending + e.B.Pending }

// End is one end's view of an edge.
type End struct {
	Heard       bool      `json:"heard"`  // the server answered, so Listed is valid
	Listed      bool      `json:"listed"` // the server lists the link
	Pool        int       `json:"pool"`
	Dedicated   int       `json:"dedicated,omitempty"` // route connections that carry one account each
	RTTSeconds  float64   `json:"rtt_seconds,omitempty"`
	Pending     int       `json:"pending_bytes"`
	Subs        int       `json:"subscriptions"`
	Counters    Counters  `json:"counters"`
	Traffic     Traffic   `json:"traffic"`
	Since       time.Time `json:"since,omitzero"` // start of its oldest connection
	Compression string    `json:"compression,omitempty"`
	Configured  bool      `json:"configured,omitempty"` // named in the server's own configuration
}

// Span is all gateway connections from one cluster to another.
type Span struct {
	From       string  `json:"from"`
	To         string  `json:"to"`
	Have       int     `json:"have"` // servers of From with a good outbound connection
	Need       int     `json:"need"`
	RTTSeconds float64 `json:"rtt_seconds,omitempty"` // the worst
	State      State   `json:"state"`                 // the worst
	Level      Level   `json:"level"`
	Traffic    Traffic `json:"traffic"` // as the servers of From report it
	Edges      []*Edge `json:"-"`
}

// Node returns the node with this key, or nil.
func (t *Topology) Node(key string) *Node { return t.byKey[key] }

// EdgesByKey returns the edges by their keys.
func (t *Topology) EdgesByKey() map[string]*Edge {
	out := make(map[string]*Edge, len(t.Edges))
	for _, e := range t.Edges {
		out[e.Key()] = e
	}
	return out
}

// Faults returns the edges that are worse than OK, worst first.
func (t *Topology) Faults() []*Edge {
	var out []*Edge
	for _, e := range t.Edges {
		if e.Level != OK {
			out = append(out, e)
		}
	}
	slices.SortStableFunc(out, func(a, b *Edge) int { return b.Level.Compare(a.Level) })
	return out
}
