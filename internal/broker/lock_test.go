package broker

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// TestLocks lets one at a time change a cluster, and leaves no lock file of a cluster that is gone.
func TestLocks(t *testing.T) {
	t.Parallel()
	h := OpenHome(t.TempDir())
	release, err := h.lock("x")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := h.lock("x"); !errors.Is(err, host.ErrBusy) || !strings.Contains(err.Error(), "another natsctl is changing cluster x") {
		t.Errorf("got %v", err)
	}
	if !host.Locked(h.path("x") + ".lock") {
		t.Error("it is not locked")
	}
	release()
	if _, err := os.Stat(h.path("x") + ".lock"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("the lock file is left: %v", err)
	}
	remembered(t, h, named("x", 1), 1, nil)
	release = spectest.Must(h.lock("x"))
	release()
	if host.Locked(h.path("x") + ".lock") {
		t.Error("it is still locked")
	}
	if _, err := os.Stat(h.path("x") + ".lock"); err != nil {
		t.Errorf("the lock file of a cluster that is there: %v", err)
	}
}

// TestUndo removes what a failed start has made; a cluster that ran before keeps its data.
func TestUndo(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		order     Order
		kept      bool
		left      bool
		forgotten string
	}{
		"new": {Order{}, false, false, "c d"}, "kept": {Order{}, true, true, ""}, "retained": {Order{Retain: true}, false, true, ""},
	} {
		h := OpenHome(t.TempDir())
		var forgotten []string
		h.Forget = func(names []string) error { forgotten = names; return nil }
		private := filepath.Join(t.TempDir(), "private")
		if err := os.MkdirAll(private, 0o700); err != nil {
			t.Fatal(err)
		}
		s := remembered(t, h, named("x", 1), 1, func(s *state) {
			s.Kept, s.Up, s.Contexts, s.Socket = c.kept, true, []string{"c", "d"}, filepath.Join(private, "socket")
		})
		if err := h.undo(c.order.Retain, s); err != nil {
			t.Errorf("%s: %v", name, err)
		}
		if h.exists("x") != c.left || strings.Join(forgotten, " ") != c.forgotten {
			t.Errorf("%s: left %v, forgotten %v", name, h.exists("x"), forgotten)
		}
		if _, err := os.Stat(private); (err == nil) != c.left {
			t.Errorf("%s: the directory of the socket: %v", name, err)
		}
		if c.kept && spectest.Must(h.load("x")).Up {
			t.Errorf("%s: is meant to run", name)
		}
	}
	h := OpenHome(t.TempDir())
	s := remembered(t, h, named("x", 1), 1, func(s *state) { s.Contexts, s.Socket = []string{"c"}, h.path("x", "socket") })
	oops := errors.New("oops")
	h.Forget = func([]string) error { return oops }
	if err := h.discard(s); !errors.Is(err, oops) || h.exists("x") {
		t.Errorf("the files stay when a context does: %v", err)
	}
	if err := h.abandon("none"); err != nil {
		t.Errorf("abandon nothing: %v", err)
	}
}
