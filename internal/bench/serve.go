package bench

import (
	"context"
	"fmt"
	"sync/atomic"
	"time"

	"github.com/nats-io/nats.go"

	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// ServeSpec describes responders for the request workload of another process.
type ServeSpec struct {
	Subject    string
	Queue      string // default natsctl-bench
	Responders int    // connections, 1
	Think      time.Duration
	ReplySize  int // bytes; 0: the request comes back
}

// ServeState is the current state of the responders.
type ServeState struct {
	Served int64          // requests answered so far
	News   []result.Event // connection events since the previous state, seconds from the start; at most 100
}

// Serve answers requests until ctx ends. It calls watch once a second and after
// each connection event, from one goroutine. The error names a responder that can
// no longer answer: it has no permission for the subject
// (nats.ErrPermissionViolation), or its connection was closed permanently, as for a
// revoked user (nats.ErrAuthRevoked, nats.ErrAuthorization). Connections that were
// lost otherwise are retried until ctx ends.
func Serve(ctx context.Context, s ServeSpec, c Connect, watch func(ServeState)) error {
	r := newRun(scenario.Spec{Timeout: scenario.DefaultTimeout, Sizes: []int{0}}, c, JSAPI{})
	if s.Queue == "" {
		s.Queue = "natsctl-bench"
	}
	d := newServiceLog(r.clock)
	defer func() { _ = r.close(context.WithoutCancel(ctx)) }() // created nothing that must be removed
	var all []*responder
	for i := range max(s.Responders, 1) {
		who := fmt.Sprintf("responder-%d", i+1)
		l, err := r.linkOver(who, nil, d.options(who)...)
		if err != nil {
			return err
		}
		d := &responder{link: l, think: s.Think, clock: r.clock}
		if s.ReplySize > 0 {
			d.reply = make([]byte, s.ReplySize)
		}
		if err := d.start(ctx, s.Subject, s.Queue); err != nil {
			return err
		}
		all = append(all, d)
	}
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	for {
		state := ServeState{News: d.drain()}
		for _, d := range all {
			state.Served += d.served.Load()
		}
		watch(state)
		select {
		case <-ctx.Done():
			return nil
		case err := <-d.over:
			watch(ServeState{state.Served, d.drain()})
			return err
		case <-d.wake:
		case <-tick.C:
		}
	}
}

// responder answers requests on one connection.
type responder struct {
	link   *link
	clock  pace.Monotonic
	think  time.Duration
	reply  []byte // nil: the request comes back
	served atomic.Int64
}

func (d *responder) start(ctx context.Context, subject, queue string) error {
	sub, err := d.link.nc.QueueSubscribe(subject, queue, func(m *nats.Msg) { d.answer(ctx, m) })
	if err != nil {
		return fmt.Errorf("serve %s: %w", subject, err)
	}
	if err := sub.SetPendingLimits(-1, maxPendingBytes); err != nil {
		return fmt.Errorf("pending limits: %w", err)
	}
	if err := d.link.nc.FlushTimeout(5 * time.Second); err != nil {
		return fmt.Errorf("serve %s: %w", subject, err)
	}
	return nil
}

func (d *responder) answer(ctx context.Context, m *nats.Msg) {
	if d.think > 0 {
		d.clock.Wait(ctx, d.clock.Now()+int64(d.think))
	}
	reply := m.Data
	if d.reply != nil {
		reply = d.reply
	}
	if d.link.nc.Publish(m.Reply, reply) == nil {
		d.served.Add(1)
	}
}
