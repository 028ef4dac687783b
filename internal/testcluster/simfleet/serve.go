package simfleet

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/nats-io/nats.go"
)

// target is the endpoint and the server that a subject addresses.
type target struct {
	ep *endpoint
	n  *node // nil: all servers
}

// ping stands for the server id in a request to all servers.
const ping = "PING"

// subscribe subscribes one server to a subject; n nil means all of them.
func (f *Fleet) subscribe(id string, ep *endpoint, n *node) error {
	to := ping
	if n != nil {
		to = id
	}
	subject := strings.Replace(ep.subject, "{server}", to, 1)
	f.targets[subject] = target{ep, n}
	sub, err := f.nc.ChanSubscribe(subject, f.requests)
	if err != nil {
		return fmt.Errorf("subscribe %s: %w", subject, err)
	}
	if n != nil {
		f.lineOf[id] = append(f.lineOf[id], sub)
	}
	return nil
}

// listen subscribes the server to the subjects with its id, as its current fault allows: a server that is gone subscribes to
// none, so that the embedded server replies 503, and an old one not to those it does not support.
func (f *Fleet) listen(n *node) error {
	f.mu.Lock()
	defer f.mu.Unlock()
	for _, sub := range f.lineOf[n.info.ID] {
		if err := sub.Unsubscribe(); err != nil {
			return fmt.Errorf("unsubscribe %s: %w", sub.Subject, err)
		}
	}
	delete(f.lineOf, n.info.ID)
	if n.hasFault(func(fault Fault) bool { return fault.Gone && len(fault.Kinds) == 0 }) {
		return f.nc.Flush()
	}
	for i := range endpoints {
		ep := &endpoints[i]
		if !strings.Contains(ep.subject, "{server}.") || n.older(ep.since[0], ep.since[1], ep.since[2]) {
			continue
		}
		if err := f.subscribe(n.info.ID, ep, n); err != nil {
			return err
		}
	}
	return f.nc.Flush()
}

// serve answers until the fleet is closed.
func (f *Fleet) serve() {
	for {
		select {
		case <-f.done:
			return
		case req := <-f.requests:
			f.mu.Lock()
			t, ok := f.targets[req.Subject]
			f.mu.Unlock()
			if ok && req.Reply != "" {
				f.wg.Go(func() { f.answer(t, req) })
			}
		}
	}
}

// due is one answer and when it is sent.
type due struct {
	n     *node
	after time.Duration
}

// answer sends the answers of all servers that a request is for, each after its own delay.
func (f *Fleet) answer(t target, req *nats.Msg) {
	start := time.Now()
	nodes := f.nodes
	if t.n != nil {
		nodes = []*node{t.n}
	}
	plan := make([]due, 0, len(nodes))
	for _, n := range nodes {
		if n.answers(t.ep) {
			plan = append(plan, due{n, n.delay(t.ep)})
		}
	}
	slices.SortStableFunc(plan, func(a, b due) int { return int(a.after - b.after) })
	timer := time.NewTimer(0)
	defer timer.Stop()
	for _, d := range plan {
		if wait := d.after - time.Since(start); wait > 0 {
			timer.Reset(wait)
			select {
			case <-timer.C:
			case <-f.done:
				return
			}
		}
		if err := f.send(d.n, t.ep, req); err != nil {
			return // the connection is closed, and the fleet with it
		}
	}
}

// answers reports whether the server currently answers this kind of request.
func (n *node) answers(ep *endpoint) bool {
	n.mu.Lock()
	defer n.mu.Unlock()
	fault := n.faultFor(ep)
	return !fault.Gone && !fault.Mute && !olderThan(or(n.fault.Version, n.info.Version), ep.since)
}

// faultFor is the fault as it concerns one kind of answer; n.mu is held.
func (n *node) faultFor(ep *endpoint) Fault {
	if len(n.fault.Kinds) > 0 && !slices.Contains(n.fault.Kinds, ep.kind) {
		return Fault{Version: n.fault.Version}
	}
	return n.fault
}

// delay is how long the server takes to answer.
func (n *node) delay(ep *endpoint) time.Duration {
	n.mu.Lock()
	slow := n.faultFor(ep).Slow
	n.mu.Unlock()
	s := n.fleet.spec
	if s.MaxDelay <= 0 {
		return slow
	}
	spread := int64(s.MaxDelay-s.MinDelay) + 1
	r := n.fleet.dice(6, uint64(n.index), uint64(len(ep.kind)), uint64(ep.kind[0])) //nolint:gosec // an index
	return slow + s.MinDelay + time.Duration(r.Int64N(spread))
}

// send sends one server's answer, changed by its fault.
func (f *Fleet) send(n *node, ep *endpoint, req *nats.Msg) error {
	msg, err := n.reply(ep, req)
	if err != nil || msg == nil {
		return err
	}
	n.mu.Lock()
	fault := n.faultFor(ep)
	n.sent++
	lost := fault.LoseEvery > 0 && n.sent%fault.LoseEvery == 0
	if n.lost[ep.kind] < fault.LoseNext {
		n.lost[ep.kind]++
		lost = true
	}
	n.mu.Unlock()
	if lost {
		return nil
	}
	if fault.Garbage {
		msg.Data = msg.Data[:len(msg.Data)*2/3]
	}
	times := 1
	if fault.Duplicate {
		times = 2
	}
	for range times {
		if err := f.nc.PublishMsg(msg); err != nil {
			return fmt.Errorf("answer: %w", err)
		}
	}
	return nil
}
