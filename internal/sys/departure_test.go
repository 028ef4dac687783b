package sys_test

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// TestDepartureOfAnEarlierRun has a server that is gone and still counted: a
// client that was told by an earlier one of a fresh announcement does not miss it.
func TestDepartureOfAnEarlierRun(t *testing.T) {
	f, before := simulate(t, simfleet.Spec{Servers: 9})
	name := f.Names()[4]
	snapshot(t, before, fleet.Want{})
	if err := f.SetFault(name, simfleet.Fault{Gone: true}); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		left               time.Time
		missing, forgotten int
	}{
		{time.Time{}, 1, 0},
		{time.Now().Add(-time.Minute), 0, 1},
		{time.Now().Add(-2 * time.Hour), 1, 0}, // it has been counted for too long since
	} {
		known := before.Roster()
		for i := range known {
			if known[i].Name == name {
				known[i].Left = tc.left
			}
		}
		after := sys.New(before.Conn(), sys.WithRoster(known))
		s := snapshot(t, after, fleet.Want{})
		if len(s.Missing) != tc.missing || s.Forgotten != tc.forgotten {
			t.Errorf("left %v: missing %+v, %d forgotten", tc.left, s.Missing, s.Forgotten)
		}
		for _, k := range after.Roster() {
			if k.Name == name && tc.forgotten > 0 && !k.Left.Equal(tc.left) {
				t.Errorf("the announcement at %v is told on as one at %v", tc.left, k.Left)
			}
		}
	}
}
