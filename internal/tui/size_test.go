package tui

import (
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

// cheapest is the shortest of some runs.
func cheapest(runs int, f func()) time.Duration {
	least := time.Hour
	for range runs {
		begin := time.Now()
		f()
		least = min(least, time.Since(begin))
	}
	return least
}

// TestFramesGrowLinearly draws every page and mode that a system user has of
// 250 servers and of 1,000, in clusters of three that are all joined: four times
// the servers, and sixteen times the gateways, cost at most some times a frame.
func TestFramesGrowLinearly(t *testing.T) {
	if testing.Short() {
		t.Skip("derives the state of 1,000 servers with 333,000 gateways")
	}
	few, many := meshed(84), meshed(334)
	for _, keys := range [][]string{{}, {"end"}, {":tree", "enter"}, {":matrix", "enter"}, {":links", "enter"}, {"2"}, {"7"}} {
		var cost [2]time.Duration
		for i, st := range []*live.State{few, many} {
			m := pressed(st, 120, 40, keys...)
			m.View() // makes the rows
			cost[i] = cheapest(5, func() {
				m.Update(keyNamed("down"))
				m.View()
				m.Update(keyNamed("up"))
				m.View()
			})
		}
		t.Logf("%q: %s and %s", keys, cost[0], cost[1])
		if cost[1] > 20*max(cost[0], time.Millisecond) {
			t.Errorf("%q: %s a frame of 250 servers, %s of 1,000", keys, cost[0], cost[1])
		}
	}
}
