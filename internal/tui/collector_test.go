package tui

import (
	"context"
	"errors"
	"iter"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// fakeFleet is one server with a publisher of a known rate.
type fakeFleet struct {
	mu      sync.Mutex
	start   time.Time
	id      string
	perSec  int64
	base    int64
	slow    time.Duration // how long an answer takes
	heavy   time.Duration // how much longer one of more than who is there
	err     error
	wants   []fleet.Want
	running atomic.Int32
	most    atomic.Int32 // questions at once
}

func newFakeFleet(perSec int64) *fakeFleet {
	return &fakeFleet{start: time.Now(), id: "NA", perSec: perSec}
}

// Snapshot implements [fleet.Source].
func (f *fakeFleet) Snapshot(ctx context.Context, want fleet.Want) (*fleet.Snapshot, error) {
	if n := f.running.Add(1); n > f.most.Load() {
		f.most.Store(n)
	}
	defer f.running.Add(-1)
	f.mu.Lock()
	slow := f.slow
	if len(want.Kinds) > 0 {
		slow += f.heavy
	}
	f.mu.Unlock()
	select {
	case <-time.After(slow):
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	f.wants = append(f.wants, want)
	if f.err != nil {
		return nil, f.err
	}
	now := time.Now()
	msgs := f.base + int64(now.Sub(f.start).Seconds()*float64(f.perSec))
	data := server.DataStats{MsgBytes: server.MsgBytes{Msgs: msgs, Bytes: msgs * 100}}
	sv := &fleet.Server{Info: server.ServerInfo{ID: f.id, Name: "n1", Cluster: "c", Version: "2.15.2", Time: now}}
	sv.Statsz = &server.ServerStats{Start: f.start, Cores: 2, Connections: 1, Received: data, Sent: data, ActiveServers: 1}
	if want.Has(fleet.Connz) {
		sv.Connz = &server.Connz{Now: now, Conns: []*server.ConnInfo{{Cid: 7, Kind: "Client", Name: "pub", Start: f.start, InMsgs: msgs, InBytes: msgs * 100}}}
	}
	return &fleet.Snapshot{Schema: fleet.Schema, Time: now, Want: want, Expected: 1, Counted: 1, Servers: []*fleet.Server{sv}}, nil
}

// restart gives the server another life: another id, counters from zero.
func (f *fakeFleet) restart(id string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.id, f.start, f.base = id, time.Now(), 0
}

func (f *fakeFleet) set(change func(*fakeFleet)) {
	f.mu.Lock()
	defer f.mu.Unlock()
	change(f)
}

// collecting runs a collector over a feed inside a bubble of fake time.
func collecting(t *testing.T, feed *Feed, every time.Duration, do func(c *collector)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		if f, ok := feed.Source.(*fakeFleet); ok {
			f.start = time.Now()
		}
		c := newCollector(feed, every, time.Now, func(err error) { t.Error(err) })
		done := make(chan struct{})
		go func() { defer close(done); c.run(ctx) }()
		do(c)
		cancel()
		<-done
	})
}

// next waits for the next state with new answers.
func next(c *collector, after uint64) *State {
	for {
		if st := <-c.states; st.Data > after || st.Phase == Down {
			return st
		}
	}
}

// TestRates checks that rates are those of a known publisher at intervals of
// 1, 2 and 5 s, for servers and for connections, whose rates nats-top does not
// divide by the interval.
func TestRates(t *testing.T) {
	for _, every := range []time.Duration{time.Second, 2 * time.Second, 5 * time.Second} {
		t.Run(every.String(), func(t *testing.T) {
			f := newFakeFleet(2000)
			collecting(t, &Feed{Source: f}, every, func(c *collector) {
				c.send(wantOrder(Demand{needs: []need{{fleet.Connz, 0}}}))
				var st *State
				for range 4 {
					st = next(c, dataOf(st))
				}
				near(t, "server", st.Servers[0].traffic().InMsgs, 2000)
				near(t, "bytes", st.Servers[0].traffic().InBytes, 200_000)
				near(t, "connection", st.Conns[0].Traffic.InMsgs, 2000)
				near(t, "total", st.Total.traffic.InMsgs, 2000)
			})
		})
	}
}

func dataOf(st *State) uint64 {
	if st == nil {
		return 0
	}
	return st.Data
}

func near(t *testing.T, what string, r fleet.Rate, want float64) {
	t.Helper()
	if !r.Known || r.PerSecond < want*0.99 || r.PerSecond > want*1.01 {
		t.Errorf("%s: %+v, want %v a second", what, r, want)
	}
}

// TestResetAndRestart checks that a counter that goes down and a server that
// comes back as another process show no rate for one answer: neither a
// negative one nor a jump.
func TestResetAndRestart(t *testing.T) {
	f := newFakeFleet(1000)
	collecting(t, &Feed{Source: f}, time.Second, func(c *collector) {
		var st *State
		for range 3 {
			st = next(c, dataOf(st))
		}
		near(t, "before", st.Servers[0].traffic().InMsgs, 1000)
		f.set(func(f *fakeFleet) { f.base = -1_500 })
		st = next(c, st.Data)
		if st.Servers[0].traffic().InMsgs.Known {
			t.Error("a rate across a counter that went down: ", st.Servers[0].traffic().InMsgs)
		}
		st = next(c, st.Data)
		near(t, "after the reset", st.Servers[0].traffic().InMsgs, 1000)
		f.restart("NB")
		st = next(c, st.Data)
		if len(st.Servers) != 1 || st.Servers[0].traffic().InMsgs.Known || st.Servers[0].status() != "restarted" {
			t.Errorf("after a restart: %d servers, %s, rate %v", len(st.Servers), st.Servers[0].status(), st.Servers[0].traffic().InMsgs)
		}
		if st.Total.conns != 1 {
			t.Error("a restarted server counts twice: ", st.Total.conns)
		}
		st = next(c, st.Data)
		near(t, "after the restart", st.Servers[0].traffic().InMsgs, 1000)
	})
}

// TestOneQuestionAtATime checks that questions never overlap, that the
// interval doubles while they are slow, and comes back.
func TestOneQuestionAtATime(t *testing.T) {
	f := newFakeFleet(1)
	collecting(t, &Feed{Source: f}, time.Second, func(c *collector) {
		st := next(c, 0)
		f.set(func(f *fakeFleet) { f.slow = 3 * time.Second })
		for range 3 {
			st = next(c, st.Data)
		}
		if st.Every < 4*time.Second || st.Wanted != time.Second {
			t.Errorf("slow answers: every %s, wanted %s", st.Every, st.Wanted)
		}
		f.set(func(f *fakeFleet) { f.slow = 0 })
		for range 6 {
			st = next(c, st.Data)
		}
		if st.Every != time.Second {
			t.Errorf("quick again: every %s", st.Every)
		}
	})
	if n := f.most.Load(); n != 1 {
		t.Errorf("%d questions at once", n)
	}
}

// TestAsksWhatIsShown checks that the expensive answers are asked only while
// their page is open, and at once when it opens.
func TestAsksWhatIsShown(t *testing.T) {
	f := newFakeFleet(1)
	collecting(t, &Feed{Source: f}, 2*time.Second, func(c *collector) {
		m := NewModel(Options{Feed: &Feed{}}, c.send)
		m.goRoot(serversPage)
		m.settle()
		st := next(c, 0)
		for range 3 {
			st = next(c, st.Data)
		}
		for _, w := range f.wants {
			if w.Has(fleet.Connz) || w.Has(fleet.Jsz) || w.Has(fleet.AccountStatz) {
				t.Errorf("asked for what is not shown: %v", w.Kinds)
			}
		}
		before := time.Now()
		m.goRoot(connsPage)
		m.settle()
		for len(st.Conns) == 0 {
			st = next(c, st.Data)
		}
		if waited := time.Since(before); waited > 100*time.Millisecond {
			t.Errorf("connections came %s after their page was opened", waited)
		}
		m.goRoot(serversPage)
		m.settle()
		for range 3 {
			st = next(c, st.Data)
		}
		if len(st.Conns) != 0 {
			t.Error("connections of a page that was left are kept")
		}
	})
}

// TestFirstAnswer checks that the servers are shown before everything about
// them is there, and that no rate is made of the two answers that follow each
// other at once.
func TestFirstAnswer(t *testing.T) {
	f := newFakeFleet(1000)
	f.heavy = 900 * time.Millisecond
	collecting(t, &Feed{Source: f}, 2*time.Second, func(c *collector) {
		begin := time.Now()
		st := next(c, 0)
		if waited := time.Since(begin); waited > 0 || len(st.Servers) != 1 || st.Phase != Live {
			t.Errorf("%d servers after %s, phase %d", len(st.Servers), waited, st.Phase)
		}
		st = next(c, st.Data)
		if waited := time.Since(begin); waited != f.heavy || st.Servers[0].traffic().InMsgs.Known {
			t.Errorf("the rest came after %s, with the rate %v", waited, st.Servers[0].traffic().InMsgs)
		}
		st = next(c, st.Data)
		near(t, "after two answers", st.Servers[0].traffic().InMsgs, 1000)
	})
}

// TestDown checks that a fleet that is lost keeps its last data with their age
// and comes back by itself.
func TestDown(t *testing.T) {
	f := newFakeFleet(1)
	collecting(t, &Feed{Source: f}, time.Second, func(c *collector) {
		st := next(c, 0)
		f.set(func(f *fakeFleet) { f.err = errors.New("connection lost") })
		for st.Phase != Down {
			st = <-c.states
		}
		for range 4 {
			st = <-c.states
		}
		if st.Snap == nil || len(st.Servers) != 1 || st.Age() < 3*time.Second || st.Trouble.Title != "connection lost" {
			t.Errorf("down: age %s, trouble %v, %d servers", st.Age(), st.Trouble, len(st.Servers))
		}
		f.set(func(f *fakeFleet) { f.err = nil })
		for st.Phase != Live {
			st = <-c.states
		}
	})
}

// TestEventStorm checks that a storm of events neither holds up its stream nor
// the screen: few states, all events counted.
func TestEventStorm(t *testing.T) {
	const storm = 100_000
	f := newFakeFleet(1)
	feed := &Feed{Source: f, Events: func(ctx context.Context) iter.Seq2[fleet.Event, error] {
		return func(yield func(fleet.Event, error) bool) {
			for range storm {
				if !yield(fleet.Event{Kind: fleet.EventConnect, Time: time.Now()}, nil) {
					return
				}
			}
			<-ctx.Done()
		}
	}}
	collecting(t, feed, 2*time.Second, func(c *collector) {
		states, last := 0, (*State)(nil)
		for end := time.Now().Add(4 * time.Second); time.Now().Before(end); {
			select {
			case last = <-c.states:
				states++
			case <-time.After(time.Second):
			}
		}
		if states > 25 {
			t.Errorf("%d states in 4 s", states)
		}
		if got := len(last.Events) + last.Dropped; got != storm {
			t.Errorf("%d events kept or counted as dropped, want %d", got, storm)
		}
	})
}

// TestPanicIsReported checks that a panic beside the screen becomes an error,
// so that the terminal can be restored.
func TestPanicIsReported(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		got := make(chan error, 1)
		c := newCollector(&Feed{Source: panicking{}}, time.Second, time.Now, func(err error) { got <- err })
		done := make(chan struct{})
		go func() { defer close(done); c.run(ctx) }()
		if err := <-got; !errors.Is(err, ErrPanic) {
			t.Error(err)
		}
		cancel()
		<-done
	})
}

type panicking struct{}

func (panicking) Snapshot(context.Context, fleet.Want) (*fleet.Snapshot, error) { panic("a defect") }
