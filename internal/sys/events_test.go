package sys_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// listen starts an event stream and returns what it tells. It returns once the
// stream hears the fleet.
func listen(t *testing.T, c *sys.Client, probe func(), kinds ...fleet.EventKind) <-chan fleet.Event {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	out := make(chan fleet.Event, 1000)
	done := make(chan struct{})
	go func() {
		defer close(done)
		for e, err := range c.Events(ctx, kinds...) {
			if err != nil {
				t.Errorf("event stream: %v", err)
				return
			}
			out <- e
		}
	}()
	t.Cleanup(func() { cancel(); <-done })
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	deadline := time.After(30 * time.Second)
	for {
		probe()
		select {
		case <-out:
			return out
		case <-tick.C:
		case <-deadline:
			t.Fatal("the stream hears nothing")
		}
	}
}

// await returns the first event that is wanted.
func await(t *testing.T, events <-chan fleet.Event, what string, ok func(fleet.Event) bool) fleet.Event {
	t.Helper()
	deadline := time.After(30 * time.Second)
	for {
		select {
		case e := <-events:
			if ok(e) {
				return e
			}
		case <-deadline:
			t.Fatalf("no event: %s", what)
		}
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	c := real.Start(t, spec.Nodes(3))
	dial := func(name string) {
		nc, err := c.Node("dev-3").Connect("app", nats.Name(name))
		if err != nil {
			t.Error(err)
			return
		}
		nc.Close()
	}
	events := listen(t, connect(t, c.Node("dev-1")), func() { dial("probe") })

	dial("billing")
	is := func(kind fleet.EventKind, who string) func(fleet.Event) bool {
		return func(e fleet.Event) bool { return e.Kind == kind && strings.Contains(e.Who, who) }
	}
	e := await(t, events, "connect", is(fleet.EventConnect, "billing"))
	if e.Server != "dev-3" || e.Account != "APP" || e.Where != "127.0.0.1" || e.ID == "" || !strings.Contains(e.Who, "user app") {
		t.Errorf("connect: %+v", e)
	}
	if e = await(t, events, "disconnect", is(fleet.EventDisconnect, "billing")); e.Why != "Client Closed" {
		t.Errorf("disconnect: %+v", e)
	}

	if nc, err := nats.Connect(c.Node("dev-2").ClientURL(), nats.UserInfo("app", "wrong"), nats.Name("intruder")); err == nil {
		nc.Close()
		t.Fatal("a wrong password was accepted")
	}
	e = await(t, events, "auth error", func(e fleet.Event) bool {
		return e.Kind == fleet.EventAuthError && strings.Contains(e.Who, "intruder") && e.Server == "dev-2"
	})
	if e.Server != "dev-2" || e.Level != fleet.Warn || e.Why == "" {
		t.Errorf("auth error: %+v", e)
	}
	if strings.Contains(string(e.Body), "wrong") {
		t.Errorf("the body holds the password: %s", e.Body)
	}

	js := func() {
		nc, err := c.Node("dev-1").Connect("app")
		if err != nil {
			t.Fatal(err)
		}
		defer nc.Close()
		jsc, err := nc.JetStream()
		if err != nil {
			t.Fatal(err)
		}
		if _, err := jsc.AddStream(&nats.StreamConfig{Name: "ORDERS", Replicas: 3}, nats.MaxWait(20*time.Second)); err != nil {
			t.Fatal(err)
		}
	}
	js()
	e = await(t, events, "leader elected", is(fleet.EventAdvisory, "stream ORDERS"))
	if e.Account != "APP" || !strings.Contains(e.Why, "leader dev-") {
		t.Errorf("advisory: %+v", e)
	}

	c.Node("dev-2").Stop()
	if e = await(t, events, "shutdown", is(fleet.EventShutdown, "dev-2")); e.Level != fleet.Warn || e.Time.IsZero() {
		t.Errorf("shutdown: %+v", e)
	}
	if err := c.Node("dev-3").LameDuck(time.Second, 100*time.Millisecond); err != nil {
		t.Fatal(err)
	}
	await(t, events, "lame duck", is(fleet.EventLameDuck, "dev-3"))
}

// TestEventsOnce makes one of each repeated event and counts.
func TestEventsOnce(t *testing.T) {
	c := real.Start(t, spec.Nodes(2))
	dial := func(name string) {
		nc, err := c.Node("dev-2").Connect("app", nats.Name(name))
		if err != nil {
			t.Error(err)
			return
		}
		nc.Close()
	}
	events := listen(t, connect(t, c.Node("dev-1")), func() { dial("probe") })
	for range 3 {
		refusedLogin(t, c.Node("dev-2").ClientURL(), "intruder")
	}
	counts := map[fleet.EventKind]int{}
	ids := map[string]bool{}
	count := func(e fleet.Event) {
		if ids[e.ID] && e.ID != "" {
			t.Errorf("twice: %+v", e)
		}
		ids[e.ID] = true
		if strings.Contains(e.Who, "intruder") && e.Server == "dev-2" {
			counts[e.Kind]++
		}
	}
	await(t, events, "three failed logins", func(e fleet.Event) bool { // a server reports them after it has refused them, in any order
		count(e)
		return counts[fleet.EventAuthError] == 3
	})
	refusedLogin(t, c.Node("dev-2").ClientURL(), "last")
	await(t, events, "the last client", func(e fleet.Event) bool {
		count(e)
		return e.Kind == fleet.EventAuthError && strings.Contains(e.Who, "last")
	})
	if counts[fleet.EventAuthError] != 3 || len(counts) != 1 {
		t.Errorf("three failed logins became %v", counts)
	}
}

// refusedLogin logs in with a wrong password until the server has judged it: an attempt
// that times out on a busy machine is none.
func refusedLogin(t *testing.T, url, name string) {
	t.Helper()
	for {
		nc, err := nats.Connect(url, nats.UserInfo("app", "wrong"), nats.Name(name), nats.Timeout(30*time.Second))
		switch {
		case errors.Is(err, nats.ErrAuthorization):
			return
		case err == nil:
			nc.Close()
			t.Fatal("logged in with a wrong password")
		case t.Context().Err() != nil:
			t.Fatal(err)
		}
		t.Logf("again: %v", err)
	}
}

func TestEventsOfSomeKinds(t *testing.T) {
	c := real.Start(t, spec.Single())
	n := c.Nodes()[0]
	dial := func() {
		nc, err := n.Connect("app")
		if err != nil {
			t.Error(err)
			return
		}
		nc.Close()
	}
	events := listen(t, connect(t, n), dial, fleet.EventDisconnect)
	for range 3 {
		dial()
		if e := await(t, events, "any", func(fleet.Event) bool { return true }); e.Kind != fleet.EventDisconnect {
			t.Errorf("got %+v", e)
		}
	}
}

func TestEventsAfterReconnect(t *testing.T) {
	slow(t)
	c := real.Start(t, spec.Nodes(2))
	id, _ := c.Identity("sys")
	nc, err := nats.Connect(c.Node("dev-1").ClientURL()+","+c.Node("dev-2").ClientURL(), nats.DontRandomize(),
		nats.UserInfo(id.User, id.Password), nats.ReconnectWait(10*time.Millisecond), nats.MaxReconnects(-1))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	dial := func() {
		app, err := c.Node("dev-2").Connect("app")
		if err != nil {
			t.Error(err)
			return
		}
		app.Close()
	}
	events := listen(t, sys.New(nc), dial)
	c.Node("dev-1").Stop()
	e := await(t, events, "gap", func(e fleet.Event) bool { return e.Kind == fleet.EventGap })
	if !strings.Contains(e.Why, "moved from dev-1 to dev-2") {
		t.Errorf("gap: %+v", e)
	}
	dial()
	await(t, events, "connect after the gap", func(e fleet.Event) bool { return e.Kind == fleet.EventConnect })
}

func TestEventsNeedTheSystemAccount(t *testing.T) {
	c := real.Start(t, spec.Single())
	nc, err := c.Connect("app")
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	for _, err := range sys.New(nc).Events(t.Context()) {
		if err == nil || !strings.Contains(err.Error(), "account APP") {
			t.Errorf("got %v", err)
		}
	}
}
