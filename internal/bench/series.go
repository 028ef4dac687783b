package bench

import (
	"context"
	"math/rand/v2"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

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
			all.res.Runs[n-1].Partial = true // earlier runs are kept
			break
		}
	}
	return all.firstRuns(all.o.runs), nil
}

// series is the runs of one scenario.
type series struct {
	connect Connect
	o       options
	res     *result.Result
	offset  int // runs of other series in between, for the progress
}

func newSeries(s scenario.Spec, c Connect, opts []Option) (*series, error) {
	o := options{runs: 1, watch: func(Progress) {}}
	for _, f := range opts {
		f(&o)
	}
	s, err := s.Normalize()
	if err != nil {
		return nil, err
	}
	return &series{connect: c, o: o, res: &result.Result{Schema: result.Schema, SpecHash: s.Hash(), Spec: s}}, nil
}

// run adds a run.
func (s *series) run(ctx context.Context) error {
	o := s.o
	o.watch = func(p Progress) {
		p.Run += s.offset
		s.o.watch(p)
	}
	m := &measurement{run: newRun(s.res.Spec, s.connect, o.api), view: o.server}
	m.destroy = o.destroy
	run, err := m.execute(ctx, len(s.res.Runs)+1, o)
	if err != nil {
		return err
	}
	if len(s.res.Runs) == 0 {
		s.res.ID = m.id
		s.res.Env = result.Env{Client: clientEnv(o.version, m.driver()), Servers: m.servers}
	}
	s.res.Runs = append(s.res.Runs, *run)
	return nil
}

// firstRuns returns the result over the first n runs.
func (s *series) firstRuns(n int) *result.Result {
	s.res.Runs = s.res.Runs[:min(n, len(s.res.Runs))]
	s.res.Summary = result.Summarize(s.res.Runs, s.o.ceiling)
	return s.res
}

// Case is one side of an [AB] comparison.
type Case struct {
	Spec    scenario.Spec
	Connect Connect
	View    ServerView // nil: that of the options
	API     JSAPI
}

// AB runs two scenarios in blocks of one run each, in random order, so that changes
// over time affect both. Interrupted, it returns the complete blocks so far.
func AB(ctx context.Context, a, b Case, runs int, seed uint64, opts ...Option) (ra, rb *result.Result, err error) {
	var sides [2]*series
	for i, c := range []Case{a, b} {
		if sides[i], err = newSeries(c.Spec, c.Connect, opts); err != nil {
			return nil, nil, err
		}
		sides[i].o.api = c.API
		if c.View != nil {
			sides[i].o.server = c.View
		}
	}
	for _, s := range sides {
		s.o.runs = 2 * runs
	}
	rnd := rand.New(rand.NewPCG(seed, 0x6162))
	for n := range runs {
		first := rnd.IntN(2)
		for k := range 2 {
			side := sides[(first+k)%2]
			side.offset = 2*n + k - len(side.res.Runs)
			if err := side.run(ctx); err != nil {
				if ctx.Err() != nil && n > 0 {
					return sides[0].firstRuns(n), sides[1].firstRuns(n), nil
				}
				return nil, nil, err
			}
			if ctx.Err() != nil && n > 0 {
				return sides[0].firstRuns(n), sides[1].firstRuns(n), nil
			}
		}
	}
	return sides[0].firstRuns(runs), sides[1].firstRuns(runs), nil
}
