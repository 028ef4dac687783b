package broker

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestMatrix starts every combination of topology, authentication and TLS and uses it.
func TestMatrix(t *testing.T) {
	costly(t)
	for name := range spectest.Shapes() {
		for _, auth := range spec.AuthModes() {
			for _, mode := range spectest.TLSModes() {
				t.Run(fmt.Sprintf("%s/%s/%s", name, auth, mode), func(t *testing.T) {
					t.Parallel()
					use(t, sites(begin(t, spectest.Secured(name, auth, mode))))
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
	testcluster.Retry(t, "answer", func() error { _, err := bob.Request("chat.room", nil, time.Second); return err })
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
	testcluster.Retry(t, "answer", func() error { _, err := press.Request("help", nil, time.Second); return err })
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
