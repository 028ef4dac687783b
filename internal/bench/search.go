package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// Limits of a search.
const (
	stepWarmup   = scenario.Duration(time.Second)
	stepDuration = scenario.Duration(5 * time.Second)
	precision    = 1.05 // lowest failure over highest pass at the end
	mostDown     = 1.0 / 1024
	mostUp       = 1e9
	confirmAt    = 0.95 // of the best rate, for the final run
)

// Search finds the highest rate at which a scenario meets an objective. It
// doubles the rate from start until a step fails twice, halves the interval
// until it is within 5 %, and confirms with a run of the spec's own length at
// 95 % of the best rate: that run is the result. Interrupted, it gives the
// curve so far and a nil error.
func Search(ctx context.Context, s scenario.Spec, c Connect, o result.Objective, start float64, opts ...Option) (*result.Result, error) {
	s.Load = scenario.Load{Mode: scenario.Open, Rate: start, Arrival: s.Load.Arrival}
	full, err := s.Normalize()
	if err != nil {
		return nil, err
	}
	var res *result.Result
	try := func(ctx context.Context, rate float64, final bool) (result.Step, error) {
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
			return result.Step{}, err
		}
		res = r
		return o.Step(rate, &r.Runs[0]), nil
	}
	curve, err := climb(ctx, start, func(ctx context.Context, rate float64) (result.Step, error) { return try(ctx, rate, false) })
	if err == nil && curve.Best > 0 && ctx.Err() == nil {
		var last result.Step
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
		res.Verdict.Missed = append(res.Verdict.Missed, fmt.Sprintf("no rate passed, the lowest was %s/s", scenario.FormatRate(start*mostDown)))
	}
	return res, nil
}

// climb performs the search. A step counts as failed after two failures.
func climb(ctx context.Context, start float64, try func(context.Context, float64) (result.Step, error)) (result.Curve, error) {
	var c result.Curve
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
