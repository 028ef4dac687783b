package bench

import (
	"context"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/usage"
)

// measurement is one execution of a run, from the first connection to the report.
type measurement struct {
	*run
	view    ServerView // nil: no server metrics
	servers []result.ServerEnv
	local   bool // all servers are on this machine
	use     *usage.Meter
	stopped int64         // instant at which the workers had ended
	stall   time.Duration // longest time in which this process did not run
}

// startDelay is the time between the start of the workers and their first send.
const startDelay = 20 * time.Millisecond

// offer runs all workers. After ctx or the deadline it waits for workers that hang
// in a write for a grace period, and then closes their sockets.
func (m *measurement) offer(ctx context.Context, workers []worker) error {
	m.start = m.clock.Now() + int64(startDelay) + max(int64(m.spec.Warmup), 0)
	if m.countOnly {
		m.start = m.clock.Now() + int64(startDelay)
	}
	m.line.Begin(m.start)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for i, w := range workers {
		ps, err := m.phases(i)
		if err != nil {
			return err
		}
		wg.Go(func() {
			if m.spec.Load.Mode == scenario.Open { // a closed loop waits for answers, not for instants
				defer pace.Lock()()
			}
			w.finish(m.perform(ctx, w, ps))
		})
	}
	servers := usage.FindServers(m.localPorts())
	m.use = usage.Start(servers)
	stalls := usage.WatchStalls()
	wg.Go(func() { // the cost of the warm-up is not measured
		pause(ctx, nil, time.Duration(m.start-m.clock.Now()))
		stalls()
		stalls = usage.WatchStalls()
		m.use = usage.Start(servers)
	})
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	m.guard(ctx, cancel, done)
	m.stopped = m.clock.Now()
	m.stall = stalls()
	return nil
}

// perform runs the phases of one worker.
func (m *measurement) perform(ctx context.Context, w worker, ps []phase) error {
	for _, p := range ps {
		for now := m.clock.Now(); now < p.start && ctx.Err() == nil; now = m.clock.Now() {
			m.clock.Wait(ctx, p.start)
		}
		if err := w.work(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// grace is how long a worker may take to end.
const grace = 2 * time.Second

// guard returns when all workers have ended. It ends them when ctx is done, or
// when their schedule has been over for a timeout and they still send.
func (m *measurement) guard(ctx context.Context, cancel context.CancelCauseFunc, done <-chan struct{}) {
	late := time.Duration(m.start-m.clock.Now()) + m.spec.Length() + m.timeout()
	var timer <-chan time.Time
	if m.spec.Msgs == 0 || m.spec.Load.Mode == scenario.Open {
		t := time.NewTimer(late)
		defer t.Stop()
		timer = t.C
	}
	select {
	case <-done:
		return
	case <-ctx.Done():
	case <-timer:
		cancel(errTimeout)
	}
	t := time.NewTimer(grace)
	defer t.Stop()
	select {
	case <-done:
		return
	case <-t.C:
	}
	for _, l := range m.links {
		l.wire.cut()
	}
	<-done
}

// drain waits for messages in flight: until none is missing, none has arrived for
// the timeout, or ctx ends.
func (r *run) drain(ctx context.Context, missing func(context.Context) int64) {
	last, since := missing(ctx), time.Now()
	_ = r.await(ctx, time.Hour, func() bool { // the timeout below ends it
		n := missing(ctx)
		if n != last {
			last, since = n, time.Now()
		}
		return n <= 0 || time.Since(since) > r.timeout()
	})
}
