package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/stamp"
	"github.com/natsctl/natsctl/internal/bench/tap"
)

// pubsubRun is publishers and subscribers: every subscriber gets every message,
// or with a queue group one of them.
type pubsubRun struct {
	*run
	senders []*sender
	crowds  []*crowd
	ears    []*ear
}

// ear is a subscription and its end.
type ear struct {
	sub  *nats.Subscription
	tap  *tap.Tap // instead of sub, with the raw driver
	sink *sink
	gone chan struct{}
}

func (p *pubsubRun) setup(context.Context) error {
	if p.spec.Queue != "" {
		p.crowds = []*crowd{p.newCrowd(p.spec.Subs, p.spec.Pubs)}
	} else {
		for range p.spec.Subs {
			p.crowds = append(p.crowds, p.newCrowd(1, p.spec.Pubs))
		}
	}
	i := 0
	for _, c := range p.crowds {
		for _, k := range c.sinks {
			i++
			if err := p.listen(fmt.Sprintf("sub-%d", i), k); err != nil {
				return err
			}
		}
	}
	senders, err := p.publishers()
	if err != nil {
		return err
	}
	p.senders = senders
	hold := p.newThrottle(len(p.crowds), p.onTheWay)
	for _, s := range senders {
		s.hold = hold
	}
	return nil
}

// publishers opens a connection for each publisher.
func (r *run) publishers() ([]*sender, error) {
	var out []*sender
	for i := range r.spec.Pubs {
		l, err := r.linkAs(fmt.Sprintf("pub-%d", i+1))
		if err != nil {
			return nil, err
		}
		s, err := r.newSender(i, l, l.nc)
		if err != nil {
			return nil, err
		}
		if l.tap != nil {
			if s.raw, err = s.newBatches(l.tap); err != nil {
				return nil, err
			}
			if err := l.tap.Start(); err != nil {
				return nil, fmt.Errorf("driver raw: %w", err)
			}
		}
		out = append(out, s)
	}
	return out, nil
}

// maxPendingBytes is what a subscription may hold before the client library
// drops messages, so that a slow subscriber cannot take all the memory.
const maxPendingBytes = 512 << 20

// filter is the subject to which all subscribers listen.
func (r *run) filter() string {
	if r.spec.Subjects > 1 {
		return r.subject + ".*"
	}
	return r.subject
}

// listen subscribes a sink.
func (p *pubsubRun) listen(who string, k *sink) error {
	l, err := p.linkAs(who)
	if err != nil {
		return err
	}
	e, err := p.hear(l, p.filter(), k)
	if err != nil {
		return err
	}
	p.ears = append(p.ears, e)
	if err := l.nc.FlushTimeout(p.timeout()); err != nil {
		return fmt.Errorf("subscribe %s: %w", who, err)
	}
	return nil
}

// hear subscribes a sink on a connection.
func (r *run) hear(l *link, subject string, k *sink) (*ear, error) {
	if l.tap != nil {
		l.tap.Subscribe(subject, r.spec.Queue, func(m *tap.Message) { k.take(m.Payload, m.Now) })
		return &ear{tap: l.tap, sink: k}, l.tap.Start()
	}
	e := &ear{sink: k, gone: make(chan struct{})}
	cb := func(m *nats.Msg) { k.take(m.Data, r.clock.Now()) }
	var err error
	if r.spec.Queue != "" {
		e.sub, err = l.nc.QueueSubscribe(subject, r.spec.Queue, cb)
	} else {
		e.sub, err = l.nc.Subscribe(subject, cb)
	}
	if err != nil {
		return nil, fmt.Errorf("subscribe %s: %w", subject, err)
	}
	e.sub.SetClosedHandler(func(string) { close(e.gone) })
	if err := e.sub.SetPendingLimits(-1, maxPendingBytes); err != nil {
		return nil, fmt.Errorf("pending limits: %w", err)
	}
	return e, nil
}

// rest ends a subscription, waits for its last callback and notes how far it
// was behind.
func (e *ear) rest(use *result.ClientUse) {
	if e.tap != nil {
		e.tap.Stop()
		return
	}
	if pending, _, err := e.sub.MaxPending(); err == nil {
		use.MaxPending = max(use.MaxPending, int64(pending))
	}
	if dropped, err := e.sub.Dropped(); err == nil {
		use.Dropped += int64(dropped)
	}
	if err := e.sub.Unsubscribe(); err != nil {
		return // closed already, and so has ended
	}
	select {
	case <-e.gone:
	case <-time.After(grace):
	}
}

// probe sends until every crowd has heard every publisher.
func (p *pubsubRun) probe(ctx context.Context) error {
	return p.sendProbes(ctx, p.senders, func() bool {
		for _, c := range p.crowds {
			if !c.probed() {
				return false
			}
		}
		return true
	})
}

// sendProbes publishes a probe of every sender every 50 ms until heard.
func (r *run) sendProbes(ctx context.Context, senders []*sender, heard func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, r.timeout(), ErrNoInterest)
	defer cancel()
	tick := time.NewTicker(50 * time.Millisecond)
	defer tick.Stop()
	payload := make([]byte, stamp.Full)
	for {
		for _, s := range senders {
			r.coder.Put(payload, stamp.Stamp{Worker: s.id, Flags: stamp.Probe}, stamp.Sum(nil))
			if err := s.link.nc.Publish(s.subjects.names[0], payload); err != nil {
				return fmt.Errorf("probe: %w", err)
			}
		}
		if err := r.awaitCtx(ctx, 50*time.Millisecond, heard); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("probe %s for %v: %w", r.subject, r.timeout(), context.Cause(ctx))
		}
	}
}

func (p *pubsubRun) workers() []worker { return asWorkers(p.senders) }

func asWorkers[W worker](ws []W) []worker {
	var out []worker
	for _, w := range ws {
		out = append(out, w)
	}
	return out
}

func sentSoFar(ss []*sender) (n int64) {
	for _, s := range ss {
		n += s.progress.Load()
	}
	return n
}

func (p *pubsubRun) missing() int64 {
	n := sentSoFar(p.senders) * int64(len(p.crowds))
	for _, c := range p.crowds {
		n -= c.unique()
	}
	return n
}

// onTheWay is what is missing, and what is missing of the warm-up.
func (p *pubsubRun) onTheWay() int64 {
	n := p.missing()
	for _, s := range p.senders {
		n += s.warm.Load() * int64(len(p.crowds))
	}
	for _, c := range p.crowds {
		for _, k := range c.sinks {
			n -= k.warm.Load()
		}
	}
	return n
}

func (p *pubsubRun) settle(_ context.Context, rep *result.Run) {
	for _, e := range p.ears {
		e.rest(&rep.Client)
	}
	p.addSenders(rep, p.workers())
	rep.Expected = rep.Sent * int64(len(p.crowds))
	p.addCrowds(rep, p.crowds)
}
