package broker

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// TestRevoke is the life of a user made with a scoped signing key, over mutual TLS: it may do what its role may, is thrown
// out of every server when it is revoked, and cannot come back.
func TestRevoke(t *testing.T) {
	costly(t)
	t.Parallel()
	sp := spec.Super(2, "east", "west").WithLeaf("edge", 1, "east")
	sp.Auth, sp.TLS.Mode = spec.AuthOperator, spec.TLSMutual
	sp.Accounts = []spec.Account{{
		Name: "CHAT", Users: []spec.User{{Name: "admin"}},
		SigningKeys: []spec.SigningKey{{Role: "member", Permissions: spec.Permissions{Pub: []string{"chat.{{name()}}.>"}, Sub: []string{"chat.>"}}}},
	}}
	c := begin(t, sp)
	if _, err := c.AddUser("CHAT", spec.User{Name: "carol", Role: "member"}); err != nil {
		t.Fatal(err)
	}
	gone := make(chan error, 16)
	for _, n := range c.Nodes() {
		nc, err := n.Connect("carol", nats.NoReconnect(), nats.ErrorHandler(func(_ *nats.Conn, _ *nats.Subscription, err error) { gone <- err }))
		if err != nil {
			t.Fatalf("%s: %v", n.Name(), err)
		}
		t.Cleanup(nc.Close)
	}
	refused := make(chan error, 16)
	carol := dial(t, c.Node("west-1"), "carol", refused)
	hear, err := carol.SubscribeSync("chat.carol.>")
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(carol.Flush(), carol.Publish("chat.carol.x", nil), carol.Publish("chat.dave.x", nil), carol.Flush()); err != nil {
		t.Fatal(err)
	}
	if _, err := hear.NextMsg(10 * time.Second); err != nil {
		t.Errorf("what the role may: %v", err)
	}
	if err := <-refused; !errors.Is(err, nats.ErrPermissionViolation) {
		t.Errorf("what it may not: %v", err)
	}
	begun := time.Now()
	if err := c.Revoke(t.Context(), "carol"); err != nil {
		t.Fatal(err)
	}
	t.Logf("acknowledged by %d servers after %v", len(c.Nodes()), time.Since(begun))
	for range c.Nodes() {
		if err := <-gone; !errors.Is(err, nats.ErrAuthRevoked) {
			t.Errorf("closed with: %v", err)
		}
	}
	t.Logf("thrown out everywhere after %v", time.Since(begun))
	for _, n := range c.Nodes() {
		if nc, err := n.Connect("carol"); err == nil {
			nc.Close()
			t.Errorf("%s lets a revoked user in", n.Name())
		}
	}
	dial(t, c.Node("east-1"), "admin", nil)
}

func TestUsersRefused(t *testing.T) {
	t.Parallel()
	op := spec.Spec{Auth: spec.AuthOperator}
	c, plain := begin(t, op), begin(t, spec.Single())
	_, twice := c.AddUser("APP", spec.User{Name: "app"})
	_, account := c.AddUser("NOPE", spec.User{Name: "x"})
	_, role := c.AddUser("APP", spec.User{Name: "x", Role: "king"})
	_, mode := plain.AddUser("APP", spec.User{Name: "x"})
	for name, got := range map[string]struct{ err, want error }{
		"twice":       {twice, spec.ErrInvalid},
		"account":     {account, plan.ErrUser},
		"role":        {role, spec.ErrInvalid},
		"mode":        {mode, spec.ErrInvalid},
		"revoke none": {c.Revoke(t.Context(), "nobody"), plan.ErrUser},
		"revoke sys":  {c.Revoke(t.Context(), spec.SystemUser), spec.ErrInvalid},
		"revoke mode": {plain.Revoke(t.Context(), "app"), spec.ErrInvalid},
	} {
		if !errors.Is(got.err, got.want) {
			t.Errorf("%s: %v", name, got.err)
		}
	}
}

func TestExpiredCertificates(t *testing.T) {
	t.Parallel()
	_, err := Start(t.Context(), spec.Spec{TLS: spec.TLS{Mode: spec.TLSServer, Validity: "-1h"}})
	if !errors.Is(err, client.ErrNotReady) {
		t.Fatalf("got %v", err)
	}
	t.Log(err)
}

func TestJetStreamInEveryMode(t *testing.T) {
	t.Parallel()
	for _, auth := range spec.AuthModes() {
		t.Run(auth, func(t *testing.T) {
			c := begin(t, spec.Spec{Auth: spec.AuthMode(auth)})
			nc, err := c.Connect("app")
			if err != nil {
				t.Fatal(err)
			}
			defer nc.Close()
			js, err := nc.JetStream()
			if err != nil {
				t.Fatal(err)
			}
			if _, err := js.AddStream(&nats.StreamConfig{Name: "S", Subjects: []string{"s"}}); err != nil {
				t.Fatal(err)
			}
			if _, err := js.Publish("s", []byte(fmt.Sprint(auth))); err != nil {
				t.Error(err)
			}
		})
	}
}
