package broker

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
)

// chat is two accounts: one offers a service and may say only some things, the other uses the service.
func chat() []Account {
	return []Account{
		{
			Name: "CHAT", Users: []User{{Name: "alice"}, {Name: "bob", Permissions: Permissions{Pub: []string{"chat.>", "_INBOX.>"}, Sub: []string{"chat.>", "_INBOX.>"}}}},
			Exports: []Export{{Service: "chat.help"}, {Stream: "chat.news"}},
		},
		{Name: "PRESS", Imports: []Import{{Service: "chat.help", From: "CHAT", To: "help"}, {Stream: "chat.news", From: "CHAT"}}},
	}
}

// shapes are all topologies, as small as they can be.
func shapes() map[string]Spec {
	return map[string]Spec{
		"single":  Single(),
		"cluster": Nodes(2),
		"super":   Super(1, "east", "west"),
		"hub":     Nodes(2).WithLeaf("edge", 1, DefaultName),
		"mixed":   Super(1, "east", "west").WithLeaf("edge", 2, "east"),
	}
}

// tlsModes are all of them.
func tlsModes() []TLSMode { return []TLSMode{TLSNone, TLSServer, TLSMutual} }

// secured is a shape with authentication and TLS; the largest one has an authority for each cluster.
func secured(shape string, auth string, mode TLSMode) Spec {
	spec := shapes()[shape]
	spec.Auth, spec.TLS.Mode, spec.Accounts = AuthMode(auth), mode, chat()
	if mode != TLSNone && shape == "mixed" {
		spec.TLS.CA = CAPerCluster
	}
	return spec
}

// TestMatrix starts every combination of topology, authentication and TLS and uses it.
func TestMatrix(t *testing.T) {
	costly(t)
	for name := range shapes() {
		for _, auth := range AuthModes() {
			for _, mode := range tlsModes() {
				t.Run(fmt.Sprintf("%s/%s/%s", name, auth, mode), func(t *testing.T) {
					t.Parallel()
					use(t, sites(begin(t, secured(name, auth, mode))))
				})
			}
		}
	}
}

// site is a node as a client sees it.
type site struct {
	name, url string
	leaf      bool
	connect   func(who string, opts ...nats.Option) (*nats.Conn, error)
}

// sites are the nodes of a cluster in this process.
func sites(c *Cluster) []site {
	var out []site
	for _, n := range c.Nodes() {
		out = append(out, site{n.Name(), n.ClientURL(), n.Leaf(), n.Connect})
	}
	return out
}

// use is what a client of each account does: it connects, is heard across servers, and is refused what it may not do.
func use(t *testing.T, nodes []site) {
	t.Helper()
	first, last := nodes[0], nodes[len(nodes)-1]
	alice := last.dial(t, "alice", nil)
	if _, err := alice.Subscribe("chat.>", func(m *nats.Msg) { m.Respond([]byte("hello")) }); err != nil {
		t.Fatal(err)
	}
	if err := alice.Flush(); err != nil {
		t.Fatal(err)
	}
	refused := make(chan error, 16)
	bob := first.dial(t, "bob", refused)
	eventually(t, func() error { _, err := bob.Request("chat.room", nil, time.Second); return err })
	if err := errors.Join(bob.Publish("secret", nil), bob.Flush()); err != nil {
		t.Fatal(err)
	}
	if err := <-refused; !errors.Is(err, nats.ErrPermissionViolation) {
		t.Errorf("bob: %v", err)
	}
	press := first.dial(t, "press", nil)
	if last.leaf { // another account than the one that the leaf joins
		press = last.dial(t, "press", nil)
	}
	eventually(t, func() error { _, err := press.Request("help", nil, time.Second); return err })
	if _, err := press.Request("chat.room", nil, 200*time.Millisecond); err == nil {
		t.Error("another account was heard")
	}
	for _, n := range nodes {
		if nc, err := nats.Connect(n.url, nats.UserInfo("mallory", "x")); err == nil {
			nc.Close()
			t.Errorf("%s lets a stranger in", n.name)
		}
	}
}

func dial(t *testing.T, n *Node, who string, refused chan<- error) *nats.Conn {
	t.Helper()
	return site{connect: n.Connect}.dial(t, who, refused)
}

func (s site) dial(t *testing.T, who string, refused chan<- error) *nats.Conn {
	t.Helper()
	nc, err := s.connect(who, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
		if refused != nil {
			refused <- err
		}
	}))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}
