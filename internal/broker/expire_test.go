//go:build !windows

package broker

import (
	"errors"
	"fmt"
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
	h := brief(t)
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
	testcluster.Retry(t, "cluster with new ones", func() error { // which expire as soon, on a busy machine before they are seen
		told := 0
		_, changed, err := h.Up(t.Context(), Order{Spec: spec.Spec{Name: "brief"}, Slot: -1, Changes: func(Change) error { told++; return nil }}, launcher())
		if err == nil && (told != 1 || !changed) {
			t.Errorf("told %d times, changed: %v", told, changed)
		}
		s, failed := h.Status(t.Context(), "brief")
		if failed == nil && (s.Expired || !s.Complete) {
			failed = fmt.Errorf("%+v", s)
		}
		return errors.Join(err, failed)
	})
}

// brief starts a cluster whose certificates are valid at first, and not for long: the
// shortest time in which this machine starts it.
func brief(t *testing.T) *Home {
	t.Helper()
	for _, validity := range []string{"4s", "12s", "1m"} {
		h := home(t)
		sp := named("brief", 1)
		sp.TLS = spec.TLS{Mode: spec.TLSMutual, Validity: validity}
		_, _, err := h.Up(t.Context(), Order{Spec: sp, Slot: -1}, launcher())
		if errors.Is(err, client.ErrExpired) {
			continue
		}
		if err != nil {
			t.Fatal(err)
		}
		if s, err := h.Status(t.Context(), "brief"); err == nil && !s.Expired {
			return h
		}
	}
	t.Fatal("the certificates have always expired by the time the cluster is up")
	return nil
}
