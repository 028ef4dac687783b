package bench

import (
	"context"
	"fmt"
	"sync"
	"sync/atomic"
	"time"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// pubRun publishes messages that need no subscribers. A PONG that follows messages
// shows that the server has read them; that is the response time of this workload.
// After a reconnect a PONG proves nothing about earlier messages: they count as
// unknown. With a rate, an observer counts what arrives.
type pubRun struct {
	*run
	observer   *observer // nil at full speed, where it would take half of the rate
	senders    []*sender
	confirmers []*confirmer
	group      sync.WaitGroup
	cancel     context.CancelFunc
}

func (p *pubRun) setup(context.Context) (err error) {
	if p.spec.Load.Mode == scenario.Open {
		if p.observer, err = newObserver(p.run); err != nil {
			return err
		}
	}
	p.senders, err = publishers(p.run)
	return err
}

func (p *pubRun) probe(ctx context.Context) error {
	if p.observer != nil && !p.observer.reached(ctx, p.run, p.senders) {
		p.observer = nil
	}
	for _, s := range p.senders {
		if err := s.link.nc.FlushTimeout(p.timeout()); err != nil {
			return fmt.Errorf("probe: %w", err)
		}
	}
	return nil
}

// workers also starts a confirmer for each sender.
func (p *pubRun) workers(ctx context.Context) []worker {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // messages of an interrupted run are confirmed too
	p.cancel = cancel
	for _, s := range p.senders {
		c := &confirmer{sender: s, lane: p.line.NewWriter(), stopped: make(chan struct{})}
		p.confirmers = append(p.confirmers, c)
		p.group.Go(func() { c.watch(ctx) })
	}
	return asWorkers(p.senders)
}

func (p *pubRun) missing(_ context.Context) (n int64) {
	sent := sentSoFar(p.senders)
	n = sent
	for _, c := range p.confirmers {
		n -= c.seen.Load()
	}
	if p.observer != nil {
		n = max(n, sent-p.observer.group.unique())
	}
	return n
}

func (p *pubRun) addCounts(_ context.Context, rep *report) {
	p.cancel()
	for _, s := range p.senders { // a pending flush ends with its connection
		s.link.close()
	}
	p.group.Wait()
	rep.addSenders(asWorkers(p.senders))
	rep.Expected = rep.Sent
	var response, service hist.Hist
	for _, c := range p.confirmers {
		rep.Received += c.confirmed
		rep.Unknown += c.unknown
		response.Merge(&c.response)
		service.Merge(&c.service)
		rep.noteGap(c.arrivals)
		rep.lastRecv = max(rep.lastRecv, c.last)
	}
	p.account(rep)
	rep.addLatency(&response, &service)
}

// account sorts the messages into received, lost and unknown.
func (p *pubRun) account(rep *report) {
	if p.observer != nil {
		p.observer.addCounts(rep)
		return
	}
	// What the client library refused was never sent: it is lost, even if a PONG followed.
	spared := min(rep.Refused, rep.Unknown)
	rep.Unknown -= spared
	rep.Received = max(rep.Received-(rep.Refused-spared), 0)
	rep.reasons = append(rep.reasons, result.Reason{Code: result.ReasonUnverified, Text: "delivery was not verified: the server has read the messages, and nobody received them"})
}

// confirmer asks the server, over the connection of a sender, whether it has
// received the messages so far. One goroutine uses it; seen may be read by others.
type confirmer struct {
	sender            *sender
	lane              *hist.Writer
	response, service hist.Hist
	seen              atomic.Int64 // messages confirmed or unknown
	confirmed         int64
	unknown           int64
	reconnects        uint64 // of the connection, at the last confirmation
	arrivals
	plan    pace.Schedule // the same intended instants as the sender's
	stopped chan struct{}
}

// confirmEvery is how often a closed loop is confirmed: often enough to measure
// the server, rarely enough not to slow down the sender.
const confirmEvery = 20 * time.Millisecond

// watch confirms messages until the sender has ended and all are confirmed, or
// ctx ends.
func (c *confirmer) watch(ctx context.Context) {
	defer close(c.stopped)
	s := c.sender
	for ended := false; !ended || c.seen.Load() < s.progress.Load(); {
		select {
		case <-ctx.Done():
			return
		case <-s.done:
			ended = true
		case <-s.published:
		}
		if n := s.progress.Load(); n > c.seen.Load() {
			c.confirm(n)
		}
		if s.run.spec.Load.Mode == scenario.Max && !ended {
			pause(ctx, s.done, confirmEvery)
		}
	}
	c.lane.Flush()
}

// unbroken reports whether the connection is still the one of the last confirmation.
func (c *confirmer) unbroken() bool {
	before := c.reconnects
	c.reconnects = c.sender.link.nc.Stats().Reconnects
	return c.reconnects == before
}

// confirm waits for the PONG that follows the first n messages. If there is none,
// or the connection was replaced, they count as unknown.
func (c *confirmer) confirm(n int64) {
	r := c.sender.run
	asked := r.clock.Now()
	err := c.sender.link.nc.FlushTimeout(r.timeout())
	now := r.clock.Now()
	proven := c.unbroken() && err == nil
	if proven {
		c.service.Record(now - asked)
		c.confirmed += n - c.seen.Load()
		c.add(now)
	} else {
		c.unknown += n - c.seen.Load()
	}
	c.record(n, now, proven)
	c.seen.Store(n)
}

// record records the instant of the PONG for all messages up to the n-th.
func (c *confirmer) record(n, now int64, ok bool) {
	r := c.sender.run
	if r.spec.Load.Mode == scenario.Max {
		for range n - c.seen.Load() {
			c.lane.Arrived(now)
		}
		return
	}
	if c.plan == nil { // the shape was validated before
		shape, _ := r.spec.Load.Shape(r.spec.Length())
		c.plan = r.spec.Schedule(shape, c.sender.id)
	}
	for range n - c.seen.Load() {
		at, _ := c.plan.Next()
		if ok {
			c.response.Record(now - r.start - at)
			c.lane.Received(now, now-r.start-at)
		}
	}
}
