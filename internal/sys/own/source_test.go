package own_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// TestOwnSource checks what a user outside the system account sees of its
// account: itself, its connections and traffic on every server, its streams at
// their leaders with their consumers, its advisories; and nothing of others.
func TestOwnSource(t *testing.T) {
	c := real.Start(t, spec.Spec{Name: "own", Clusters: []spec.Cluster{{Name: "own", Nodes: 3}}})
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	nc, err := c.Connect("app", nats.Name("orders-api"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	client := sys.New(nc)
	if _, err := client.Snapshot(ctx, fleet.Want{}); !errors.Is(err, sys.ErrNotSystem) {
		t.Fatalf("an ordinary user asked as a system user: %v", err)
	}
	for name, replicas := range map[string]int{"ORDERS": 3, "AUDIT": 1} {
		makeStream(ctx, t, js, name, replicas)
	}
	if _, err := js.CreateConsumer(ctx, "ORDERS", jetstream.ConsumerConfig{Durable: "ship"}); err != nil {
		t.Fatal(err)
	}
	want := fleet.Want{Kinds: []fleet.Kind{fleet.Routez, fleet.Connz, fleet.Jsz}, JS: fleet.JSWant{Streams: true, Consumers: true, AllReplicas: true}}
	s, err := client.Own().Snapshot(ctx, want)
	if err != nil {
		t.Fatal(err)
	}
	if s.Own == nil || s.Own.Account != "APP" || s.Own.User.UserID != "app" || s.Own.JetStream.Streams != 2 || len(s.Problems) > 0 {
		t.Errorf("own: %+v, problems %+v", s.Own, s.Problems)
	}
	if s.Want.Has(fleet.Routez) || len(s.Missing) > 0 {
		t.Errorf("what cannot be seen is said to be asked: %+v, missing %+v", s.Want, s.Missing)
	}
	checkOwnStreams(t, s)
	for _, r := range fleet.ConnRows(s, nil) {
		if r.Info.Account != "APP" {
			t.Errorf("a connection of %s", r.Info.Account)
		}
	}
	hearOwn(ctx, t, client, js)
}

// hearOwn makes consumers until an advisory reports one.
func hearOwn(ctx context.Context, t *testing.T, client *sys.Client, js jetstream.JetStream) {
	t.Helper()
	listening, stop := context.WithCancel(ctx)
	heard, done := make(chan fleet.Event, 1), make(chan struct{})
	go func() {
		defer close(done)
		for e := range client.OwnEvents(listening) {
			select {
			case heard <- e:
			case <-listening.Done():
			}
		}
	}()
	defer func() { stop(); <-done }()
	tick := time.NewTicker(200 * time.Millisecond)
	defer tick.Stop()
	for i := 0; ; i++ {
		select {
		case e := <-heard:
			if e.Kind != fleet.EventAdvisory {
				t.Errorf("heard %+v", e)
			}
			return
		case <-tick.C:
			if _, err := js.CreateConsumer(ctx, "AUDIT", jetstream.ConsumerConfig{Durable: fmt.Sprint("c", i)}); err != nil {
				t.Logf("create a consumer: %v", err)
			}
		case <-ctx.Done():
			t.Fatal("no advisory was heard")
		}
	}
}

// makeStream makes a stream; a cluster that has just come up may refuse it for
// a while.
func makeStream(ctx context.Context, t *testing.T, js jetstream.JetStream, name string, replicas int) {
	t.Helper()
	tick := time.NewTicker(100 * time.Millisecond)
	defer tick.Stop()
	for {
		_, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: name, Subjects: []string{name + ".>"}, Replicas: replicas})
		if err == nil {
			return
		}
		select {
		case <-ctx.Done():
			t.Fatalf("stream %s: %v", name, err)
		case <-tick.C:
		}
	}
}

func checkOwnStreams(t *testing.T, s *fleet.Snapshot) {
	t.Helper()
	names := []string{}
	for _, r := range fleet.StreamRows(s, nil) {
		names = append(names, r.Name)
		if r.Account != "APP" || r.Leader == "" || !r.Known {
			t.Errorf("stream %+v", r)
		}
		if r.Name == "ORDERS" && len(r.Peers) != 2 {
			t.Errorf("ORDERS has the replicas %+v", r.Peers)
		}
	}
	slices.Sort(names)
	if !slices.Equal(names, []string{"AUDIT", "ORDERS"}) {
		t.Errorf("streams %v", names)
	}
	consumers := fleet.ConsumerRows(s, nil)
	if len(consumers) != 1 || consumers[0].Name != "ship" || consumers[0].Stream != "ORDERS" || consumers[0].Leader == "" {
		t.Errorf("consumers %+v", consumers)
	}
}
