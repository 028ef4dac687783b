package bench

import (
	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/tap"
)

// The receiving side of a client.

// receive handles a reply from nats.go.
func (a *client) receive(m *nats.Msg) {
	if seq, ok := number(m.Subject); ok {
		a.recordReply(seq, m, a.run.clock.Now())
	}
}

// receiveRaw handles a reply from the raw driver.
func (a *client) receiveRaw(m *tap.Message) {
	seq, ok := number(m.Subject)
	if !ok {
		return
	}
	a.current.Data, a.current.Header = m.Payload, nil
	if len(m.Header) > 0 { // an error of the server or of a service
		if h, err := nats.DecodeHeadersMsg(m.Header); err == nil {
			a.current.Header = h
		}
	}
	a.recordReply(seq, &a.current, m.Now)
}

// recordReply records a reply: to one message, or to the batch that the message ends.
func (a *client) recordReply(seq uint64, m *nats.Msg, now int64) {
	first := seq
	if a.batch > 1 { // aux of the last message is its position in the batch
		first = seq - a.ring.at(seq).aux.Load()
	}
	for ; first <= seq; first++ {
		a.resolve(first, m, now)
	}
	if a.waiting.Load() && a.hasWork() {
		select {
		case a.wake <- struct{}{}:
		default:
		}
	}
}

// hasWork reports whether to wake the sender: a quarter of the window is free, so
// that it sends several messages at a time.
func (a *client) hasWork() bool {
	w := int64(a.run.spec.Load.Window)
	return a.issued.Load()-a.completed.Load() <= w-max(w/4, 1)
}

// resolve records the reply m to message seq.
func (a *client) resolve(seq uint64, m *nats.Msg, now int64) {
	due, sent, aux, measured, ok := a.ring.resolve(seq)
	if !ok {
		a.tally.dup++ // a second reply, or one after the timeout
		return
	}
	err := a.act.answer(m, aux, measured)
	a.completed.Add(1)
	if !measured {
		return
	}
	a.resolved.Add(1)
	if err != nil {
		a.failed++
		if a.first == nil {
			a.first = err
		}
		return
	}
	a.recordLatency(due, sent, now, len(m.Data))
}

func (a *client) recordLatency(due, sent, now int64, size int) {
	t := &a.tally
	t.arrived(now, size)
	t.response.Record(now - due)
	t.service.Record(now - sent)
	a.timeline.Received(now, now-due)
	a.answered.Store(t.received)
}

// clientGroup is all clients of a run that expect replies.
type clientGroup []*client

func (as clientGroup) workers() []worker { return asWorkers(as) }

// missing returns how many messages of the measurement have no reply yet.
func (as clientGroup) missing() (n int64) {
	for _, a := range as {
		n += a.measured.Load() - a.resolved.Load()
	}
	return n
}

// addCounts adds the counts of the clients. With timed, the replies are what the
// workload measures: they are the latency and the expected messages.
func (as clientGroup) addCounts(rep *report, timed bool) {
	for _, a := range as {
		a.sub.stop(&rep.Client)
	}
	rep.addSenders(as.workers())
	var response, service hist.Hist
	for _, a := range as {
		a.timeline.Flush()
		t := &a.tally
		response.Merge(&t.response)
		service.Merge(&t.service)
		rep.Errors += a.failed
		if a.first != nil && rep.FirstError == "" {
			rep.FirstError = a.first.Error()
		}
		rep.Dup += t.dup
		if timed {
			rep.Received += t.received
			rep.lastRecv = max(rep.lastRecv, t.last)
			rep.noteGap(t.arrivals)
		}
	}
	if timed {
		rep.Expected = rep.Sent
		rep.addLatency(&response, &service)
	}
}
