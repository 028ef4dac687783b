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

// pubRun is publishers whose messages nobody has to receive. What a publisher
// learns of the server is the PONG that follows its messages: by then the server
// has read them. That is the response time of this workload. A PONG over a
// connection that was lost meanwhile proves nothing: what was sent before is
// unknown. With a rate, a witness counts what arrives.
type pubRun struct {
	*run
	witness    *witness // nil at full speed, where it would take half of the rate
	senders    []*sender
	confirmers []*confirmer
	group      sync.WaitGroup
	cancel     context.CancelFunc
}

func (p *pubRun) setup(context.Context) (err error) {
	if p.spec.Load.Mode == scenario.Open {
		if p.witness, err = newWitness(p.run); err != nil {
			return err
		}
	}
	p.senders, err = publishers(p.run)
	return err
}

func (p *pubRun) probe(ctx context.Context) error {
	if p.witness != nil && !p.witness.reached(ctx, p.run, p.senders) {
		p.witness = nil
	}
	for _, s := range p.senders {
		if err := s.link.nc.FlushTimeout(p.timeout()); err != nil {
			return fmt.Errorf("probe: %w", err)
		}
	}
	return nil
}

// workers also starts a confirmer beside each sender.
func (p *pubRun) workers(ctx context.Context) []worker {
	ctx, cancel := context.WithCancel(context.WithoutCancel(ctx)) // messages of an interrupted run are confirmed too
	p.cancel = cancel
	for _, s := range p.senders {
		c := &confirmer{sender: s, lane: p.line.Lane(), stopped: make(chan struct{})}
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
	if p.witness != nil {
		n = max(n, sent-p.witness.group.unique())
	}
	return n
}

func (p *pubRun) settle(_ context.Context, rep *report) {
	p.cancel()
	for _, s := range p.senders { // a flush that still waits ends with its connection
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
	if p.witness != nil {
		p.witness.testify(rep)
		return
	}
	// What the client library refused was sent to nobody: it is lost, whatever PONG followed.
	spared := min(rep.Refused, rep.Unknown)
	rep.Unknown -= spared
	rep.Received = max(rep.Received-(rep.Refused-spared), 0)
	rep.reasons = append(rep.reasons, result.Reason{Code: result.ReasonUnverified, Text: "delivery was not verified: the server has read the messages, and nobody received them"})
}

// confirmer asks the server, over the connection of a sender, whether it has
// got the messages so far. One goroutine uses it; seen may be read by others.
type confirmer struct {
	sender            *sender
	lane              *hist.Lane
	response, service hist.Hist
	seen              atomic.Int64 // messages whose fate is known
	confirmed         int64
	unknown           int64
	reconnects        uint64 // of the connection, when it was last asked
	arrivals
	plan    pace.Schedule // the sender's intended instants once more
	stopped chan struct{}
}

// confirmEvery is how often a closed loop is confirmed: often enough to see
// the server, too seldom to slow the sender.
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
		case <-s.kick:
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

// confirm waits for the PONG that follows the first n messages. If there is
// none, or the connection is another one by then, their fate stays unknown.
func (c *confirmer) confirm(n int64) {
	r := c.sender.run
	asked := r.clock.Now()
	err := c.sender.link.nc.FlushTimeout(r.timeout())
	now := r.clock.Now()
	proven := c.unbroken() && err == nil
	if proven {
		c.service.Record(now - asked)
		c.confirmed += n - c.seen.Load()
		c.note(now)
	} else {
		c.unknown += n - c.seen.Load()
	}
	c.record(n, now, proven)
	c.seen.Store(n)
}

// record returns all messages up to the n-th the instant of their PONG.
func (c *confirmer) record(n, now int64, ok bool) {
	r := c.sender.run
	if r.spec.Load.Mode == scenario.Max {
		for range n - c.seen.Load() {
			c.lane.Arrived(now)
		}
		return
	}
	if c.plan == nil { // the shape was accepted before
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
