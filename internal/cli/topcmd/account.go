package topcmd

import (
	"context"
	"errors"
	"iter"
	"sync/atomic"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// systemOrOwn requests as a system user, and if the user is not one, as a user
// who sees only its own account.
type systemOrOwn struct {
	system fleet.Source
	own    fleet.Source
	alone  atomic.Bool // the user is of another account; a connection keeps its account
}

// Snapshot implements [fleet.Source].
func (s *systemOrOwn) Snapshot(ctx context.Context, want fleet.Want) (*fleet.Snapshot, error) {
	if s.alone.Load() {
		return s.own.Snapshot(ctx, want)
	}
	snap, err := s.system.Snapshot(ctx, want)
	var other *sys.NotSystemError
	if !errors.As(err, &other) {
		return snap, err
	}
	snap, err = s.own.Snapshot(ctx, want)
	s.alone.Store(err == nil)
	return snap, err
}

// systemOrOwnEvents returns the events of the fleet, or those visible to users of the
// account.
func systemOrOwnEvents(ctx context.Context, client *sys.Client) iter.Seq2[fleet.Event, error] {
	return func(yield func(fleet.Event, error) bool) {
		for e, err := range client.Events(ctx) {
			var other *sys.NotSystemError
			if errors.As(err, &other) {
				client.OwnEvents(ctx)(yield)
				return
			}
			if !yield(e, err) {
				return
			}
		}
	}
}
