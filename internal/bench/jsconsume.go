package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
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

// openReaders makes the consumers of the spec: ordered ones get every message
// each, others share one consumer.
func (r *run) openReaders(ctx context.Context, s *store, publishers int) (rs []*reader, crowds []*crowd, err error) {
	ordered := r.spec.JS.Mode == "ordered"
	if !ordered {
		crowds = []*crowd{r.newCrowd(r.spec.Subs, publishers)}
	}
	name := ""
	for i := range r.spec.Subs {
		if ordered {
			crowds = append(crowds, r.newCrowd(1, publishers))
		}
		l, err := r.link(fmt.Sprintf("consumer-%d", i+1))
		if err != nil {
			return nil, nil, err
		}
		js, err := r.api.open(l.nc)
		if err != nil {
			return nil, nil, err
		}
		rd := &reader{run: r, link: l, sink: crowds[len(crowds)-1].sinks[i%len(crowds[len(crowds)-1].sinks)]}
		if rd.consumer, err = r.openConsumer(ctx, l.nc, js, s, &name); err != nil {
			return nil, nil, fmt.Errorf("create consumer: %w", err)
		}
		rs = append(rs, rd)
	}
	return rs, crowds, nil
}

// openConsumer makes the shared consumer the first time and an own one each
// time when ordered. Of a stream with messages from before, only new ones
// matter unless it is consumed as it is.
func (r *run) openConsumer(ctx context.Context, nc *nats.Conn, js jetstream.JetStream, s *store, name *string) (jetstream.Consumer, error) {
	stream := s.stream.CachedInfo().Config.Name
	policy := jetstream.DeliverNewPolicy
	if r.spec.Workload == scenario.JSConsume {
		policy = jetstream.DeliverAllPolicy
	}
	if r.spec.JS.Mode == "ordered" {
		return r.openOrdered(ctx, js, s, policy)
	}
	if *name != "" {
		if err := r.heard(ctx, nc, stream, *name); err != nil {
			return nil, err
		}
		return js.Consumer(ctx, stream, *name)
	}
	*name = "natsctl_bench_" + r.id
	c, err := js.CreateConsumer(ctx, stream, jetstream.ConsumerConfig{
		Name: *name, Description: "made by natsctl bench, removed after the run", DeliverPolicy: policy,
		AckPolicy: ackPolicy(r.spec.JS.ConsAck), MaxAckPending: 4 * r.spec.JS.Batch * (r.spec.Subs + 1),
		AckWait: time.Duration(r.spec.Timeout) + 30*time.Second, InactiveThreshold: 5 * time.Minute,
	})
	if err == nil && !s.own { // an own stream goes with all its consumers
		gone := *name
		r.cleanups = append(r.cleanups, cleanup{"consumer " + gone, func(ctx context.Context) error { return s.js.DeleteConsumer(ctx, stream, gone) }})
	}
	if err == nil {
		err = r.heard(ctx, nc, stream, *name)
	}
	return c, err
}

// openOrdered makes a consumer that nats.go makes anew when it misses a message; the
// one that is there at the end is removed.
func (r *run) openOrdered(ctx context.Context, js jetstream.JetStream, s *store, policy jetstream.DeliverPolicy) (jetstream.Consumer, error) {
	stream := s.stream.CachedInfo().Config.Name
	c, err := js.OrderedConsumer(ctx, stream, jetstream.OrderedConsumerConfig{DeliverPolicy: policy})
	if err != nil || s.own {
		return c, err
	}
	r.cleanups = append(r.cleanups, cleanup{"ordered consumer", func(ctx context.Context) error {
		info := c.CachedInfo()
		if info == nil {
			return nil
		}
		if err := s.js.DeleteConsumer(ctx, stream, info.Name); !errors.Is(err, jetstream.ErrConsumerNotFound) {
			return err
		}
		return nil
	}})
	return c, nil
}

// refusedPull asks for messages with a heartbeat beyond the end of the request, which every server refuses (status 400).
const refusedPull = `{"batch":1,"idle_heartbeat":1000000000}`

// heard waits until requests from a connection reach a consumer: its leader
// may be in another cluster, where the news that it is there come from. A
// request before that is lost, and the client library asks again only after
// half a minute without a heartbeat.
func (r *run) heard(ctx context.Context, nc *nats.Conn, stream, consumer string) error {
	subject := r.api.subjects() + "CONSUMER.MSG.NEXT." + stream + "." + consumer
	var err error
	if late := r.awaitCtx(ctx, r.timeout(), func() bool {
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
	c, err := d.consumer.Consume(d.take, jetstream.PullMaxMessages(d.run.spec.JS.Batch), jetstream.ConsumeErrHandler(d.trouble))
	if err != nil {
		return fmt.Errorf("consume: %w", err)
	}
	d.stop, d.ended = c.Stop, c.Closed()
	return nil
}

// trouble notes what the client library says while it consumes.
func (d *reader) trouble(_ jetstream.ConsumeContext, err error) {
	d.run.journal.note(evError, d.link.nc.Opts.Name, err.Error())
}

// fetchWait is how long a fetch waits for a full batch.
const fetchWait = time.Second

// fetch asks for one batch after the other.
func (d *reader) fetch(ctx context.Context) {
	for ctx.Err() == nil {
		batch, err := d.consumer.Fetch(d.run.spec.JS.Batch, jetstream.FetchMaxWait(fetchWait))
		if err == nil {
			for m := range batch.Messages() {
				d.take(m)
			}
			err = batch.Error()
		}
		if err != nil && ctx.Err() == nil {
			d.trouble(nil, err)
			_ = d.run.awaitCtx(ctx, reconnectWait, func() bool { return false })
		}
	}
}

// take notes and acknowledges a message.
func (d *reader) take(m jetstream.Msg) {
	dups := d.sink.tally.dup
	d.sink.take(m.Data(), d.run.clock.Now())
	if d.sink.tally.dup != dups {
		if meta, err := m.Metadata(); err == nil && meta.NumDelivered > 1 {
			d.sink.tally.redelivered++
		}
	}
	if d.run.spec.JS.Mode == "ordered" {
		return
	}
	if err := d.ack(m); err != nil && d.ackErr == nil {
		d.ackErr = err
		d.run.journal.note(evError, d.link.nc.Opts.Name, "acknowledge: "+err.Error())
	}
}

func (d *reader) ack(m jetstream.Msg) error {
	d.acks++
	switch d.run.spec.JS.ConsAck {
	case "explicit":
		return m.Ack()
	case "double":
		ctx, cancel := context.WithTimeout(context.Background(), d.run.timeout())
		defer cancel()
		return m.DoubleAck(ctx)
	case "all":
		if d.acks%d.run.spec.JS.Batch == 0 {
			return m.Ack()
		}
	}
	return nil
}

// rest ends the consuming and waits for the last message. The client library
// only calls back what it has; the connection is closed first, so that an
// acknowledgement cannot hang.
func (d *reader) rest() {
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

// jsConsumeRun consumes what a stream holds, as fast as it can.
type jsConsumeRun struct {
	*run
	store   *store
	readers []*reader
	crowds  []*crowd
}

func (j *jsConsumeRun) setup(ctx context.Context) (err error) {
	if j.store, err = j.openStream(ctx); err != nil {
		return err
	}
	if j.store.own {
		err = j.fill(ctx)
	} else {
		j.countAll = true
		j.spec.Msgs = int64(j.store.before.Msgs)
	}
	if err != nil {
		return err
	}
	if j.spec.Msgs == 0 {
		return fmt.Errorf("%w: stream %s is empty", scenario.ErrSpec, j.spec.JS.Name)
	}
	j.readers, j.crowds, err = j.openReaders(ctx, j.store, 1)
	for _, c := range j.crowds {
		for _, k := range c.sinks {
			k.untimed = true
		}
	}
	return err
}

// fill publishes the backlog.
func (j *jsConsumeRun) fill(ctx context.Context) error {
	l, err := j.link("filler")
	if err != nil {
		return err
	}
	js, err := j.filler(l.nc)
	if err != nil {
		return err
	}
	pool, err := stamp.NewPool(j.coder, j.spec.Sizes, j.spec.Payload, nil, j.spec.Seed)
	if err != nil {
		return err
	}
	subjects := newSubjects(j.subject, j.spec.Subjects, j.spec.Dist, j.spec.Seed)
	for n := range j.spec.Msgs {
		if ctx.Err() != nil {
			return fmt.Errorf("fill the stream: %w", context.Cause(ctx))
		}
		if _, err := js.PublishAsync(subjects.pick(), pool.Next(stamp.Stamp{Seq: uint64(n)}), jetstream.WithStallWait(j.timeout())); err != nil {
			return fmt.Errorf("fill the stream: %w", err)
		}
	}
	select {
	case <-js.PublishAsyncComplete():
	case <-ctx.Done():
		return fmt.Errorf("fill the stream: %w", context.Cause(ctx))
	}
	if n := j.store.final(ctx); n < j.spec.Msgs {
		return fmt.Errorf("fill the stream: %w: %d of %d messages were stored", errAck, n, j.spec.Msgs)
	}
	return nil
}

func (j *jsConsumeRun) probe(context.Context) error { return nil }

func (j *jsConsumeRun) workers() []worker { return []worker{&gate{j: j}} }

func (j *jsConsumeRun) missing() int64 {
	n := j.spec.Msgs * int64(len(j.crowds))
	for _, c := range j.crowds {
		n -= c.unique()
	}
	return n
}

func (j *jsConsumeRun) settle(_ context.Context, rep *result.Run) {
	restAll(j.readers, rep)
	rep.Expected = j.spec.Msgs * int64(len(j.crowds))
	if rep.Partial { // what was not asked for is not lost
		rep.Expected -= j.missing()
	}
	j.addCrowds(rep, j.crowds)
	rep.JS = &result.StreamUse{Stream: j.store.stream.CachedInfo().Config.Name, Redelivered: redelivered(j.crowds)}
}

func restAll(rs []*reader, rep *result.Run) {
	for _, d := range rs {
		d.rest()
		if d.ackErr != nil && rep.FirstError == "" {
			rep.FirstError = "acknowledge: " + d.ackErr.Error()
		}
	}
}

func redelivered(crowds []*crowd) (n int64) {
	for _, c := range crowds {
		for _, k := range c.sinks {
			n += k.tally.redelivered
		}
	}
	return n
}

// gate is the worker of js-consume: it lets the consumers begin at the instant.
type gate struct {
	j    *jsConsumeRun
	done ledger
}

func (g *gate) book() *ledger  { return &g.done }
func (g *gate) finish(e error) { g.done.err = e }

func (g *gate) work(ctx context.Context, _ phase) error {
	for _, d := range g.j.readers {
		if err := d.begin(ctx); err != nil {
			return err
		}
	}
	g.j.drain(ctx, g.j.missing)
	return nil
}

// errAck is returned for an acknowledgement that is none.
var errAck = errors.New("not an acknowledgement")
