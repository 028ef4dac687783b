// Package real starts clusters of embedded servers for tests.
package real

import (
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// Start starts a cluster, which is closed when the test ends.
func Start(t testing.TB, spec spec.Spec) *broker.Cluster {
	t.Helper()
	c, err := broker.Start(t.Context(), spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	return c
}

// System connects to a node as the system user, until the test ends.
func System(t testing.TB, n *broker.Node) *nats.Conn {
	t.Helper()
	nc, err := n.ConnectSys()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}

// Connect connects to a cluster as a user of it, until the test ends.
func Connect(t testing.TB, c *broker.Cluster, user string, opts ...nats.Option) *nats.Conn {
	t.Helper()
	nc, err := c.Connect(user, opts...)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return nc
}
