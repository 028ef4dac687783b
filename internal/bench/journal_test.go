package bench

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// TestJournal keeps a hundred events, counts them all, and hears nothing after
// its end.
func TestJournal(t *testing.T) {
	j := newJournal(func() int64 { return 2_500_000_000 })
	for i := range 120 {
		j.add(evSlow, "sub-1", fmt.Sprint(i))
		j.add(evError, "sub-2", fmt.Sprint("e", i))
	}
	j.close()
	j.add(evSlow, "sub-1", "late")
	if j.count(evSlow) != 120 || j.count(evError) != 120 || j.count(EventDenied) != 0 {
		t.Errorf("%d slow, %d errors", j.count(evSlow), j.count(evError))
	}
	if j.first(evSlow) != "0" || j.first(evError) != "e0" || j.first(EventDenied) != "" {
		t.Errorf("first %q, %q", j.first(evSlow), j.first(evError))
	}
	all := j.list()
	if len(all) != maxEvents+1 || all[0] != (result.Event{Second: 2.5, Kind: evSlow, Who: "sub-1", Detail: "0"}) || all[maxEvents-1].Detail != "e49" {
		t.Errorf("%d events, the first %+v, the last %+v", len(all), all[0], all[maxEvents-1])
	}
	if last := all[maxEvents]; last.Detail != "140 more events" || last.Kind != evError || last.Who != "journal" {
		t.Errorf("%+v", last)
	}
	short := newJournal(func() int64 { return 0 })
	short.add(evSlow, "a", "b")
	if got := short.list(); len(got) != 1 {
		t.Errorf("%+v", got)
	}
}

// handlers returns the options of a connection that options set.
func handlers(t *testing.T, set []nats.Option) nats.Options {
	t.Helper()
	var o nats.Options
	for _, f := range set {
		if err := f(&o); err != nil {
			t.Fatal(err)
		}
	}
	return o
}

// TestJournalRecordsConnectionEvents records what nats.go says of a connection.
func TestJournalRecordsConnectionEvents(t *testing.T) {
	j := newJournal(func() int64 { return 0 })
	o := handlers(t, j.options("sub-1"))
	nc := &nats.Conn{}
	o.DisconnectedErrCB(nc, nil) // our own doing
	o.DisconnectedErrCB(nc, errors.New("EOF"))
	o.ReconnectedCB(nc)
	o.LameDuckModeHandler(nc)
	o.AsyncErrorCB(nc, nil, fmt.Errorf("oh: %w", nats.ErrSlowConsumer))
	o.AsyncErrorCB(nc, nil, fmt.Errorf("oh: %w", nats.ErrPermissionViolation))
	o.AsyncErrorCB(nc, nil, errors.New("odd"))
	var kinds []string
	for _, e := range j.list() {
		if e.Who != "sub-1" {
			t.Errorf("%+v", e)
		}
		kinds = append(kinds, e.Kind+" "+e.Detail)
	}
	want := []string{
		EventDisconnected + " EOF", EventReconnected + " ", evLameDuck + " ", evSlow + " oh: nats: slow consumer, messages dropped",
		EventDenied + " oh: nats: permissions violation", evError + " odd",
	}
	if !slices.Equal(kinds, want) {
		t.Errorf("%q, want %q", kinds, want)
	}
}

// TestServiceLog tells news once, what comes with each request only the first time,
// and the reason for which a responder ends.
func TestServiceLog(t *testing.T) {
	d := newServiceLog(pace.NewMonotonic(time.Now()))
	denied := fmt.Errorf("%w for Publish to \"x\"", nats.ErrPermissionViolation)
	d.classify("responder-1", denied)
	d.classify("responder-1", denied)
	d.classify("responder-2", denied)
	d.classify("responder-1", nats.ErrSlowConsumer)
	d.classify("responder-1", errors.New("odd"))
	var kinds []string
	for _, e := range d.drain() {
		kinds = append(kinds, e.Who+" "+e.Kind)
	}
	if want := []string{"responder-1 " + EventDenied, "responder-2 " + EventDenied, "responder-1 " + evSlow, "responder-1 " + evError}; !slices.Equal(kinds, want) {
		t.Errorf("%q, want %q", kinds, want)
	}
	if again := d.drain(); len(again) != 0 {
		t.Errorf("told twice: %+v", again)
	}
	for i := range 2 * maxEvents {
		d.add(evError, "responder-1", fmt.Sprint(i))
	}
	if n := len(d.drain()); n != maxEvents {
		t.Errorf("%d events, want %d", n, maxEvents)
	}
	select {
	case err := <-d.over:
		t.Errorf("ended: %v", err)
	default:
	}
	d.classify("responder-2", nats.ErrAuthRevoked)
	d.end("responder-2", nats.ErrConnectionClosed)
	err := <-d.over
	if !errors.Is(err, nats.ErrAuthRevoked) || !errors.Is(err, nats.ErrConnectionClosed) || !strings.Contains(err.Error(), "responder-2") {
		t.Errorf("ended with %v", err)
	}
	d.classify("responder-1", fmt.Errorf("%w for Subscription to \"y\"", nats.ErrPermissionViolation))
	if err := <-d.over; !errors.Is(err, nats.ErrPermissionViolation) || errors.Is(err, nats.ErrAuthRevoked) {
		t.Errorf("ended with %v", err)
	}
}

// TestThrottlePatience gives up what has not moved for the timeout, and no
// sooner, and does not wait for it again.
func TestThrottlePatience(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		backlog := int64(500)
		h := &throttle{backlog: func() int64 { return backlog }, limit: 100, patient: 5 * time.Second}
		began := time.Now()
		moved := time.AfterFunc(3*time.Second, func() { backlog = 400 })
		defer moved.Stop()
		h.wait(t.Context())
		if took := time.Since(began); took < 8*time.Second || took > 8*time.Second+10*time.Millisecond {
			t.Errorf("gave up after %v, want 8s", took)
		}
		began = time.Now()
		backlog = 500 // 100 more than what was dropped
		if h.wait(t.Context()); time.Since(began) != 0 {
			t.Errorf("waited %v for what was lost", time.Since(began))
		}
		backlog = 501
		time.AfterFunc(time.Second, func() { backlog = 475 })
		if h.wait(t.Context()); time.Since(began) < time.Second || time.Since(began) > 1010*time.Millisecond {
			t.Errorf("went on after %v", time.Since(began))
		}
	})
	var none *throttle
	none.wait(t.Context())
}

// TestThrottleLimit depends on the size of the messages and on who is slow.
func TestThrottleLimit(t *testing.T) {
	for _, c := range []struct {
		size, groups int
		raw          bool
		want         int64
	}{
		{16, 1, false, 6 << 10}, {16, 4, false, 4 * (6 << 10)}, {16, 1, true, 16 << 10}, {64 << 10, 1, true, 256}, {64 << 10, 4, true, 256}, {8 << 20, 1, false, 16}, {8 << 20, 4, false, 64}, {0, 1, true, 16 << 10},
	} {
		r := &run{spec: scenario.Spec{Sizes: []int{1, c.size}, Timeout: 7}}
		if c.size == 0 {
			r.spec.Sizes = []int{0}
		}
		if c.raw {
			r.links = []*link{{}, {tap: newTapForTest()}}
		}
		if h := newThrottle(r, c.groups, func() int64 { return 0 }); h.limit != c.want || h.patient != 7 {
			t.Errorf("%+v: limit %d, patient %v", c, h.limit, h.patient)
		}
	}
}

// TestDrain waits as long as messages come, and the timeout longer.
func TestDrain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := &run{spec: scenario.Spec{Timeout: 2000 * ms}}
		began := time.Now()
		r.drain(t.Context(), func(context.Context) int64 { return max(4-int64(time.Since(began)/time.Second), 1) })
		if took := time.Since(began); took < 5*time.Second || took > 5050*time.Millisecond {
			t.Errorf("one message missing from second 3 on: ended after %v, want 5s", took)
		}
		began = time.Now()
		r.drain(t.Context(), func(context.Context) int64 { return 4 - int64(time.Since(began)/time.Second) })
		if took := time.Since(began); took < 4*time.Second || took > 4010*time.Millisecond {
			t.Errorf("all came after 4 s: ended after %v", took)
		}
	})
}
