package broker

import (
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
	RoleWebsocket
	RoleMQTT
	roles
)

// String is the role in one word.
func (r Role) String() string {
	return [...]string{"client", "monitor", "route", "gateway", "leaf", "websocket", "mqtt"}[r]
}

// plan is everything that is decided before anything starts: a pure value.
type plan struct {
	Spec       Spec            `json:"spec"`
	Dir        string          `json:"dir"` // of the whole cluster
	Nodes      []nodePlan      `json:"nodes"`
	Identities []Identity      `json:"identities"`      // of clients, the system user first
	Links      []Identity      `json:"links"`           // of leaf nodes, one for each account
	Link       string          `json:"link"`            // the password of routes and gateways
	Trust      *trust          `json:"trust,omitempty"` // of AuthOperator
	PKI        *pki            `json:"pki,omitempty"`   // of TLS
	Added      []string        `json:"added,omitempty"` // users that were made one by one, beside those of a specification
	Gist       bool            `json:"-"`               // the configuration is without addresses of servers elsewhere, of which any will do
	Exported   bool            `json:"-"`               // the configuration is for somebody else to run
	Doors      map[link]string `json:"-"`               // the address of the door of each link, empty when links are direct
}

// nodePlan is one server of a plan.
type nodePlan struct {
	Name    string     `json:"name"`
	Cluster string     `json:"cluster"` // for a leaf: the leaf group
	Tags    []string   `json:"tags,omitempty"`
	Leaf    *LeafSpec  `json:"leaf,omitempty"`   // nil for a node of a cluster
	Domain  string     `json:"domain,omitempty"` // JetStream domain, "" when there is one domain only
	Ports   [roles]int `json:"ports"`            // 0 where it does not listen
	Dir     string     `json:"dir"`              // of this node alone
	TLS     bool       `json:"tls,omitempty"`
	Host    string     `json:"-"` // of an exported node: how others reach it, default loopback
	Bind    string     `json:"-"` // of an exported node: where it listens, default loopback
}

// conf is the configuration file of the node.
func (n nodePlan) conf() string { return filepath.Join(n.Dir, "nats.conf") }

// addr is the address of one of the node's listeners.
func (n nodePlan) addr(r Role) string {
	return net.JoinHostPort(or(n.Host, loopback), strconv.Itoa(n.Ports[r]))
}

// bind is the address on which one of the node's listeners listens.
func (n nodePlan) bind(r Role) string {
	return net.JoinHostPort(or(n.Bind, loopback), strconv.Itoa(n.Ports[r]))
}

const loopback = "127.0.0.1"

// newPlan decides names, places and secrets for a completed spec; port yields the port of each role of each node, whose
// cluster and whose number in it count from 1, those of leaf groups down from 9, so that a new one moves no other. Secrets that old, which may be nil, has for the same purpose are kept.
func newPlan(spec Spec, dir string, port func(cluster, node int, r Role) int, old *plan) (plan, error) {
	if old == nil {
		old = &plan{Link: newSecret()}
	}
	p := plan{Spec: spec, Dir: dir, Link: old.Link}
	for _, name := range old.Added {
		if spec.user(name).Name != "" {
			p.Added = append(p.Added, name)
		}
	}
	for ci, c := range spec.Clusters {
		for i := 1; i <= c.Nodes; i++ {
			p.add(p.member(c, i), ci+1, i, port)
		}
	}
	for li, l := range spec.Leafs {
		for i := 1; i <= l.Count; i++ {
			p.add(p.leaf(l, i), maxClusters-li, i, port)
		}
	}
	if err := p.identify(old); err != nil {
		return p, err
	}
	return p, p.certify(old)
}

// member is a node of a cluster.
func (p *plan) member(c ClusterSpec, number int) nodePlan {
	return nodePlan{Name: c.node(number), Cluster: c.Name, Tags: append([]string{"cluster:" + c.Name}, c.Tags...)}
}

// leaf is a leaf node.
func (p *plan) leaf(l LeafSpec, number int) nodePlan {
	return nodePlan{Name: l.node(number), Cluster: l.Name, Leaf: &l, Tags: append([]string{"leaf:" + l.Name}, l.Tags...)}
}

// add gives a node its place and its ports.
func (p *plan) add(n nodePlan, cluster, number int, port func(cluster, node int, r Role) int) {
	n.Dir = filepath.Join(p.Dir, "nodes", n.Name)
	n.Domain = p.domain(n)
	n.TLS = p.Spec.TLS.on()
	for r := range n.Ports {
		if p.listens(n, Role(r)) {
			n.Ports[r] = port(cluster, number, Role(r))
		}
	}
	p.Nodes = append(p.Nodes, n)
}

// listens says whether a node has a listener of the role.
func (p *plan) listens(n nodePlan, r Role) bool {
	c := p.Spec.cluster(n.Cluster)
	switch r {
	case RoleRoute:
		return n.Leaf == nil && p.Spec.core() > 1
	case RoleGateway:
		return n.Leaf == nil && len(p.Spec.Clusters) > 1
	case RoleLeaf:
		return n.Leaf == nil && len(p.leafAccounts(n.Cluster)) > 0
	case RoleWebsocket:
		return c.Websocket
	case RoleMQTT:
		return c.MQTT
	}
	return true
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
	n := s.core()
	for _, l := range s.Leafs {
		n += l.Count
	}
	return n
}

// core is the number of nodes that are not leafs.
func (s Spec) core() int {
	n := 0
	for _, c := range s.Clusters {
		n += c.Nodes
	}
	return n
}

// cluster is the cluster of the name; zero for a leaf group.
func (s Spec) cluster(name string) ClusterSpec {
	for _, c := range s.Clusters {
		if c.Name == name {
			return c
		}
	}
	return ClusterSpec{}
}
