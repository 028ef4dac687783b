package bench

import (
	"sync/atomic"
	"time"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// slot is one request in flight. The state is its number shifted left by two, with
// the bits below; 0 when it was answered.
type slot struct {
	state    atomic.Uint64
	intended atomic.Int64
	sent     atomic.Int64
	aux      atomic.Uint64 // for the action
}

const (
	slotOpen     = 1 << iota // waiting for its answer
	slotMeasured             // belongs to the measurement
)

// ring holds the requests in flight of one client: opened by the sender, settled by
// the receiver. Its memory is proportional to the requests in flight.
type ring struct {
	slots []slot
	mask  uint64
}

// maxInFlight limits a ring: beyond it the oldest request is abandoned.
const maxInFlight = 1 << 22

func newRing(inFlight int) *ring {
	n := 64
	for n < min(inFlight, maxInFlight) {
		n *= 2
	}
	return &ring{slots: make([]slot, n), mask: uint64(n - 1)}
}

func (g *ring) at(seq uint64) *slot { return &g.slots[seq&g.mask] }

// open records that request seq is sent. It reports whether the slot still held a
// measured request, which is abandoned.
func (g *ring) open(seq uint64, measured bool, intended, sent int64, aux uint64) (evicted bool) {
	s := g.at(seq)
	old := s.state.Swap(0)
	s.intended.Store(intended)
	s.sent.Store(sent)
	s.aux.Store(aux)
	state := seq<<2 | slotOpen
	if measured {
		state |= slotMeasured
	}
	s.state.Store(state)
	return old&(slotOpen|slotMeasured) == slotOpen|slotMeasured
}

// inUse reports whether the slot of seq is still in use.
func (g *ring) inUse(seq uint64) bool { return g.at(seq).state.Load() != 0 }

// resolve records the reply to request seq: ok is false if it was already answered
// or abandoned.
func (g *ring) resolve(seq uint64) (intended, sent int64, aux uint64, measured, ok bool) {
	s := g.at(seq)
	state := s.state.Load()
	if state>>2 != seq || state&slotOpen == 0 {
		return 0, 0, 0, false, false
	}
	intended, sent, aux = s.intended.Load(), s.sent.Load(), s.aux.Load()
	if !s.state.CompareAndSwap(state, 0) {
		return 0, 0, 0, false, false
	}
	return intended, sent, aux, state&slotMeasured != 0, true
}

// expire abandons all requests that were sent before the instant.
func (g *ring) expire(before int64) (all, measured int64) {
	for i := range g.slots {
		s := &g.slots[i]
		state := s.state.Load()
		if state&slotOpen == 0 || s.sent.Load() >= before || !s.state.CompareAndSwap(state, 0) {
			continue
		}
		all++
		if state&slotMeasured != 0 {
			measured++
		}
	}
	return all, measured
}

// inFlight returns the number of slots of a client's ring: four times its window or
// batch, or in an open loop twice what is due within the timeout.
func inFlight(s scenario.Spec, batch int) int {
	if s.Load.Mode == scenario.Max {
		return 4 * max(s.Load.Window, batch)
	}
	peak := s.Load.Rate
	for _, r := range append(s.Load.Ramp, s.Load.Steps...) {
		peak = max(peak, r)
	}
	return int(min(2*peak/float64(s.Pubs)*time.Duration(s.Timeout).Seconds(), maxInFlight)) + 2*batch
}
