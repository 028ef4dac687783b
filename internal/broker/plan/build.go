package plan

import (
	"path/filepath"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// New decides names, places and secrets for a completed spec; port yields the port of each role of each node, whose
// cluster and whose number in it count from 1, those of leaf groups down from 9, so that a new one moves no other. Secrets that old, which may be nil, has for the same purpose are kept.
func New(sp spec.Spec, dir string, port func(cluster, node int, r Role) int, old *Plan) (Plan, error) {
	if old == nil {
		old = &Plan{Link: newSecret()}
	}
	p := Plan{Spec: sp, Dir: dir, Link: old.Link}
	for _, name := range old.Added {
		if sp.User(name).Name != "" {
			p.Added = append(p.Added, name)
		}
	}
	b := builder{&p, port}
	for ci, c := range sp.Clusters {
		for i := 1; i <= c.Nodes; i++ {
			b.add(member(c, i), ci+1, i)
		}
	}
	for li, l := range sp.Leafs {
		for i := 1; i <= l.Count; i++ {
			b.add(leafNode(l, i), spec.MaxClusters-li, i)
		}
	}
	if err := identify(&p, old); err != nil {
		return p, err
	}
	return p, certify(&p, old)
}

// builder adds nodes to a plan.
type builder struct {
	*Plan
	port func(cluster, node int, r Role) int
}

// member adds a node of a cluster.
func member(c spec.Cluster, number int) Node {
	return Node{Name: c.Node(number), Cluster: c.Name, Tags: append([]string{"cluster:" + c.Name}, c.Tags...)}
}

// leafNode adds a leaf node.
func leafNode(l spec.Leaf, number int) Node {
	return Node{Name: l.Node(number), Cluster: l.Name, Leaf: &l, Tags: append([]string{"leaf:" + l.Name}, l.Tags...)}
}

// add sets the directory and the ports of a node, and adds it.
func (b builder) add(n Node, cluster, number int) {
	n.Dir = filepath.Join(b.Dir, "nodes", n.Name)
	n.Domain = b.domain(n)
	n.TLS = b.Spec.TLS.Enabled()
	for r := range n.Ports {
		if b.listens(n, Role(r)) {
			n.Ports[r] = b.port(cluster, number, Role(r))
		}
	}
	b.Nodes = append(b.Nodes, n)
}

// listens reports whether a node has a listener of the role.
func (b builder) listens(n Node, r Role) bool {
	c := b.Spec.Cluster(n.Cluster)
	switch r {
	case RoleRoute:
		return n.Leaf == nil && b.Spec.CoreNodes() > 1
	case RoleGateway:
		return n.Leaf == nil && len(b.Spec.Clusters) > 1
	case RoleLeaf:
		return n.Leaf == nil && len(b.LeafAccounts(n.Cluster)) > 0
	case RoleWebsocket:
		return c.Websocket
	case RoleMQTT:
		return c.MQTT
	}
	return true
}

// domain keeps the JetStream of each leaf node apart from that of the clusters: with a shared system account and one domain
// the leaf would join the meta group of its hub as an observer.
func (b builder) domain(n Node) string {
	switch {
	case len(b.Spec.Leafs) == 0:
		return ""
	case n.Leaf != nil:
		return n.Name
	}
	return "hub"
}
