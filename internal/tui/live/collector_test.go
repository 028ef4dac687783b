package live

import (
	"context"
	"errors"
	"iter"
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// collecting runs a collector over a feed inside a bubble of fake time.
func collecting(t *testing.T, feed *Feed, every time.Duration, do func(c *Collector)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		if f, ok := feed.Source.(*fixture.Fleet); ok {
			f.Start = time.Now()
		}
		c := NewCollector(feed, every, time.Now, func(err error) { t.Error(err) })
		done := make(chan struct{})
		go func() { defer close(done); c.Run(ctx) }()
		do(c)
		cancel()
		<-done
	})
}

// next waits for the next state with new answers.
func next(c *Collector, after uint64) *State {
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
			f := fixture.NewFleet(2000)
			collecting(t, &Feed{Source: f}, every, func(c *Collector) {
				c.Send(SetDemand(Demand{Needs: []Need{{fleet.Connz, 0}}}))
				var st *State
				for range 4 {
					st = next(c, dataOf(st))
				}
				near(t, "server", st.Servers[0].Traffic().InMsgs, 2000)
				near(t, "bytes", st.Servers[0].Traffic().InBytes, 200_000)
				near(t, "connection", st.Conns[0].Traffic.InMsgs, 2000)
				near(t, "total", st.Total.Traffic.InMsgs, 2000)
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
	f := fixture.NewFleet(1000)
	collecting(t, &Feed{Source: f}, time.Second, func(c *Collector) {
		var st *State
		for range 3 {
			st = next(c, dataOf(st))
		}
		near(t, "before", st.Servers[0].Traffic().InMsgs, 1000)
		f.Set(func(f *fixture.Fleet) { f.Base = -1_500 })
		st = next(c, st.Data)
		if st.Servers[0].Traffic().InMsgs.Known {
			t.Error("a rate across a counter that went down: ", st.Servers[0].Traffic().InMsgs)
		}
		st = next(c, st.Data)
		near(t, "after the reset", st.Servers[0].Traffic().InMsgs, 1000)
		f.Restart("NB")
		st = next(c, st.Data)
		if len(st.Servers) != 1 || st.Servers[0].Traffic().InMsgs.Known || st.Servers[0].Status() != "restarted" {
			t.Errorf("after a restart: %d servers, %s, rate %v", len(st.Servers), st.Servers[0].Status(), st.Servers[0].Traffic().InMsgs)
		}
		if st.Total.Conns != 1 {
			t.Error("a restarted server counts twice: ", st.Total.Conns)
		}
		st = next(c, st.Data)
		near(t, "after the restart", st.Servers[0].Traffic().InMsgs, 1000)
	})
}

// TestOneQuestionAtATime checks that questions never overlap, that the
// interval doubles while they are slow, and comes back.
func TestOneQuestionAtATime(t *testing.T) {
	f := fixture.NewFleet(1)
	collecting(t, &Feed{Source: f}, time.Second, func(c *Collector) {
		st := next(c, 0)
		f.Set(func(f *fixture.Fleet) { f.Slow = 3 * time.Second })
		for range 3 {
			st = next(c, st.Data)
		}
		if st.Every < 4*time.Second || st.Wanted != time.Second {
			t.Errorf("slow answers: every %s, wanted %s", st.Every, st.Wanted)
		}
		f.Set(func(f *fixture.Fleet) { f.Slow = 0 })
		for range 6 {
			st = next(c, st.Data)
		}
		if st.Every != time.Second {
			t.Errorf("quick again: every %s", st.Every)
		}
	})
	if n := f.Most.Load(); n != 1 {
		t.Errorf("%d questions at once", n)
	}
}

// TestFirstAnswer checks that the servers are shown before everything about
// them is there, and that no rate is made of the two answers that follow each
// other at once.
func TestFirstAnswer(t *testing.T) {
	f := fixture.NewFleet(1000)
	f.Heavy = 900 * time.Millisecond
	collecting(t, &Feed{Source: f}, 2*time.Second, func(c *Collector) {
		begin := time.Now()
		st := next(c, 0)
		if waited := time.Since(begin); waited > 0 || len(st.Servers) != 1 || st.Phase != Live {
			t.Errorf("%d servers after %s, phase %d", len(st.Servers), waited, st.Phase)
		}
		st = next(c, st.Data)
		if waited := time.Since(begin); waited != f.Heavy || st.Servers[0].Traffic().InMsgs.Known {
			t.Errorf("the rest came after %s, with the rate %v", waited, st.Servers[0].Traffic().InMsgs)
		}
		st = next(c, st.Data)
		near(t, "after two answers", st.Servers[0].Traffic().InMsgs, 1000)
	})
}

// TestDown checks that a fleet that is lost keeps its last data with their age
// and comes back by itself.
func TestDown(t *testing.T) {
	f := fixture.NewFleet(1)
	collecting(t, &Feed{Source: f}, time.Second, func(c *Collector) {
		st := next(c, 0)
		f.Set(func(f *fixture.Fleet) { f.Err = errors.New("connection lost") })
		for st.Phase != Down {
			st = <-c.states
		}
		for range 4 {
			st = <-c.states
		}
		if st.Snap == nil || len(st.Servers) != 1 || st.Age() < 3*time.Second || st.Trouble.Title != "connection lost" {
			t.Errorf("down: age %s, trouble %v, %d servers", st.Age(), st.Trouble, len(st.Servers))
		}
		f.Set(func(f *fixture.Fleet) { f.Err = nil })
		for st.Phase != Live {
			st = <-c.states
		}
	})
}

// TestEventStorm checks that a storm of events neither holds up its stream nor
// the screen: few states, all events counted.
func TestEventStorm(t *testing.T) {
	const storm = 100_000
	f := fixture.NewFleet(1)
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
	collecting(t, feed, 2*time.Second, func(c *Collector) {
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
		c := NewCollector(&Feed{Source: panicking{}}, time.Second, time.Now, func(err error) { got <- err })
		done := make(chan struct{})
		go func() { defer close(done); c.Run(ctx) }()
		if err := <-got; !errors.Is(err, ErrPanic) {
			t.Error(err)
		}
		cancel()
		<-done
	})
}

type panicking struct{}

func (panicking) Snapshot(context.Context, fleet.Want) (*fleet.Snapshot, error) { panic("a defect") }
