package broker

import (
	"context"
	"errors"
	"net"
	"os"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// begin starts a cluster for the time of a test.
func begin(t *testing.T, sp spec.Spec) *Cluster {
	t.Helper()
	c, err := Start(t.Context(), sp)
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

// costly skips a test of more than about two seconds where tests are to be quick.
func costly(t *testing.T) {
	t.Helper()
	if testing.Short() {
		t.Skip("takes more than two seconds")
	}
}

func TestStart(t *testing.T) {
	for name, sp := range map[string]spec.Spec{
		"zero":        {},
		"three":       spec.Nodes(3),
		"super":       spec.Super(2, "east", "west").WithLeaf("edge", 1, "east"),
		"single leaf": spec.Single().WithLeaf("edge", 2, spec.DefaultName),
		"none":        {Auth: spec.AuthNone, NoJetStream: true},
		"isolated":    {Leafs: []spec.Leaf{{Isolated: true}}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			begun := time.Now()
			c := begin(t, sp)
			t.Logf("ready after %v", time.Since(begun))
			for _, n := range c.Nodes() {
				echo(t, c, n)
			}
		})
	}
}

// echo proves that a message from the first node of the cluster reaches a subscriber at another.
func echo(t *testing.T, c *Cluster, at *Node) {
	t.Helper()
	there, err := at.Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	defer there.Close()
	if _, err := there.Subscribe("echo", func(m *nats.Msg) { m.Respond(m.Data) }); err != nil {
		t.Fatal(err)
	}
	if err := there.Flush(); err != nil {
		t.Fatal(err)
	}
	here, err := c.Connect("APP")
	if err != nil {
		t.Fatal(err)
	}
	defer here.Close()
	testcluster.Retry(t, "answer", func() error {
		_, err := here.Request("echo", []byte("x"), time.Second)
		return err
	})
}

func TestCloseRemovesEverything(t *testing.T) {
	t.Parallel()
	c := begin(t, spec.Nodes(3))
	dir, url := c.temp, c.URLs()[0]
	if err := errors.Join(c.Close(), c.Close()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(dir); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("store: %v", err)
	}
	if nc, err := nats.Connect(url); err == nil {
		nc.Close()
		t.Error("a server still accepts clients")
	}
}

func TestStopAndRestart(t *testing.T) {
	costly(t)
	t.Parallel()
	c := begin(t, spec.Nodes(3))
	n := c.Node("dev-2")
	id := n.ID()
	n.Kill()
	if err := c.Ready(t.Context()); err != nil {
		t.Fatalf("two of three: %v", err)
	}
	if err := n.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := c.Ready(t.Context()); err != nil {
		t.Fatalf("three again: %v", err)
	}
	if n.ID() == id || n.ID() == "" {
		t.Errorf("id %q after %q", n.ID(), id)
	}
}

func TestLameDuck(t *testing.T) {
	t.Parallel()
	c := begin(t, spec.Nodes(2))
	n := c.Node("dev-1")
	nc, err := n.Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if err := n.LameDuck(time.Second, 2*time.Second); !errors.Is(err, ErrNode) {
		t.Errorf("grace above duration: %v", err)
	}
	if err := n.LameDuck(200*time.Millisecond, 50*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	if n.Running() {
		t.Error("still running")
	}
	testcluster.Retry(t, "answer", func() error { return nc.FlushTimeout(time.Second) }) // at the other server now
	if nc.ConnectedUrl() == n.ClientURL() {
		t.Error("the client did not move")
	}
}

func TestPortInUse(t *testing.T) {
	t.Parallel()
	c := begin(t, spec.Single())
	n := c.Nodes()[0]
	n.Stop()
	l, err := net.Listen("tcp", n.plan.Addr(plan.RoleMonitor))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = n.Restart(t.Context())
	var pe *PortError
	if !errors.As(err, &pe) || !errors.Is(err, ErrPortInUse) {
		t.Fatalf("got %v", err)
	}
	if pe.Port != n.plan.Ports[plan.RoleMonitor] || pe.Role != plan.RoleMonitor || pe.Node != n.Name() {
		t.Errorf("got %+v", pe)
	}
}

func TestStartUndoesEverything(t *testing.T) {
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	t.Setenv("TMPDIR", t.TempDir())
	if _, err := Start(ctx, spec.Nodes(3)); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
	left, err := os.ReadDir(os.TempDir())
	if err != nil || len(left) != 0 {
		t.Errorf("left over: %v %v", left, err)
	}
}

func TestSpecRefused(t *testing.T) {
	for name, sp := range map[string]spec.Spec{
		"name":          {Name: "a b"},
		"auth":          {Auth: "magic"},
		"twice":         spec.Super(1, "east", "east"),
		"many":          spec.Nodes(10),
		"negative":      spec.Nodes(-1),
		"leaf cluster":  spec.Single().WithLeaf("edge", 1, "mars"),
		"leaf account":  {Leafs: []spec.Leaf{{Account: "NOPE"}}},
		"account twice": {Accounts: []spec.Account{{Name: "A"}, {Name: "A"}}},
		"system":        {Accounts: []spec.Account{{Name: "SYS"}}},
		"user twice":    {Accounts: []spec.Account{{Name: "A", Users: []spec.User{{Name: "u"}}}, {Name: "B", Users: []spec.User{{Name: "u"}}}}},
	} {
		t.Run(name, func(t *testing.T) {
			if c, err := Start(t.Context(), sp); !errors.Is(err, spec.ErrInvalid) {
				c.Close()
				t.Errorf("got %v", err)
			}
		})
	}
}

func TestPermissions(t *testing.T) {
	t.Parallel()
	c := begin(t, spec.Spec{Accounts: []spec.Account{{Name: "CHAT", Users: []spec.User{
		{Name: "alice", Permissions: spec.Permissions{Pub: []string{"chat.>"}, DenySub: []string{"secret"}}},
	}}}})
	bad := make(chan error, 2)
	nc, err := c.Connect("alice", nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { bad <- err }))
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	if err := errors.Join(nc.Publish("chat.x", nil), nc.Publish("other", nil), nc.Flush()); err != nil {
		t.Fatal(err)
	}
	if err := <-bad; !errors.Is(err, nats.ErrPermissionViolation) {
		t.Errorf("got %v", err)
	}
	if _, err := c.Connect("bob"); !errors.Is(err, plan.ErrUser) {
		t.Errorf("got %v", err)
	}
}

// named is one cluster of the same name, with doors.
func named(name string, nodes int) spec.Spec {
	return spec.Spec{Name: name, Faults: true, Clusters: []spec.Cluster{{Name: name, Nodes: nodes}}}
}

// agree confirms any change.
func agree(Change) error { return nil }
