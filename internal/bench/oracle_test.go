package bench

import (
	"math"
	"sync"
	"testing"
	"time"
)

// stall shuts a door for a known time in the middle of a run and says
// afterwards how long it really was shut.
type stall struct {
	d      *door
	once   sync.Once
	took   chan time.Duration
	after  float64
	length time.Duration
}

func newStall(d *door, after float64, length time.Duration) *stall {
	return &stall{d: d, took: make(chan time.Duration, 1), after: after, length: length}
}

func (s *stall) option() Option {
	return WithProgress(func(p Progress) {
		if p.Phase != "measure" || p.Second < s.after {
			return
		}
		s.once.Do(func() {
			from, reopen := time.Now(), s.d.shut()
			time.AfterFunc(s.length, func() {
				reopen()
				s.took <- time.Since(from)
			})
		})
	})
}

// The oracle: of the messages that are due at a constant rate within D, those
// that are due within a stall S wait from S down to 0. So the 99th percentile
// of the time from when they were due is S - 0.01 D, whatever the rest does.
const (
	oracleS = 500 * time.Millisecond
	oracleD = 2 * time.Second
)

func oracle(s time.Duration) float64 { return float64((s - oracleD/100).Microseconds()) }

// off is how far a p99 is from the oracle, as a share.
func off(p99 float64, s time.Duration) float64 { return math.Abs(p99-oracle(s)) / oracle(s) }

// openLoops are all workloads that have a rate.
func openLoops() map[string]Spec {
	return map[string]Spec{
		"pub":     {Workload: Pub},
		"pubsub":  {Workload: PubSub},
		"request": {Workload: Request, Request: &Asking{Serve: 1}},
		"js-pub":  {Workload: JSPub},
		"js-e2e":  {Workload: JSE2E, Subs: 2},
		"kv":      {Workload: KV, KV: &Bucket{Keys: 100, Get: 50, Put: 40, CAS: 10}},
	}
}

// TestStallOracle tries each workload up to three times: what else runs on the
// machine can only add to a latency.
func TestStallOracle(t *testing.T) {
	for name, spec := range openLoops() {
		t.Run(name, func(t *testing.T) {
			var e float64
			for range 3 {
				r, s := stalledRun(t, spec)
				if e = off(r.Latency.Response.P99, s); e <= 0.02 && r.Saturated == nil {
					return
				}
				t.Logf("response p99 %.1f ms, want %.1f ms, saturated %+v", r.Latency.Response.P99/1e3, oracle(s)/1e3, r.Saturated)
			}
			t.Errorf("three times off, at last by %.1f %%", e*100)
		})
	}
}

// stalledRun measures through a door that is shut for the time returned.
func stalledRun(t *testing.T, spec Spec) (*Run, time.Duration) {
	t.Helper()
	d := newDoor(t, startServer(t))
	spec.Load = Load{Rate: 1000}
	spec.Warmup, spec.Duration, spec.Timeout = 100*ms, Duration(oracleD), Duration(20*time.Second)
	st := newStall(d, 0, oracleS)
	r := mustExecute(t, spec, to(d.url()), st.option())
	s := <-st.took
	const sends = int64(oracleD/time.Second) * 1000
	if r.Lost != 0 || r.Planned != sends || r.Sent != sends {
		t.Errorf("lost %d, sent %d of %d", r.Lost, r.Sent, r.Planned)
	}
	if r.Gap.US < 0.98*float64(s.Microseconds()) {
		t.Errorf("longest gap %.0f us in a stall of %v", r.Gap.US, s)
	}
	return r, s
}

// TestClosedLoopMissesTheStall is the control: the usual kind of benchmark, one
// request after the other, does not see the stall at all.
func TestClosedLoopMissesTheStall(t *testing.T) {
	d := newDoor(t, startServer(t))
	st := newStall(d, 0, oracleS)
	r := mustExecute(t, Spec{
		Workload: Request, Request: &Asking{Serve: 1}, Load: Load{Mode: Max, Window: 1},
		Warmup: -1, Duration: Duration(oracleD), Timeout: Duration(20 * time.Second),
	}, to(d.url()), st.option())
	s := <-st.took
	if r.Latency.Response != nil {
		t.Error("a closed loop claims a response time")
	}
	if e := off(r.Latency.Service.P99, s); e < 0.9 {
		t.Errorf("a closed loop sees the stall: p99 %.1f ms", r.Latency.Service.P99/1e3)
	}
}
