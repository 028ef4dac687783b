package bench

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/natsctl/natsctl/internal/bench/hist"
	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// Progress is what a run shows of itself, about once a second.
type Progress struct {
	Run      int     // 1 for the first
	Runs     int     // planned
	Phase    string  // connect, probe, warm-up, measure, drain, clean up
	Second   float64 // of the measurement; negative before it
	Duration float64 // of the measurement in seconds; 0 if only the messages are known
	Sent     int64   // in the last whole second
	Received int64
	P99US    float64 // of the last whole second; 0: nothing received
	Backlog  int64   // messages on their way
}

// Option changes how a benchmark is run, not what it measures.
type Option func(*options)

type options struct {
	runs    int
	server  ServerView
	api     JSAPI
	watch   func(Progress)
	ceiling float64
	version string
}

// Runs repeats the run n times, one after the other.
func Runs(n int) Option { return func(o *options) { o.runs = max(n, 1) } }

// WithServerView adds what the servers say of the run.
func WithServerView(v ServerView) Option { return func(o *options) { o.server = v } }

// WithProgress calls f about once a second, from one goroutine at a time.
func WithProgress(f func(Progress)) Option { return func(o *options) { o.watch = f } }

// WithVersion notes the version of the program in the result.
func WithVersion(v string) Option { return func(o *options) { o.version = v } }

// WithCeiling gives the rate in messages per second of which the generator is
// capable by itself, see [Calibrate]; runs above 70 % of it are generator-bound.
func WithCeiling(perSecond float64) Option { return func(o *options) { o.ceiling = perSecond } }

// Execute runs a scenario and reports. When ctx ends during a measurement the
// result holds what was measured until then, marked as partial, and the error
// is nil; before the first measurement the error is the cause of ctx. An error
// that holds a [LeftError] names what the run made and could not remove.
func Execute(ctx context.Context, s scenario.Spec, c Connect, opts ...Option) (*result.Result, error) {
	all, err := newSeries(s, c, opts)
	if err != nil {
		return nil, err
	}
	for n := 0; n < all.o.runs && (n == 0 || ctx.Err() == nil); n++ {
		if err := all.run(ctx); err != nil {
			if n == 0 || ctx.Err() == nil {
				return nil, err
			}
			all.res.Runs[n-1].Partial = true // the runs before stand
			break
		}
	}
	return all.whole(all.o.runs), nil
}

// execute is one run: all its phases.
func (r *run) execute(ctx context.Context, n int, o options) (rep *result.Run, err error) {
	rep = &result.Run{N: n}
	w, err := r.workload()
	if err != nil {
		return nil, err
	}
	defer func() {
		// What was made is removed even after Ctrl-C.
		undo, cancel := context.WithTimeout(context.WithoutCancel(ctx), r.timeout()+grace)
		defer cancel()
		if cerr := r.close(undo); cerr != nil {
			err = errors.Join(err, &LeftError{cerr})
		}
	}()
	p := newPhases(r, w, rep, o)
	defer p.stop()
	p.enter("connect")
	if err := w.setup(ctx); err != nil {
		return nil, err
	}
	p.enter("probe")
	if err := w.probe(ctx); err != nil {
		return nil, err
	}
	r.meet()
	view := r.watchServers(ctx)
	p.enter("measure")
	if err := r.offer(ctx, w.workers()); err != nil {
		return nil, err
	}
	rep.Partial = ctx.Err() != nil
	if rep.Partial && r.clock.Now() < r.start {
		return nil, fmt.Errorf("interrupted before the measurement: %w", context.Cause(ctx))
	}
	p.enter("drain")
	late, cancel := r.afterwards(ctx)
	defer cancel()
	r.drain(late, w.missing)
	p.enter("verify")
	r.report(late, w, rep, r.use)
	rep.Server = view(late)
	seen := r.observed(o.ceiling)
	rep.Saturated = rep.Saturation(seen)
	p.enter("clean up")
	rep.Validity = rep.Judge(seen)
	return rep, nil
}

// afterwards is the context of what follows the measurement: an interruption
// leaves it a short time.
func (r *run) afterwards(ctx context.Context) (context.Context, context.CancelFunc) {
	if ctx.Err() == nil {
		return context.WithCancel(ctx)
	}
	return context.WithTimeout(context.WithoutCancel(ctx), grace)
}

// workload builds the workload that the spec names.
func (r *run) workload() (workload, error) {
	switch r.spec.Workload {
	case scenario.Pub:
		return &pubRun{run: r}, nil
	case scenario.PubSub:
		return &pubsubRun{run: r}, nil
	case scenario.Request:
		return &requestRun{run: r}, nil
	case scenario.JSPub:
		return &jsPubRun{run: r}, nil
	case scenario.JSE2E:
		return &jsE2ERun{jsPubRun: jsPubRun{run: r}}, nil
	case scenario.JSConsume:
		return &jsConsumeRun{run: r}, nil
	case scenario.KV:
		return &kvRun{run: r}, nil
	}
	return nil, fmt.Errorf("%w: workload %q", scenario.ErrSpec, r.spec.Workload)
}

// phases notes how long each phase took and reports progress once a second.
type phases struct {
	run  *run
	rep  *result.Run
	name string
	from time.Time
	end  chan struct{}
	gone chan struct{}
	now  chan string
}

func newPhases(r *run, w workload, rep *result.Run, o options) *phases {
	p := &phases{run: r, rep: rep, end: make(chan struct{}), gone: make(chan struct{}), now: make(chan string, 8)}
	go p.show(w, o)
	return p
}

// enter ends the phase before and begins the next.
func (p *phases) enter(name string) {
	p.note()
	p.name, p.from = name, time.Now()
	p.now <- name
}

func (p *phases) note() {
	if p.name != "" {
		p.rep.Phases = append(p.rep.Phases, result.PhaseTime{Name: p.name, Seconds: time.Since(p.from).Seconds()})
	}
}

// stop ends the last phase and the progress.
func (p *phases) stop() {
	p.note()
	close(p.end)
	<-p.gone
}

// show calls the watcher once a second, and when the phase changes.
func (p *phases) show(w workload, o options) {
	defer close(p.gone)
	tick := time.NewTicker(time.Second)
	defer tick.Stop()
	cur := Progress{Run: p.rep.N, Runs: o.runs, Duration: p.run.spec.Length().Seconds()}
	for {
		select {
		case <-p.end:
			return
		case cur.Phase = <-p.now:
		case <-tick.C:
		}
		p.fill(&cur, w)
		o.watch(cur)
	}
}

func (p *phases) fill(cur *Progress, w workload) {
	if cur.Phase != "measure" && cur.Phase != "drain" {
		return
	}
	start := p.run.line.Start()
	if start == 0 {
		return
	}
	cur.Second = float64(p.run.clock.Now()-start) / 1e9
	cur.Backlog = max(w.missing(), 0)
	last := lastSecond(p.run.line.Windows(), int(cur.Second)-1)
	cur.Sent, cur.Received, cur.P99US = last.Sent, last.Received, float64(last.P99)/1e3
}

// lastSecond is the window of the last whole second, or of the one before if
// nobody has handed that in yet. Workers hand a second in with their next
// message: if there was none for longer, there is nothing to show.
func lastSecond(ws []hist.Window, second int) hist.Window {
	i := min(second, len(ws)-1)
	if i < 0 || i < second-1 {
		return hist.Window{}
	}
	return ws[i]
}
