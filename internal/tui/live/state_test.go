package live

import (
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// stateAfter is the state after some snapshots.
func stateAfter(snaps ...*fleet.Snapshot) *State {
	d, st := NewDeriver(), &State{Phase: Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	for _, s := range snaps {
		d.Apply(st, s)
		st.Now, st.Seq = s.Time, st.Seq+1
	}
	d.Publish(st)
	return st
}
