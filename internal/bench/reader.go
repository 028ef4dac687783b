package bench

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// reader is one consuming worker: its connection, consumer and sink.
type reader struct {
	run      *run
	link     *link
	consumer jetstream.Consumer
	sink     *sink
	stop     func()
	ended    <-chan struct{}
	acks     int
	ackErr   error
}

// openReaders creates the consumers of the spec: each ordered one receives every
// message, others share one consumer.
func openReaders(ctx context.Context, r *run, s *store, publishers int) (rs []*reader, groups []*group, err error) {
	ordered := r.spec.JS.Mode == "ordered"
	if !ordered {
		groups = []*group{newGroup(r, r.spec.Subs, publishers)}
	}
	name := ""
	for i := range r.spec.Subs {
		if ordered {
			groups = append(groups, newGroup(r, 1, publishers))
		}
		l, err := r.link(fmt.Sprintf("consumer-%d", i+1))
		if err != nil {
			return nil, nil, err
		}
		js, err := r.api.open(l.nc)
		if err != nil {
			return nil, nil, err
		}
		rd := &reader{run: r, link: l, sink: groups[len(groups)-1].sinks[i%len(groups[len(groups)-1].sinks)]}
		if rd.consumer, err = openConsumer(ctx, r, l.nc, js, s, &name); err != nil {
			return nil, nil, fmt.Errorf("create consumer: %w", err)
		}
		rs = append(rs, rd)
	}
	return rs, groups, nil
}

// openConsumer creates the shared consumer on the first call, or a separate ordered
// consumer on each. Earlier messages of a stream are skipped unless the run
// consumes the stream as it is.
func openConsumer(ctx context.Context, r *run, nc *nats.Conn, js jetstream.JetStream, s *store, name *string) (jetstream.Consumer, error) {
	stream := s.stream.CachedInfo().Config.Name
	policy := jetstream.DeliverNewPolicy
	if r.spec.Workload == scenario.JSConsume {
		policy = jetstream.DeliverAllPolicy
	}
	if r.spec.JS.Mode == "ordered" {
		return openOrdered(ctx, r, js, s, policy)
	}
	if *name != "" {
		if err := awaitConsumer(ctx, r, nc, stream, *name); err != nil {
			return nil, err
		}
		return js.Consumer(ctx, stream, *name)
	}
	*name = "natsctl_bench_" + r.id
	c, err := js.CreateConsumer(ctx, stream, jetstream.ConsumerConfig{
		Name: *name, Description: description, Metadata: r.mark(), DeliverPolicy: policy, FilterSubject: consumed(r, s),
		Replicas:  s.stream.CachedInfo().Config.Replicas, // without it an ephemeral consumer has one
		AckPolicy: ackPolicy(r.spec.JS.ConsAck), MaxAckPending: 4 * r.spec.JS.Batch * (r.spec.Subs + 1),
		AckWait: time.Duration(r.spec.Timeout) + 30*time.Second, InactiveThreshold: 5 * time.Minute,
	})
	if err == nil && !s.own { // the run's own stream is removed with all its consumers
		gone := *name
		r.onClose("consumer "+gone, func(ctx context.Context) error { return s.js.DeleteConsumer(ctx, stream, gone) })
	}
	if err == nil {
		err = awaitConsumer(ctx, r, nc, stream, *name)
	}
	return c, err
}

// openOrdered creates a consumer that nats.go recreates when it misses a message;
// the last one is removed at the end.
func openOrdered(ctx context.Context, r *run, js jetstream.JetStream, s *store, policy jetstream.DeliverPolicy) (jetstream.Consumer, error) {
	stream := s.stream.CachedInfo().Config.Name
	cfg := jetstream.OrderedConsumerConfig{DeliverPolicy: policy, NamePrefix: "natsctl_bench_" + r.id + "_" + rand.Text(), Metadata: r.mark()}
	if filter := consumed(r, s); filter != "" {
		cfg.FilterSubjects = []string{filter}
	}
	c, err := js.OrderedConsumer(ctx, stream, cfg)
	if err != nil || s.own {
		return c, err
	}
	r.onClose("ordered consumer", func(ctx context.Context) error {
		info := c.CachedInfo()
		if info == nil {
			return nil
		}
		if err := s.js.DeleteConsumer(ctx, stream, info.Name); !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return err
		}
		return nil
	})
	return c, nil
}

// consumed returns the filter of consumers: from a stream that others also use, a
// run receives only its own messages. Empty means everything.
func consumed(r *run, s *store) string {
	if s.own || r.spec.Workload == scenario.JSConsume {
		return ""
	}
	return r.filter()
}

// refusedPull is a pull request with a heartbeat longer than its expiry, which every server rejects (status 400).
const refusedPull = `{"batch":1,"idle_heartbeat":1000000000}`

// awaitConsumer waits until requests from a connection reach a consumer: its leader
// may be in another cluster, from which interest must propagate first. Earlier
// requests are lost, and the client library repeats them only after half a minute
// without a heartbeat.
func awaitConsumer(ctx context.Context, r *run, nc *nats.Conn, stream, consumer string) error {
	subject := r.api.subjects() + "CONSUMER.MSG.NEXT." + stream + "." + consumer
	var err error
	if late := r.await(ctx, r.timeout(), func() bool {
		_, err = nc.RequestWithContext(ctx, subject, []byte(refusedPull))
		return !errors.Is(err, nats.ErrNoResponders)
	}); late != nil {
		return fmt.Errorf("wait for the consumer: %w", errors.Join(late, err))
	}
	return err
}

func ackPolicy(s string) jetstream.AckPolicy {
	switch s {
	case "none":
		return jetstream.AckNonePolicy
	case "all":
		return jetstream.AckAllPolicy
	}
	return jetstream.AckExplicitPolicy
}

// begin starts to consume.
func (d *reader) begin(ctx context.Context) error {
	if d.run.spec.JS.Mode == "fetch" {
		ctx, cancel := context.WithCancel(context.WithoutCancel(ctx))
		done := make(chan struct{})
		d.stop, d.ended = cancel, done
		go func() { defer close(done); d.fetch(ctx) }()
		return nil
	}
	ctx = context.WithoutCancel(ctx) // received messages are acknowledged even after an interruption
	c, err := d.consumer.Consume(func(m jetstream.Msg) { d.receive(ctx, m) }, jetstream.PullMaxMessages(d.run.spec.JS.Batch), jetstream.ConsumeErrHandler(d.trouble))
	if err != nil {
		return fmt.Errorf("consume: %w", err)
	}
	d.stop, d.ended = c.Stop, c.Closed()
	return nil
}

// trouble records errors that the client library reports while consuming.
func (d *reader) trouble(_ jetstream.ConsumeContext, err error) {
	d.run.journal.add(evError, d.link.nc.Opts.Name, err.Error())
}

// fetchWait is how long a fetch waits for a full batch.
const fetchWait = time.Second

// fetch requests one batch after another.
func (d *reader) fetch(ctx context.Context) {
	for ctx.Err() == nil {
		batch, err := d.consumer.Fetch(d.run.spec.JS.Batch, jetstream.FetchMaxWait(fetchWait))
		if err == nil {
			for m := range batch.Messages() {
				d.receive(ctx, m)
			}
			err = batch.Error()
		}
		if err != nil && ctx.Err() == nil {
			d.trouble(nil, err)
			_ = d.run.await(ctx, reconnectWait, func() bool { return false })
		}
	}
}

// receive records and acknowledges a message.
func (d *reader) receive(ctx context.Context, m jetstream.Msg) {
	dups := d.sink.tally.dup
	d.sink.receive(m.Data(), d.run.clock.Now())
	if d.sink.tally.dup != dups {
		if meta, err := m.Metadata(); err == nil && meta.NumDelivered > 1 {
			d.sink.tally.redelivered++
		}
	}
	if d.run.spec.JS.Mode == "ordered" {
		return
	}
	if err := d.ack(ctx, m); err != nil && d.ackErr == nil {
		d.ackErr = err
		d.run.journal.add(evError, d.link.nc.Opts.Name, "acknowledge: "+err.Error())
	}
}

func (d *reader) ack(ctx context.Context, m jetstream.Msg) error {
	d.acks++
	switch d.run.spec.JS.ConsAck {
	case "explicit":
		return m.Ack()
	case "double":
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), d.run.timeout())
		defer cancel()
		return m.DoubleAck(ctx)
	case "all":
		if d.acks%d.run.spec.JS.Batch == 0 {
			return m.Ack()
		}
	}
	return nil
}

// halt stops consuming and waits for the last callback. The client library delivers
// what it has buffered; the connection is closed first, so that an acknowledgement
// cannot hang.
func (d *reader) halt() {
	if d.stop == nil {
		return
	}
	d.stop()
	select {
	case <-d.ended:
	case <-time.After(grace):
		d.link.close()
		<-d.ended
	}
}

// stopAll stops all readers and returns the first failed acknowledgement.
func stopAll(rs []*reader, rep *report) {
	for _, d := range rs {
		d.halt()
		if d.ackErr != nil && rep.FirstError == "" {
			rep.FirstError = "acknowledge: " + d.ackErr.Error()
		}
	}
}

func redelivered(groups []*group) (n int64) {
	for _, c := range groups {
		for _, k := range c.sinks {
			n += k.tally.redelivered
		}
	}
	return n
}
