package broker

import (
	"fmt"
	"net"
	"path/filepath"
	"strconv"
)

// Role is what a port of a node is for.
type Role int

// The roles in the order of a node's ports.
const (
	RoleClient Role = iota
	RoleMonitor
	RoleRoute
	RoleGateway
	RoleLeaf
	roles
)

// String is the role in one word.
func (r Role) String() string {
	return [...]string{"client", "monitor", "route", "gateway", "leaf"}[r]
}

// plan is everything that is decided before anything starts: a pure value.
type plan struct {
	Spec       Spec            `json:"spec"`
	Nodes      []nodePlan      `json:"nodes"`
	Identities []Identity      `json:"identities"`
	Link       string          `json:"link"` // the password of routes, gateways and leaf connections
	Doors      map[link]string `json:"-"`    // the address of the door of each link, empty when links are direct
}

// nodePlan is one server of a plan.
type nodePlan struct {
	Name    string
	Cluster string // for a leaf: the leaf group
	Tags    []string
	Leaf    *LeafSpec // nil for a node of a cluster
	Domain  string    // JetStream domain, "" when there is one domain only
	Ports   [roles]int
	Dir     string // of this node alone
}

// conf is the configuration file of the node.
func (n nodePlan) conf() string { return filepath.Join(n.Dir, "nats.conf") }

// addr is the address of one of the node's listeners.
func (n nodePlan) addr(r Role) string { return net.JoinHostPort(loopback, strconv.Itoa(n.Ports[r])) }

const loopback = "127.0.0.1"

// newPlan decides names, places and secrets for a completed spec; port yields the port of each role of each node, whose
// cluster and whose number in it count from 1.
func newPlan(spec Spec, dir string, port func(cluster, node int, r Role) int) plan {
	p := plan{Spec: spec, Identities: newIdentities(spec.Accounts), Link: newSecret()}
	add := func(n nodePlan, cluster, number int) {
		n.Dir = filepath.Join(dir, n.Name)
		n.Domain = p.domain(n)
		for r := range n.Ports {
			n.Ports[r] = port(cluster, number, Role(r))
		}
		p.Nodes = append(p.Nodes, n)
	}
	for ci, c := range spec.Clusters {
		for i := 1; i <= c.Nodes; i++ {
			add(nodePlan{
				Name: fmt.Sprintf("%s-%d", c.Name, i), Cluster: c.Name, Tags: append([]string{"cluster:" + c.Name}, c.Tags...),
			}, ci+1, i)
		}
	}
	for li, l := range spec.Leafs {
		for i := 1; i <= l.Count; i++ {
			name := l.Name
			if l.Count > 1 {
				name = fmt.Sprintf("%s-%d", l.Name, i)
			}
			add(nodePlan{Name: name, Cluster: l.Name, Leaf: &l, Tags: append([]string{"leaf:" + l.Name}, l.Tags...)}, len(spec.Clusters)+li+1, i)
		}
	}
	return p
}

// domain keeps the JetStream of each leaf node apart from that of the clusters: with a shared system account and one domain
// the leaf would join the meta group of its hub as an observer.
func (p plan) domain(n nodePlan) string {
	switch {
	case len(p.Spec.Leafs) == 0:
		return ""
	case n.Leaf != nil:
		return n.Name
	}
	return "hub"
}

// size is how many nodes the specification makes.
func (s Spec) size() int {
	n := 0
	for _, c := range s.Clusters {
		n += c.Nodes
	}
	for _, l := range s.Leafs {
		n += l.Count
	}
	return n
}

// core is the number of nodes that are not leafs.
func (p plan) core() int {
	n := 0
	for _, node := range p.Nodes {
		if node.Leaf == nil {
			n++
		}
	}
	return n
}
