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

// TestMatrix starts every combination of topology, authentication and TLS and uses it.
func TestMatrix(t *testing.T) {
	shapes := map[string]Spec{
		"single":  Single(),
		"cluster": Nodes(2),
		"super":   Super(1, "east", "west"),
		"hub":     Nodes(2).WithLeaf("edge", 1, DefaultName),
		"mixed":   Super(1, "east", "west").WithLeaf("edge", 2, "east"),
	}
	for name, spec := range shapes {
		for _, auth := range AuthModes() {
			for _, mode := range []TLSMode{TLSNone, TLSServer, TLSMutual} {
				t.Run(fmt.Sprintf("%s/%s/%s", name, auth, mode), func(t *testing.T) {
					t.Parallel()
					spec := spec
					spec.Auth, spec.TLS.Mode, spec.Accounts = AuthMode(auth), mode, chat()
					spec.TLS.CA = ""
					if mode != TLSNone && name == "mixed" {
						spec.TLS.CA = CAPerCluster
					}
					use(t, begin(t, spec))
				})
			}
		}
	}
}

// use is what a client of each account does.
func use(t *testing.T, c *Cluster) {
	t.Helper()
	nodes := c.Nodes()
	first, last := nodes[0], nodes[len(nodes)-1]
	alice := dial(t, last, "alice", nil)
	if _, err := alice.Subscribe("chat.>", func(m *nats.Msg) { m.Respond([]byte("hello")) }); err != nil {
		t.Fatal(err)
	}
	if err := alice.Flush(); err != nil {
		t.Fatal(err)
	}
	refused := make(chan error, 16)
	bob := dial(t, first, "bob", refused)
	eventually(t, func() error { _, err := bob.Request("chat.room", nil, time.Second); return err })
	if err := errors.Join(bob.Publish("secret", nil), bob.Flush()); err != nil {
		t.Fatal(err)
	}
	if err := <-refused; !errors.Is(err, nats.ErrPermissionViolation) {
		t.Errorf("bob: %v", err)
	}
	press := dial(t, first, "press", nil)
	if last.Leaf() { // another account than the one that the leaf joins
		press = dial(t, last, "press", nil)
	}
	eventually(t, func() error { _, err := press.Request("help", nil, time.Second); return err })
	if _, err := press.Request("chat.room", nil, 200*time.Millisecond); err == nil {
		t.Error("another account was heard")
	}
	for _, n := range nodes {
		if _, err := nats.Connect(n.ClientURL(), nats.UserInfo("mallory", "x")); err == nil {
			t.Errorf("%s lets a stranger in", n.Name())
		}
	}
}

func dial(t *testing.T, n *Node, who string, refused chan<- error) *nats.Conn {
	t.Helper()
	nc, err := n.Connect(who, nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) {
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
