package bench

import (
	"errors"
	"sync/atomic"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
	"github.com/natsctl/natsctl/internal/bench/verify"
)

// sink counts the messages of one receiving worker, which alone calls take.
type sink struct {
	run      *run
	group    *group
	untimed  bool // messages have no due time
	silent   bool // not a receiver of the workload: left out of the time line
	timeline *hist.Writer
	windows  []verify.Window // per publisher; of a queue group only for the order
	tally    tally

	unique atomic.Int64 // measured messages that were not duplicates
	warm   atomic.Int64 // messages of the warm-up
	probed []atomic.Bool
}

// tally is what a receiving worker counted in the measurement.
type tally struct {
	response, service hist.Hist
	received          int64 // all arrivals, duplicates too
	bytes             int64
	dup, reordered    int64
	corrupt, foreign  int64
	redelivered       int64
	arrivals
}

// arrivals holds when the first and the last message arrived, and the end of the
// longest gap between two. All zero: no messages.
type arrivals struct{ first, last, gap, gapAt int64 }

// add records an arrival at the instant now.
func (a *arrivals) add(now int64) {
	if a.last == 0 {
		a.first = now
	} else if d := now - a.last; d > a.gap {
		a.gap, a.gapAt = d, now
	}
	a.last = now
}

// group is the receivers that together receive every message once: a single
// subscriber, or the members of a queue group.
type group struct {
	sinks  []*sink
	unions []verify.Union // per publisher; nil for a single subscriber
}

// newGroup makes n sinks that share the messages of the given publishers.
func newGroup(r *run, n, publishers int) *group {
	c := &group{}
	if n > 1 {
		c.unions = make([]verify.Union, publishers)
	}
	for range n {
		c.sinks = append(c.sinks, &sink{
			run: r, group: c, timeline: r.line.NewWriter(),
			windows: make([]verify.Window, publishers),
			probed:  make([]atomic.Bool, publishers),
		})
	}
	return c
}

// unique returns how many distinct measured messages the group has received.
func (c *group) unique() (n int64) {
	for _, k := range c.sinks {
		n += k.unique.Load()
	}
	return n
}

// probed reports whether a probe of every publisher has arrived.
func (c *group) probed() bool {
	for p := range c.sinks[0].probed {
		seen := false
		for _, k := range c.sinks {
			seen = seen || k.probed[p].Load()
		}
		if !seen {
			return false
		}
	}
	return true
}

// receive records a message that arrived at the instant now. It does not keep the
// payload.
func (k *sink) receive(payload []byte, now int64) {
	if k.run.countAll || k.run.countOnly && len(payload) < stamp.Compact {
		k.tally.arrived(now, len(payload))
		k.unique.Add(1)
		if !k.silent {
			k.timeline.Arrived(now)
		}
		return
	}
	s, err := k.run.coder.Get(payload)
	if err == nil && s.Flags == 0 && s.Worker < len(k.windows) {
		k.measure(payload, s, now)
		return
	}
	k.receiveOther(s, err)
}

// receiveOther records a message that is not part of the measurement.
func (k *sink) receiveOther(s stamp.Stamp, err error) {
	switch {
	case errors.Is(err, stamp.ErrForeign):
		k.tally.foreign++
	case err != nil || s.Worker >= len(k.windows):
		k.tally.corrupt++
	case s.Flags&stamp.Probe != 0:
		k.probed[s.Worker].Store(true)
	default:
		k.warm.Store(k.warm.Load() + 1)
	}
}

// measure records a message of the measurement.
func (k *sink) measure(payload []byte, s stamp.Stamp, now int64) {
	k.tally.arrived(now, len(payload))
	if !k.isFirst(s) {
		k.tally.dup++
		return
	}
	if s.Seq%uint64(k.run.spec.Verify) == 0 && !stamp.Intact(payload) {
		k.tally.corrupt++
	}
	k.unique.Store(k.unique.Load() + 1)
	if k.untimed {
		if !k.silent {
			k.timeline.Arrived(now)
		}
		return
	}
	if k.run.spec.Load.Mode == scenario.Open { // a closed loop has no response time
		k.tally.response.Record(now - s.Intended)
	}
	k.tally.service.Record(now - s.Intended - s.Lag)
	k.timeline.Received(now, now-s.Intended)
}

// isFirst reports whether the message is the first with its number, and counts
// reordered ones.
func (k *sink) isFirst(s stamp.Stamp) bool {
	v := k.windows[s.Worker].Add(s.Seq)
	if v == verify.Reordered {
		k.tally.reordered++
	}
	if k.group.unions != nil {
		return k.group.unions[s.Worker].Add(s.Seq) != verify.Duplicate
	}
	return v != verify.Duplicate
}

// arrived counts a message of that size.
func (t *tally) arrived(now int64, size int) {
	t.add(now)
	t.received++
	t.bytes += int64(size)
}
