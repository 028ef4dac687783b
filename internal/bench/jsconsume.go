package bench

import (
	"context"
	"fmt"

	"github.com/nats-io/nats.go/jetstream"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// jsConsumeRun consumes the messages of a stream as fast as it can.
type jsConsumeRun struct {
	*run
	store   *store
	readers []*reader
	groups  []*group
}

func (j *jsConsumeRun) setup(ctx context.Context) (err error) {
	if j.store, err = openStream(ctx, j.run); err != nil {
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
	j.readers, j.groups, err = openReaders(ctx, j.run, j.store, 1)
	for _, c := range j.groups {
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
	js, err := filler(j.run, l.nc)
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
	if n := j.store.stored(ctx); n < j.spec.Msgs {
		return fmt.Errorf("fill the stream: %w: %d of %d messages were stored", errAck, n, j.spec.Msgs)
	}
	return nil
}

func (j *jsConsumeRun) probe(context.Context) error { return nil }

func (j *jsConsumeRun) workers(context.Context) []worker { return []worker{&consuming{j: j}} }

func (j *jsConsumeRun) missing(_ context.Context) int64 {
	n := j.spec.Msgs * int64(len(j.groups))
	for _, c := range j.groups {
		n -= c.unique()
	}
	return n
}

func (j *jsConsumeRun) addCounts(ctx context.Context, rep *report) {
	stopAll(j.readers, rep)
	rep.Expected = j.spec.Msgs * int64(len(j.groups))
	if rep.Partial { // what was not requested is not lost
		rep.Expected -= j.missing(ctx)
	}
	rep.addGroups(j.groups)
	rep.JS = &result.StreamUse{Stream: j.store.stream.CachedInfo().Config.Name, Redelivered: redelivered(j.groups)}
}

// consuming is the worker of js-consume: it starts the consumers at the given instant.
type consuming struct {
	j    *jsConsumeRun
	done ledger
}

func (g *consuming) counts() *ledger { return &g.done }
func (g *consuming) finish(e error)  { g.done.err = e }

func (g *consuming) work(ctx context.Context, _ phase) error {
	for _, d := range g.j.readers {
		if err := d.begin(ctx); err != nil {
			return err
		}
	}
	g.j.drain(ctx, g.j.missing)
	return nil
}
