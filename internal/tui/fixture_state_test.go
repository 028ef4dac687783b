package tui

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// stateOf is the state after some snapshots.
func stateOf(snaps ...*fleet.Snapshot) *live.State {
	d, st := live.NewDeriver(), &live.State{Phase: live.Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	for _, s := range snaps {
		d.Apply(st, s)
		st.Now, st.Seq = s.Time, st.Seq+1
	}
	d.Publish(st)
	return st
}

// watching takes snapshots one after the other and returns the state after
// each.
func watching() func(*fleet.Snapshot) *live.State {
	d, st := live.NewDeriver(), &live.State{Phase: live.Live}
	return func(s *fleet.Snapshot) *live.State {
		d.Apply(st, s)
		out := *st
		out.Now = s.Time
		return &out
	}
}
