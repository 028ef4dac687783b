//go:build !windows

package broker

import (
	"context"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
	"github.com/natsctl/natsctl/internal/testcluster"
)

func TestTakenPort(t *testing.T) {
	h := home(t)
	var (
		slot int
		port string
	)
	testcluster.Retry(t, "answer", func() error { // another test may take the slot that is found free
		free, p, err := h.allot(t.Context(), spectest.Must(named("taken", 2).Complete()), -1)
		if err != nil {
			return err
		}
		l, err := net.Listen("tcp", p.Nodes[0].Addr(plan.RoleClient))
		if err == nil {
			t.Cleanup(func() { l.Close() })
			slot, port = free, fmt.Sprint(p.Nodes[0].Ports[plan.RoleClient])
		}
		return err
	})
	begun := func(s Step) { t.Errorf("it did %q all the same", s.Text) }
	_, _, err := h.Up(t.Context(), Order{Spec: named("taken", 2), Slot: slot, Report: begun}, launcher())
	if !errors.Is(err, ErrPortInUse) || !strings.Contains(err.Error(), port) {
		t.Errorf("got %v, want one about %s", err, port)
	}
	if names, _ := h.names(); len(names) > 0 {
		t.Errorf("left over: %v", names)
	}
}

// TestStolenPort starts a node whose port somebody else has taken while it was stopped.
func TestStolenPort(t *testing.T) {
	costly(t)
	h := home(t)
	r := up(t, h, Order{Spec: named("robbed", 2)})
	if err := h.Node(t.Context(), "robbed", "robbed-2", "stop", 0, 0); err != nil {
		t.Fatal(err)
	}
	port := r.Nodes[1].Ports[plan.RoleMonitor]
	l, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	err = h.Node(t.Context(), "robbed", "robbed-2", "start", 0, 0)
	if !errors.Is(err, ErrPortInUse) || !strings.Contains(err.Error(), fmt.Sprintf("port %d on 127.0.0.1 is in use, it is the monitor port of robbed-2", port)) {
		t.Errorf("got %v", err)
	}
	l.Close()
	if err := h.Node(t.Context(), "robbed", "robbed-2", "start", 0, 0); err != nil {
		t.Error(err)
	}
	if err := h.Ready(t.Context(), "robbed"); err != nil {
		t.Error(err)
	}
}

// TestNewOnesAtOnce starts clusters of different names at once: each gets ports of its own.
func TestNewOnesAtOnce(t *testing.T) {
	h := home(t)
	errs := make(chan error)
	all := []string{"aa", "bb", "cc"}
	for _, name := range all {
		go func() {
			_, _, err := h.Up(context.Background(), Order{Spec: named(name, 1), Slot: -1}, launcher())
			errs <- err
		}()
	}
	for range all {
		if err := <-errs; err != nil {
			t.Error(err)
		}
	}
	slots := map[int]string{}
	for _, r := range spectest.Must(h.Records()) {
		if slots[r.Slot] != "" || r.Life != Up {
			t.Errorf("%s is %s in slot %d of %q", r.Name, r.Life, r.Slot, slots[r.Slot])
		}
		slots[r.Slot] = r.Name
	}
}
