// Package pace computes when each message of an open-loop run is due and waits for
// that instant. It owns the arithmetic of load shapes and waiting on timers; it
// must not know messages, connections or histograms.
//
// A schedule is a pure sequence of instants: the n-th send is computed from n
// and never from the previous send, so a late send cannot delay the rest
// (no coordinated omission) and a million sends do not drift.
package pace

import (
	"context"
	"time"
)

// Clock tells the time of a run and waits on it. Both count in nanoseconds
// since an epoch that all workers of the run share.
type Clock interface {
	// Now is monotonic.
	Now() int64
	// Wait returns at the instant at or a little later, or earlier when ctx
	// ends. It may return early; callers check Now again.
	Wait(ctx context.Context, at int64)
}

// Monotonic is the machine's monotonic clock with the given epoch. It is safe
// for concurrent use; Wait is most precise on a thread prepared with [Lock].
type Monotonic struct{ epoch time.Time }

// NewMonotonic returns a clock whose zero is epoch, which must hold a monotonic
// reading (come from time.Now).
func NewMonotonic(epoch time.Time) Monotonic { return Monotonic{epoch: epoch} }

// Now is the time since the epoch in nanoseconds.
func (m Monotonic) Now() int64 { return int64(time.Since(m.epoch)) }

// fineWait is the last part of a wait, which is left to the precise sleeper of
// the system: Go's own timers may be a millisecond late (golang/go 53824).
const fineWait = 2 * time.Millisecond

// Wait waits for at: coarsely on a Go timer, which ctx can end at once, and
// for the last two milliseconds on the precise sleeper.
func (m Monotonic) Wait(ctx context.Context, at int64) {
	left := time.Duration(at - m.Now())
	if left > 2*fineWait {
		t := time.NewTimer(left - fineWait)
		defer t.Stop()
		select {
		case <-ctx.Done():
			return
		case <-t.C:
		}
		left = time.Duration(at - m.Now())
	}
	if left > 0 {
		sleep(left)
	}
}

// burst is how many due sends may share one reading of the clock. At 100 ns a
// send the reading is then at most a few microseconds old.
const burst = 64

// Run calls send for every instant of s, shifted by start, when it is due.
// The arguments are the intended instant and the reading of the clock that
// found it due; sends that are due together share a reading, up to 64 of them.
// It ends when the schedule does (nil), when ctx does (its cause), or with the
// error of send. It needs a thread of its own: see [Lock].
func Run(ctx context.Context, c Clock, start int64, s Schedule, send func(at, now int64) error) error {
	now, left := c.Now(), burst
	for {
		at, ok := s.Next()
		if !ok {
			return nil
		}
		at += start
		if at > now || left == 0 {
			if now = until(ctx, c, at); ctx.Err() != nil {
				return context.Cause(ctx)
			}
			left = burst
		}
		left--
		if err := send(at, now); err != nil {
			return err
		}
	}
}

// until waits for at and returns the reading that found it passed (or ctx done).
func until(ctx context.Context, c Clock, at int64) int64 {
	now := c.Now()
	for now < at && ctx.Err() == nil {
		c.Wait(ctx, at)
		now = c.Now()
	}
	return now
}
