package plan

import "strings"

// RestartsAll says whether all nodes must stop to become those of another plan: what servers have in common changes, such as
// how they know each other, or a port moves.
func (p Plan) RestartsAll(next Plan) bool {
	a, b := p.Spec, next.Spec
	for _, changed := range []bool{
		a.Auth != b.Auth, a.TLS.Mode != b.TLS.Mode, a.TLS.CA != b.TLS.CA, a.Faults != b.Faults, a.NoJetStream != b.NoJetStream,
		(a.CoreNodes() == 1) != (b.CoreNodes() == 1), // JetStream has no peers, or has
		(len(a.Leafs) == 0) != (len(b.Leafs) == 0),   // JetStream has a domain, or has not
	} {
		if changed {
			return true
		}
	}
	for _, n := range p.Nodes {
		for r, port := range next.Node(n.Name).Ports {
			if port != 0 && n.Ports[r] != 0 && port != n.Ports[r] {
				return true
			}
		}
	}
	return false
}

// Loads is all that a node's server reads: when it is another than what it has read, it must read again. Where a gateway or a
// leaf connects to is not part of it: the servers that it knows tell it of others, and no server takes that without a restart.
func (p Plan) Loads(n Node) string {
	var b strings.Builder
	p.Gist = true
	b.WriteString(p.Config(n))
	if p.PKI != nil {
		for _, file := range []string{"node-" + n.Name + ".pem", CAFile(""), CAFile(n.Cluster)} {
			b.WriteString(p.PKI.Files[file])
		}
	}
	if p.Trust != nil {
		b.WriteString(p.Trust.JWT)
	}
	return b.String()
}

// Without is the nodes of the plan that another does not have.
func (p Plan) Without(other Plan) Plan {
	var out Plan
	for _, n := range p.Nodes {
		if other.Node(n.Name).Name == "" {
			out.Nodes = append(out.Nodes, n)
		}
	}
	return out
}
