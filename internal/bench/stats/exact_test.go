package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// sample draws small samples with ties.
func sample(t *rapid.T, name string, least int) []float64 {
	var out []float64
	for _, x := range rapid.SliceOfN(rapid.IntRange(1, 9), least, 6).Draw(t, name) {
		out = append(out, float64(x))
	}
	return out
}

// bruteForce is the two-sided p-value by all ways to deal out the ranks.
func bruteForce(xs, ys []float64) float64 {
	all := append(slices.Clone(xs), ys...)
	rank := func(v float64) (r float64) {
		for _, w := range all {
			switch {
			case w < v:
				r++
			case w == v:
				r += 0.5
			}
		}
		return r + 0.5
	}
	mean := float64(len(xs)*(len(all)+1)) / 2
	far := func(members []float64) (sum float64) {
		for _, v := range members {
			sum += rank(v)
		}
		return math.Abs(sum - mean)
	}
	observed, total, extreme := far(xs), 0, 0
	for set := range 1 << len(all) {
		var members []float64
		for i, v := range all {
			if set>>i&1 == 1 {
				members = append(members, v)
			}
		}
		if len(members) != len(xs) {
			continue
		}
		total++
		if far(members) >= observed-1e-9 {
			extreme++
		}
	}
	return float64(extreme) / float64(total)
}

func TestMannWhitneyAgainstAllWays(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		xs, ys := sample(t, "xs", 1), sample(t, "ys", 1)
		if got, want := MannWhitney(xs, ys), bruteForce(xs, ys); math.Abs(got-want) > 1e-9 {
			t.Fatalf("%v against %v: %v, want %v", xs, ys, got, want)
		}
	})
	if MannWhitney([]float64{1}, nil) != 1 || MannWhitney(nil, nil) != 1 {
		t.Error("a difference to nothing")
	}
}

// TestHolmProperties keeps the order of p-values, never lowers one, and
// multiplies the least by their number.
func TestHolmProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		ps := rapid.SliceOfN(rapid.Float64Range(0, 1), 1, 8).Draw(t, "ps")
		got := Holm(ps)
		for i, p := range ps {
			if got[i] < p || got[i] > 1 {
				t.Fatalf("%v becomes %v", ps, got)
			}
			for j, q := range ps {
				if p < q && got[i] > got[j] {
					t.Fatalf("%v becomes %v", ps, got)
				}
			}
		}
		if least := slices.Min(ps); math.Abs(slices.Min(got)-min(1, least*float64(len(ps)))) > 1e-12 {
			t.Fatalf("%v becomes %v", ps, got)
		}
	})
	if got := Holm([]float64{0.9, 0.001, 0.3}); !slices.Equal(got, []float64{0.9, 0.003, 0.6}) {
		t.Errorf("%v", got)
	}
}

func TestMoments(t *testing.T) {
	xs := []float64{2, 4, 4, 4, 5, 5, 7, 9}
	if Mean(xs) != 5 || math.Abs(SD(xs)-math.Sqrt(32.0/7)) > 1e-12 || math.Abs(CV(xs)-math.Sqrt(32.0/7)/5) > 1e-12 {
		t.Errorf("mean %v, deviation %v, variation %v", Mean(xs), SD(xs), CV(xs))
	}
	if SD([]float64{3}) != 0 || SD(nil) != 0 || SD([]float64{1, 3}) != math.Sqrt2 {
		t.Error("deviation of one or two")
	}
	if CV([]float64{-1, 1}) != 0 || CV([]float64{-1, -3}) != math.Sqrt2/2 {
		t.Error("variation around nothing, or below")
	}
	if in := []float64{3, 1, 2}; Median(in) != 2 || !slices.Equal(in, []float64{3, 1, 2}) {
		t.Error("the median sorts its input")
	}
}

func TestHodgesLehmann(t *testing.T) {
	if r := HodgesLehmann([]float64{1, 2}, []float64{4, 6}); r != 3.5 { // 4, 2, 6, 3
		t.Errorf("%v, want 3.5", r)
	}
	for _, c := range [][2][]float64{{{1}, {0}}, {{-1}, {1}}, {{}, {1}}, {{1}, {}}} {
		if r := HodgesLehmann(c[0], c[1]); !math.IsNaN(r) {
			t.Errorf("%v: %v", c, r)
		}
	}
}

// TestIntervals hold the estimate, and 95 of 100 resamples.
func TestIntervals(t *testing.T) {
	xs := []float64{90, 95, 99, 100, 101, 105, 110}
	lo, hi := BootstrapMedian(xs)
	if lo != 95 || hi != 105 {
		t.Errorf("median from %v to %v, want 95 to 105", lo, hi)
	}
	if again, _ := BootstrapMedian(xs); again != lo {
		t.Error("not the same again")
	}
	var count float64
	lo, hi = percentiles(func() float64 { count++; return count })
	if lo != 51 || hi != 1951 { // of 1 to 2000
		t.Errorf("from %v to %v", lo, hi)
	}
}

// TestRatioInterval agrees with the rank test about 1, at every level, and
// holds the estimate.
func TestRatioInterval(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		draw := func(name string) []float64 {
			return rapid.SliceOfNDistinct(rapid.Float64Range(1, 9), 1, 8, rapid.ID).Draw(t, name)
		}
		xs, ys := draw("xs"), draw("ys")
		level := rapid.SampledFrom([]float64{0.8, 0.95, 0.99}).Draw(t, "level")
		lo, hi, ok := RatioInterval(xs, ys, level)
		if !ok {
			if MannWhitney([]float64{1, 2, 3, 4, 5, 6, 7, 8}[:len(xs)], []float64{11, 12, 13, 14, 15, 16, 17, 18}[:len(ys)]) <= 1-level {
				t.Fatalf("no interval of %d and %d values at %v", len(xs), len(ys), level)
			}
			return
		}
		if est := HodgesLehmann(xs, ys); lo > est || hi < est {
			t.Fatalf("%v is not from %v to %v", est, lo, hi)
		}
		p := MannWhitney(xs, ys)
		if outside := lo > 1 || hi < 1; outside != (p <= 1-level) && lo != 1 && hi != 1 {
			t.Fatalf("from %v to %v at %v, p %v", lo, hi, level, p)
		}
	})
	for _, c := range [][2][]float64{{{1, 2, 3}, {4, 5, 6}}, {{}, {1}}, {{1}, {}}, {{1, 2, 3, 0}, {1, 2, 3, 4}}, {{1, 2, 3, 4}, {1, 2, 3, -4}}} {
		if lo, hi, ok := RatioInterval(c[0], c[1], 0.95); ok {
			t.Errorf("%v: from %v to %v", c, lo, hi)
		}
	}
	if lo, hi, ok := RatioInterval([]float64{1, 2, 3, 4}, []float64{10, 20, 30, 40}, 0.95); !ok || lo != 2.5 || hi != 40 {
		t.Errorf("four against four: the extremes, not %v to %v", lo, hi)
	}
}

// TestMDE falls with the runs and grows with the noise.
func TestMDE(t *testing.T) {
	noisy := []float64{80, 90, 100, 110, 120}
	calm := []float64{98, 99, 100, 101, 102}
	mde := func(xs []float64, n int) float64 { return MDE(xs, n, 3, 0.01) }
	if mde(noisy, 20) >= mde(noisy, 8) || mde(calm, 8) >= mde(noisy, 8) || mde(noisy, 8) <= MDE(noisy, 8, 1, 0.01) || mde(noisy, 8) <= MDE(noisy, 8, 3, 0.05) {
		t.Error("more runs, less noise, fewer tests or more false alarms see less")
	}
	if mde(noisy, 6) == 0 || mde(noisy, 5) != 0 || mde([]float64{1}, 8) != 0 || mde([]float64{1, 0, 2}, 8) != 0 || mde([]float64{1, -1}, 8) != 0 || mde([]float64{1, 1, 1}, 8) != 0 {
		t.Error("where nothing can be said")
	}
}

// TestRunsFor grows with the noise and falls with the limit; so many runs do.
func TestRunsFor(t *testing.T) {
	for _, c := range []struct {
		sd, limit float64
		want      int
	}{{0.08, 0.1, 12}, {0.08, -0.1, 10}, {0.15, 0.1, 41}, {0.02, 0.1, MinRuns}, {0, 0.1, MinRuns}, {0.08, 0, 0}, {math.NaN(), 0.1, 0}, {0.08, -1, 0}} {
		if got := RunsFor(c.sd, c.limit); got != c.want {
			t.Errorf("noise %v, limit %v: %d runs, want %d", c.sd, c.limit, got, c.want)
		}
	}
	rnd := rand.New(rand.NewPCG(4, 4))
	n, within := RunsFor(0.08, 0.1), 0
	for range 300 {
		if _, hi, ok := RatioInterval(draw(rnd, n, 1), draw(rnd, n, 1), 0.95); ok && hi <= 1.1 {
			within++
		}
	}
	if within < 210 {
		t.Errorf("%d of 300 comparisons of %d runs stay within the limit", within, n)
	}
}

func TestEnoughEdges(t *testing.T) {
	for _, c := range []struct {
		n, m, tests int
		want        bool
	}{{4, 4, 1, false}, {5, 5, 1, true}, {5, 5, 2, false}, {1, 199, 1, false}, {1, 200, 1, true}, {0, 0, 1, false}, {9, 0, 1, false}} {
		if got := Enough(c.n, c.m, c.tests, 0.01); got != c.want {
			t.Errorf("%+v: %v", c, got)
		}
	}
}
