package bench

import "github.com/natsctl/natsctl/internal/bench/result"

import "github.com/natsctl/natsctl/internal/bench/scenario"

import "testing"

func TestCalibrate(t *testing.T) {
	long(t)
	t.Parallel()
	s := startServer(t)
	c, err := Calibrate(t.Context(), to(s.ClientURL()))
	if err != nil {
		t.Fatal(err)
	}
	if c.TimerLag.N != 1000 || c.ClockNS <= 0 || c.RTT.N != 200 || len(c.Ceilings) != 8 || c.Env.Cores == 0 {
		t.Errorf("%+v", c)
	}
	for _, ceiling := range c.Ceilings {
		if ceiling.PerSec <= 0 || ceiling.BytesPS != ceiling.PerSec*float64(ceiling.Size) {
			t.Errorf("%+v", ceiling)
		}
	}
}

func TestGeneratorBound(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	r := mustExecute(t, scenario.Spec{Workload: scenario.PubSub, Duration: 200 * ms, Warmup: -1}, to(s.ClientURL()), WithCeiling(10))
	if r.Validity.Valid || r.Validity.Reasons[0].Code != result.ReasonGenerator {
		t.Errorf("%+v", r.Validity)
	}
}
