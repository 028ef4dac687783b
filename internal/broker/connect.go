package broker

import (
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
)

// ErrUser is wrapped by an error about a user that a cluster does not have.
var ErrUser = errors.New("unknown user")

// find is the user of the given name, or the first user of the account of that name.
func (p plan) find(who string) (Identity, bool) {
	for _, id := range p.Identities {
		if id.User == who || id.Account == who {
			return id, true
		}
	}
	return Identity{}, false
}

// clientURL is where clients connect to the node.
func (n nodePlan) clientURL() string {
	if n.TLS {
		return "tls://" + n.addr(RoleClient)
	}
	return "nats://" + n.addr(RoleClient)
}

// clientURLs are the client URLs of the nodes of a cluster, with "" of all clusters; a leaf only with the name of its group.
func (p plan) clientURLs(cluster string) []string {
	var urls []string
	for _, n := range p.Nodes {
		if cluster == n.Cluster || cluster == "" && n.Leaf == nil {
			urls = append(urls, n.clientURL())
		}
	}
	return urls
}

// connect opens a connection as somebody.
func (p plan) connect(urls, who string, opts []nats.Option) (*nats.Conn, error) {
	id, ok := p.find(who)
	if !ok {
		return nil, fmt.Errorf("%w: %q is neither a user nor an account of %s", ErrUser, who, p.Spec.Name)
	}
	nc, err := nats.Connect(urls, append(append(id.options(), nats.Timeout(connectTime)), opts...)...)
	if err != nil {
		return nil, fmt.Errorf("connect as %s: %w", id.User, err)
	}
	return nc, nil
}

// connectTime is how long a server of ours may take to answer: many start at once on a machine that has other work.
const connectTime = 10 * time.Second

// options are what a client needs to connect as the identity.
func (i Identity) options() []nats.Option {
	var opts []nats.Option
	if i.Password != "" {
		opts = append(opts, nats.UserInfo(i.User, i.Password))
	}
	if i.Seed != "" {
		opts = append(opts, func(o *nats.Options) error {
			opt, err := nats.NkeyOptionFromSeed(i.Seed)
			if err != nil {
				return err
			}
			return opt(o)
		})
	}
	if i.Creds != "" {
		opts = append(opts, nats.UserCredentials(i.Creds))
	}
	if i.CA != "" {
		opts = append(opts, nats.RootCAs(i.CA))
	}
	if i.Cert != "" {
		opts = append(opts, nats.ClientCert(i.Cert, i.Key))
	}
	return opts
}
