package bench

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"errors"
	"fmt"
	"strconv"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/pace"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
	"github.com/natsctl/natsctl/internal/bench/stamp"
)

// run is one measurement from connecting to cleaning up.
type run struct {
	spec      scenario.Spec
	connect   Connect
	server    ServerView
	api       JSAPI
	watch     func(Progress)
	clock     pace.Monotonic
	epoch     time.Time
	start     int64 // of the measurement; set before the workers begin
	id        string
	subject   string
	coder     stamp.Coder
	countOnly bool // messages are too small for a stamp
	countAll  bool // messages are not ours
	journal   *journal
	line      *hist.Timeline
	links     []*link
	cleanups  []cleanup
	servers   []result.ServerEnv
	local     bool // all servers are on this machine

	// What the workload found, for the report.
	doubts             []result.Reason
	use                *usage
	stopped            int64 // instant at which the workers had ended
	onTime             int64 // sends before the end of the measurement
	onTimeRate         float64
	sentBytes          int64
	recvBytes          int64
	lastSend, lastRecv int64
}

// cleanup undoes something that the run made on the server.
type cleanup struct {
	what string
	undo func(context.Context) error
}

// workload is what differs between the workloads. All methods are called from
// one goroutine, in the order in which they stand here.
type workload interface {
	// setup connects, subscribes and makes streams and the like.
	setup(ctx context.Context) error
	// probe returns when messages get from every sender to where they belong.
	probe(ctx context.Context) error
	// workers are what sends.
	workers() []worker
	// missing is how many messages of the measurement are still on their way;
	// expected how many there should be in all. Both are called while workers
	// and receivers are at work.
	missing() int64
	// settle is called when all receivers are at rest: it adds what the
	// workload found to the report.
	settle(ctx context.Context, rep *result.Run)
}

// worker sends one phase after the other, and is told when it was the last.
type worker interface {
	work(ctx context.Context, p phase) error
	finish(err error)
	book() *ledger
}

func (s *sender) book() *ledger { return &s.ledger }

func newRun(s scenario.Spec, c Connect, o options) *run {
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the program instead
	n := binary.LittleEndian.Uint64(b[:])
	r := &run{
		spec: s, connect: c, server: o.server, api: o.api, watch: o.watch,
		epoch: time.Now(), id: strconv.FormatUint(n>>20, 36),
		coder: stamp.NewCoder(uint32(n)), countOnly: s.Unstamped(),
		line: hist.NewTimeline(),
	}
	r.clock = pace.NewMonotonic(r.epoch)
	r.journal = newJournal(func() int64 { return r.clock.Now() - r.start })
	if r.subject = s.Subject; r.subject == "" {
		r.subject = "natsctl.bench." + r.id
	}
	return r
}

// await polls a condition until it holds, ctx ends or d is over.
func (r *run) awaitCtx(ctx context.Context, d time.Duration, ok func() bool) error {
	ctx, cancel := context.WithTimeoutCause(ctx, d, errTimeout)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !ok() {
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-tick.C:
		}
	}
	return nil
}

func (r *run) await(d time.Duration, ok func() bool) error {
	return r.awaitCtx(context.Background(), d, ok)
}

var errTimeout = errors.New("timed out")

func (r *run) timeout() time.Duration { return time.Duration(r.spec.Timeout) }

// settleIn is the time between the start of the workers and their first send.
const settleIn = 20 * time.Millisecond

// phases gives the warm-up, if there is one, and the measurement of worker w.
func (r *run) phases(w int) ([]phase, error) {
	warm := time.Duration(r.spec.Warmup)
	if r.countOnly { // such messages cannot tell that they are not measured
		warm = 0
	}
	var out []phase
	if warm > 0 {
		p := phase{start: r.start - int64(warm), d: warm, flags: stamp.Warm}
		if r.spec.Load.Mode == scenario.Open {
			var err error
			if p.shape, err = r.spec.Load.WarmShape(warm); err != nil {
				return nil, fmt.Errorf("%w: %w", scenario.ErrSpec, err)
			}
		}
		out = append(out, p)
	}
	p := phase{start: r.start, d: r.spec.Length()}
	if r.spec.Load.Mode == scenario.Open {
		var err error
		if p.shape, err = r.spec.Load.Shape(p.d); err != nil {
			return nil, fmt.Errorf("%w: %w", scenario.ErrSpec, err)
		}
	} else if r.spec.Msgs > 0 {
		if p.msgs = share(r.spec.Msgs, w, r.spec.Pubs); p.msgs == 0 {
			return nil, fmt.Errorf("%w: %d messages for %d publishers", scenario.ErrSpec, r.spec.Msgs, r.spec.Pubs)
		}
	}
	return append(out, p), nil
}

// share is worker w's part of n things.
func share(n int64, w, of int) int64 {
	part := n / int64(of)
	if int64(w) < n%int64(of) {
		part++
	}
	return part
}

// offer lets all workers send. After ctx or the deadline it waits no longer
// than a grace period for workers that hang in a write, and then cuts them.
func (r *run) offer(ctx context.Context, workers []worker) error {
	r.start = r.clock.Now() + int64(settleIn) + max(int64(r.spec.Warmup), 0)
	if r.countOnly {
		r.start = r.clock.Now() + int64(settleIn)
	}
	r.line.Begin(r.start)
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	var wg sync.WaitGroup
	for i, w := range workers {
		ps, err := r.phases(i)
		if err != nil {
			return err
		}
		wg.Go(func() {
			if r.spec.Load.Mode == scenario.Open { // a closed loop waits for answers, not for instants
				defer pace.Lock()()
			}
			w.finish(r.perform(ctx, w, ps))
		})
	}
	r.use = startUse()
	wg.Go(func() { // what the warm-up costs is not the measurement's
		pause(ctx, nil, time.Duration(r.start-r.clock.Now()))
		r.use = startUse()
	})
	done := make(chan struct{})
	go func() { wg.Wait(); close(done) }()
	r.guard(ctx, cancel, done)
	r.stopped = r.clock.Now()
	return nil
}

// perform runs the phases of one worker.
func (r *run) perform(ctx context.Context, w worker, ps []phase) error {
	for _, p := range ps {
		for now := r.clock.Now(); now < p.start && ctx.Err() == nil; now = r.clock.Now() {
			r.clock.Wait(ctx, p.start)
		}
		if err := w.work(ctx, p); err != nil {
			return err
		}
	}
	return nil
}

// grace is how long a worker may take to notice that it should end.
const grace = 2 * time.Second

// guard returns when all workers have ended. It ends them when ctx does, and
// when they are still not through their schedule a timeout after its end.
func (r *run) guard(ctx context.Context, cancel context.CancelCauseFunc, done <-chan struct{}) {
	late := time.Duration(r.start-r.clock.Now()) + r.spec.Length() + r.timeout()
	var timer <-chan time.Time
	if r.spec.Msgs == 0 || r.spec.Load.Mode == scenario.Open {
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
	for _, l := range r.links {
		l.wire.cut()
	}
	<-done
}

// drain waits for the messages that are on their way: until none is missing,
// none has come for the timeout, or ctx ends.
func (r *run) drain(ctx context.Context, missing func() int64) {
	last, since := missing(), time.Now()
	_ = r.awaitCtx(ctx, time.Hour, func() bool { // the timeout below ends it
		m := missing()
		if m != last {
			last, since = m, time.Now()
		}
		return m <= 0 || time.Since(since) > r.timeout()
	})
}

// close ends all connections and undoes what the run made; it reports what it
// could not undo.
func (r *run) close(ctx context.Context) error {
	var errs []error
	for i := len(r.cleanups) - 1; i >= 0; i-- {
		if err := r.cleanups[i].undo(ctx); err != nil {
			errs = append(errs, fmt.Errorf("remove %s: %w", r.cleanups[i].what, err))
		}
	}
	r.cleanups = nil
	for _, l := range r.links {
		l.close()
	}
	return errors.Join(errs...)
}
