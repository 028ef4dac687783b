package bench

import "testing"

func TestCalibrate(t *testing.T) {
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
	r := mustExecute(t, Spec{Workload: PubSub, Duration: 200 * ms, Warmup: -1}, to(s.ClientURL()), WithCeiling(10))
	if r.Validity.Valid || r.Validity.Reasons[0].Code != ReasonGenerator {
		t.Errorf("%+v", r.Validity)
	}
}

// TestTooShort is what is over at once: it has no rate to compare.
func TestTooShort(t *testing.T) {
	r := &run{spec: Spec{Load: Load{Mode: Max}}, journal: newJournal(func() int64 { return 0 })}
	for seconds, want := range map[float64]string{0.05: ReasonShort, 0.5: ReasonGenerator} {
		v := r.judge(&Run{Seconds: seconds, Received: 1, Rate: Rate{Sent: 1000}}, options{ceiling: 1})
		if len(v.Reasons) != 1 || v.Reasons[0].Code != want || v.Valid != (want == ReasonShort) {
			t.Errorf("%v s: %+v", seconds, v)
		}
	}
}
