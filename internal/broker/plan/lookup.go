package plan

import (
	"errors"
	"slices"

	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrUser is wrapped by an error about a user that a cluster does not have.
var ErrUser = errors.New("unknown user")

// Find returns the user of the given name, or the first user of the account of that name.
func (p Plan) Find(who string) (Identity, bool) {
	for _, id := range p.Identities {
		if id.User == who || id.Account == who {
			return id, true
		}
	}
	return Identity{}, false
}

// ClientURL returns the client URL of the node.
func (n Node) ClientURL() string {
	if n.TLS {
		return "tls://" + n.Addr(RoleClient)
	}
	return "nats://" + n.Addr(RoleClient)
}

// ClientURLs returns the client URLs of the nodes of a cluster or leaf group; with "", of all clusters without leaf nodes.
func (p Plan) ClientURLs(cluster string) []string {
	var urls []string
	for _, n := range p.Nodes {
		if cluster == n.Cluster || cluster == "" && n.Leaf == nil {
			urls = append(urls, n.ClientURL())
		}
	}
	return urls
}

// URLsExcept returns the client URLs of all nodes except leaf nodes and the named ones.
func (p Plan) URLsExcept(but []string) string {
	var urls string
	for _, n := range p.Nodes {
		if n.Leaf == nil && !slices.Contains(but, n.Name) {
			urls += n.ClientURL() + ","
		}
	}
	return urls
}

// MapsCertificates reports whether the certificate of a client identifies its user.
func (p *Plan) MapsCertificates() bool {
	return p.Spec.TLS.Mode == spec.TLSMutual && p.Spec.Auth == spec.AuthUsers
}

// Node finds a node of the plan; the name is known to exist.
func (p Plan) Node(name string) Node {
	for _, n := range p.Nodes {
		if n.Name == name {
			return n
		}
	}
	return Node{}
}

// LinkIdentity returns the identity of leaf nodes in an account of their hub.
func (p Plan) LinkIdentity(account string) Identity {
	for _, id := range p.LeafUsers {
		if id.Account == account {
			return id
		}
	}
	return Identity{}
}

// AccountName returns the name of an account in a configuration.
func (p Plan) AccountName(a string) string {
	if p.Trust != nil {
		return p.Trust.Accounts[a].ID
	}
	return a
}

// LeafAccounts returns the accounts that the leaf nodes of a cluster bind, each once; with "", those of all leaf nodes.
func (p Plan) LeafAccounts(cluster string) []string {
	var out []string
	seen := map[string]bool{}
	for _, l := range p.Spec.Leafs {
		if cluster != "" && l.Remote != cluster {
			continue
		}
		for _, a := range l.Accounts() {
			if !seen[a] {
				seen[a] = true
				out = append(out, a)
			}
		}
	}
	return out
}

// Members returns the nodes of a cluster.
func (p Plan) Members(cluster string) []Node {
	var out []Node
	for _, n := range p.Nodes {
		if n.Leaf == nil && n.Cluster == cluster {
			out = append(out, n)
		}
	}
	return out
}
