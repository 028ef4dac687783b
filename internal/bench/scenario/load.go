package scenario

import (
	"fmt"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/bench/pace"
)

// The modes of a load.
const (
	Open = "open" // sends at given instants, whatever the server does
	Max  = "max"  // closed loop: the next send waits for the last
)

// Load describes the offered load.
type Load struct {
	Mode    string    `json:"mode"`              // open if there is a rate, max if not
	Rate    float64   `json:"rate,omitempty"`    // sends per second, all publishers together
	Arrival string    `json:"arrival,omitempty"` // constant or poisson
	Ramp    []float64 `json:"ramp,omitempty"`    // from, to: a linear change of the rate
	Steps   []float64 `json:"steps,omitempty"`   // rates, each for an equal part of the duration
	Window  int       `json:"window,omitempty"`  // closed loop: messages in flight per client
}

const defaultWindow = 1

func (l *Load) normalize() {
	if l.Mode == "" {
		l.Mode = Max
		if l.Rate != 0 || len(l.Ramp) > 0 || len(l.Steps) > 0 {
			l.Mode = Open
		}
	}
	if l.Mode == Max {
		orInt(&l.Window, defaultWindow)
		return
	}
	orString(&l.Arrival, "constant")
	l.Window = 0
}

func (l Load) check(s Spec) error {
	if l.Mode == Max {
		if l.Rate != 0 || l.Window < 1 {
			return fmt.Errorf("%w: load.mode max takes no rate and needs a window of at least 1", ErrSpec)
		}
		return nil
	}
	if len(l.Ramp) != 0 && len(l.Ramp) != 2 {
		return fmt.Errorf("%w: a ramp has two rates: from and to", ErrSpec)
	}
	shape, err := l.Shape(s.Length())
	if err != nil {
		return fmt.Errorf("%w: %w", ErrSpec, err)
	}
	if s.Workload == JSConsume {
		return fmt.Errorf("%w: js-consume has no rate; use js-e2e for one", ErrSpec)
	}
	if shape.Total() < 1 {
		return fmt.Errorf("%w: no message is due within %v", ErrSpec, s.Duration)
	}
	return nil
}

// Shape is the offered load over d.
func (l Load) Shape(d time.Duration) (pace.Shape, error) {
	switch {
	case len(l.Ramp) == 2:
		return pace.Ramp(l.Ramp[0], l.Ramp[1], d)
	case len(l.Steps) > 0:
		return pace.Steps(l.Steps, d)
	}
	return pace.Constant(l.Rate, d)
}

// WarmShape is the constant load of the warm-up, at the initial rate of the shape.
func (l Load) WarmShape(d time.Duration) (pace.Shape, error) {
	rate := l.Rate
	switch {
	case len(l.Ramp) == 2:
		rate = max(l.Ramp[0], l.Ramp[1]/100)
	case len(l.Steps) > 0:
		rate = l.Steps[0]
	}
	return pace.Constant(rate, d)
}

// Schedule is worker w's part of a shape.
func (s Spec) Schedule(shape pace.Shape, w int) pace.Schedule {
	if s.Load.Arrival == "poisson" {
		return pace.Poisson(shape, w, s.Pubs, s.Seed)
	}
	return pace.Even(shape, w, s.Pubs)
}

// Length is how long the measurement takes; with a number of messages in an
// open loop, the time that they take.
func (s Spec) Length() time.Duration {
	if s.Msgs == 0 || s.Load.Mode == Max {
		return time.Duration(s.Duration)
	}
	mean := s.Load.Rate
	if len(s.Load.Ramp) == 2 {
		mean = (s.Load.Ramp[0] + s.Load.Ramp[1]) / 2
	}
	if n := len(s.Load.Steps); n > 0 {
		mean = 0
		for _, r := range s.Load.Steps {
			mean += r / float64(n)
		}
	}
	if mean <= 0 {
		return 0
	}
	return time.Duration(float64(s.Msgs) / mean * 1e9)
}

// String describes the load in a few words.
func (l Load) String() string {
	var text string
	switch {
	case l.Mode == Max && l.Window > 1:
		return fmt.Sprintf("as fast as possible, window %d", l.Window)
	case l.Mode == Max:
		return "as fast as possible"
	case len(l.Ramp) == 2:
		text = fmt.Sprintf("from %s/s to %s/s", FormatRate(l.Ramp[0]), FormatRate(l.Ramp[1]))
	case len(l.Steps) > 0:
		var steps []string
		for _, r := range l.Steps {
			steps = append(steps, FormatRate(r))
		}
		text = "in steps of " + strings.Join(steps, ", ") + "/s"
	default:
		text = FormatRate(l.Rate) + "/s"
	}
	if l.Arrival == "poisson" {
		text += " at random (Poisson)"
	}
	return text
}
