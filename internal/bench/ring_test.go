package bench

import "github.com/natsctl/natsctl/internal/bench/scenario"

import "testing"

// TestInFlight is room for the requests of twice the timeout.
func TestInFlight(t *testing.T) {
	for _, c := range []struct {
		s     scenario.Spec
		batch int
		want  int
	}{
		{scenario.Spec{Load: scenario.Load{Mode: scenario.Max, Window: 50}}, 1, 200},
		{scenario.Spec{Load: scenario.Load{Mode: scenario.Max, Window: 5}}, 100, 400},
		{scenario.Spec{Pubs: 4, Timeout: 5000 * ms, Load: scenario.Load{Mode: scenario.Open, Rate: 800}}, 7, 2014},
		{scenario.Spec{Pubs: 1, Timeout: 5000 * ms, Load: scenario.Load{Mode: scenario.Open, Ramp: []float64{100, 50}}}, 1, 1002},
		{scenario.Spec{Pubs: 1, Timeout: 5000 * ms, Load: scenario.Load{Mode: scenario.Open, Steps: []float64{10, 90}}}, 1, 902},
		{scenario.Spec{Pubs: 1, Timeout: 5000 * ms, Load: scenario.Load{Mode: scenario.Open, Rate: 1e9}}, 1, maxInFlight + 2},
	} {
		if got := inFlight(c.s, c.batch); got != c.want {
			t.Errorf("%+v: %d, want %d", c.s.Load, got, c.want)
		}
	}
}
