package plan

import (
	"reflect"
	"strings"

	"github.com/nats-io/nats-server/v2/conf"
)

// RestartsAll reports whether all nodes must stop for a change to another plan: a setting that all servers share changes, such as
// how they authenticate each other, or a port moves.
func (p Plan) RestartsAll(next Plan) bool {
	a, b := p.Spec, next.Spec
	for _, changed := range []bool{
		a.Auth != b.Auth, a.TLS.Mode != b.TLS.Mode, a.TLS.CA != b.TLS.CA, a.Faults != b.Faults, a.NoJetStream != b.NoJetStream,
		(a.CoreNodes() == 1) != (b.CoreNodes() == 1), // JetStream with or without peers
		(len(a.Leafs) == 0) != (len(b.Leafs) == 0),   // JetStream with or without a domain
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

// Loads returns everything that a node's server reads: when it differs from what was read, the server must reload. The addresses of
// gateways and leaf remotes are not included: servers learn them from each other, and cannot reload them without a restart.
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

// Without returns the nodes of the plan that another does not have.
func (p Plan) Without(other Plan) Plan {
	var out Plan
	for _, n := range p.Nodes {
		if other.Node(n.Name).Name == "" {
			out.Nodes = append(out.Nodes, n)
		}
	}
	return out
}

// reloadable are the parts of a configuration that a running server can reload; it refuses a reload that changes any other part
// (nats-server, server/reload.go).
var reloadable = []string{"accounts", "no_auth_user", "server_tags", "tls", "lame_duck_duration", "lame_duck_grace_period", "write_deadline", "resolver_preload"}

// NeedsRestart reports whether a node that is in both plans must restart for the next, because its server cannot reload the
// change.
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

// Deviations returns the settings of a node that are not the server's own and that nobody asked for, as they are written in its
// configuration. Addresses, names and paths are not among them.
func (p Plan) Deviations() []string {
	var out []string
	if !p.Exported {
		out = append(out, "lame_duck_duration: "+lameDuckDuration, "lame_duck_grace_period: "+lameDuckGrace)
	}
	if !p.Spec.NoJetStream {
		out = append(out, "max_memory_store: "+MaxMemoryStore, "max_file_store: "+MaxFileStore)
	}
	return out
}
