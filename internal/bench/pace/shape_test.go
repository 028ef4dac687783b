package pace

import (
	"context"
	"errors"
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestWhenInvertsTheLoad sends as many messages by an instant as the integral
// of the rate says, for every shape.
func TestWhenInvertsTheLoad(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.IntRange(1, 100).Draw(t, "tenths")) * 100 * time.Millisecond
		rates := rapid.SliceOfN(rapid.Float64Range(1, 5000), 1, 5).Draw(t, "rates")
		s, err := Steps(rates, d)
		area := func(x float64) (n float64) { // by x seconds
			part := d.Seconds() / float64(len(rates))
			for i, r := range rates {
				n += r * min(max(x-float64(i)*part, 0), part)
			}
			return n
		}
		if len(rates) == 2 {
			if s, err = Ramp(rates[0], rates[1], d); err != nil {
				t.Fatal(err)
			}
			area = func(x float64) float64 { return rates[0]*x + (rates[1]-rates[0])/d.Seconds()*x*x/2 }
		}
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(s.Mean()*d.Seconds()-area(d.Seconds())) > 1e-6*area(d.Seconds()) || s.Duration().Round(time.Microsecond) != d {
			t.Fatalf("mean %v over %v", s.Mean(), s.Duration())
		}
		last := int64(-1)
		for n := range min(s.Total(), 500) {
			at := s.when(float64(n))
			if at < last || math.Abs(area(float64(at)/1e9)-float64(n)) > 1e-3 {
				t.Fatalf("send %d at %v: %v are due", n, time.Duration(at), area(float64(at)/1e9))
			}
			last = at
		}
	})
}

func TestTotalCountsTheFirstInstant(t *testing.T) {
	for want, rate := range map[int64]float64{1: 0.5, 10: 10, 11: 10.1} {
		s, err := Constant(rate, time.Second)
		if err != nil || s.Total() != want {
			t.Errorf("%v/s: %d, %v, want %d", rate, s.Total(), err, want)
		}
	}
}

func TestStepsRefuseABadRate(t *testing.T) {
	if _, err := Steps([]float64{5, 0, 5}, time.Second); !errors.Is(err, ErrShape) {
		t.Error(err)
	}
	if _, err := Ramp(-1, 5, time.Second); !errors.Is(err, ErrShape) {
		t.Error(err)
	}
	if _, err := Ramp(5, math.Inf(1), time.Second); !errors.Is(err, ErrShape) {
		t.Error(err)
	}
	if s, err := Ramp(0, 5, time.Second); err != nil || s.when(0) != 0 {
		t.Error("a ramp may begin at 0:", err)
	}
	s, err := Ramp(10, 0, time.Second)
	if err != nil || s.when(5) != int64(time.Second) {
		t.Errorf("a ramp down ends at %v (%v)", time.Duration(s.when(5)), err)
	}
}

// TestEvenIsInterleaved returns worker w of n every n-th send.
func TestEvenIsInterleaved(t *testing.T) {
	s, err := Constant(1000, 10*time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	for w := range 3 {
		e := Even(s, w, 3)
		for n := w; n < 10; n += 3 {
			if at, ok := e.Next(); at != int64(n)*int64(time.Millisecond) || !ok {
				t.Errorf("worker %d, send %d: %d, %v", w, n, at, ok)
			}
		}
		if at, ok := e.Next(); ok || at != 0 {
			t.Errorf("worker %d goes on at %d", w, at)
		}
	}
}

// TestPoissonEnds within the shape, each worker with other instants.
func TestPoissonEnds(t *testing.T) {
	s, err := Constant(1000, time.Second)
	if err != nil {
		t.Fatal(err)
	}
	first, _ := Poisson(s, 0, 2, 7).Next()
	if other, _ := Poisson(s, 1, 2, 7).Next(); first == other {
		t.Error("both workers begin at the same instant")
	}
	p, last, n := Poisson(s, 0, 2, 7), int64(0), 0
	for at, ok := p.Next(); ok; at, ok = p.Next() {
		if at < last || at >= int64(time.Second) {
			t.Fatalf("%d after %d", at, last)
		}
		last = at
		n++
	}
	if n < 400 || n > 600 {
		t.Errorf("%d arrivals, want about 500", n)
	}
	if Count(Poisson(s, 0, 2, 7)) != int64(n) {
		t.Error("counted differently")
	}
}

// TestRunSharesReadings lets 64 sends that are due share one reading.
func TestRunSharesReadings(t *testing.T) {
	s, err := Constant(1e6, time.Millisecond)
	if err != nil {
		t.Fatal(err)
	}
	clock := &readClock{now: int64(time.Second)} // all are due
	readings := map[int64]int{}
	if err := Run(t.Context(), clock, 0, Even(s, 0, 1), func(_, now int64) error { readings[now]++; return nil }); err != nil {
		t.Fatal(err)
	}
	for now, n := range readings {
		if n > burst {
			t.Errorf("%d sends share the reading %d", n, now)
		}
	}
	if len(readings) < 1000/burst || len(readings) > 1000/burst+1 {
		t.Errorf("%d readings for 1000 sends", len(readings))
	}
}

// readClock counts up with each reading.
type readClock struct{ now int64 }

func (c *readClock) Now() int64                       { c.now++; return c.now }
func (c *readClock) Wait(_ context.Context, at int64) { c.now = at }

// TestMonotonicWait returns at the instant, and at once when there is nothing
// to wait for or the context has ended.
func TestMonotonicWait(t *testing.T) {
	m := NewMonotonic(time.Now())
	for _, d := range []time.Duration{time.Millisecond, 10 * time.Millisecond} {
		at := m.Now() + int64(d)
		for m.Now() < at {
			m.Wait(t.Context(), at)
		}
	}
	began := time.Now()
	m.Wait(t.Context(), m.Now()-int64(time.Hour))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	m.Wait(ctx, m.Now()+int64(time.Hour))
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("waited %v", took)
	}
}
