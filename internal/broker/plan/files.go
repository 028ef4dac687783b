package plan

import (
	"path/filepath"
)

// Files returns the text of all files that the servers and clients of the plan need, by path.
func (p Plan) Files() map[string]string {
	out := map[string]string{}
	for _, n := range p.Nodes {
		out[n.ConfigFile()] = p.Config(n)
	}
	for _, id := range append(append([]Identity(nil), p.Identities...), p.LeafUsers...) {
		if path := id.Seed + id.Creds; path != "" { // never both are set
			out[path] = id.Secret
		}
	}
	if p.PKI != nil {
		for name, text := range p.PKI.Files {
			out[p.PKIPath(name)] = text
		}
	}
	if p.Trust != nil {
		out[p.operatorFile()] = p.Trust.JWT
	}
	return out
}

// operatorFile returns the path of the operator's JWT.
func (p Plan) operatorFile() string { return filepath.Join(p.Dir, "creds", "operator.jwt") }

// Config returns the complete configuration text of a node.
func (p Plan) Config(n Node) string {
	c := config{p, &confWriter{}, n}
	c.write()
	return c.b.String()
}

// ConfigWithout returns the configuration text of a node with variables in place of secrets, and the text of each variable.
func (p Plan) ConfigWithout(n Node) (text string, secrets map[string]string) {
	c := config{p, &confWriter{vars: map[string]string{}}, n}
	c.write()
	return c.b.String(), c.vars
}
