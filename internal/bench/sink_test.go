package bench

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// newTestSinks returns the sinks of a group in a run that checks every body.
func newTestSinks(mode string, n, publishers int) (*run, []*sink) {
	r := newRun(scenario.Spec{Workload: scenario.PubSub, Sizes: []int{64}, Verify: 1, Load: scenario.Load{Mode: mode}}, nil, JSAPI{})
	r.line.Begin(0)
	return r, newGroup(r, n, publishers).sinks
}

// payload makes a message of the run.
func (r *run) payload(size int, s stamp.Stamp) []byte {
	p := make([]byte, size)
	r.coder.Put(p, s, stamp.Sum(p[stamp.Size(size):]))
	return p
}

// TestSinkCounts returns a sink one message of each kind.
func TestSinkCounts(t *testing.T) {
	r, sinks := newTestSinks(scenario.Open, 1, 2)
	k := sinks[0]
	other := newRun(scenario.Spec{Sizes: []int{64}}, nil, JSAPI{})
	damaged := r.payload(64, stamp.Stamp{Worker: 1, Seq: 3, Intended: 100})
	damaged[60]++
	for _, m := range [][]byte{
		r.payload(64, stamp.Stamp{Worker: 1, Flags: stamp.Probe}),
		r.payload(64, stamp.Stamp{Worker: 0, Flags: stamp.Warm}),
		r.payload(64, stamp.Stamp{Worker: 1, Flags: stamp.Warm}),
		r.payload(64, stamp.Stamp{Worker: 1, Seq: 0, Intended: 1000, Lag: 64}),
		r.payload(64, stamp.Stamp{Worker: 1, Seq: 2, Intended: 1000}),
		r.payload(64, stamp.Stamp{Worker: 1, Seq: 1, Intended: 1000}),
		r.payload(64, stamp.Stamp{Worker: 1, Seq: 1, Intended: 1000}),
		damaged,
		other.payload(64, stamp.Stamp{Worker: 1, Seq: 9}),
		r.payload(64, stamp.Stamp{Worker: 2, Seq: 9}), // nobody's
		make([]byte, 64),
		nil,
	} {
		k.receive(m, 1_000_000)
	}
	got := []int64{k.tally.received, k.unique.Load(), k.warm.Load(), k.tally.dup, k.tally.reordered, k.tally.corrupt, k.tally.foreign, k.tally.bytes}
	if want := []int64{5, 4, 2, 1, 1, 4, 1, 320}; !slices.Equal(got, want) {
		t.Errorf("received, unique, warm, dup, reordered, corrupt, foreign, bytes %v, want %v", got, want)
	}
	if k.probed[0].Load() || !k.probed[1].Load() {
		t.Error("the probe is not its publisher's")
	}
	if n := k.tally.response.Count(); n != 4 || k.tally.service.Count() != 4 {
		t.Errorf("%d response times", n)
	}
	k.timeline.Flush()
	if w := r.line.Windows(); len(w) != 1 || w[0].Received != 4 {
		t.Errorf("%+v", w)
	}
}

// TestSinkTimes takes the response time from when a message was due, and the
// service time from when it was sent.
func TestSinkTimes(t *testing.T) {
	for name, c := range map[string]struct {
		mode              string
		untimed           bool
		response, service int64 // -1: none
	}{
		"open":    {scenario.Open, false, 900_000, 500_000},
		"closed":  {scenario.Max, false, -1, 500_000},
		"untimed": {scenario.Open, true, -1, -1},
	} {
		r, sinks := newTestSinks(c.mode, 1, 1)
		sinks[0].untimed = c.untimed
		sinks[0].receive(r.payload(64, stamp.Stamp{Intended: 100_000, Lag: 400_000}), 1_000_000)
		for h, want := range map[*hist.Hist]int64{&sinks[0].tally.response: c.response, &sinks[0].tally.service: c.service} {
			got := h.Max()
			if want < 0 && h.Count() != 0 || want > 0 && (got < want*999/1000-64 || got > want*1001/1000+64) {
				t.Errorf("%s: %d ns, want %d", name, got, want)
			}
		}
	}
}

// TestSinkChecksEveryNthBody looks at one of four bodies.
func TestSinkChecksEveryNthBody(t *testing.T) {
	r, sinks := newTestSinks(scenario.Max, 1, 1)
	r.spec.Verify = 4
	for seq := range uint64(12) {
		p := r.payload(64, stamp.Stamp{Seq: seq})
		p[63]++
		sinks[0].receive(p, 1)
	}
	if n := sinks[0].tally.corrupt; n != 3 {
		t.Errorf("%d corrupt, want 3", n)
	}
}

// TestGroup counts a message of a queue group once, whoever has it, and the
// order of each member by itself.
func TestGroup(t *testing.T) {
	r, sinks := newTestSinks(scenario.Max, 2, 1)
	c := sinks[0].group
	for i, seq := range []uint64{0, 1, 3, 2, 5, 4, 2} { // even places at member 0
		sinks[i%2].receive(r.payload(64, stamp.Stamp{Seq: seq}), 1)
	}
	if c.unique() != 6 || sinks[0].tally.dup != 1 || sinks[1].tally.dup != 0 {
		t.Errorf("%d different, dup %d and %d", c.unique(), sinks[0].tally.dup, sinks[1].tally.dup)
	}
	if sinks[0].tally.reordered != 1 || sinks[1].tally.reordered != 0 { // 2 after 5, at member 0
		t.Errorf("reordered %d and %d", sinks[0].tally.reordered, sinks[1].tally.reordered)
	}
	if c.probed() {
		t.Error("probed without a probe")
	}
	sinks[1].receive(r.payload(64, stamp.Stamp{Flags: stamp.Probe}), 1)
	if !c.probed() {
		t.Error("a probe at one of the members is not seen")
	}
	two := newGroup(r, 1, 2)
	two.sinks[0].receive(r.payload(64, stamp.Stamp{Worker: 1, Flags: stamp.Probe}), 1)
	if two.probed() {
		t.Error("probed by one of two publishers")
	}
}

// TestSinkCountsOnly counts what has no stamp, and the messages of others where
// those are what is consumed.
func TestSinkCountsOnly(t *testing.T) {
	r, sinks := newTestSinks(scenario.Open, 1, 1)
	r.countOnly = true
	sinks[0].receive(make([]byte, 15), 1)
	sinks[0].receive(make([]byte, 16), 1) // large enough for a stamp that it has not
	if k := sinks[0]; k.unique.Load() != 1 || k.tally.received != 1 || k.tally.response.Count() != 0 {
		t.Errorf("%d different", k.unique.Load())
	}
	r, sinks = newTestSinks(scenario.Open, 1, 1)
	r.countAll = true
	sinks[0].receive(make([]byte, 100), 1)
	sinks[0].receive(make([]byte, 100), 1)
	if k := sinks[0]; k.unique.Load() != 2 || k.tally.received != 2 || k.tally.bytes != 200 || k.tally.corrupt+k.tally.foreign != 0 {
		t.Errorf("%d different", k.unique.Load())
	}
}

// TestAddGroups sums over receivers.
func TestAddGroups(t *testing.T) {
	r, a := newTestSinks(scenario.Open, 1, 1)
	b := newGroup(r, 1, 1).sinks
	r.start = 0
	a[0].tally = tally{received: 7, bytes: 10, dup: 1, reordered: 2, corrupt: 3, foreign: 4, arrivals: arrivals{first: 1000, last: 3000}}
	b[0].tally = tally{received: 8, bytes: 20, dup: 10, reordered: 20, corrupt: 30, foreign: 40, arrivals: arrivals{first: 2000, last: 9000}}
	a[0].unique.Store(6)
	b[0].unique.Store(5)
	a[0].tally.service.Record(1)
	b[0].tally.service.Record(2)
	b[0].tally.response.Record(3)
	rep := &report{Run: &result.Run{Expected: 11}, of: r, lastSend: 3000}
	rep.addGroups([]*group{a[0].group, b[0].group})
	if rep.Received != 11 || rep.Dup != 11 || rep.Reordered != 22 || rep.Corrupt != 33 || rep.Foreign != 44 || rep.recvBytes != 30 || rep.lastRecv != 9000 {
		t.Errorf("%+v, %d bytes, last %d", rep, rep.recvBytes, rep.lastRecv)
	}
	if rep.Latency.Service.N != 2 || rep.Latency.Response.N != 1 || rep.Gap.US != 2 {
		t.Errorf("%+v, gap %+v", rep.Latency, rep.Gap)
	}
}

// TestPhases warms up at the rate with which the measurement begins, and not at
// all where messages cannot tell.
func TestPhases(t *testing.T) {
	const s = int64(time.Second)
	r := &run{start: 50 * s, spec: scenario.Spec{Workload: scenario.Pub, Pubs: 3, Sizes: []int{64}, Warmup: 2000 * ms, Duration: 10_000 * ms, Load: scenario.Load{Mode: scenario.Open, Rate: 30}}}
	ps, err := r.phases(1)
	if err != nil || len(ps) != 2 {
		t.Fatal(ps, err)
	}
	if w := ps[0]; w.start != 48*s || w.end() != 50*s || w.flags != stamp.Warm || w.shape.Total() != 60 || w.msgs != 0 {
		t.Errorf("warm-up %+v", w)
	}
	if m := ps[1]; m.start != 50*s || m.end() != 60*s || m.flags != 0 || m.shape.Total() != 300 || m.msgs != 0 {
		t.Errorf("measurement %+v", m)
	}
	r.countOnly = true
	if ps, err = r.phases(0); err != nil || len(ps) != 1 || ps[0].flags != 0 {
		t.Errorf("without stamps: %+v, %v", ps, err)
	}
	r = &run{spec: scenario.Spec{Pubs: 3, Msgs: 8, Load: scenario.Load{Mode: scenario.Max}}}
	for w, want := range []int64{3, 3, 2} {
		if ps, err = r.phases(w); err != nil || len(ps) != 1 || ps[0].msgs != want {
			t.Errorf("worker %d: %+v, %v, want %d messages", w, ps, err, want)
		}
	}
	r.spec.Msgs = 2
	if _, err = r.phases(2); err == nil {
		t.Error("a publisher without a message")
	}
	r.spec.Load.Mode = scenario.Open
	r.spec.Load.Rate = 2
	if ps, err = r.phases(2); err != nil || ps[0].msgs != 0 || ps[0].d != time.Second {
		t.Errorf("two messages at 2/s: %+v, %v", ps, err)
	}
}

// TestLedger counts a send as in time up to a tenth of a second after the end.
func TestLedger(t *testing.T) {
	l := &ledger{writer: hist.NewTimeline().NewWriter()}
	end := int64(time.Second)
	l.send(5000, 7000, 10, end, false)
	l.send(end-1, end+tolerated-1, 20, end, true)
	l.send(end-1, end+tolerated, 30, end, false)
	if l.sent != 3 || l.onTime != 2 || l.refused != 1 || l.bytes != 60 || l.last != end+tolerated {
		t.Errorf("%+v", l)
	}
	if l.sendlag.Count() != 3 || l.sendlag.Min() > 2064 || l.sendlag.Max() < tolerated {
		t.Errorf("send lag from %d to %d", l.sendlag.Min(), l.sendlag.Max())
	}
}

// TestLookahead knows the last instant of a schedule.
func TestLookahead(t *testing.T) {
	s := scenario.Spec{Pubs: 1, Load: scenario.Load{Mode: scenario.Open, Rate: 3}}
	shape, err := s.Load.Shape(time.Second)
	if err != nil {
		t.Fatal(err)
	}
	h := &lookahead{Schedule: s.Schedule(shape, 0)}
	var lasts []bool
	for _, ok := h.Next(); ok; _, ok = h.Next() {
		lasts = append(lasts, h.last())
	}
	if !slices.Equal(lasts, []bool{false, false, true}) {
		t.Errorf("%v", lasts)
	}
}

// TestRoom wakes a sender when a quarter of its window is free.
func TestRoom(t *testing.T) {
	for _, c := range []struct {
		window int
		open   int64
		want   bool
	}{{100, 76, false}, {100, 75, true}, {2, 2, false}, {2, 1, true}, {1, 1, false}, {1, 0, true}} {
		a := &client{run: &run{spec: scenario.Spec{Load: scenario.Load{Window: c.window}}}}
		a.issued.Store(10 + c.open)
		a.completed.Store(10)
		if got := a.hasWork(); got != c.want {
			t.Errorf("window %d, %d in flight: %v", c.window, c.open, got)
		}
	}
}

// answering is an action whose answers are errors when they are empty.
type answering struct{ action }

func (answering) answer(m *nats.Msg, _ uint64, _ bool) error {
	if len(m.Data) == 0 {
		return errAck
	}
	return nil
}

// TestClientWaitsForItsAnswers counts answers: to requests of the measurement only, and
// each once.
func TestClientWaitsForItsAnswers(t *testing.T) {
	line := hist.NewTimeline()
	line.Begin(0)
	a := &client{run: &run{spec: scenario.Spec{Load: scenario.Load{Window: 4}}}, act: answering{}, ring: newRing(64), timeline: line.NewWriter(), batch: 1, wake: make(chan struct{}, 1)}
	for seq := range uint64(5) {
		a.ring.open(seq, seq > 0, int64(100*seq), int64(100*seq+10), seq)
		a.issued.Add(1)
	}
	good, bad := &nats.Msg{Data: []byte("yes")}, &nats.Msg{}
	a.recordReply(0, good, 1000) // the warm-up's
	a.recordReply(1, good, 2000)
	a.recordReply(1, good, 2000)
	a.recordReply(2, bad, 3000)
	a.recordReply(3, bad, 3000)
	a.recordReply(9, good, 3000)
	if a.completed.Load() != 4 || a.resolved.Load() != 3 || a.answered.Load() != 1 || a.failed != 2 || a.first == nil || a.tally.dup != 2 || a.tally.received != 1 || a.tally.bytes != 3 {
		t.Errorf("settled %d, resolved %d, answered %d, failed %d (%v), dup %d, received %d", a.completed.Load(), a.resolved.Load(), a.answered.Load(), a.failed, a.first, a.tally.dup, a.tally.received)
	}
	if r, s := a.tally.response.Max(), a.tally.service.Max(); r < 1836 || r > 1964 || s < 1826 || s > 1954 {
		t.Errorf("response %d, service %d, want 1900 and 1890", r, s)
	}
	a.batch = 3 // one answer for three messages
	for seq := uint64(10); seq < 13; seq++ {
		a.ring.open(seq, true, 0, 0, seq-10)
	}
	if a.recordReply(12, good, 5000); a.tally.received != 4 || a.completed.Load() != 7 {
		t.Errorf("a batch of three: received %d", a.tally.received)
	}
}

// TestClientsMissing sums what has no answer yet.
func TestClientsMissing(t *testing.T) {
	var as clientGroup
	for i := range int64(2) {
		a := &client{}
		a.measured.Store(100 + i)
		a.resolved.Store(90)
		as = append(as, a)
	}
	if n := as.missing(); n != 21 {
		t.Errorf("%d missing, want 21", n)
	}
}

// TestClientWaits for room, and gives up what was never answered.
func TestClientWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newRun(scenario.Spec{Timeout: 1000 * ms, Load: scenario.Load{Mode: scenario.Max, Window: 2}, Sizes: []int{64}}, nil, JSAPI{})
		a := &client{run: r, ring: newRing(64), wake: make(chan struct{}, 1)}
		for seq := range uint64(2) {
			a.ring.open(seq, seq == 1, 0, r.clock.Now()+1, 0)
			a.issued.Add(1)
		}
		began := time.Now()
		for a.completed.Load() == 0 {
			if err := a.wait(t.Context(), 2); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(began); took < time.Second || took > 1100*time.Millisecond || a.completed.Load() != 2 || a.resolved.Load() != 1 {
			t.Errorf("after %v: settled %d, resolved %d", took, a.completed.Load(), a.resolved.Load())
		}
		if a.waiting.Load() {
			t.Error("still marked as waiting")
		}
		began = time.Now()
		if err := a.wait(t.Context(), 2); err != nil || time.Since(began) != 0 {
			t.Errorf("waited %v although there was room: %v", time.Since(began), err)
		}
	})
}
