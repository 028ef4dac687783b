//go:build !windows

package broker

import (
	"errors"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestExpiredFromTheStart starts processes with certificates that are too old: nothing is left, and the reason is told.
func TestExpiredFromTheStart(t *testing.T) {
	t.Parallel()
	h := home(t)
	sp := named("old", 2)
	sp.TLS = spec.TLS{Mode: spec.TLSMutual, Validity: "-1h"}
	_, _, err := h.Up(t.Context(), Order{Spec: sp, Slot: -1}, launcher())
	if !errors.Is(err, client.ErrExpired) {
		t.Errorf("got %v", err)
	}
	if names, _ := h.names(); len(names) > 0 {
		t.Errorf("left over: %v", names)
	}
}

// TestExpiringWhileRunning lets the certificates of a cluster expire: its status says so, and another order to have it starts
// it with new ones.
func TestExpiringWhileRunning(t *testing.T) {
	costly(t)
	t.Parallel()
	h := home(t)
	sp := named("brief", 1)
	sp.TLS = spec.TLS{Mode: spec.TLSMutual, Validity: "12s"}
	up(t, h, Order{Spec: sp})
	if s, err := h.Status(t.Context(), "brief"); err != nil || s.Expired {
		t.Fatalf("at first: %+v %v", s, err)
	}
	testcluster.Retry(t, "answer", func() error {
		s, err := h.Status(t.Context(), "brief")
		if err == nil && (!s.Expired || s.Complete || s.Nodes[0].Why == "") {
			err = errors.New("not expired")
		}
		return err
	})
	if err := h.Ready(t.Context(), "brief"); !errors.Is(err, client.ErrExpired) {
		t.Errorf("ready: %v", err)
	}
	told := 0
	up(t, h, Order{Spec: spec.Spec{Name: "brief"}, Changes: func(Change) error { told++; return nil }})
	if told != 1 {
		t.Errorf("told %d times", told)
	}
	if s, err := h.Status(t.Context(), "brief"); err != nil || s.Expired || !s.Complete {
		t.Errorf("with new ones: %+v %v", s, err)
	}
}
