package bench

import (
	"fmt"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/tap"
)

// subscription is a subscription that can be stopped.
type subscription struct {
	sub  *nats.Subscription
	tap  *tap.Tap // instead of sub, with the raw driver
	sink *sink
	gone chan struct{}
}

// maxPendingBytes is the pending limit of a subscription, above which the client
// library drops messages, so that a slow subscriber cannot use all the memory.
const maxPendingBytes = 512 << 20

// subscribe attaches a sink on a connection.
func subscribe(r *run, l *link, subject string, k *sink) (*subscription, error) {
	if l.tap != nil {
		l.tap.Subscribe(subject, r.spec.Queue, func(m *tap.Message) { k.receive(m.Payload, m.Now) })
		return &subscription{tap: l.tap, sink: k}, l.tap.Start()
	}
	e := &subscription{sink: k, gone: make(chan struct{})}
	cb := func(m *nats.Msg) { k.receive(m.Data, r.clock.Now()) }
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

// stop ends a subscription, waits for its last callback and records its largest
// backlog.
func (e *subscription) stop(use *result.ClientUse) {
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
		return // already closed, and so ended
	}
	select {
	case <-e.gone:
	case <-time.After(grace):
	}
}
