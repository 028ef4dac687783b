package fleet

import "time"

// The largest drift between the clocks of a server and of the observer between
// two snapshots; above it, one of them counts as changed.
const (
	driftSeconds = 0.1
	driftShare   = 0.01
)

// ClocksSet are the ids of the servers that measured another interval between
// two snapshots than the observer: a clock was changed in between, so values
// before and after must not be compared. A server that is not in both, or
// reports no time, is not included.
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

// clockJumped reports whether one of the two clocks was changed between the
// answers: each answer was written during its round, so the two intervals
// differ by at most the length of the rounds.
func clockJumped(before, after *Snapshot, a, b *Server) bool {
	if a.Info.Time.IsZero() || b.Info.Time.IsZero() || before.Time.IsZero() || after.Time.IsZero() {
		return false
	}
	own, wall := b.Info.Time.Sub(a.Info.Time).Seconds(), after.Time.Sub(before.Time).Seconds()
	drift := driftSeconds + driftShare*max(wall, 0)
	return own > wall+before.TookSeconds+drift || own < wall-after.TookSeconds-drift
}

// dated is an answer with its snapshot, its server, and its time by the
// server's clock.
type dated struct {
	in   *Snapshot
	from *Server
	at   time.Time
}

// observed is the time of the answer, by the observer's clock: the server wrote
// its time into the snapshot that it is in.
func (x dated) observed() time.Time {
	if x.at.IsZero() || x.from.Info.Time.IsZero() {
		return x.in.Time
	}
	return x.in.Time.Add(x.at.Sub(x.from.Info.Time))
}

// between is the seconds between two answers about one thing; 0 when they
// cannot be compared. Answers of different servers have different clocks.
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
