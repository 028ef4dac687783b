package broker

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/broker/host"
	"github.com/natsctl/natsctl/internal/broker/plan"
	"github.com/natsctl/natsctl/internal/broker/spec"
)

// ErrUnknown is wrapped by the error of a cluster that does not exist.
var ErrUnknown = errors.New("unknown cluster")

// store is the directory in which the clusters that run as processes keep their state, one directory each:
//
//	NAME/state.json   the plan with its secrets
//	NAME/nodes/NODE/  configuration, store and log of a node
//	NAME/alive        locked by the supervisor for as long as it lives
//	NAME.lock         locked by whoever changes the cluster
//
// Several processes may use one store.
type store struct {
	dir  string
	skip int // slot at which the search for a free one begins
}

// state is the saved state of a cluster.
type state struct {
	Slot     int       `json:"slot"`
	Plan     plan.Plan `json:"plan"`
	Program  string    `json:"server_bin,omitempty"` // the nats-server to run, "" for the embedded one
	Contexts []string  `json:"contexts,omitempty"`   // saved contexts created for it
	Made     time.Time `json:"made"`
	Kept     bool      `json:"kept"` // it was ready once; otherwise its files are left by a failed start
	Up       bool      `json:"up"`   // it should be running
	Socket   string    `json:"socket,omitempty"`
}

func (h *store) path(name string, more ...string) string {
	return filepath.Join(append([]string{h.dir, name}, more...)...)
}

func (h *store) alive(name string) bool { return host.Locked(h.path(name, "alive")) }

// names returns the clusters that have a directory.
func (h *store) names() ([]string, error) {
	entries, err := os.ReadDir(h.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && spec.ValidName(e.Name()) {
			out = append(out, e.Name())
		}
	}
	return out, err
}

func (h *store) load(name string) (state, error) {
	var s state
	if err := spec.CheckName("name", name); err != nil {
		return s, err
	}
	data, err := os.ReadFile(h.path(name, "state.json"))
	if errors.Is(err, os.ErrNotExist) {
		names, _ := h.names()
		return s, fmt.Errorf("%w %q; known: %s", ErrUnknown, name, cmp.Or(strings.Join(names, ", "), "none"))
	}
	if err != nil {
		return s, fmt.Errorf("read the state of %s: %w", name, err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("state of %s in %s: %w", name, h.path(name), err)
	}
	return s, nil
}

// save writes the state atomically.
func (h *store) save(s state) error { return h.saveWith(s, nil) }

// saveWith writes the state and the files that belong to it, by path: all or none.
func (h *store) saveWith(s state, files map[string]string) error {
	name := s.Plan.Spec.Name
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the state of %s: %w", name, err)
	}
	if files == nil {
		files = map[string]string{}
	}
	files[h.path(name, "state.json")] = string(data)
	if err := host.WriteAll(files); err != nil {
		return fmt.Errorf("remember cluster %s: %w", name, err)
	}
	return nil
}

// lock prevents other processes from changing the cluster; the error wraps ErrBusy when one does.
func (h *store) lock(name string) (release func(), err error) {
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the state directory: %w", err)
	}
	if err := spec.CheckName("name", name); err != nil {
		return nil, err
	}
	unlock, err := host.Lock(h.path(name) + ".lock")
	if errors.Is(err, host.ErrBusy) {
		return nil, fmt.Errorf("%w: another natsctl is changing cluster %s", host.ErrBusy, name)
	}
	if err != nil {
		return nil, err
	}
	return func() {
		if _, err := os.Stat(h.path(name)); errors.Is(err, os.ErrNotExist) {
			os.Remove(h.path(name) + ".lock") //nolint:errcheck // there is no such cluster; an empty file left behind is harmless
		}
		unlock()
	}, nil
}

// remove deletes all files of a cluster. The caller holds its lock.
func (h *store) remove(name string) error {
	if err := os.RemoveAll(h.path(name)); err != nil {
		return fmt.Errorf("remove the files of %s: %w", name, err)
	}
	return nil
}

// slots is the number of port ranges: each cluster has its own ports that are easy to remember, below the ephemeral ports.
const slots = 22

// slotPort returns the port of a role of a node: 10 and the slot, the cluster's number, the node's number, the role.
func slotPort(slot, cluster, node int, r plan.Role) int {
	return 10000 + slot*1000 + cluster*100 + node*10 + int(r)
}

// allot finds the slot for a new cluster: the requested one, or with -1 the first that no other cluster has and whose ports are
// free.
func (h *store) allot(ctx context.Context, sp spec.Spec, want int) (int, plan.Plan, error) {
	taken, err := h.usedSlots(sp.Name)
	if err != nil {
		return 0, plan.Plan{}, err
	}
	var first error
	for i := range slots {
		slot := (i + h.skip) % slots
		if want >= 0 && slot != want || want < 0 && taken[slot] != "" {
			continue
		}
		if owner := taken[slot]; owner != "" {
			return 0, plan.Plan{}, &SlotError{Slot: slot, Owner: owner}
		}
		p, err := h.plan(sp, slot, nil)
		if err != nil {
			return 0, p, err
		}
		if err = portsFree(ctx, p.Nodes); err == nil {
			return slot, p, nil
		}
		first = cmp.Or(first, err)
	}
	if want >= slots {
		first = spec.Errorf("slot %d: 0 to %d are possible", want, slots-1)
	}
	if want < 0 && first != nil {
		first = fmt.Errorf("none of %d slots of ports is free: %w", slots, first)
	}
	return 0, plan.Plan{}, cmp.Or(first, error(&SlotError{Slot: -1}))
}

// plan returns the plan of a cluster in a slot.
func (h *store) plan(sp spec.Spec, slot int, old *plan.Plan) (plan.Plan, error) {
	if old != nil {
		sp = old.KeepAdded(sp)
	}
	port := func(cluster, node int, r plan.Role) int { return slotPort(slot, cluster, node, r) }
	return plan.New(sp, h.path(sp.Name), port, old)
}

// usedSlots maps each slot to the cluster that has it.
func (h *store) usedSlots(but string) (map[int]string, error) {
	names, err := h.names()
	if err != nil {
		return nil, err
	}
	out := map[int]string{}
	for _, name := range slices.DeleteFunc(names, func(n string) bool { return n == but }) {
		if s, err := h.load(name); err == nil {
			out[s.Slot] = name
		}
	}
	return out, nil
}

// exists reports whether a cluster of the name exists.
func (h *store) exists(name string) bool {
	_, err := h.load(cmp.Or(name, spec.DefaultName))
	return err == nil
}

// markDown records that a cluster whose supervisor has exited should not be running.
func (h *store) markDown(name string) error {
	s, err := h.load(name)
	if err != nil || !s.Up {
		return err
	}
	s.Up = false
	return h.save(s)
}
