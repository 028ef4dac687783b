package bench

import (
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// phase is a part of a run: the warm-up or the measurement. Times are nanoseconds
// of the run's clock.
type phase struct {
	start int64
	d     time.Duration
	shape pace.Shape // open loop
	flags uint8
	msgs  int64 // closed loop: sends of this worker; 0: until d is over
}

// end returns the instant at which the phase ends.
func (p phase) end() int64 { return p.start + int64(p.d) }

// phases returns the warm-up, if there is one, and the measurement of worker w.
func (r *run) phases(w int) ([]phase, error) {
	warm := time.Duration(r.spec.Warmup)
	if r.countOnly { // these messages cannot be marked as warm-up
		warm = 0
	}
	var out []phase
	if warm > 0 {
		p := phase{start: r.start - int64(warm), d: warm, flags: stamp.Warm}
		if r.spec.Load.Mode == scenario.Open {
			var err error
			if p.shape, err = r.spec.Load.WarmShape(warm); err != nil {
				return nil, fmt.Errorf("%w: %w", scenario.ErrSpec, err)
			}
		}
		out = append(out, p)
	}
	p := phase{start: r.start, d: r.spec.Length()}
	if r.spec.Load.Mode == scenario.Open {
		var err error
		if p.shape, err = r.spec.Load.Shape(p.d); err != nil {
			return nil, fmt.Errorf("%w: %w", scenario.ErrSpec, err)
		}
	} else if r.spec.Msgs > 0 {
		if p.msgs = share(r.spec.Msgs, w, r.spec.Pubs); p.msgs == 0 {
			return nil, fmt.Errorf("%w: %d messages for %d publishers", scenario.ErrSpec, r.spec.Msgs, r.spec.Pubs)
		}
	}
	return append(out, p), nil
}

// share returns worker w's share of n items.
func share(n int64, w, of int) int64 {
	part := n / int64(of)
	if int64(w) < n%int64(of) {
		part++
	}
	return part
}
