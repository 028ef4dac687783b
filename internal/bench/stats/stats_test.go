package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

func near(a, b, tol float64) bool { return math.Abs(a-b) <= tol }

func TestMannWhitneyIsExact(t *testing.T) {
	for _, c := range []struct {
		xs, ys []float64
		p      float64
	}{
		{[]float64{1, 2, 3}, []float64{4, 5, 6}, 0.1},             // 2 of 20
		{[]float64{1, 2, 3, 4}, []float64{5, 6, 7, 8}, 2.0 / 70},  //
		{[]float64{1, 3, 5, 7}, []float64{2, 4, 6, 8}, 48.0 / 70}, // U = 6
		{[]float64{1, 1, 1}, []float64{1, 1, 1}, 1},               // all ties
		{[]float64{1, 2, 3, 4, 5}, []float64{6, 7, 8, 9, 10}, 2.0 / 252},
		{nil, []float64{1}, 1},
	} {
		if p := MannWhitney(c.xs, c.ys); !near(p, c.p, 1e-9) {
			t.Errorf("%v, %v: p %v, want %v", c.xs, c.ys, p, c.p)
		}
		if p, q := MannWhitney(c.xs, c.ys), MannWhitney(c.ys, c.xs); !near(p, q, 1e-12) {
			t.Errorf("%v, %v: p %v and %v the other way round", c.xs, c.ys, p, q)
		}
	}
}

// TestFalseAlarms draws both sides from one distribution.
func TestFalseAlarms(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 1))
	alarms, sets := 0, 2000
	for range sets {
		if MannWhitney(draw(rnd, 8, 1), draw(rnd, 8, 1)) < 0.05 {
			alarms++
		}
	}
	if share := float64(alarms) / float64(sets); share > 0.06 {
		t.Errorf("%.3f false alarms at 5 %%", share)
	}
}

// TestMDEIsHonest finds a change of the size that MDE gives four times out of
// five, with the runs that MDE has seen, at every noise and number of runs.
func TestMDEIsHonest(t *testing.T) {
	rnd := rand.New(rand.NewPCG(2, 2))
	for _, n := range []int{6, 8, 12, 20} {
		for _, noise := range []float64{0.02, 0.15} {
			noisy := func(value float64) []float64 {
				out := make([]float64, n)
				for i := range out {
					out[i] = value * math.Exp(noise*rnd.NormFloat64())
				}
				return out
			}
			found, sets := 0, 500
			for range sets {
				base := noisy(1)
				if 3*MannWhitney(base, noisy(1+MDE(base, n, 3, 0.01))) < 0.01 {
					found++
				}
			}
			if share := float64(found) / float64(sets); share < 0.73 || share > 0.87 {
				t.Errorf("%d runs, noise %v: a change as large as the smallest detectable one was found in %.2f of all cases", n, noise, share)
			}
		}
	}
}

// draw gives noisy measurements around a value: lognormal, 8 %.
func draw(rnd *rand.Rand, n int, value float64) []float64 {
	out := make([]float64, n)
	for i := range out {
		out[i] = value * math.Exp(0.08*rnd.NormFloat64())
	}
	return out
}

func TestRatio(t *testing.T) {
	xs, ys := []float64{100, 102, 98, 101, 99}, []float64{85, 86, 84, 85, 87}
	if r := HodgesLehmann(xs, ys); !near(r, 0.85, 0.01) {
		t.Errorf("ratio %v", r)
	}
	if lo, hi, ok := RatioInterval(xs, ys, 0.95); !ok || lo > 0.85 || hi < 0.85 || hi-lo > 0.06 {
		t.Errorf("interval %v to %v", lo, hi)
	}
	if !math.IsNaN(HodgesLehmann([]float64{0}, []float64{1})) {
		t.Error("a ratio to nothing")
	}
}

func TestHolm(t *testing.T) {
	got := Holm([]float64{0.01, 0.04, 0.03})
	for i, want := range []float64{0.03, 0.06, 0.06} {
		if !near(got[i], want, 1e-12) {
			t.Errorf("%v", got)
		}
	}
}

func TestSummaries(t *testing.T) {
	if Median([]float64{3, 1, 2}) != 2 || Median([]float64{4, 1, 2, 3}) != 2.5 || CV([]float64{5}) != 0 || Mean(nil) != 0 {
		t.Error("median, mean or deviation")
	}
	if MDE([]float64{1, 2, 3}, 3, 1, 0.01) != 0 || MDE([]float64{1, 1, 1, 1, 1}, 5, 1, 0.01) != 0 {
		t.Error("MDE where nothing can be said")
	}
	if lo, hi := BootstrapMedian([]float64{1, 2, 3, 4, 5}); lo < 1 || hi > 5 || lo >= hi {
		t.Error(lo, hi)
	}
}

// TestEnough agrees with the test itself about the most extreme outcome.
func TestEnough(t *testing.T) {
	for n := 1; n < 10; n++ {
		var low, high []float64
		for i := range n {
			low, high = append(low, float64(i)), append(high, float64(100+i))
		}
		for tests := 1; tests < 6; tests++ {
			want := MannWhitney(low, high)*float64(tests) < 0.01
			if got := Enough(n, n, tests, 0.01); got != want {
				t.Errorf("%d runs, %d tests: %v, want %v", n, tests, got, want)
			}
		}
	}
	if Enough(5, 5, 3, 0.01) || !Enough(6, 6, 3, 0.01) || Enough(0, 9, 1, 0.01) {
		t.Error("three tests need six runs")
	}
}
