package bench

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/bench/hist"
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
		if got := variation(c.is); math.Abs(got-c.want) > 1e-9 {
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
		"follows":             {Open, false, 100, 100, 400, 100, late, 0},
		"sends late":          {Open, false, 98, 70, 400, 100, late, 70},
		"takes even less":     {Open, false, 98, 70, 200, 100, late, 50},
		"late, but recovered": {Open, false, 98, 70, 400, 100, quick, 0},
		"received less":       {Open, false, 100, 100, 392, 100, late, 98},
		"received less, calm": {Open, false, 100, 100, 392, 100, quick, 0},
		"just received":       {Open, false, 100, 100, 396, 100, late, 0},
		"just sent":           {Open, false, 99, 99, 400, 100, late, 0},
		"closed loop":         {Max, false, 98, 70, 400, 100, late, 0},
		"interrupted":         {Open, true, 98, 70, 400, 100, late, 0},
	} {
		r := &run{spec: Spec{Load: Load{Mode: c.mode}}, onTime: c.onTime, onTimeRate: c.onTimeRate}
		rep := &Run{Seconds: 3, Partial: c.partial, Planned: 100, Sent: 100, Expected: 400, Rate: Rate{Sent: c.sentRate, Received: c.recv}, Intervals: c.intervals}
		r.saturation(rep)
		switch {
		case c.at == 0 && rep.Saturated != nil:
			t.Errorf("%s: saturated at %v", name, rep.Saturated.At)
		case c.at != 0 && (rep.Saturated == nil || rep.Saturated.At != c.at):
			t.Errorf("%s: %+v, want %v", name, rep.Saturated, c.at)
		}
	}
}

func TestFanout(t *testing.T) {
	for want, r := range map[float64]*Run{1: {Expected: 9}, 4: {Sent: 10, Expected: 40}, 1.5: {Sent: 10, Expected: 15}} {
		if got := fanout(r); got != want {
			t.Errorf("%v, want %v", got, want)
		}
	}
	if got := fanout(&Run{Sent: 10, Expected: 5}); got != 1 {
		t.Errorf("less than one delivery a send: %v", got)
	}
}

// TestRates counts over the measurement, or over what it took if that was more.
func TestRates(t *testing.T) {
	const s = int64(time.Second)
	for name, c := range map[string]struct {
		r                          run
		rep                        Run
		seconds, sent, recv, bytes float64
	}{
		"in time":         {run{lastSend: 109 * s, lastRecv: 109 * s, sentBytes: 5000}, Run{Sent: 100, Received: 200}, 10, 10, 20, 500},
		"bytes received":  {run{lastSend: 109 * s, lastRecv: 109 * s, sentBytes: 5000, recvBytes: 7000}, Run{Sent: 100, Received: 200}, 10, 10, 20, 700},
		"sent for longer": {run{lastSend: 120 * s, lastRecv: 125 * s, sentBytes: 5000, recvBytes: 5000}, Run{Sent: 100, Received: 200}, 20, 5, 8, 200},
		"only received":   {run{lastRecv: 140 * s, recvBytes: 8000}, Run{Received: 200}, 40, 0, 5, 200},
		"interrupted":     {run{lastSend: 102 * s, lastRecv: 103 * s, stopped: 104 * s, sentBytes: 400}, Run{Partial: true, Sent: 100, Received: 200}, 4, 25, 50, 100},
		"stopped before":  {run{lastSend: 102 * s, lastRecv: 102 * s, stopped: 99 * s, sentBytes: 400}, Run{Partial: true, Sent: 100, Received: 200}, 2, 50, 100, 200},
	} {
		c.r.spec, c.r.start, c.r.onTime = Spec{Duration: 10_000 * ms}, 100*s, 80
		c.r.rates(&c.rep)
		got := []float64{c.rep.Seconds, c.rep.Rate.Sent, c.rep.Rate.Received, c.rep.Rate.Bytes}
		if want := []float64{c.seconds, c.sent, c.recv, c.bytes}; !slices.Equal(got, want) {
			t.Errorf("%s: seconds, sent, received, bytes %v, want %v", name, got, want)
		}
		if name == "sent for longer" && c.r.onTimeRate != 8 {
			t.Errorf("%s: %v/s in time, want 8", name, c.r.onTimeRate)
		}
	}
}

func recorded3(values ...int64) *hist.Hist {
	var h hist.Hist
	for _, v := range values {
		h.Record(v)
	}
	return &h
}

// TestLostCountAsTheWorst puts lost messages into the response time.
func TestLostCountAsTheWorst(t *testing.T) {
	for name, c := range map[string]struct {
		mode               string
		timeout            Duration
		response           *hist.Hist
		expected, received int64
		n                  int64 // -1: no distribution
		worst              float64
	}{
		"none lost":         {Open, 100 * ms, recorded3(1e6, 2e6), 2, 2, 2, 2000},
		"lost":              {Open, 100 * ms, recorded3(1e6, 2e6), 5, 2, 5, 100_000},
		"slower than that":  {Open, 100 * ms, recorded3(1e6, 300e6), 3, 2, 3, 300_000},
		"all lost":          {Open, 100 * ms, &hist.Hist{}, 4, 0, 4, 100_000},
		"received, untimed": {Open, 100 * ms, &hist.Hist{}, 4, 2, -1, 0},
		"more than asked":   {Open, 100 * ms, recorded3(1e6), 1, 2, 1, 1000},
		"closed loop":       {Max, 100 * ms, recorded3(1e6), 9, 1, -1, 0},
	} {
		r := &run{spec: Spec{Load: Load{Mode: c.mode}, Timeout: c.timeout}}
		rep := &Run{Expected: c.expected, Received: c.received}
		r.addLatency(rep, c.response, recorded3(5e6))
		if s := rep.Latency.Service; s == nil || s.N != 1 || math.Abs(s.P50-5000) > 5 {
			t.Errorf("%s: service %+v", name, s)
		}
		d := rep.Latency.Response
		switch {
		case c.n < 0 && d != nil:
			t.Errorf("%s: response %+v", name, d)
		case c.n >= 0 && (d == nil || d.N != c.n || math.Abs(d.Max-c.worst) > 0.002*c.worst):
			t.Errorf("%s: response %+v, want %d up to %v us", name, d, c.n, c.worst)
		}
	}
}

// TestDistribution finds every figure in its place, in microseconds.
func TestDistribution(t *testing.T) {
	if distribution(&hist.Hist{}) != nil {
		t.Error("an empty histogram has a distribution")
	}
	var h hist.Hist
	for i := range int64(100_000) {
		h.Record((i + 1) * 100_000)
	}
	d := distribution(&h)
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
	got := intervals([]hist.Window{{Second: 3, Sent: 5, Received: 7, P50: 11_000, P99: 13_000, Max: 17_000}})
	if want := []Interval{{T: 3, Sent: 5, Received: 7, P50: 11, P99: 13, Max: 17}}; !slices.Equal(got, want) {
		t.Errorf("%+v, want %+v", got, want)
	}
}

// TestShare deals everything out, as evenly as it can.
func TestShare(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, of := rapid.Int64Range(0, 1e6).Draw(t, "n"), rapid.IntRange(1, 50).Draw(t, "of")
		sum, least, most := int64(0), int64(math.MaxInt64), int64(0)
		for w := range of {
			part := share(n, w, of)
			sum, least, most = sum+part, min(least, part), max(most, part)
		}
		if sum != n || most-least > 1 {
			t.Fatalf("%d of %d, parts from %d to %d", sum, n, least, most)
		}
	})
}

// TestAddSenders sums over workers; the first error is told.
func TestAddSenders(t *testing.T) {
	r := &run{spec: Spec{Workload: Pub, Pubs: 2, Load: Load{Mode: Open, Rate: 100, Arrival: "constant"}, Duration: 1010 * ms}}
	a, b := &sender{}, &sender{}
	a.ledger = ledger{sent: 51, refused: 2, onTime: 50, bytes: 510, last: 900}
	b.ledger = ledger{sent: 49, refused: 3, onTime: 48, bytes: 490, last: 800, err: errTimeout}
	a.ledger.sendlag.Record(1e6)
	b.ledger.sendlag.Record(3e6)
	rep := &Run{}
	r.addSenders(rep, asWorkers([]*sender{a, b}))
	if rep.Sent != 100 || rep.Refused != 5 || r.onTime != 98 || r.sentBytes != 1000 || r.lastSend != 900 || rep.Planned != 101 {
		t.Errorf("%+v, %d in time, %d bytes, last %d", rep, r.onTime, r.sentBytes, r.lastSend)
	}
	if rep.FirstError != "timed out" || rep.Latency.SendLag.N != 2 {
		t.Errorf("%q, %+v", rep.FirstError, rep.Latency.SendLag)
	}
	rep = &Run{Partial: true}
	if r.addSenders(rep, asWorkers([]*sender{b})); rep.FirstError != "" {
		t.Errorf("an interrupted run complains: %s", rep.FirstError)
	}
	r.spec.Load.Mode = Max
	rep = &Run{}
	if r.addSenders(rep, asWorkers([]*sender{a})); rep.Planned != 0 || rep.Latency.SendLag != nil {
		t.Errorf("a closed loop has a plan: %+v", rep)
	}
}
