package topcmd

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/cli/act"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/sys/drain"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestTopActions does what the dashboard may do, on a real cluster: reload,
// kick the connection on the screen and no other, lame duck; and none of it on
// a protected context.
func TestTopActions(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	defer cancel()
	c, err := broker.Start(ctx, spec.Spec{Name: "act", NoJetStream: true, Clusters: []spec.Cluster{{Name: "act", Nodes: 3}}})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := c.Close(); err != nil {
			t.Error(err)
		}
	})
	if err := c.Ready(ctx); err != nil {
		t.Fatal(err)
	}
	admin, err := c.Node("act-1").ConnectSys()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(admin.Close)
	node := c.Node("act-2")
	f := fleetActions{client: sys.New(admin), local: func(*drain.Plan) (func(context.Context) error, error) { return nil, nil }}
	target := live.Action{Server: node.Name(), ServerID: node.ID()}
	perform := func(verb string) (string, error) {
		a := target
		a.Verb = verb
		return f.Do(ctx, a)
	}
	if told, err := perform("reload"); err != nil || !strings.Contains(told, "act-2 reloaded its configuration") {
		t.Errorf("reload: %q, %v", told, err)
	}
	kickOne(ctx, t, f, node, target)
	kickAll(ctx, t, f, node, target)
	if _, err := perform("lame-duck"); !errors.Is(err, act.ErrNoTrigger) || !strings.Contains(err.Error(), "--via") {
		t.Errorf("lame duck of a server of no local cluster: %v", err)
	}
	f.protected = true
	for _, verb := range []string{"reload", "kick", "lame-duck"} {
		if _, err := perform(verb); !errors.Is(err, cli.ErrProtected) {
			t.Errorf("%s on a protected context: %v", verb, err)
		}
	}
	f.protected = false
	f.local = func(*drain.Plan) (func(context.Context) error, error) {
		return func(context.Context) error { return node.LameDuck(200*time.Millisecond, 50*time.Millisecond) }, nil
	}
	if told, err := perform("lame-duck"); err != nil || !strings.Contains(told, "act-2 has moved") {
		t.Errorf("lame duck: %q, %v", told, err)
	}
}

// kickOne kicks a client: not under another name, and then really.
func kickOne(ctx context.Context, t *testing.T, f fleetActions, node *broker.Node, target live.Action) {
	t.Helper()
	closed := make(chan struct{})
	nc, err := node.Connect("app", nats.Name("orders"), nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { close(closed) }))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	conns, _, err := f.client.Conns(ctx, fleet.Scope{Name: target.ServerID}, sys.ConnSelection{})
	if err != nil {
		t.Fatal(err)
	}
	kick := target
	kick.Verb = "kick"
	for _, conn := range conns {
		if conn.Info.Name == "orders" {
			kick.Conn = conn.Info.Cid
		}
	}
	kick.Who = "billing"
	if told, err := f.Do(ctx, kick); err != nil || !strings.Contains(told, "nothing was done") {
		t.Errorf("kick of another: %q, %v", told, err)
	}
	kick.Who = "orders"
	if told, err := f.Do(ctx, kick); err != nil {
		t.Errorf("kick: %q, %v", told, err)
	}
	select {
	case <-closed:
	case <-ctx.Done():
		t.Error("the client is still connected")
	}
}

// kickAll moves the clients of a server: they come back elsewhere or here, the
// server stays, and what is done is what the command line does.
func kickAll(ctx context.Context, t *testing.T, f fleetActions, node *broker.Node, target live.Action) {
	t.Helper()
	a := target
	a.Verb, a.Clients = "kick-clients", 100
	scope, command := f.Plan(a)
	if !strings.Contains(scope, "100 connections") || !strings.Contains(scope, "in about 3s") || command != "natsctl server lame-duck act-2 --kick" {
		t.Errorf("plan: %q, %q", scope, command)
	}
	if told, err := f.Do(ctx, a); err != nil || !strings.Contains(told, "no client is connected to act-2") {
		t.Errorf("nobody to kick: %q, %v", told, err)
	}
	const clients = 3
	closed := make(chan struct{}, clients)
	for range clients {
		nc, err := node.Connect("app", nats.NoReconnect(), nats.ClosedHandler(func(*nats.Conn) { closed <- struct{}{} }))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(nc.Close)
	}
	if told, err := f.Do(ctx, a); err != nil || !strings.Contains(told, "act-2: 3 kicked") || !strings.Contains(told, " on it now") {
		t.Errorf("kick the clients: %q, %v", told, err)
	}
	for range clients {
		select {
		case <-closed:
		case <-ctx.Done():
			t.Fatal("a client is still connected")
		}
	}
}
