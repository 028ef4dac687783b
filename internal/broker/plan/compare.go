package plan

import (
	"reflect"
	"strings"

	"github.com/nats-io/nats-server/v2/conf"
)

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

// reloadable are the parts of a configuration that a running server reads again; it refuses to reload any other part that has
// changed (nats-server, server/reload.go).
var reloadable = []string{"accounts", "no_auth_user", "server_tags", "tls", "lame_duck_duration", "lame_duck_grace_period", "write_deadline", "resolver_preload"}

// NeedsRestart says whether a node that is in both plans must restart to become that of the next, since its server cannot reload
// what has changed.
func NeedsRestart(p, next Plan, node string) bool {
	p.Gist, next.Gist = true, true
	a, errA := conf.Parse(p.Config(p.Node(node)))
	b, errB := conf.Parse(next.Config(next.Node(node)))
	if errA != nil || errB != nil {
		return true
	}
	for _, c := range []map[string]any{a, b} {
		for _, key := range reloadable {
			delete(c, key)
		}
		if cluster, ok := c["cluster"].(map[string]any); ok {
			delete(cluster, "routes")
		}
	}
	return !reflect.DeepEqual(a, b)
}
