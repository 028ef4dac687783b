package bench

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// TestRates counts over the measurement, or over what it took if that was more.
func TestRates(t *testing.T) {
	const s = int64(time.Second)
	for name, c := range map[string]struct {
		r                          report
		stopped                    int64
		rep                        result.Run
		seconds, sent, recv, bytes float64
	}{
		"in time":         {report{lastSend: 109 * s, lastRecv: 109 * s, sentBytes: 5000}, 0, result.Run{Sent: 100, Received: 200}, 10, 10, 20, 500},
		"bytes received":  {report{lastSend: 109 * s, lastRecv: 109 * s, sentBytes: 5000, recvBytes: 7000}, 0, result.Run{Sent: 100, Received: 200}, 10, 10, 20, 700},
		"sent for longer": {report{lastSend: 120 * s, lastRecv: 125 * s, sentBytes: 5000, recvBytes: 5000}, 0, result.Run{Sent: 100, Received: 200}, 20, 5, 8, 200},
		"only received":   {report{lastRecv: 140 * s, recvBytes: 8000}, 0, result.Run{Received: 200}, 40, 0, 5, 200},
		"interrupted":     {report{lastSend: 102 * s, lastRecv: 103 * s, sentBytes: 400}, 104 * s, result.Run{Partial: true, Sent: 100, Received: 200}, 4, 25, 50, 100},
		"stopped before":  {report{lastSend: 102 * s, lastRecv: 102 * s, sentBytes: 400}, 99 * s, result.Run{Partial: true, Sent: 100, Received: 200}, 2, 50, 100, 200},
	} {
		c.r.Run, c.r.of, c.r.onTime = &c.rep, &run{spec: scenario.Spec{Duration: 10_000 * ms}, start: 100 * s}, 80
		c.r.rates(c.stopped)
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
		timeout            scenario.Duration
		response           *hist.Hist
		expected, received int64
		n                  int64 // -1: no distribution
		worst              float64
	}{
		"none lost":         {scenario.Open, 100 * ms, recorded3(1e6, 2e6), 2, 2, 2, 2000},
		"lost":              {scenario.Open, 100 * ms, recorded3(1e6, 2e6), 5, 2, 5, 100_000},
		"slower than that":  {scenario.Open, 100 * ms, recorded3(1e6, 300e6), 3, 2, 3, 300_000},
		"all lost":          {scenario.Open, 100 * ms, &hist.Hist{}, 4, 0, 4, 100_000},
		"received, untimed": {scenario.Open, 100 * ms, &hist.Hist{}, 4, 2, -1, 0},
		"more than asked":   {scenario.Open, 100 * ms, recorded3(1e6), 1, 2, 1, 1000},
		"closed loop":       {scenario.Max, 100 * ms, recorded3(1e6), 9, 1, -1, 0},
	} {
		r := &run{spec: scenario.Spec{Load: scenario.Load{Mode: c.mode}, Timeout: c.timeout}}
		rep := &report{Run: &result.Run{Expected: c.expected, Received: c.received}, of: r}
		rep.addLatency(c.response, recorded3(5e6))
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
	r := &run{spec: scenario.Spec{Workload: scenario.Pub, Pubs: 2, Load: scenario.Load{Mode: scenario.Open, Rate: 100, Arrival: "constant"}, Duration: 1010 * ms}}
	a, b := &sender{}, &sender{}
	a.ledger = ledger{sent: 51, refused: 2, onTime: 50, bytes: 510, last: 900}
	b.ledger = ledger{sent: 49, refused: 3, onTime: 48, bytes: 490, last: 800, err: errTimeout}
	a.ledger.sendlag.Record(1e6)
	b.ledger.sendlag.Record(3e6)
	rep := &report{Run: &result.Run{}, of: r}
	rep.addSenders(asWorkers([]*sender{a, b}))
	if rep.Sent != 100 || rep.Refused != 5 || rep.onTime != 98 || rep.sentBytes != 1000 || rep.lastSend != 900 || rep.Planned != 101 {
		t.Errorf("%+v, %d in time, %d bytes, last %d", rep, rep.onTime, rep.sentBytes, rep.lastSend)
	}
	if rep.FirstError != "timed out" || rep.Latency.SendLag.N != 2 {
		t.Errorf("%q, %+v", rep.FirstError, rep.Latency.SendLag)
	}
	rep = &report{Run: &result.Run{Partial: true}, of: r}
	if rep.addSenders(asWorkers([]*sender{b})); rep.FirstError != "" {
		t.Errorf("an interrupted run complains: %s", rep.FirstError)
	}
	r.spec.Load.Mode = scenario.Max
	rep = &report{Run: &result.Run{}, of: r}
	if rep.addSenders(asWorkers([]*sender{a})); rep.Planned != 0 || rep.Latency.SendLag != nil {
		t.Errorf("a closed loop has a plan: %+v", rep)
	}
}

// TestWhatIsJudged gives the judge what the journal and the workload found, each as what it is.
func TestWhatIsJudged(t *testing.T) {
	r := newRun(scenario.Spec{Duration: 1000 * ms, Sizes: []int{64}}, nil, JSAPI{})
	for kind, times := range map[string]int{EventDisconnected: 1, EventReconnected: 2, EventDenied: 3, evSlow: 4, evLameDuck: 5, evError: 6} {
		for range times {
			r.journal.add(kind, "pub-1", "why "+kind)
		}
	}
	own := []result.Reason{{Code: result.ReasonNotStored, Fatal: true}}
	rep := report{Run: &result.Run{Expected: 100, Received: 60, Unknown: 30}, of: r, reasons: own, onTime: 7}
	rep.complete(0)
	if rep.Lost != 10 || rep.Client.SlowEvents != 4 || rep.Client.Reconnects != 2 || len(rep.Events) != 21 {
		t.Errorf("lost %d, %+v, %d events", rep.Lost, rep.Client, len(rep.Events))
	}
	o := rep.observed(5)
	if o.Disconnects != 1 || o.Denials != 3 || o.FirstDenial != "why "+EventDenied || o.Ceiling != 5 || o.OnTime != 7 || !slices.Equal(o.Reasons, own) || o.Unstamped {
		t.Errorf("%+v", o)
	}
}

// TestWhatIsConsumed is everything of the run's own stream and of one that is consumed as it is, and else the run's messages alone.
func TestWhatIsConsumed(t *testing.T) {
	for _, c := range []struct {
		own      bool
		workload scenario.Workload
		want     string
	}{{true, scenario.JSE2E, ""}, {false, scenario.JSConsume, ""}, {false, scenario.JSE2E, "a.*"}} {
		r := &run{spec: scenario.Spec{Workload: c.workload, Subjects: 2}, subject: "a"}
		if got := consumed(r, &store{own: c.own}); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}
