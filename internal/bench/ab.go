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
// that changes over time affect both. Interrupted, it gives the
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
