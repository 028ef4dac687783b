package pace

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"
)

// fakeClock jumps to the instant that is waited for, plus a lateness.
type fakeClock struct{ now, late int64 }

func (f *fakeClock) Now() int64 { return f.now }
func (f *fakeClock) Wait(_ context.Context, at int64) {
	f.now = at + f.late
}

func must(t testing.TB) func(Shape, error) Shape {
	return func(s Shape, err error) Shape {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
}

func TestExactCountAndNoDrift(t *testing.T) {
	for _, rate := range []float64{0.5, 1, 3, 1000, 999.9, 1e6} {
		const sends = 1_000_000
		d := time.Duration(sends / rate * 1e9)
		s := must(t)(Constant(rate, d))
		clk := &fakeClock{late: 30_000}
		var n, last int64
		err := Run(t.Context(), clk, 5, Even(s, 0, 1), func(at, now int64) error {
			want := 5 + int64(math.Round(float64(n)*1e9/rate))
			if d := at - want; d < -1 || d > 1 {
				t.Fatalf("rate %v: send %d intended at %d, want %d", rate, n, at, want)
			}
			if now < at {
				t.Fatalf("sent before it was due")
			}
			n, last = n+1, at
			return nil
		})
		if err != nil || n != sends {
			t.Errorf("rate %v: %d sends, want %d (%v), last at %d", rate, n, sends, err, last)
		}
	}
}

func TestWorkersDealOutEverything(t *testing.T) {
	shapes := map[string]Shape{
		"constant": must(t)(Constant(333, 7*time.Second)),
		"ramp":     must(t)(Ramp(10, 1000, 3*time.Second)),
		"down":     must(t)(Ramp(1000, 0, 3*time.Second)),
		"steps":    must(t)(Steps([]float64{100, 10, 50, 500}, 4*time.Second)),
	}
	for name, s := range shapes {
		var n int64
		for w := range 4 {
			sched := Even(s, w, 4)
			last := int64(-1)
			for at, ok := sched.Next(); ok; at, ok = sched.Next() {
				if at < last || at > int64(s.Duration()) {
					t.Fatalf("%s: worker %d: %d after %d (duration %v)", name, w, at, last, s.Duration())
				}
				last = at
				n++
			}
		}
		if n != s.Total() {
			t.Errorf("%s: %d sends of %d", name, n, s.Total())
		}
	}
}

func TestRampRate(t *testing.T) {
	s := must(t)(Ramp(100, 300, 10*time.Second))
	if s.Total() != 2000 || s.Mean() != 200 {
		t.Fatalf("total %d, mean %v", s.Total(), s.Mean())
	}
	// After half the time: 100*5 + 20*25/2 = 750 sends.
	if at := s.when(750); at != int64(5*time.Second) {
		t.Errorf("750 sends after %v", time.Duration(at))
	}
}

func TestPoisson(t *testing.T) {
	s := must(t)(Constant(1000, 100*time.Second))
	var n, short, total int64
	var sum float64
	for w := range 2 {
		sched, last := Poisson(s, w, 2, 7), int64(0)
		for at, ok := sched.Next(); ok; at, ok = sched.Next() {
			gap := at - last
			sum += float64(gap)
			if gap < int64(2*time.Millisecond) {
				short++
			}
			last = at
			total++
		}
		if again := Count(Poisson(s, w, 2, 7)); again == 0 {
			t.Fatal("no arrivals the second time")
		} else {
			n += again
		}
	}
	if n != total {
		t.Errorf("same seed, %d and %d arrivals", total, n)
	}
	if math.Abs(float64(total)-100_000) > 5*math.Sqrt(100_000) {
		t.Errorf("%d arrivals, want about 100000", total)
	}
	// Of exponential gaps a share of 1-1/e is shorter than the mean.
	if share := float64(short) / float64(total); math.Abs(share-0.632) > 0.01 {
		t.Errorf("%.3f of the gaps are shorter than the mean, want 0.632 (mean %.0f ns)", share, sum/float64(total))
	}
}

func TestLateSendsCatchUp(t *testing.T) {
	s := must(t)(Constant(1000, time.Second))
	clk := &fakeClock{}
	var n, stalled int64
	err := Run(t.Context(), clk, 0, Even(s, 0, 1), func(at, now int64) error {
		if n++; n == 500 {
			clk.now += int64(200 * time.Millisecond)
		}
		if now-at > int64(time.Millisecond) {
			stalled++
		}
		return nil
	})
	if err != nil || n != 1000 {
		t.Fatalf("%d sends, %v", n, err)
	}
	// The stall swallows 200 ms of intended instants; each is sent, late.
	if stalled < 190 || stalled > 200 {
		t.Errorf("%d sends were late, want 199", stalled)
	}
}

func TestRunEnds(t *testing.T) {
	s := must(t)(Constant(1, time.Hour))
	cause := errors.New("enough")
	ctx, cancel := context.WithCancelCause(t.Context())
	var n int
	done := make(chan error, 1)
	go func() {
		done <- Run(ctx, NewMonotonic(time.Now()), 0, Even(s, 0, 1), func(int64, int64) error {
			n++
			cancel(cause)
			return nil
		})
	}()
	if err := <-done; !errors.Is(err, cause) || n != 1 {
		t.Errorf("%v after %d sends", err, n)
	}
	if err := Run(t.Context(), &fakeClock{}, 0, Even(s, 0, 1), func(int64, int64) error { return cause }); !errors.Is(err, cause) {
		t.Errorf("error of send: %v", err)
	}
}

func TestImpossibleShapes(t *testing.T) {
	for _, f := range []func() (Shape, error){
		func() (Shape, error) { return Constant(0, time.Second) },
		func() (Shape, error) { return Constant(-1, time.Second) },
		func() (Shape, error) { return Constant(math.NaN(), time.Second) },
		func() (Shape, error) { return Constant(math.Inf(1), time.Second) },
		func() (Shape, error) { return Constant(1, 0) },
		func() (Shape, error) { return Ramp(0, 0, time.Second) },
		func() (Shape, error) { return Steps(nil, time.Second) },
	} {
		if _, err := f(); !errors.Is(err, ErrShape) {
			t.Errorf("got %v", err)
		}
	}
}

func TestNoAllocations(t *testing.T) {
	s := must(t)(Constant(1e6, time.Second))
	clk := &fakeClock{}
	sched := Even(s, 0, 1)
	allocs := testing.AllocsPerRun(1, func() {
		_ = Run(context.Background(), clk, 0, sched, func(int64, int64) error { return nil })
	})
	if allocs > 2 {
		t.Errorf("%v allocations for a million sends", allocs)
	}
}

// BenchmarkSendLag reports how late sends are on this machine, as percentiles
// in microseconds; each round is 3000 sends.
func BenchmarkSendLag(b *testing.B) {
	for _, c := range []struct {
		name string
		rate float64
	}{{"1000", 1000}, {"20000", 20000}, {"1000000", 1e6}} {
		b.Run(c.name, func(b *testing.B) {
			defer Lock()()
			var lags []int64
			for b.Loop() {
				lags = append(lags, paced(b, 3000, c.rate)...)
			}
			reportPercentiles(b, lags)
		})
	}
}

// BenchmarkMillionSends sends a million times at 200,000/s and reports by how
// much the last one drifted from its instant, in microseconds.
func BenchmarkMillionSends(b *testing.B) {
	defer Lock()()
	for b.Loop() {
		lags := paced(b, 1_000_000, 200_000)
		b.ReportMetric(float64(lags[len(lags)-1])/1e3, "last-us")
	}
}

// paced returns the lag of every one of n sends.
func paced(t testing.TB, n int, rate float64) []int64 {
	t.Helper()
	s := must(t)(Constant(rate, time.Duration(float64(n)/rate*1e9)))
	lags := make([]int64, 0, n)
	if err := Run(t.Context(), NewMonotonic(time.Now()), 0, Even(s, 0, 1), func(at, now int64) error {
		lags = append(lags, now-at)
		return nil
	}); err != nil {
		t.Fatal(err)
	}
	if len(lags) != n {
		t.Fatalf("%d sends, want %d", len(lags), n)
	}
	return lags
}

// TestMillionSendsForReal counts on the real clock.
func TestMillionSendsForReal(t *testing.T) {
	defer Lock()()
	for i, lag := range paced(t, 1_000_000, 1_000_000) {
		if lag < 0 {
			t.Fatalf("send %d was %d ns early", i, -lag)
		}
	}
}
