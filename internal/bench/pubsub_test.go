package bench

import (
	"testing"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

func TestPubSubCounts(t *testing.T) {
	long(t)
	t.Parallel()
	s := startServer(t)
	base := scenario.Spec{Workload: scenario.PubSub, Warmup: 100 * ms, Duration: 500 * ms, Timeout: 10_000 * ms}
	for name, c := range map[string]struct {
		change   func(*scenario.Spec)
		expected int64
	}{
		"one to one":  {func(p *scenario.Spec) { p.Load.Rate = 2000 }, 1000},
		"fan-out":     {func(p *scenario.Spec) { p.Load.Rate, p.Subs = 1000, 4 }, 2000},
		"fan-in":      {func(p *scenario.Spec) { p.Load.Rate, p.Pubs = 2000, 4 }, 1000},
		"queue group": {func(p *scenario.Spec) { p.Load.Rate, p.Subs, p.Queue, p.Pubs = 2000, 3, "q", 2 }, 1000},
		"subjects":    {func(p *scenario.Spec) { p.Load.Rate, p.Subjects, p.Dist = 2000, 100, "zipf" }, 1000},
		"ramp":        {func(p *scenario.Spec) { p.Load.Ramp = []float64{1000, 3000} }, 1000},
		"steps":       {func(p *scenario.Spec) { p.Load.Steps = []float64{1000, 2000, 3000} }, 1000},
		"sizes":       {func(p *scenario.Spec) { p.Load.Rate, p.Sizes = 2000, []int{16, 1024, 8192} }, 1000},
		"count only":  {func(p *scenario.Spec) { p.Load.Rate, p.Sizes = 2000, []int{8} }, 1000},
		"messages":    {func(p *scenario.Spec) { p.Load.Rate, p.Msgs, p.Duration = 5000, 777, 0 }, 777},
		"max":         {func(p *scenario.Spec) { p.Msgs, p.Duration, p.Pubs, p.Subs = 5001, 0, 2, 2 }, 10002},
	} {
		t.Run(name, func(t *testing.T) {
			spec := base
			c.change(&spec)
			r := mustExecute(t, spec, to(s.ClientURL()))
			if r.Expected != c.expected || r.Received != c.expected {
				t.Errorf("expected %d, received %d, want %d", r.Expected, r.Received, c.expected)
			}
			if r.Lost|r.Dup|r.Corrupt|r.Foreign|r.Refused != 0 {
				t.Errorf("lost %d, dup %d, corrupt %d, foreign %d, refused %d", r.Lost, r.Dup, r.Corrupt, r.Foreign, r.Refused)
			}
			if spec.Queue == "" && r.Reordered != 0 {
				t.Errorf("%d reordered", r.Reordered)
			}
			checkLatency(t, spec, r)
		})
	}
}

// checkLatency checks that a run has the distributions that it should have.
func checkLatency(t *testing.T, spec scenario.Spec, r *result.Run) {
	t.Helper()
	switch {
	case len(spec.Sizes) > 0 && spec.Unstamped():
		if r.Latency.Response != nil {
			t.Error("messages without a stamp were timed")
		}
	case spec.Load.Rate == 0 && spec.Load.Ramp == nil && spec.Load.Steps == nil:
		if r.Latency.Response != nil || r.Latency.Service == nil {
			t.Errorf("a closed loop has a service time and no response time: %+v", r.Latency)
		}
	case r.Latency.Response == nil || r.Latency.Response.N != r.Expected || r.Latency.SendLag.N != r.Sent:
		t.Errorf("latency %+v", r.Latency)
	}
}

func TestPub(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	spec := scenario.Spec{Workload: scenario.Pub, Pubs: 2, Load: scenario.Load{Rate: 2000, Arrival: "poisson"}, Warmup: -1, Duration: 500 * ms, Timeout: 10_000 * ms}
	r := mustExecute(t, spec, to(s.ClientURL()))
	if r.Sent == 0 || r.Sent != r.Planned || r.Received != r.Sent || r.Lost != 0 {
		t.Errorf("planned %d, sent %d, confirmed %d, lost %d", r.Planned, r.Sent, r.Received, r.Lost)
	}
	checkLatency(t, spec, r)
	spec = scenario.Spec{Workload: scenario.Pub, Pubs: 2, Msgs: 10_000, Warmup: -1, Timeout: 10_000 * ms}
	r = mustExecute(t, spec, to(s.ClientURL()))
	if r.Sent != 10_000 || r.Received != 10_000 {
		t.Errorf("sent %d, confirmed %d", r.Sent, r.Received)
	}
}
