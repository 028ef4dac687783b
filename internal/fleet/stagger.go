package fleet

import (
	"context"
	"math/rand/v2"
	"sync/atomic"
	"time"
)

// The delay of a staggered source: none up to manyServers, then at most
// staggerEach for each server, 200 ms for a thousand.
const (
	manyServers = 100
	staggerEach = 200 * time.Microsecond
)

// Stagger returns a source for watchers that request snapshots repeatedly. From
// the second request on, it waits a random time before it queries a fleet of
// more than 100 servers, so that watchers that were started together do not
// query a large fleet at the same times. It is safe for concurrent use.
func Stagger(source Source) Source { return &staggered{source: source} }

type staggered struct {
	source  Source
	servers atomic.Int64 // expected in the last round
}

// Snapshot implements [Source].
func (s *staggered) Snapshot(ctx context.Context, want Want) (*Snapshot, error) {
	if n := s.servers.Load(); n > manyServers {
		timer := time.NewTimer(rand.N(time.Duration(n) * staggerEach))
		defer timer.Stop()
		select {
		case <-timer.C:
		case <-ctx.Done():
			return nil, ctx.Err()
		}
	}
	snap, err := s.source.Snapshot(ctx, want)
	if err == nil {
		s.servers.Store(int64(snap.Expected))
	}
	return snap, err
}
