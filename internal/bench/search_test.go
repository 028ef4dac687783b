package bench

import (
	"context"
	"errors"
	"testing"
)

func TestClimb(t *testing.T) {
	for _, c := range []struct{ start, limit float64 }{{1000, 47_000}, {1000, 300}, {500, 501}, {100, 100_000}} {
		tried := 0
		curve, err := climb(t.Context(), c.start, func(_ context.Context, rate float64) (Step, error) {
			tried++
			return Step{Rate: rate, Pass: rate <= c.limit}, nil
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
	curve, err := climb(t.Context(), 10, func(_ context.Context, rate float64) (Step, error) {
		again := seen[rate]
		seen[rate] = true
		return Step{Rate: rate, Pass: again && rate < 1000}, nil
	})
	if err != nil || curve.Best < 900 || curve.Best > 1000 {
		t.Errorf("best %v, %v", curve.Best, err)
	}
}

func TestClimbEnds(t *testing.T) {
	curve, err := climb(t.Context(), 1000, func(context.Context, float64) (Step, error) { return Step{}, nil })
	if err != nil || curve.Best != 0 || len(curve.Steps) > 30 {
		t.Errorf("nothing passes: %+v, %v", curve, err)
	}
	if curve, err = climb(t.Context(), 1000, func(context.Context, float64) (Step, error) { return Step{Pass: true}, nil }); err != nil || curve.Best < mostUp/2 {
		t.Errorf("everything passes: best %v, %v", curve.Best, err)
	}
	boom := errors.New("boom")
	if _, err = climb(t.Context(), 1000, func(context.Context, float64) (Step, error) { return Step{}, boom }); !errors.Is(err, boom) {
		t.Error(err)
	}
}

// TestSearchForReal searches behind a proxy that loses every message from the
// 70th on: in a tenth of a second, that is above 700/s on any machine. A loaded
// one may fail steps below it.
func TestSearchForReal(t *testing.T) {
	t.Parallel()
	d := newDoor(t, startServer(t))
	d.mangle = func(frame []byte) [][]byte {
		if seq, _, ok := measured(frame); ok && seq >= 70 {
			return nil
		}
		return [][]byte{frame}
	}
	o, err := ParseSLO("p99<30s,lost=0")
	if err != nil {
		t.Fatal(err)
	}
	res, err := Search(t.Context(), Spec{Workload: PubSub, Duration: 100 * ms, Warmup: -1, Timeout: 1000 * ms}, to(d.url()), o, 500)
	if err != nil {
		t.Fatal(err)
	}
	if c := res.Search; c.Best > 710 || c.Worst < c.Best || len(c.Steps) < 2 || c.Best > 0 && res.Runs[0].Rate.Target > c.Best {
		t.Errorf("best %v, worst %v, verdict %+v", c.Best, c.Worst, res.Verdict)
	}
}

func TestSLO(t *testing.T) {
	run := &Run{Lost: 3, Rate: Rate{Received: 5000}, Latency: Latency{Response: &Distribution{P50: 100, P99: 12_000}}}
	for text, missed := range map[string]int{
		"p99<10ms": 1, "p99<=12ms": 0, "p50<1ms,p99<1s": 0, "lost=0": 1, "lost<=3": 0, "rate>4.9k": 0, "rate>=6k,lost=0,p99<1ms": 3,
	} {
		o, err := ParseSLO(text)
		if err != nil || len(o.Missed(run)) != missed {
			t.Errorf("%s: %v, %v", text, o.Missed(run), err)
		}
	}
	run.Saturated = &Saturation{}
	if o, _ := ParseSLO("p99<1h"); len(o.Missed(run)) != 1 {
		t.Error("a saturated run has a p99")
	}
	for _, bad := range []string{"", "p99", "p98<1ms", "p99<fast", "lost=some", "p99<10"} {
		if _, err := ParseSLO(bad); !errors.Is(err, ErrUnit) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParsers(f *testing.F) {
	for _, s := range []string{"p99<10ms,lost=0", "ramp:1k:2k", "steps:1,2", "64,1k", "get=1,put=2", "rate>+5%", "1.5m/s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		_, _ = ParseSLO(s)
		_, _ = ParseSizes(s)
		_ = new(Load).ParseShape(s)
		_ = new(Bucket).ParseMix(s)
		_, _ = ParseFailOn(s)
		_, _ = ParseScenario([]byte(s), s)
		if v, err := ParseRate(s); err == nil && v < 0 {
			t.Errorf("rate %v of %q", v, s)
		}
	})
}
