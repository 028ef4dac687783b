package bench

import (
	"context"
	"fmt"
	"time"
)

// Curve is what a search for the highest sustainable rate went through.
type Curve struct {
	Best  float64 `json:"best"`            // highest rate that passed, 0 if none did
	Worst float64 `json:"worst,omitempty"` // lowest rate that failed, 0 if none did
	Steps []Step  `json:"steps"`
}

// Step is one rate of a [Curve].
type Step struct {
	Rate     float64  `json:"rate"`
	Pass     bool     `json:"pass"`
	Missed   []string `json:"missed,omitempty"`
	P50US    float64  `json:"p50_us"`
	P99US    float64  `json:"p99_us"`
	Lost     int64    `json:"lost"`
	Received float64  `json:"received"` // per second
}

// Limits of a search.
const (
	stepWarmup   = Duration(time.Second)
	stepDuration = Duration(5 * time.Second)
	precision    = 1.05 // lowest failure over highest pass at the end
	mostDown     = 1.0 / 1024
	mostUp       = 1e9
	confirmAt    = 0.95 // of the best rate, for the final run
)

// Search finds the highest rate at which a scenario meets an objective. It
// doubles the rate from start until a step fails twice, halves the interval
// until it is within 5 %, and confirms with a run of the spec's own length at
// 95 % of the best rate: that run is the result. Interrupted, it gives the
// curve so far and the error is nil.
func Search(ctx context.Context, s Spec, c Connect, o Objective, start float64, opts ...Option) (*Result, error) {
	s.Load = Load{Mode: Open, Rate: start, Arrival: s.Load.Arrival}
	full, err := s.Normalize()
	if err != nil {
		return nil, err
	}
	var res *Result
	try := func(ctx context.Context, rate float64, final bool) (Step, error) {
		step := full
		step.Load.Rate = rate
		if !final {
			step.Warmup, step.Duration, step.Msgs = min(step.Warmup, stepWarmup), stepDuration, 0
			if full.Duration > 0 {
				step.Duration = min(full.Duration, stepDuration)
			}
		}
		r, err := Execute(ctx, step, c, opts...)
		if err != nil {
			return Step{}, err
		}
		res = r
		return o.step(rate, &r.Runs[0]), nil
	}
	curve, err := climb(ctx, start, func(ctx context.Context, rate float64) (Step, error) { return try(ctx, rate, false) })
	if err == nil && curve.Best > 0 && ctx.Err() == nil {
		var last Step
		if last, err = try(ctx, curve.Best*confirmAt, true); err == nil {
			curve.Steps = append(curve.Steps, last)
		}
	}
	if res == nil || err != nil && ctx.Err() == nil {
		return nil, err
	}
	res.Search = &curve
	res.Judge(o)
	if curve.Best == 0 {
		res.Verdict.Pass = false
		res.Verdict.Missed = append(res.Verdict.Missed, fmt.Sprintf("no rate down to %s/s passed", FormatRate(start*mostDown)))
	}
	return res, nil
}

func (o Objective) step(rate float64, r *Run) Step {
	s := Step{Rate: rate, Lost: r.Lost, Received: r.Rate.Received, Missed: o.judge(r)}
	s.Pass = len(s.Missed) == 0
	if d := r.Latency.Response; d != nil {
		s.P50US, s.P99US = d.P50, d.P99
	}
	return s
}

// climb is the search itself. A failure counts when it happens twice.
func climb(ctx context.Context, start float64, try func(context.Context, float64) (Step, error)) (Curve, error) {
	var c Curve
	probe := func(rate float64) (bool, error) {
		for range 2 {
			s, err := try(ctx, rate)
			if err != nil {
				return false, err
			}
			c.Steps = append(c.Steps, s)
			if s.Pass {
				c.Best = rate
				return true, nil
			}
		}
		c.Worst = rate
		return false, nil
	}
	for rate := start; ctx.Err() == nil; {
		pass, err := probe(rate)
		if err != nil {
			return c, err
		}
		switch {
		case pass && c.Worst == 0:
			rate *= 2
		case !pass && c.Best == 0:
			rate /= 2
		default:
			rate = (c.Best + c.Worst) / 2
		}
		found := c.Best > 0 && c.Worst > 0 && c.Worst/c.Best <= precision
		if found || rate < start*mostDown || rate > mostUp {
			break
		}
	}
	return c, nil
}
