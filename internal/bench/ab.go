package bench

import (
	"context"
	"math/rand/v2"

	"github.com/natsctl/natsctl/internal/bench/result"
	"github.com/natsctl/natsctl/internal/bench/scenario"
)

// Case is one side of an [AB] comparison.
type Case struct {
	Spec    scenario.Spec
	Connect Connect
	View    ServerView // nil: that of the options
	API     JSAPI
}

// AB runs two scenarios in turn, a block of both at a time in random order, so
// that whatever else changes with time changes both. Interrupted, it gives the
// whole blocks so far.
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
					return sides[0].whole(n), sides[1].whole(n), nil
				}
				return nil, nil, err
			}
			if ctx.Err() != nil && n > 0 {
				return sides[0].whole(n), sides[1].whole(n), nil
			}
		}
	}
	return sides[0].whole(runs), sides[1].whole(runs), nil
}

// series is the runs of one scenario.
type series struct {
	connect Connect
	o       options
	res     *result.Result
	offset  int // runs of others in between, for the progress
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
	r := newRun(s.res.Spec, s.connect, o)
	rep, err := r.execute(ctx, len(s.res.Runs)+1, o)
	if err != nil {
		return err
	}
	if len(s.res.Runs) == 0 {
		s.res.ID, s.res.Env = r.id, r.env(o)
	}
	s.res.Runs = append(s.res.Runs, *rep)
	return nil
}

// whole gives the result of the first n runs.
func (s *series) whole(n int) *result.Result {
	s.res.Runs = s.res.Runs[:min(n, len(s.res.Runs))]
	s.res.Summary = result.Summarize(s.res.Runs, s.o.ceiling)
	return s.res
}
