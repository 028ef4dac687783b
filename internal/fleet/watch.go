package fleet

import (
	"context"
	"iter"
	"time"
)

// Tick is one round of a watch: the newest snapshot, the one before (nil in the
// first round), and what changed.
type Tick struct {
	*Snapshot
	Before *Snapshot
	Delta  *Delta
}

// Watch asks source at once and then at every tick, until the context ends or
// ticks is closed. A failed round yields the error with the last tick that
// succeeded, and goes on; the one after a failure is compared with that last
// one. It is for one consumer.
func Watch(ctx context.Context, source Source, want Want, ticks <-chan time.Time) iter.Seq2[Tick, error] {
	return func(yield func(Tick, error) bool) {
		var last Tick
		for {
			next, err := source.Snapshot(ctx, want)
			if ctx.Err() != nil {
				return
			}
			if err == nil {
				last = Tick{Snapshot: next, Before: last.Snapshot, Delta: NewDelta(last.Snapshot, next)}
			}
			if !yield(last, err) {
				return
			}
			select {
			case <-ctx.Done():
				return
			case _, open := <-ticks:
				if !open {
					return
				}
			}
		}
	}
}
