//go:build !windows

package broker

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// streams is a connection to a cluster of processes for its streams.
func streams(t *testing.T, h *Home, name string) nats.JetStreamContext {
	t.Helper()
	s := spectest.Must(h.load(name))
	nc, err := client.Fleet{Plan: s.Plan}.Connect(s.Plan.URLsExcept(nil), "app", []nats.Option{nats.MaxReconnects(-1)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return spectest.Must(nc.JetStream())
}

// keep makes a stream with one message and returns who leads it.
func keep(t *testing.T, js nats.JetStreamContext, name string, replicas int) string {
	t.Helper()
	leader := ""
	testcluster.Retry(t, "answer", func() error {
		info, err := js.AddStream(&nats.StreamConfig{Name: name, Subjects: []string{name + ".>"}, Replicas: replicas})
		if err == nil && info.Cluster != nil {
			leader = info.Cluster.Leader
		}
		return err
	})
	testcluster.Retry(t, "answer", func() error { _, err := js.Publish(name+".x", []byte("precious")); return err })
	return leader
}

// holds waits until a stream has its message.
func holds(t *testing.T, js nats.JetStreamContext, name string) {
	t.Helper()
	testcluster.Retry(t, "answer", func() error {
		msg, err := js.GetLastMsg(name, name+".x")
		if err == nil && string(msg.Data) != "precious" {
			err = fmt.Errorf("got %q", msg.Data)
		}
		return err
	})
}

// refusedFor wants the error of a change that would lose a stream.
func refusedFor(t *testing.T, err error, words ...string) {
	t.Helper()
	if !errors.Is(err, ErrData) {
		t.Errorf("got %v", err)
		return
	}
	for _, w := range words {
		if !strings.Contains(err.Error(), w) {
			t.Errorf("%v does not say %q", err, w)
		}
	}
}

// TestOneServerKeepsItsStreams asks a server that is alone, and has a stream, to become several, or to know its accounts by other
// names: refused, also as a mere plan, and nothing has happened. Without the stream it becomes two.
func TestOneServerKeepsItsStreams(t *testing.T) {
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("solo", 1)})
	js := streams(t, h, "solo")
	keep(t, js, "KEPT", 1)
	operator := named("solo", 1)
	operator.Auth = spec.AuthOperator
	for words, sp := range map[string]spec.Spec{"is kept by solo-1": named("solo", 2), "no account of that identity": operator} {
		o := Order{Spec: sp, Given: true, Slot: -1}
		_, _, err := h.Up(t.Context(), o, launcher())
		refusedFor(t, err, "KEPT of account APP", words)
		_, err = h.Plan(t.Context(), o)
		refusedFor(t, err, words)
	}
	_, err := h.AddNode(t.Context(), "solo", "solo")
	refusedFor(t, err, "is kept by solo-1")
	if s, err := h.Status(t.Context(), "solo"); err != nil || !s.Complete || len(s.Nodes) != 1 {
		t.Errorf("status: %+v %v", s, err)
	}
	holds(t, js, "KEPT")
	if err := js.DeleteStream("KEPT"); err != nil {
		t.Fatal(err)
	}
	if r := up(t, h, Order{Spec: named("solo", 2), Given: true, Changes: agree}); len(r.Nodes) != 2 {
		t.Errorf("without a stream: %d nodes", len(r.Nodes))
	}
}

// TestRemovedNodeKeepsStreams removes the last node of three, which has the only copy of a stream: refused. Once that stream is
// gone it is removed, and a stream of three replicas has its message.
func TestRemovedNodeKeepsStreams(t *testing.T) {
	t.Parallel()
	h := home(t)
	up(t, h, Order{Spec: named("trio", 3)})
	js := streams(t, h, "trio")
	keep(t, js, "SHARED", 3)
	only := ""
	for i := 0; only == ""; i++ { // where a stream goes is for the cluster to say
		name := fmt.Sprintf("ONLY%d", i)
		if keep(t, js, name, 1) == "trio-3" {
			only = name
		}
		if i == 30 {
			t.Fatal("no stream goes to trio-3")
		}
	}
	refusedFor(t, h.RemoveNode(t.Context(), "trio", "trio-3"), only+" of account APP would lose its last copy, on trio-3")
	_, _, err := h.Up(t.Context(), Order{Spec: named("trio", 2), Given: true, Slot: -1}, launcher())
	refusedFor(t, err, only)
	holds(t, js, only)
	if err := js.DeleteStream(only); err != nil {
		t.Fatal(err)
	}
	if err := h.RemoveNode(t.Context(), "trio", "trio-3"); err != nil {
		t.Fatal(err)
	}
	holds(t, js, "SHARED")
}
