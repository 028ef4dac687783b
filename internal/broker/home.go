package broker

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// ErrUnknown is wrapped by the error about a cluster that does not exist.
var ErrUnknown = errors.New("unknown cluster")

// Home is the directory in which the clusters that run as processes keep their state, one directory each:
//
//	NAME/state.json   the plan with its secrets
//	NAME/nodes/NODE/  configuration, store and log of a node
//	NAME/alive        locked by the supervisor for as long as it lives
//	NAME.lock         locked by whoever changes the cluster
//
// Several processes may use one Home.
type Home struct {
	// Forget removes the saved contexts that were made for a cluster which is removed; one that does not exist is no error.
	// May be nil.
	Forget func(contexts []string) error

	dir  string
	skip int // slots from which the search for a free one begins
}

// OpenHome is the Home in a directory, which need not exist.
func OpenHome(dir string) *Home { return &Home{dir: filepath.Clean(dir)} }

// ErrNoHome says that no directory is known to keep clusters in.
var ErrNoHome = errors.New("there is no home directory to keep clusters in")

// HomeDir is where clusters are kept by default: below $XDG_STATE_HOME, or ~/.local/state. The error wraps [ErrNoHome].
func HomeDir(getenv func(string) string) (string, error) {
	if dir := getenv("XDG_STATE_HOME"); dir != "" {
		return filepath.Join(dir, "natsctl", "clusters"), nil
	}
	home, err := os.UserHomeDir()
	if err != nil {
		return "", fmt.Errorf("%w: %w", ErrNoHome, err)
	}
	return filepath.Join(home, ".local", "state", "natsctl", "clusters"), nil
}

// state is what is remembered of a cluster.
type state struct {
	Slot     int       `json:"slot"`
	Plan     plan      `json:"plan"`
	Program  string    `json:"server_bin,omitempty"` // the nats-server to run, "" for the embedded one
	Contexts []string  `json:"contexts,omitempty"`   // saved contexts that were made for it
	Made     time.Time `json:"made"`
	Kept     bool      `json:"kept"` // it was ready once; before, whatever is found is the rest of a failed start
	Up       bool      `json:"up"`   // it is meant to run
	Socket   string    `json:"socket,omitempty"`
}

func (h *Home) path(name string, more ...string) string {
	return filepath.Join(append([]string{h.dir, name}, more...)...)
}

func (h *Home) alive(name string) bool { return locked(h.path(name, "alive")) }

// names are the clusters that have a directory.
func (h *Home) names() ([]string, error) {
	entries, err := os.ReadDir(h.dir)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	var out []string
	for _, e := range entries {
		if e.IsDir() && nameRE.MatchString(e.Name()) {
			out = append(out, e.Name())
		}
	}
	return out, err
}

func (h *Home) load(name string) (state, error) {
	var s state
	if !nameRE.MatchString(name) {
		return s, specErr("name %q: letters, digits, '-' and '_' only, at most 40", name)
	}
	data, err := os.ReadFile(h.path(name, "state.json"))
	if errors.Is(err, os.ErrNotExist) {
		names, _ := h.names()
		return s, fmt.Errorf("%w %q; known: %s", ErrUnknown, name, or(strings.Join(names, ", "), "none"))
	}
	if err != nil {
		return s, fmt.Errorf("read the state of %s: %w", name, err)
	}
	if err := json.Unmarshal(data, &s); err != nil {
		return s, fmt.Errorf("state of %s in %s: %w", name, h.path(name), err)
	}
	return s, nil
}

// save writes the state as a whole or not at all.
func (h *Home) save(s state) error { return h.saveWith(s, nil) }

// saveWith writes the state together with files that belong to it, by path: all, or none.
func (h *Home) saveWith(s state, files map[string]string) error {
	name := s.Plan.Spec.Name
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return fmt.Errorf("encode the state of %s: %w", name, err)
	}
	if files == nil {
		files = map[string]string{}
	}
	files[h.path(name, "state.json")] = string(data)
	if err := writeAll(files); err != nil {
		return fmt.Errorf("remember cluster %s: %w", name, err)
	}
	return nil
}

// lock keeps other processes from changing the cluster; the error wraps ErrBusy when one does.
func (h *Home) lock(name string) (release func(), err error) {
	if err := os.MkdirAll(h.dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the state directory: %w", err)
	}
	if !nameRE.MatchString(name) {
		return nil, specErr("name %q: letters, digits, '-' and '_' only, at most 40", name)
	}
	unlock, err := lock(h.path(name) + ".lock")
	if errors.Is(err, ErrBusy) {
		return nil, fmt.Errorf("%w: another natsctl is changing cluster %s", ErrBusy, name)
	}
	if err != nil {
		return nil, err
	}
	return func() {
		if _, err := os.Stat(h.path(name)); errors.Is(err, os.ErrNotExist) {
			os.Remove(h.path(name) + ".lock") //nolint:errcheck // there is no such cluster; an empty file left is no harm
		}
		unlock()
	}, nil
}

// remove deletes all files of a cluster. The caller holds its lock.
func (h *Home) remove(name string) error {
	if err := os.RemoveAll(h.path(name)); err != nil {
		return fmt.Errorf("remove the files of %s: %w", name, err)
	}
	return nil
}

// slots are ranges of ports, so that each cluster has ports of its own that a person can remember, below those that systems
// give to clients.
const slots = 22

// slotPort is the port of a role of a node: 10 and the slot, the cluster's number, the node's number, the role.
func slotPort(slot, cluster, node int, r Role) int {
	return 10000 + slot*1000 + cluster*100 + node*10 + int(r)
}

// allot finds the slot for a new cluster: the one that is wanted, or with -1 the first that no other cluster has and whose
// ports are free.
func (h *Home) allot(ctx context.Context, spec Spec, want int) (int, plan, error) {
	taken, err := h.taken(spec.Name)
	if err != nil {
		return 0, plan{}, err
	}
	var first error
	for i := range slots {
		slot := (i + h.skip) % slots
		if want >= 0 && slot != want || want < 0 && taken[slot] != "" {
			continue
		}
		if owner := taken[slot]; owner != "" {
			return 0, plan{}, &SlotError{Slot: slot, Owner: owner}
		}
		p, err := h.plan(spec, slot, nil)
		if err != nil {
			return 0, p, err
		}
		if err = p.portsFree(ctx); err == nil {
			return slot, p, nil
		}
		first = or(first, err)
	}
	if want >= slots {
		first = specErr("slot %d: 0 to %d are possible", want, slots-1)
	}
	if want < 0 && first != nil {
		first = fmt.Errorf("none of %d slots of ports is free: %w", slots, first)
	}
	return 0, plan{}, or(first, error(&SlotError{Slot: -1}))
}

// plan is the plan of a cluster in a slot.
func (h *Home) plan(spec Spec, slot int, old *plan) (plan, error) {
	if old != nil {
		spec = old.keepAdded(spec)
	}
	port := func(cluster, node int, r Role) int { return slotPort(slot, cluster, node, r) }
	return newPlan(spec, h.path(spec.Name), port, old)
}

// taken maps each slot to the cluster that has it.
func (h *Home) taken(but string) (map[int]string, error) {
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
