//go:build !windows

package broker

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// orders makes a stream of three replicas in a cluster of processes and returns what its nodes lead.
func orders(t *testing.T, h *Home, name string) []client.Lead {
	t.Helper()
	s := spectest.Must(h.load(name))
	nc, err := client.Fleet{Plan: s.Plan}.Connect(s.Plan.URLsExcept(nil), "app", nil)
	if err != nil {
		t.Fatal(err)
	}
	defer nc.Close()
	js := spectest.Must(nc.JetStream())
	testcluster.Retry(t, "answer", func() error {
		_, err := js.AddStream(&nats.StreamConfig{Name: "ORDERS", Subjects: []string{"orders.>"}, Replicas: 3})
		return err
	})
	testcluster.Retry(t, "answer", func() error {
		_, err := js.AddConsumer("ORDERS", &nats.ConsumerConfig{Durable: "audit", AckPolicy: nats.AckExplicitPolicy})
		return err
	})
	var all []client.Lead
	testcluster.Retry(t, "answer", func() error {
		if all, err = spectest.Must(h.Fleet(name)).Leads(t.Context()); err != nil || len(all) != 3 {
			return errors.Join(errors.New("not everything has a leader"), err)
		}
		return nil
	})
	return all
}

// leader is the node that leads a stream.
func leader(t *testing.T, all []client.Lead, stream string) string {
	t.Helper()
	i := slices.IndexFunc(all, func(l client.Lead) bool { return l.Stream == stream && l.Consumer == "" })
	if i < 0 {
		t.Fatalf("nobody leads %s: %v", stream, all)
	}
	return all[i].Leader
}

// TestPausedLeader freezes the leader of a stream as SIGSTOP does: what it led is led by others after the election, the next
// message is acknowledged then, and nothing that was acknowledged is lost.
func TestPausedLeader(t *testing.T) {
	costly(t)
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("lead", 3)})
	all := orders(t, h, "lead")
	node := leader(t, all, "ORDERS")
	w, err := spectest.Must(h.Fleet("lead")).StartPublisher(t.Context(), "", "orders.new", node)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	lost := slices.DeleteFunc(all, func(l client.Lead) bool { return l.Leader != node })
	begun := time.Now()
	if err := h.Node(t.Context(), "lead", node, "pause", 0, 0); err != nil {
		t.Fatal(err)
	}
	elected := 0
	if err := spectest.Must(h.Fleet("lead")).Elections(t.Context(), lost, begun, func(e client.Election) {
		elected++
		t.Logf("%v is led by %s after %v", e, e.Leader, e.Took)
		if e.Leader == node || e.Was != node {
			t.Errorf("got %+v", e)
		}
	}); err != nil {
		t.Fatal(err)
	}
	if elected != len(lost) {
		t.Errorf("%d of %d elected", elected, len(lost))
	}
	took, err := w.After(t.Context(), begun)
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("first acknowledged publish after %v", took)
	seen, err := w.Finish(t.Context())
	if err != nil || seen.Lost > 0 || seen.Acked < 2 || seen.Stream != "ORDERS" {
		t.Errorf("got %+v, %v", seen, err)
	}
	t.Logf("%+v", seen)
	if err := h.Node(t.Context(), "lead", node, "resume", 0, 0); err != nil {
		t.Fatal(err)
	}
	if err := h.Ready(t.Context(), "lead"); err != nil {
		t.Error(err)
	}
}

func TestPublisherWithoutAStream(t *testing.T) {
	costly(t)
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("mute", 1)})
	if _, err := spectest.Must(h.Fleet("mute")).StartPublisher(t.Context(), "nobody", "x"); !errors.Is(err, plan.ErrUser) {
		t.Errorf("got %v", err)
	}
	brief, cancel := context.WithTimeout(t.Context(), time.Second)
	defer cancel()
	w, err := spectest.Must(h.Fleet("mute")).StartPublisher(brief, "app", "x")
	if err == nil {
		w.Close()
	}
	if !errors.Is(err, client.ErrNoAck) {
		t.Errorf("got %v", err)
	}
}
