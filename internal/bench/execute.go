package bench

import (
	"context"
	"errors"
	"fmt"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// execute runs all phases of run n.
func (m *measurement) execute(ctx context.Context, n int, o options) (res *result.Run, err error) {
	res = &result.Run{N: n}
	w, err := m.workload()
	if err != nil {
		return nil, err
	}
	defer func() {
		// What was created is removed even after Ctrl-C.
		undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), m.timeout()+grace)
		defer cancel()
		if cerr := m.close(undo); cerr != nil {
			err = errors.Join(err, &LeftError{cerr})
		}
	}()
	p := newStages(ctx, m.run, w, res, o)
	defer p.stop()
	p.enter("connect")
	if err := w.setup(ctx); err != nil {
		return nil, err
	}
	p.enter("probe")
	if err := w.probe(ctx); err != nil {
		return nil, err
	}
	m.inspectServers()
	view := m.watchServers(ctx)
	p.enter("measure")
	if err := m.offer(ctx, w.workers(ctx)); err != nil {
		return nil, err
	}
	res.Partial = ctx.Err() != nil
	if res.Partial && m.clock.Now() < m.start {
		return nil, fmt.Errorf("interrupted before the measurement: %w", context.Cause(ctx))
	}
	p.enter("drain")
	late, cancel := m.afterwards(ctx)
	defer cancel()
	m.drain(late, w.missing)
	p.enter("verify")
	m.journal.close()
	rep := &report{Run: res, of: m.run}
	w.addCounts(late, rep)
	rep.complete(m.stopped)
	m.use.Read(&res.Client, max(res.Received, res.Sent))
	res.Client.ServerLocal = m.local
	res.Client.StallMaxUS = float64(m.stall) / 1e3
	res.Server = view(late)
	p.enter("clean up")
	seen := rep.observed(o.ceiling)
	res.Saturated = res.Saturation(seen)
	res.Validity = res.Judge(seen)
	return res, nil
}

// afterwards returns the context for the steps after the measurement: after an
// interruption they have a short time.
func (m *measurement) afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), grace)
}

// workload returns the workload of the spec.
func (m *measurement) workload() (workload, error) {
	switch m.spec.Workload {
	case scenario.Pub:
		return &pubRun{run: m.run}, nil
	case scenario.PubSub:
		return &pubsubRun{run: m.run}, nil
	case scenario.Request:
		return &requestRun{run: m.run}, nil
	case scenario.JSPub:
		return &jsPubRun{run: m.run}, nil
	case scenario.JSE2E:
		return &jsE2ERun{jsPubRun: jsPubRun{run: m.run}}, nil
	case scenario.JSConsume:
		return &jsConsumeRun{run: m.run}, nil
	case scenario.KV:
		return &kvRun{run: m.run}, nil
	}
	return nil, fmt.Errorf("%w: workload %q", scenario.ErrSpec, m.spec.Workload)
}
