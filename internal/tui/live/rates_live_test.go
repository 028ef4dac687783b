package live

import (
	"bytes"
	"context"
	"math"
	"sync"
	"testing"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/broker"
	"github.com/natsctl/natsctl/internal/broker/spec"
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster"
)

// TestRatesOfKnownPublishers watches two clusters and a leafnode with three
// dashboards, at intervals of 0.5, 1 and 2.5 s, while publishers send at a known
// pace. What they counted themselves bounds each rate, by when the answers were
// made, so a busy machine loosens the bounds and breaks nothing. A server
// restarts under its name; answers are left out, come twice, late or in the
// wrong order; a clock is set, and counters begin anew: a rate is right, or it
// is not known, for one answer.
func TestRatesOfKnownPublishers(t *testing.T) {
	testcluster.Slow(t)
	l := newLab(t)
	var all sync.WaitGroup
	watchers := []*watcher{
		l.watcher(time.Second/2, 16, map[int]fault{
			4: {withoutConns, false}, 6: {silent, true}, 8: {again, true}, 10: {earlier, true}, 12: {countersReset, true}, 14: {clockSet, true},
		}),
		l.watcher(time.Second, 9, map[int]fault{4: {late, false}, 7: {clockSet, true}}),
		l.watcher(5*time.Second/2, 5, nil),
	}
	for _, w := range watchers {
		all.Go(func() { w.run(t) })
	}
	l.restart(t, watchers[2])
	all.Wait()
	for _, w := range watchers {
		t.Run(w.every.String(), w.judge)
	}
}

// fault spoils the answers of one poll; blind, the victim has no rates then.
type fault struct {
	spoil func(*witness, *fleet.Snapshot) *fleet.Snapshot
	blind bool
}

// lab is a fleet with publishers at a known pace.
type lab struct {
	c       *broker.Cluster
	sent    *sentTap           // of the publisher on victim
	got     map[string]*gotTap // of the subscribers, by server
	stored  *storeTap
	clients int // connections of the whole fleet, those of the dashboards among them

	mu              sync.Mutex
	down, recovered time.Time // the restart of victim; zero: not yet
}

// The pace of the publishers, in messages a second and bytes each.
const (
	labRate    = 1000.0
	labPayload = 100
	storeRate  = 50
)

func newLab(t *testing.T) *lab {
	t.Helper()
	c, err := broker.Start(t.Context(), spec.Super(2, "east", "west").WithLeaf("edge", 1, "east"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = c.Close() })
	ctx, cancel := context.WithCancel(context.Background())
	l := &lab{c: c, sent: &sentTap{}, got: map[string]*gotTap{}, stored: &storeTap{}}
	var busy sync.WaitGroup
	t.Cleanup(func() { cancel(); busy.Wait() })
	for _, name := range []string{"east-2", "west-1", "edge"} {
		nc, tap := l.connect(t, name, "sub-"+name), &gotTap{}
		if _, err := nc.Subscribe("rate.core", func(*nats.Msg) {}); err != nil {
			t.Fatal(err)
		}
		l.got[name] = tap
		busy.Go(func() { tap.watch(ctx, nc, func(s nats.Statistics) uint64 { return s.InMsgs }) })
	}
	pub, payload := l.connect(t, victim, "publisher"), bytes.Repeat([]byte("x"), labPayload)
	busy.Go(func() { l.sent.watch(ctx, pub, func(s nats.Statistics) uint64 { return s.OutMsgs }) })
	busy.Go(func() { publish(ctx, t, pub, "rate.core", payload, labRate) })
	js := l.stream(t)
	busy.Go(func() { l.stored.store(ctx, js, "store.x", payload, time.Second/storeRate) })
	return l
}

func (l *lab) connect(t *testing.T, node, name string) *nats.Conn {
	t.Helper()
	nc, err := l.c.Node(node).Connect("app", nats.Name(name), nats.MaxReconnects(-1), nats.ReconnectWait(50*time.Millisecond), nats.ReconnectBufSize(-1), nats.IgnoreDiscoveredServers())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	l.clients++
	return nc
}

// stream makes the stream that messages are stored in.
func (l *lab) stream(t *testing.T) jetstream.JetStream {
	t.Helper()
	js, err := jetstream.New(l.connect(t, "west-2", "store"))
	if err != nil {
		t.Fatal(err)
	}
	testcluster.Await(t, "a stream", func() bool {
		_, err := js.CreateOrUpdateStream(t.Context(), jetstream.StreamConfig{Name: "RATE", Subjects: []string{"store.>"}})
		return err == nil
	})
	return js
}

// restart ends the victim and starts it again under its name and ports, once
// the slowest dashboard has shown rates.
func (l *lab) restart(t *testing.T, slowest *watcher) {
	testcluster.Await(t, "rates of the slowest dashboard", func() bool { return slowest.poll() >= 3 })
	l.mu.Lock()
	l.down = time.Now()
	l.mu.Unlock()
	if err := l.c.Node(victim).Restart(t.Context()); err != nil {
		t.Error(err)
		return
	}
	up := time.Now()
	testcluster.Await(t, "messages after the restart", func() bool {
		for _, tap := range l.got {
			if start, known := tap.most(up); !known || tap.least(time.Now()) < start+labRate/2 {
				return false
			}
		}
		return true
	})
	l.mu.Lock()
	l.recovered = time.Now()
	l.mu.Unlock()
}

// calm tells whether the links of the fleet were whole between two instants.
func (l *lab) calm(from, to time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.down.IsZero() || to.Before(l.down) || !l.recovered.IsZero() && from.After(l.recovered)
}

// watcher is one dashboard.
type watcher struct {
	lab    *lab
	every  time.Duration
	polls  int // how many it makes
	faults map[int]fault
	w      *witness

	mu     sync.Mutex
	at     int
	states []*State
}

func (l *lab) watcher(every time.Duration, polls int, faults map[int]fault) *watcher {
	l.clients++
	w := &watcher{lab: l, every: every, polls: polls, faults: faults}
	return w
}

// poll is the number of the last poll that was shown.
func (w *watcher) poll() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.at
}

// run collects the states of one dashboard, one for each poll.
func (w *watcher) run(t *testing.T) {
	nc, err := w.lab.c.Node("west-2").ConnectSys()
	if err != nil {
		t.Error(err)
		return
	}
	defer nc.Close()
	w.w = newWitness(sys.New(nc))
	for n, f := range w.faults {
		w.w.spoil[n] = f.spoil
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	c := NewCollector(&Feed{Source: w.w}, w.every, time.Now, func(err error) { t.Error(err) })
	c.Send(SetDemand(Demand{
		Needs: []Need{{fleet.Connz, 0}, {fleet.AccountStatz, time.Second}, {fleet.Jsz, 2 * time.Second}, {fleet.Routez, time.Second}, {fleet.Gatewayz, time.Second}, {fleet.Leafz, time.Second}},
		JS:    AllOfJetStream(),
	}))
	var done sync.WaitGroup
	done.Go(func() { c.Run(ctx) })
	defer done.Wait()
	defer cancel()
	deadline := time.After(2 * time.Minute)
	for w.poll() < w.polls {
		select {
		case st := <-c.states:
			if st.Snap != nil && pollOf(st) > w.poll() {
				w.mu.Lock()
				w.at, w.states = pollOf(st), append(w.states, st)
				w.mu.Unlock()
			}
		case <-deadline:
			t.Errorf("%d polls of %d at %s", w.poll(), w.polls, w.every)
			return
		}
	}
}

// judge compares every rate of every state with what the clients counted.
func (w *watcher) judge(t *testing.T) {
	checked := map[string]int{}
	for i, st := range w.states {
		w.whole(t, st)
		w.dashes(t, i)
		for _, c := range w.claims(st) {
			if c.wrong(t, w.lab) {
				t.Errorf("poll %d", pollOf(st))
			}
			if c.rate.Known {
				checked[c.what]++
			}
		}
	}
	t.Log(checked)
	for _, what := range []string{"server", "server's bytes", "publisher", "sub-east-2", "sub-west-1", "sub-edge", "account", "stream", "route", "gateway", "leaf"} {
		if checked[what] == 0 {
			t.Errorf("the rate of %s was never known", what)
		}
	}
}

// whole checks what is true of each state: a server stands in it once, totals
// are the sums of their parts and never count twice.
func (w *watcher) whole(t *testing.T, st *State) {
	t.Helper()
	rows := map[string]int{}
	in, rated := 0.0, 0
	for _, r := range st.Servers {
		rows[r.Name]++
		if r.Answer != nil && r.delta.Traffic.Known() {
			in, rated = in+r.delta.Traffic.InMsgs.PerSecond, rated+1
		}
	}
	for name, n := range rows {
		if n != 1 {
			t.Errorf("poll %d: %s stands in %d rows", pollOf(st), name, n)
			for _, r := range st.Servers {
				t.Logf("%s %s in %q, missing %+v", r.Name, r.ID, r.Cluster, r.Missing)
			}
		}
	}
	if got := st.Total; got.Rated != rated || math.Abs(got.Traffic.InMsgs.PerSecond-in) > 1e-6*in {
		t.Errorf("poll %d: the header says %v of %d servers, their sum is %v of %d", pollOf(st), got.Traffic.InMsgs.PerSecond, got.Rated, in, rated)
	}
	const halfOpen = 1 // the publisher's, that it gave up while the machine was busy
	if st.Total.Conns > int64(w.lab.clients)+halfOpen {
		t.Errorf("poll %d: %d connections of %d", pollOf(st), st.Total.Conns, w.lab.clients)
	}
}

// dashes checks that the victim has no rate where it cannot have one, and has
// one again with the next poll.
func (w *watcher) dashes(t *testing.T, i int) {
	t.Helper()
	if i < 2 || pollOf(w.states[i]) != pollOf(w.states[i-2])+2 {
		return // the first, or a poll was not seen
	}
	n := pollOf(w.states[i])
	now, before, older := w.states[i].Server("", "", victim), w.states[i-1].Server("", "", victim), w.states[i-2].Server("", "", victim)
	known := now != nil && now.Answer != nil && now.delta.Clients.Known()
	switch {
	case w.faults[n].blind, before == nil || before.ID != now.ID:
		if known {
			t.Errorf("poll %d: a rate of %s, which nobody can know", n, victim)
		}
	case before.Answer == nil, now == nil, now.Answer == nil: // back, or down
	case !known && n > 3 && older != nil && (older.ID != before.ID || w.faults[n-1].blind):
		t.Errorf("poll %d: still no rate of %s", n, victim)
	}
}
