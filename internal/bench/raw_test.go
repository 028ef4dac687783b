package bench

import (
	"bytes"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// TestRawSeesWhatNatsGoSees runs the same scenarios with both drivers.
func TestRawSeesWhatNatsGoSees(t *testing.T) {
	long(t)
	t.Parallel()
	s := startServer(t)
	for name, spec := range map[string]scenario.Spec{
		"one to one":  {},
		"fan-out":     {Subs: 3},
		"fan-in":      {Pubs: 3},
		"queue group": {Subs: 3, Queue: "q", Pubs: 2},
		"subjects":    {Subjects: 300, Dist: "uniform"},
		"sizes":       {Sizes: []int{16, 32, 1000, 70_000}},
		"count only":  {Sizes: []int{0}},
	} {
		for _, driver := range []string{scenario.DriverNatsGo, scenario.DriverRaw} {
			t.Run(name+" "+driver, func(t *testing.T) {
				spec.Workload, spec.Driver, spec.Msgs, spec.Warmup, spec.Timeout, spec.Verify = scenario.PubSub, driver, 5000, 50*ms, 20_000*ms, 1
				res, err := Execute(t.Context(), spec, to(s.ClientURL()))
				if err != nil {
					t.Fatal(err)
				}
				r := res.Runs[0]
				want := 5000 * int64(max(spec.Subs, 1))
				if spec.Queue != "" {
					want = 5000
				}
				if r.Sent != 5000 || r.Received != want || r.Lost|r.Dup|r.Corrupt != 0 || res.Env.Client.Driver != driver {
					t.Errorf("driver %s: sent %d, received %d, lost %d, dup %d, corrupt %d", res.Env.Client.Driver, r.Sent, r.Received, r.Lost, r.Dup, r.Corrupt)
				}
			})
		}
	}
}

func TestRawPub(t *testing.T) {
	t.Parallel()
	s := startServer(t)
	r := mustExecute(t, scenario.Spec{Workload: scenario.Pub, Pubs: 2, Driver: scenario.DriverAuto, Msgs: 10_001, Warmup: 20 * ms}, to(s.ClientURL()))
	if r.Sent != 10_001 || r.Received != 10_001 {
		t.Errorf("sent %d, confirmed %d", r.Sent, r.Received)
	}
}

// TestRawReconnects breaks all connections in the middle of a run, with
// messages or requests in flight.
func TestRawReconnects(t *testing.T) {
	long(t)
	t.Parallel()
	for name, spec := range map[string]scenario.Spec{
		"pubsub":  {Workload: scenario.PubSub, Sizes: []int{1024}, Timeout: 2000 * ms},
		"request": {Workload: scenario.Request, Request: &scenario.Service{Serve: 1}, Load: scenario.Load{Window: 50}, Timeout: 2000 * ms},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			proxied := newProxy(t)
			cut := false
			watch := WithProgress(func(p Progress) {
				if p.Phase == "measure" && p.Second > 0.5 && !cut {
					cut = true
					proxied.Cut()
				}
			})
			spec.Driver, spec.Warmup, spec.Duration = scenario.DriverRaw, -1, 6000*ms
			r := mustExecute(t, spec, to(proxied.URL()), watch)
			if r.Client.Reconnects == 0 || r.Received == 0 || r.Received+r.Lost != r.Expected || r.Corrupt != 0 {
				t.Errorf("%d reconnects, received %d, lost %d of %d, corrupt %d", r.Client.Reconnects, r.Received, r.Lost, r.Expected, r.Corrupt)
			}
			if last := r.Whole()[len(r.Whole())-1]; last.Received == 0 {
				t.Errorf("nothing was received in the last second: %+v", r.Intervals)
			}
		})
	}
}

// TestHotLoopsTakeNoMemory counts allocations per message of whole runs.
func TestHotLoopsTakeNoMemory(t *testing.T) {
	r := newRun(scenario.Spec{Workload: scenario.PubSub, Sizes: []int{128}, Pubs: 1, Subs: 1, Subjects: 1, Verify: 1024, Load: scenario.Load{Mode: scenario.Max}}, nil, JSAPI{})
	out := &capture{}
	s, err := newSender(r, 0, nil, out)
	if err != nil {
		t.Fatal(err)
	}
	k := newGroup(r, 1, 1).sinks[0]
	r.line.Begin(0)
	s.end = int64(time.Hour)
	ctx := t.Context()
	send := func() {
		if err := s.send(ctx, 1, 2); err != nil {
			t.Fatal(err)
		}
		k.receive(out.last, 1000)
	}
	send()
	if n := testing.AllocsPerRun(2000, send); n != 0 {
		t.Errorf("%v allocations per message", n)
	}
	if k.unique.Load() != 2002 || k.tally.corrupt != 0 {
		t.Errorf("%d received, %d corrupt", k.unique.Load(), k.tally.corrupt)
	}
}

// capture keeps the last message.
type capture struct{ last []byte }

func (c *capture) Publish(_ string, payload []byte) error {
	c.last = append(c.last[:0], payload...)
	if bytes.Equal(c.last[:2], []byte{0, 0}) {
		return errAck
	}
	return nil
}
