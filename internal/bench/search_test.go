package bench

import (
	"context"
	"errors"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/testcluster/proxy"
)

func TestClimb(t *testing.T) {
	for _, c := range []struct{ start, limit float64 }{{1000, 47_000}, {1000, 300}, {500, 501}, {100, 100_000}} {
		tried := 0
		curve, err := climb(t.Context(), c.start, func(_ context.Context, rate float64) (result.Step, error) {
			tried++
			return result.Step{Rate: rate, Pass: rate <= c.limit}, nil
		})
		if err != nil || curve.Best > c.limit || curve.Worst <= c.limit || curve.Worst/curve.Best > precision {
			t.Errorf("limit %v: best %v, worst %v, %v", c.limit, curve.Best, curve.Worst, err)
		}
		if tried != len(curve.Steps) || tried > 40 {
			t.Errorf("limit %v: %d steps", c.limit, tried)
		}
	}
}

// TestClimbConfirmsFailures lets every first attempt at a rate fail.
func TestClimbConfirmsFailures(t *testing.T) {
	seen := map[float64]bool{}
	curve, err := climb(t.Context(), 10, func(_ context.Context, rate float64) (result.Step, error) {
		again := seen[rate]
		seen[rate] = true
		return result.Step{Rate: rate, Pass: again && rate < 1000}, nil
	})
	if err != nil || curve.Best < 900 || curve.Best > 1000 {
		t.Errorf("best %v, %v", curve.Best, err)
	}
}

func TestClimbEnds(t *testing.T) {
	curve, err := climb(t.Context(), 1000, func(context.Context, float64) (result.Step, error) { return result.Step{}, nil })
	if err != nil || curve.Best != 0 || len(curve.Steps) > 30 {
		t.Errorf("nothing passes: %+v, %v", curve, err)
	}
	if curve, err = climb(t.Context(), 1000, func(context.Context, float64) (result.Step, error) { return result.Step{Pass: true}, nil }); err != nil || curve.Best < mostUp/2 {
		t.Errorf("everything passes: best %v, %v", curve.Best, err)
	}
	boom := errors.New("boom")
	if _, err = climb(t.Context(), 1000, func(context.Context, float64) (result.Step, error) { return result.Step{}, boom }); !errors.Is(err, boom) {
		t.Error(err)
	}
}

// TestSearchForReal searches behind a proxy that loses every message from the
// 70th on: in a tenth of a second, that is above 700/s on any machine. A loaded
// one may fail steps below it.
func TestSearchForReal(t *testing.T) {
	long(t)
	t.Parallel()
	p := newProxy(t, proxy.Swallow(numbered(func(seq uint64) bool { return seq >= 70 })))
	o, err := result.ParseSLO("p99<30s,lost=0")
	if err != nil {
		t.Fatal(err)
	}
	spec := scenario.Spec{Workload: scenario.PubSub, Duration: 100 * ms, Warmup: -1, Timeout: 150 * ms}
	res, err := Search(t.Context(), spec, to(p.URL()), o, 500)
	for ; errors.Is(err, ErrNoInterest) && spec.Timeout < 10_000*ms; res, err = Search(t.Context(), spec, to(p.URL()), o, 500) {
		spec.Timeout *= 2 // a busy machine needs longer than that to bring the first message through
	}
	if err != nil {
		t.Fatal(err)
	}
	if c := res.Search; c.Best > 710 || c.Worst < c.Best || len(c.Steps) < 2 || c.Best > 0 && res.Runs[0].Rate.Target > c.Best {
		t.Errorf("best %v, worst %v, verdict %+v", c.Best, c.Worst, res.Verdict)
	}
}
