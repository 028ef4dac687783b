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

// OpenHome returns the Home in a directory, which need not exist.
func OpenHome(dir string) *Home { return &Home{control: control{store{dir: filepath.Clean(dir)}}} }

// ErrNoHome means that there is no directory for the state of clusters.
var ErrNoHome = errors.New("no home directory for local clusters")

// HomeDir returns the default directory of clusters: below $XDG_STATE_HOME, or ~/.local/state. The error wraps [ErrNoHome].
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

// Down stops a cluster and returns when all its processes have exited; its data and contexts stay. It is not an error if the
// cluster is already down.
func (h *Home) Down(ctx context.Context, name string) error {
	release, err := h.lock(name)
	if err != nil {
		return err
	}
	defer release()
	return h.down(ctx, name)
}

// down is Down for a caller that holds the lock.
func (h *Home) down(ctx context.Context, name string) error {
	if err := h.halt(ctx, name); err != nil {
		return err
	}
	return h.markDown(name)
}

// Delete stops a cluster and removes its data, configuration, secrets and contexts.
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

// undo removes what a failed start created. A cluster that ran before keeps its data.
func (h *Home) undo(retain bool, s state) error {
	if retain {
		return nil
	}
	if s.Kept {
		return h.markDown(s.Plan.Spec.Name)
	}
	return h.discard(s)
}

// discard removes a cluster: its contexts, then its files.
func (h *Home) discard(s state) error {
	err := h.removeContexts(s.Contexts)
	if dir := filepath.Dir(s.Socket); s.Socket != "" && dir != h.path(s.Plan.Spec.Name) { // a private one of its own
		err = errors.Join(err, os.RemoveAll(dir))
	}
	return errors.Join(err, h.remove(s.Plan.Spec.Name))
}

// removeContexts removes the contexts of a cluster.
func (h *Home) removeContexts(contexts []string) error {
	if h.Forget == nil || len(contexts) == 0 {
		return nil
	}
	return h.Forget(contexts)
}
