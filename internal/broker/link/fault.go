package link

import (
	"errors"
	"fmt"
	"time"
)

// ErrFault is wrapped by the error of a fault that cannot be injected or does not exist.
var ErrFault = errors.New("fault")

// FaultKind is what is wrong with a link.
type FaultKind string

// The kinds of faults.
const (
	Partition FaultKind = "partition" // connections are closed and new ones wait; with OneWay what A sends is lost
	Blackhole FaultKind = "blackhole" // connections stay open and nothing gets through
	Latency   FaultKind = "latency"   // everything arrives later
	Bandwidth FaultKind = "bandwidth" // little gets through at a time
	Drop      FaultKind = "drop"      // connections are closed once and may come back at once
)

// Fault is a disturbance of the links between servers.
type Fault struct {
	ID     int           `json:"id"` // given by Inject
	Kind   FaultKind     `json:"kind"`
	A      string        `json:"a"`                // a node, a cluster or a leaf group
	B      string        `json:"b,omitempty"`      // likewise; "" is every other server
	OneWay bool          `json:"oneway,omitempty"` // only from A to B
	Delay  time.Duration `json:"delay_ns,omitempty"`
	Jitter time.Duration `json:"jitter_ns,omitempty"`        // up to this much more Delay, at random
	Rate   int64         `json:"bytes_per_second,omitempty"` // of Bandwidth
	For    time.Duration `json:"for_ns,omitempty"`           // heal by itself after this time; 0: stay until healed
	Since  time.Time     `json:"since"`                      // given by Inject
}

// String is the fault in the words of the command that makes it.
func (f Fault) String() string {
	arrow, other := " | ", f.B
	if f.OneWay {
		arrow = " > "
	}
	if other == "" {
		other = "all others"
	}
	s := string(f.Kind) + " " + f.A + arrow + other
	switch f.Kind {
	case Latency:
		s += " " + f.Delay.String()
		if f.Jitter > 0 {
			s += " + up to " + f.Jitter.String()
		}
	case Bandwidth:
		s += fmt.Sprintf(" %d B/s", f.Rate)
	}
	return s
}

// Check refuses a fault that makes no sense.
func (f Fault) Check() error {
	switch f.Kind {
	case Partition, Blackhole, Drop:
	case Latency:
		if f.Delay <= 0 {
			return fmt.Errorf("%w: a latency needs a delay above zero", ErrFault)
		}
	case Bandwidth:
		if f.Rate < 1 {
			return fmt.Errorf("%w: a bandwidth needs a rate of at least 1 byte per second", ErrFault)
		}
	default:
		return fmt.Errorf("%w: kind %q is unknown", ErrFault, f.Kind)
	}
	if f.A == f.B {
		return fmt.Errorf("%w: %q and %q are the same", ErrFault, f.A, f.B)
	}
	return nil
}

// effect is what all faults together do to one direction between two servers.
type effect struct {
	cut    bool // connections are closed and new ones wait
	hold   bool // bytes stay where they are
	delay  time.Duration
	jitter time.Duration
	rate   int64 // bytes per second, 0: no limit
}

// add puts one more fault on a direction; back says that it is the one from B to A.
func (e effect) add(f Fault, back bool) effect {
	if f.OneWay && back {
		return e
	}
	switch f.Kind {
	case Partition:
		e.cut = e.cut || !f.OneWay
		e.hold = e.hold || f.OneWay
	case Blackhole:
		e.hold = true
	case Latency:
		e.delay += f.Delay
		e.jitter += f.Jitter
	case Bandwidth:
		if e.rate == 0 || f.Rate < e.rate {
			e.rate = f.Rate
		}
	case Drop: // happens once and leaves no effect
	}
	return e
}
