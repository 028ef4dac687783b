package tui

import (
	"runtime/debug"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// meshed is the state of a super-cluster in which every cluster has a gateway to
// every other.
func meshed(clusters int) *live.State {
	d, st := live.NewDeriver(), &live.State{Phase: live.Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	d.Apply(st, fixture.Mesh(clusters, fixture.Noon))
	st.Now, st.Seq = st.Snap.Time, 1
	d.Publish(st)
	return st
}

// cheapest is the shortest of some runs. When that is above enough, the machine may have
// been busy with something else, which can only make a run longer: then there are more.
func cheapest(enough time.Duration, f func()) time.Duration {
	const least, most = 5, 100
	best := time.Hour
	for run := 0; run < least || best > enough && run < most; run++ {
		begin := time.Now()
		f()
		best = min(best, time.Since(begin))
	}
	return best
}

// TestFramesGrowLinearly draws every page and mode that a system user has of
// 250 servers and of 1,000, in clusters of three that are all joined: four times
// the servers, and sixteen times the gateways, cost at most some times a frame.
func TestFramesGrowLinearly(t *testing.T) {
	if testing.Short() {
		t.Skip("derives the state of 1,000 servers with 333,000 gateways")
	}
	few, many := meshed(84), meshed(334)
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // a frame does not pay for the collection of both states
	for _, keys := range [][]string{{}, {"end"}, {":tree", "enter"}, {":matrix", "enter"}, {":links", "enter"}, {"2"}, {"7"}} {
		cost := func(st *live.State, enough time.Duration) time.Duration {
			m := pressed(st, 120, 40, keys...)
			m.View() // makes the rows
			return cheapest(enough, func() {
				m.Update(keyNamed("down"))
				m.View()
				m.Update(keyNamed("up"))
				m.View()
			})
		}
		small := max(cost(few, time.Millisecond), time.Millisecond)
		if large := cost(many, 20*small); large > 20*small {
			t.Errorf("%q: %s a frame of 250 servers, %s of 1,000", keys, small, large)
		}
	}
}
