package broker

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
)

// Home brings up, changes and removes clusters that run as processes, whose state is kept in a directory. Several processes may
// use one Home.
type Home struct {
	// Forget removes the saved contexts that were made for a cluster which is removed; one that does not exist is no error.
	// May be nil.
	Forget func(contexts []string) error

	control
}

// OpenHome is the Home in a directory, which need not exist.
func OpenHome(dir string) *Home { return &Home{control: control{store{dir: filepath.Clean(dir)}}} }

// ErrNoHome says that no directory is known to keep clusters in.
var ErrNoHome = errors.New("no home directory for local clusters")

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

// Down stops a cluster and returns when nothing of it runs; its data and contexts stay. A cluster that is down already is
// no error.
func (h *Home) Down(ctx context.Context, name string) error {
	release, err := h.lock(name)
	if err != nil {
		return err
	}
	defer release()
	return h.down(ctx, name)
}

// down is Down for who holds the lock.
func (h *Home) down(ctx context.Context, name string) error {
	if err := h.halt(ctx, name); err != nil {
		return err
	}
	return h.settleDown(name)
}

// Delete stops a cluster and removes all that is left of it: data, configuration, secrets, contexts.
func (h *Home) Delete(ctx context.Context, name string) error {
	release, err := h.lock(name)
	if err != nil {
		return err
	}
	defer release()
	s, err := h.load(name)
	if err != nil {
		return err
	}
	if err := h.halt(ctx, name); err != nil {
		return err
	}
	return h.discard(s)
}

// undo removes what a failed start has made. A cluster that ran before keeps its data.
func (h *Home) undo(retain bool, s state) error {
	if retain {
		return nil
	}
	if s.Kept {
		return h.settleDown(s.Plan.Spec.Name)
	}
	return h.discard(s)
}

// discard removes all of a cluster: its contexts, then its files.
func (h *Home) discard(s state) error {
	err := h.forget(s.Contexts)
	if dir := filepath.Dir(s.Socket); s.Socket != "" && dir != h.path(s.Plan.Spec.Name) { // a private one of its own
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return errors.Join(err, h.remove(s.Plan.Spec.Name))
}

// forget removes contexts that were made for a cluster.
func (h *Home) forget(contexts []string) error {
	if h.Forget == nil || len(contexts) == 0 {
		return nil
	}
	return h.Forget(contexts)
}
