package link

import (
	"errors"
	"fmt"
	"time"
)

// ErrFault is wrapped by the error of an invalid or unknown fault.
var ErrFault = errors.New("fault")

// FaultKind is a kind of fault.
type FaultKind string

// The kinds of faults.
const (
	Partition FaultKind = "partition" // connections are closed and new ones wait; with OneWay, bytes from A are lost
	Blackhole FaultKind = "blackhole" // connections stay open, but no bytes pass
	Latency   FaultKind = "latency"   // bytes arrive with a delay
	Bandwidth FaultKind = "bandwidth" // the rate is limited
	Drop      FaultKind = "drop"      // connections are closed once and may reconnect at once
)

// Fault is a disturbance of the links between servers.
type Fault struct {
	ID     int           `json:"id"` // set by Inject
	Kind   FaultKind     `json:"kind"`
	A      string        `json:"a"`                // a node, a cluster or a leaf group
	B      string        `json:"b,omitempty"`      // likewise; "" is every other server
	OneWay bool          `json:"oneway,omitempty"` // only from A to B
	Delay  time.Duration `json:"delay_ns,omitempty"`
	Jitter time.Duration `json:"jitter_ns,omitempty"`        // random addition to Delay, up to this much
	Rate   int64         `json:"bytes_per_second,omitempty"` // for Bandwidth
	For    time.Duration `json:"for_ns,omitempty"`           // heal automatically after this time; 0: never
	Since  time.Time     `json:"since"`                      // set by Inject
}

// String returns the fault in the syntax of the command that injects it.
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

// Check returns an error if the fault is invalid.
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

// effect is the combined effect of all faults on one direction between two servers.
type effect struct {
	cut    bool // connections are closed and new ones wait
	hold   bool // bytes are held back
	delay  time.Duration
	jitter time.Duration
	rate   int64 // bytes per second, 0: no limit
}

// add adds a fault to a direction; back means the direction from B to A.
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
