package fleet_test

import (
	"bytes"
	"encoding/json"
	"maps"
	"slices"
	"testing"

	"github.com/charmbracelet/x/exp/golden"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// picture writes one object a line.
type picture struct{ bytes.Buffer }

func paint[T any](t *testing.T, p *picture, kind string, all []T) {
	t.Helper()
	for _, one := range all {
		line, err := json.Marshal(one)
		if err != nil {
			t.Fatal(err)
		}
		p.WriteString(kind + " " + string(line) + "\n")
	}
}

// TestPicturesOfFleets compares everything that is derived from two snapshots
// of a recorded fleet: nodes, clusters, links with both ends and their rates,
// meta groups, the owners of raft groups, and events.
func TestPicturesOfFleets(t *testing.T) {
	for name, pair := range map[string]func() (before, now *fleet.Snapshot){
		"super":           frames(t, "super", 0, 1),
		"degraded":        frames(t, "degraded", 2, 3),
		"old":             frames(t, "old", 0, 1),
		"route-cut":       func() (before, now *fleet.Snapshot) { return fleettest.Fault(t, "route-cut") },
		"server-isolated": func() (before, now *fleet.Snapshot) { return fleettest.Fault(t, "server-isolated") },
	} {
		t.Run(name, func(t *testing.T) {
			before, now := pair()
			d := fleet.NewDelta(before, now)
			top := fleet.NewTopology(now, fleet.TopologyOptions{Delta: d})
			var p picture
			paint(t, &p, "node", top.Nodes)
			paint(t, &p, "cluster", top.Clusters)
			paint(t, &p, "edge", top.Edges)
			paint(t, &p, "span", top.Spans)
			paint(t, &p, "meta", fleet.MetaGroups(now))
			paint(t, &p, "event", fleet.DeriveEvents(before, now))
			owners := fleet.RaftOwners(now)
			for _, group := range slices.Sorted(maps.Keys(owners)) {
				p.WriteString("owner " + group + " " + owners[group] + "\n")
			}
			golden.RequireEqual(t, p.Bytes())
		})
	}
}

func frames(t *testing.T, name string, before, now int) func() (_, _ *fleet.Snapshot) {
	return func() (_, _ *fleet.Snapshot) {
		r := fleettest.Replay(t, name)
		return fleettest.Frame(t, r, before), fleettest.Frame(t, r, now)
	}
}
