package result

import (
	"math"
	"slices"
	"testing"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// seconds makes intervals of received messages and median latencies.
func seconds(received []int64, p50 ...float64) (out []Interval) {
	for i, n := range received {
		iv := Interval{T: i, Sent: 10 * n, Received: n}
		if i < len(p50) {
			iv.P50 = p50[i]
		}
		out = append(out, iv)
	}
	return out
}

func TestVariation(t *testing.T) {
	for name, c := range map[string]struct {
		is   []Interval
		want float64
	}{
		"none":           {nil, 0},
		"one":            {seconds([]int64{7}), 0},
		"steady":         {seconds([]int64{5, 5, 5}), 0},
		"two":            {seconds([]int64{90, 110}), 0.1},
		"only sends":     {[]Interval{{Sent: 90}, {Sent: 110}}, 0.1},
		"nothing at all": {make([]Interval, 3), 0},
	} {
		if got := Variation(c.is); math.Abs(got-c.want) > 1e-9 {
			t.Errorf("%s: %v, want %v", name, got, c.want)
		}
	}
}

func TestGrowingAndRecovered(t *testing.T) {
	n := []int64{9, 9, 9, 9, 9, 9}
	for name, c := range map[string]struct {
		is                 []Interval
		growing, recovered bool
	}{
		"too short":           {seconds(n[:2], 1, 90_000), false, false},
		"steady":              {seconds(n, 1000, 1000, 1000, 1000, 1000, 1000), false, true},
		"twice":               {seconds(n, 1000, 1000, 1500, 1500, 2000, 2000), false, true},
		"more than twice":     {seconds(n, 1000, 1000, 1500, 1500, 2100, 2000), true, false},
		"small, whatever":     {seconds(n, 100, 100, 500, 500, 1000, 1000), false, true},
		"small no more":       {seconds(n, 100, 100, 500, 500, 1001, 1001), true, false},
		"stall in between":    {seconds(n, 1000, 1000, 90_000, 90_000, 1000, 1000), false, true},
		"stall at the end":    {seconds(n, 1000, 60_000, 1000, 1000, 1000, 10_000), false, false},
		"just ten times":      {seconds(n, 1000, 60_000, 1000, 1000, 1000, 9999), false, true},
		"ten times of little": {seconds(n, 1, 60_000, 1000, 1000, 1000, 9999), false, true},
		"nothing at the end":  {seconds([]int64{9, 9, 9, 9, 9, 0}, 1000, 1000, 1000, 1000, 1000, 1000), false, false},
	} {
		if got := growing(c.is); got != c.growing {
			t.Errorf("%s: growing %v", name, got)
		}
		if got := recovered(c.is); got != c.recovered {
			t.Errorf("%s: recovered %v", name, got)
		}
	}
}

// TestSaturation says at which rate a system no longer follows.
func TestSaturation(t *testing.T) {
	late := seconds([]int64{9, 9, 9}, 1000, 5000, 90_000)
	quick := seconds([]int64{9, 9, 9}, 1000, 1000, 1000)
	for name, c := range map[string]struct {
		mode             string
		partial          bool
		onTime           int64
		onTimeRate, recv float64
		sentRate         float64
		intervals        []Interval
		at               float64 // 0: not saturated
	}{
		"follows":             {scenario.Open, false, 100, 100, 400, 100, late, 0},
		"sends late":          {scenario.Open, false, 98, 70, 400, 100, late, 70},
		"takes even less":     {scenario.Open, false, 98, 70, 200, 100, late, 50},
		"late, but recovered": {scenario.Open, false, 98, 70, 400, 100, quick, 0},
		"received less":       {scenario.Open, false, 100, 100, 392, 100, late, 98},
		"received less, calm": {scenario.Open, false, 100, 100, 392, 100, quick, 0},
		"just received":       {scenario.Open, false, 100, 100, 396, 100, late, 0},
		"just sent":           {scenario.Open, false, 99, 99, 400, 100, late, 0},
		"closed loop":         {scenario.Max, false, 98, 70, 400, 100, late, 0},
		"interrupted":         {scenario.Open, true, 98, 70, 400, 100, late, 0},
	} {
		o := Observed{Spec: scenario.Spec{Load: scenario.Load{Mode: c.mode}}, OnTime: c.onTime, OnTimeRate: c.onTimeRate}
		r := &Run{Seconds: 3, Partial: c.partial, Planned: 100, Sent: 100, Expected: 400, Rate: Rate{Sent: c.sentRate, Received: c.recv}, Intervals: c.intervals}
		got := r.Saturation(o)
		switch {
		case c.at == 0 && got != nil:
			t.Errorf("%s: saturated at %v", name, got.At)
		case c.at != 0 && (got == nil || got.At != c.at):
			t.Errorf("%s: %+v, want %v", name, got, c.at)
		}
	}
}

func TestFanout(t *testing.T) {
	for want, r := range map[float64]*Run{1: {Expected: 9}, 4: {Sent: 10, Expected: 40}, 1.5: {Sent: 10, Expected: 15}} {
		if got := r.fanout(); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if got := (&Run{Sent: 10, Expected: 5}).fanout(); got != 1 {
		t.Errorf("less than one delivery a send: %v", got)
	}
}

// TestDistribution finds every figure in its place, in microseconds.
func TestDistribution(t *testing.T) {
	if NewDistribution(&hist.Hist{}) != nil {
		t.Error("an empty histogram has a distribution")
	}
	var h hist.Hist
	for i := range int64(100_000) {
		h.Record((i + 1) * 100_000)
	}
	d := NewDistribution(&h)
	got := []float64{float64(d.N), d.Min, d.Mean, d.P50, d.P90, d.P99, d.P999, d.P9999, d.Max}
	for i, want := range []float64{100_000, 100, 5e6, 5e6, 9e6, 9.9e6, 9.99e6, 9.999e6, 1e7} {
		if math.Abs(got[i]-want) > 0.0011*want {
			t.Errorf("figure %d: %v, want %v", i, got[i], want)
		}
	}
	back, err := d.Hist()
	if err != nil || back.Count() != 100_000 || back.Quantile(0.5) != h.Quantile(0.5) {
		t.Errorf("%d values back, %v", back.Count(), err)
	}
	var none *Distribution
	if back, err := none.Hist(); err != nil || back.Count() != 0 {
		t.Errorf("%v of no distribution", err)
	}
}

func TestIntervals(t *testing.T) {
	got := NewIntervals([]hist.Window{{Second: 3, Sent: 5, Received: 7, P50: 11_000, P99: 13_000, Max: 17_000}})
	if want := []Interval{{T: 3, Sent: 5, Received: 7, P50: 11, P99: 13, Max: 17}}; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}
