package bench

import (
	"context"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// pubsubRun publishes and subscribes: every subscriber receives every message, or
// with a queue group one of them does.
type pubsubRun struct {
	*run
	senders []*sender
	groups  []*group
	subs    []*subscription
}

func (p *pubsubRun) setup(context.Context) error {
	if p.spec.Queue != "" {
		p.groups = []*group{newGroup(p.run, p.spec.Subs, p.spec.Pubs)}
	} else {
		for range p.spec.Subs {
			p.groups = append(p.groups, newGroup(p.run, 1, p.spec.Pubs))
		}
	}
	i := 0
	for _, c := range p.groups {
		for _, k := range c.sinks {
			i++
			if err := p.listen(fmt.Sprintf("sub-%d", i), k); err != nil {
				return err
			}
		}
	}
	senders, err := publishers(p.run)
	if err != nil {
		return err
	}
	p.senders = senders
	hold := newThrottle(p.run, len(p.groups), p.onTheWay)
	for _, s := range senders {
		s.hold = hold
	}
	return nil
}

// listen subscribes a sink.
func (p *pubsubRun) listen(who string, k *sink) error {
	l, err := p.linkAs(who)
	if err != nil {
		return err
	}
	e, err := subscribe(p.run, l, p.filter(), k)
	if err != nil {
		return err
	}
	p.subs = append(p.subs, e)
	if err := l.nc.FlushTimeout(p.timeout()); err != nil {
		return fmt.Errorf("subscribe %s: %w", who, err)
	}
	return nil
}

// probe sends until every group has received a probe of every publisher.
func (p *pubsubRun) probe(ctx context.Context) error {
	return sendProbes(ctx, p.run, p.senders, func() bool {
		for _, c := range p.groups {
			if !c.probed() {
				return false
			}
		}
		return true
	})
}

// sendProbes publishes a probe of every sender every 50 ms until all have arrived.
func sendProbes(ctx context.Context, r *run, senders []*sender, arrived func() bool) error {
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
		if err := r.await(ctx, 50*time.Millisecond, arrived); err == nil {
			return nil
		}
		if ctx.Err() != nil {
			return fmt.Errorf("probe %s for %v: %w", r.subject, r.timeout(), context.Cause(ctx))
		}
	}
}

func (p *pubsubRun) workers(context.Context) []worker { return asWorkers(p.senders) }

func (p *pubsubRun) missing(context.Context) int64 { return p.unreceived() }

func (p *pubsubRun) unreceived() int64 {
	n := sentSoFar(p.senders) * int64(len(p.groups))
	for _, c := range p.groups {
		n -= c.unique()
	}
	return n
}

// onTheWay returns how many messages are missing, and how many of the warm-up.
func (p *pubsubRun) onTheWay() int64 {
	n := p.unreceived()
	for _, s := range p.senders {
		n += s.warm.Load() * int64(len(p.groups))
	}
	for _, c := range p.groups {
		for _, k := range c.sinks {
			n -= k.warm.Load()
		}
	}
	return n
}

func (p *pubsubRun) addCounts(_ context.Context, rep *report) {
	for _, e := range p.subs {
		e.stop(&rep.Client)
	}
	rep.addSenders(asWorkers(p.senders))
	rep.Expected = rep.Sent * int64(len(p.groups))
	rep.addGroups(p.groups)
}
