//go:build unix

package sys_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster"
	"github.com/natsctl/natsctl/internal/testcluster/real"
)

// healthyFleets are specifications of fleets without any fault.
func healthyFleets() map[string]spec.Spec {
	of := func(s spec.Spec, change func(s *spec.Spec)) spec.Spec {
		change(&s)
		return s
	}
	operator := func(s *spec.Spec) { s.Auth = spec.AuthOperator }
	tls := func(s *spec.Spec) { s.TLS.Mode = spec.TLSServer }
	listeners := func(s *spec.Spec) {
		for i := range s.Clusters {
			s.Clusters[i].Websocket, s.Clusters[i].MQTT = true, true
		}
	}
	accounts := func(s *spec.Spec) {
		s.Accounts = []spec.Account{{Name: "APP", Users: []spec.User{{Name: "app"}}}, {Name: "SHOP", Users: []spec.User{{Name: "shop"}}}}
	}
	super := spec.Super(2, "east", "west")
	return map[string]spec.Spec{
		"single":                    spec.Single(),
		"single, nkeys":             of(spec.Single(), func(s *spec.Spec) { s.Auth = spec.AuthNKey }),
		"single, operator":          of(spec.Single(), operator),
		"single, TLS":               of(spec.Single(), tls),
		"single, no JetStream":      of(spec.Single(), func(s *spec.Spec) { s.NoJetStream = true }),
		"single, websocket, MQTT":   of(spec.Single(), listeners),
		"two servers":               of(spec.Nodes(2), func(s *spec.Spec) { s.NoJetStream = true }),
		"cluster":                   spec.Nodes(3),
		"cluster, operator":         of(spec.Nodes(3), operator),
		"cluster, mutual TLS":       of(spec.Nodes(3), func(s *spec.Spec) { s.TLS.Mode = spec.TLSMutual }),
		"cluster, TLS, listeners":   of(of(spec.Nodes(3), tls), listeners),
		"cluster, accounts":         of(spec.Nodes(3), accounts),
		"five servers":              spec.Nodes(5),
		"super-cluster":             super,
		"super-cluster, operator":   of(super, operator),
		"super-cluster, leaf nodes": super.WithLeaf("edge", 2, "west"),
		"leaf node":                 spec.Nodes(3).WithLeaf("edge", 1, "dev"),
		"leaf node, operator":       of(spec.Nodes(1).WithLeaf("edge", 1, "dev"), operator),
		"leaf node, isolated": of(spec.Nodes(1), func(s *spec.Spec) {
			s.Leafs = []spec.Leaf{{Name: "edge", Remote: "dev", Isolated: true}}
		}),
		"leaf node, TLS": of(spec.Nodes(1).WithLeaf("edge", 1, "dev"), tls),
	}
}

// TestHealthyFleets runs every check on fleets of every topology in which nothing is
// wrong, with streams that are written and consumers that are read: no check warns.
func TestHealthyFleets(t *testing.T) {
	slow(t)
	for name, s := range healthyFleets() {
		t.Run(name, func(t *testing.T) {
			s, err := s.Complete()
			if err != nil {
				t.Fatal(err)
			}
			c := real.Start(t, s)
			if !s.NoJetStream {
				replicas := 1
				if s.Clusters[0].Nodes >= 3 {
					replicas = 3
				}
				useJetStream(t, real.Connect(t, c, s.Accounts[0].Users[0].Name), replicas)
			}
			staysHealthy(t, connect(t, c.Nodes()[0]))
		})
	}
	for name, where := range map[string][]string{"old server": {"east/n1"}, "old cluster": {"east/n1", "east/n2", "east/n3"}} {
		t.Run(name, func(t *testing.T) {
			bins := map[string]string{}
			for _, at := range where {
				bins[strings.TrimPrefix(at, "east/")] = testcluster.Program(t, "2.9")
			}
			staysHealthy(t, processes(t, bins, where...)["n1"].connect(t))
		})
	}
}

// useJetStream makes a stream, publishes to it, and reads all of it with a durable
// consumer.
func useJetStream(t *testing.T, nc *nats.Conn, replicas int) {
	t.Helper()
	js, err := jetstream.New(nc)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	testcluster.Retry(t, "stream", func() error {
		_, err := js.CreateOrUpdateStream(ctx, jetstream.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}, Replicas: replicas, MaxMsgs: 1000})
		return err
	})
	con, err := js.CreateOrUpdateConsumer(ctx, "ORDERS", jetstream.ConsumerConfig{Durable: "billing", FilterSubject: "orders.eu.*", AckPolicy: jetstream.AckExplicitPolicy})
	if err != nil {
		t.Fatal(err)
	}
	const n = 150
	for i := range n {
		if _, err := js.Publish(ctx, fmt.Sprintf("orders.eu.%d", i), []byte("order")); err != nil {
			t.Fatal(err)
		}
	}
	got, err := con.Fetch(n, jetstream.FetchMaxWait(30*time.Second))
	if err != nil {
		t.Fatal(err)
	}
	for msg := range got.Messages() {
		if err := msg.DoubleAck(ctx); err != nil {
			t.Fatal(err)
		}
	}
}

// staysHealthy waits until the checks of two looks find nothing, and holds that the
// next ones find nothing either.
func staysHealthy(t *testing.T, c *sys.Client) {
	t.Helper()
	var before *fleet.Snapshot
	look := func() error {
		now, err := c.Snapshot(t.Context(), checks.WantFor(checks.All()))
		if err != nil {
			return err
		}
		was := before
		before = now
		if was == nil || len(now.Missing) > 0 {
			return errors.New("not all servers answered twice")
		}
		var wrong []error
		for _, res := range checks.Run(checks.Input{Snapshot: now, Before: was}, checks.All()) {
			for _, f := range res.Findings {
				if f.Level.Urgent() {
					wrong = append(wrong, fmt.Errorf("%s: %s", f.Check, f.What))
				}
			}
		}
		return errors.Join(wrong...)
	}
	testcluster.Retry(t, "healthy fleet", look)
	for range 3 {
		if err := look(); err != nil {
			t.Error(err)
		}
	}
}
