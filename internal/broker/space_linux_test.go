package broker

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"golang.org/x/sys/unix"

	"github.com/natsctl/natsctl/internal/broker/client"
	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/broker/spec/spectest"
)

// smallDisk is a Home on a disk of its own of the given size, for the time of a test.
func smallDisk(t *testing.T, size string) *Home {
	t.Helper()
	dir := t.TempDir()
	if err := unix.Mount("tmpfs", dir, "tmpfs", 0, "mode=0700,size="+size); err != nil {
		t.Skipf("a disk of its own needs the right to mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := unix.Unmount(dir, unix.MNT_DETACH); err != nil {
			t.Error(err)
		}
	})
	h := OpenHome(dir)
	t.Cleanup(func() { h.Delete(context.Background(), "full") })
	return h
}

// fill leaves only so many bytes of the disk of a Home and returns what makes room again.
func fill(t *testing.T, h *Home, leave int) (empty func()) {
	t.Helper()
	f, err := os.Create(filepath.Join(h.dir, ".fill"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if _, err := io.Copy(f, zeros{}); !host.OutOfSpace(err) {
		t.Fatalf("filled: %v", err)
	}
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Truncate(info.Size() - int64(leave)); err != nil {
		t.Fatal(err)
	}
	return func() { // a process that is just being started may have the file open for a moment, so its removal alone is not enough
		if err := errors.Join(os.Truncate(f.Name(), 0), os.Remove(f.Name())); err != nil {
			t.Error(err)
		}
	}
}

type zeros struct{}

func (zeros) Read(b []byte) (int, error) { return len(b), nil }

// secure is a cluster with all files that one can have.
func secure(nodes int) spec.Spec {
	sp := named("full", nodes)
	sp.Auth, sp.TLS.Mode = spec.AuthOperator, spec.TLSMutual
	return sp
}

// TestUpOnAFullDisk starts a cluster where there is room for nothing, for some of its files, and for its files but not for what
// its servers write: nothing is left of it, and the error says why.
func TestUpOnAFullDisk(t *testing.T) {
	t.Parallel()
	for _, leave := range []int{0, 4 << 10, 12 << 10, 32 << 10, 64 << 10, 100 << 10, 140 << 10} {
		t.Run(fmt.Sprint(leave>>10), func(t *testing.T) {
			h := smallDisk(t, "2m")
			empty := fill(t, h, leave)
			var forgotten []string
			h.Forget = func(names []string) error { forgotten = names; return nil }
			_, _, err := h.Up(t.Context(), Order{
				Spec: secure(3), Slot: -1,
				Contexts: func(Record) ([]string, error) { return []string{"full"}, nil },
			}, launcher())
			if err == nil && leave > 64<<10 {
				return // it was ready before anybody missed the room
			}
			if !errors.Is(err, host.ErrNoSpace) {
				t.Errorf("got %v", err)
			}
			t.Log(err)
			if leave > 32<<10 && !slices.Equal(forgotten, []string{"full"}) {
				t.Errorf("forgotten: %v", forgotten)
			}
			empty()
			entries, err := os.ReadDir(h.dir)
			if err != nil || len(entries) > 1 {
				t.Errorf("left over: %v, %v", entries, err)
			}
		})
	}
}

// TestDiskFillsUp fills the disk of a running cluster: what cannot be written has not happened, the servers go on, and the
// cluster can be removed.
func TestDiskFillsUp(t *testing.T) {
	t.Parallel()
	h := smallDisk(t, "16m")
	up(t, h, Order{Spec: secure(2)})
	before := spectest.Must(os.ReadFile(h.path("full", "state.json")))
	empty := fill(t, h, 0)
	for range 2 {
		if _, err := h.NewUser(t.Context(), "full", "APP", spec.User{Name: "carol"}, "full-carol"); !errors.Is(err, host.ErrNoSpace) {
			t.Errorf("user: %v", err)
		}
	}
	if err := h.Revoke(t.Context(), "full", "app"); !errors.Is(err, host.ErrNoSpace) {
		t.Errorf("revoke: %v", err)
	}
	if _, err := h.AddNode(t.Context(), "full", "full"); !errors.Is(err, host.ErrNoSpace) {
		t.Errorf("node: %v", err)
	}
	if s, err := h.Status(t.Context(), "full"); err != nil || !s.Full || s.Complete || len(s.Nodes) != 2 {
		t.Errorf("status: %+v %v", s, err)
	}
	if after := spectest.Must(os.ReadFile(h.path("full", "state.json"))); string(before) != string(after) {
		t.Error("the state has changed")
	}
	for _, pattern := range []string{"creds/carol*", "creds/.*", "pki/.*", "nodes/full-3*", ".state*"} {
		if left := spectest.Must(filepath.Glob(h.path("full", pattern))); len(left) > 0 {
			t.Errorf("half made: %v", left)
		}
	}
	s := spectest.Must(h.load("full"))
	nc, err := client.Fleet{Plan: s.Plan}.Connect(s.Plan.URLsExcept(nil), "app", nil)
	if err != nil {
		t.Fatalf("who was not revoked: %v", err)
	}
	nc.Close()
	empty()
	if _, err := h.NewUser(t.Context(), "full", "APP", spec.User{Name: "carol"}, "full-carol"); err != nil {
		t.Errorf("with room again: %v", err)
	}
	fill(t, h, 0)
	if err := h.Delete(t.Context(), "full"); err != nil {
		t.Errorf("delete: %v", err)
	}
	if names, err := h.names(); err != nil || len(names) > 0 {
		t.Errorf("left over: %v %v", names, err)
	}
}

// TestNodeOnAFullDisk restarts a node where it can write nothing.
func TestNodeOnAFullDisk(t *testing.T) {
	costly(t)
	t.Parallel()
	h := smallDisk(t, "16m")
	up(t, h, Order{Spec: named("full", 2)})
	empty := fill(t, h, 0)
	if err := h.Node(t.Context(), "full", "full-2", "restart", 0, 0); err == nil {
		err = h.Ready(t.Context(), "full")
		if !errors.Is(err, host.ErrNoSpace) {
			t.Errorf("ready: %v", err)
		}
	} else if !errors.Is(err, host.ErrNoSpace) || !strings.Contains(err.Error(), "full-2") {
		t.Errorf("restart: %v", err)
	}
	empty()
	for _, node := range []string{"full-1", "full-2"} {
		if err := h.Node(t.Context(), "full", node, "stop", 0, 0); err != nil && !errors.Is(err, ErrNode) {
			t.Errorf("stop %s: %v", node, err)
		}
		if err := h.Node(t.Context(), "full", node, "start", 0, 0); err != nil {
			t.Errorf("start %s: %v", node, err)
		}
	}
	if err := h.Ready(t.Context(), "full"); err != nil {
		t.Errorf("with room again: %v", err)
	}
}
