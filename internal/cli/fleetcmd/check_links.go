package fleetcmd

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// topology judges the links of a tick as `check` does: none is slow by one look. A
// fleet in which no link may be slow is not asked again.
func (s *sampler) topology(ctx context.Context, tick fleet.Tick) (*fleet.Topology, error) {
	now := fleet.NewTopology(tick.Snapshot, fleet.TopologyOptions{Delta: tick.Delta, OneLook: true})
	if !slices.ContainsFunc(now.Edges, func(e *fleet.Edge) bool { return e.State == fleet.StateSlow }) {
		return now, nil
	}
	counts, err := s.strained(ctx, tick)
	if err != nil {
		return nil, err
	}
	return fleet.NewTopology(tick.Snapshot, fleet.TopologyOptions{Delta: tick.Delta, Strained: counts}), nil
}

// strained counts for each link in how many looks beside the one that is judged
// it was over a floor: in the one before it, and in as many more as it takes to
// call a link slow. A fleet in which no link is over a floor is not asked again.
func (s *sampler) strained(ctx context.Context, tick fleet.Tick) (map[string]int, error) {
	counts := strainedIn(nil, tick.Snapshot)
	looks := 1
	if tick.Before != nil {
		counts, looks = strainedIn(counts, tick.Before), 2
	}
	for ; looks < fleet.SlowLooks && len(counts) > 0; looks++ {
		snap, err := s.otherLook(ctx, looks, tick.Snapshot.Want)
		if err != nil {
			return nil, err
		}
		if snap == nil {
			return nil, nil
		}
		counts = strainedIn(counts, snap)
	}
	for key := range counts {
		counts[key]-- // the look that is judged
	}
	return counts, nil
}

func strainedIn(counts map[string]int, snap *fleet.Snapshot) map[string]int {
	return fleet.NewTopology(snap, fleet.TopologyOptions{}).Strained(counts)
}

// otherLook is one more look at the links: of a fleet a new one, of a recording
// the one that is that many before the one that is shown, or nil.
func (s *sampler) otherLook(ctx context.Context, before int, want fleet.Want) (*fleet.Snapshot, error) {
	if s.rec != nil {
		if s.shown < before {
			return nil, nil
		}
		return s.rec.Still(s.shown-before).Snapshot(ctx, fleet.Want{Scope: want.Scope})
	}
	if err := s.wait(ctx, cmp.Or(s.rate, time.Second)/(fleet.SlowLooks-1)); err != nil {
		return nil, err
	}
	links := fleet.Want{Scope: want.Scope}
	for _, kind := range []fleet.Kind{fleet.Routez, fleet.Gatewayz, fleet.Leafz, fleet.Varz} {
		if slices.Contains(want.Kinds, kind) {
			links.Kinds = append(links.Kinds, kind)
		}
	}
	return s.source.Snapshot(ctx, links)
}
