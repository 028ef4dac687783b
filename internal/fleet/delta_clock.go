package fleet

import "time"

// The clocks of a server and of the one who asks may drift apart by so much
// between two snapshots before one of them counts as set anew.
const (
	driftSeconds = 0.1
	driftShare   = 0.01
)

// ClocksSet are the ids of the servers that did not measure the time between two
// snapshots as the one who asked did: a clock was set in between, and nothing of
// before may be compared with what comes after. A server that is not in both, or
// tells no time, is not among them.
func ClocksSet(before, after *Snapshot) map[string]bool {
	set := map[string]bool{}
	if before == nil || after == nil {
		return set
	}
	past := indexServers(before).byID
	for _, sv := range after.Servers {
		if old := past[sv.Info.ID]; old != nil && clockJumped(before, after, old, sv) {
			set[sv.Info.ID] = true
		}
	}
	return set
}

// clockJumped tells whether one of the two clocks was set between the answers:
// each was written while its round ran, so the server's own interval is the
// observer's within the length of the rounds.
func clockJumped(before, after *Snapshot, a, b *Server) bool {
	if a.Info.Time.IsZero() || b.Info.Time.IsZero() || before.Time.IsZero() || after.Time.IsZero() {
		return false
	}
	own, wall := b.Info.Time.Sub(a.Info.Time).Seconds(), after.Time.Sub(before.Time).Seconds()
	drift := driftSeconds + driftShare*max(wall, 0)
	return own > wall+before.TookSeconds+drift || own < wall-after.TookSeconds-drift
}

// dated is an answer: in which snapshot, from whom, and when by its clock.
type dated struct {
	in   *Snapshot
	from *Server
	at   time.Time
}

// observed is when the answer was written, by the observer's clock: the server
// wrote its time into the snapshot that it is in.
func (x dated) observed() time.Time {
	if x.at.IsZero() || x.from.Info.Time.IsZero() {
		return x.in.Time
	}
	return x.in.Time.Add(x.at.Sub(x.from.Info.Time))
}

// between is the seconds between two answers about one thing; 0 when they
// cannot be compared. Answers of two servers are of two clocks.
func (d *Delta) between(a, b dated) float64 {
	switch {
	case a.in.Own != nil: // whose answers we dated
		return elapsed(a.at, b.at, d.wall())
	case a.from.Info.ID != b.from.Info.ID:
		return max(b.observed().Sub(a.observed()).Seconds(), 0)
	case clockJumped(a.in, b.in, a.from, b.from):
		return 0
	}
	return elapsed(a.at, b.at, d.wall())
}
