package roster

import (
	"slices"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Expected are the servers that the operator says the fleet has. The zero value
// expects none.
type Expected struct {
	Count int      // at least so many servers
	Names []string // these servers
}

// complete returns the snapshot with more missing servers: those given, and
// those that are expected.
func (e Expected) complete(snap *fleet.Snapshot, missing []fleet.Missing) *fleet.Snapshot {
	for _, name := range e.Names {
		if !named(snap, missing, name) {
			missing = append(missing, fleet.Missing{Name: name, Reason: fleet.Gone})
		}
	}
	next := *snap
	next.Missing = append(withNames(snap.Missing, len(missing)), missing...)
	present := len(next.Servers)
	for _, m := range next.Missing {
		present += m.Servers()
	}
	if lack := e.Count - present; lack > 0 {
		next.Missing = append(next.Missing, fleet.Missing{Count: lack, Reason: fleet.Gone})
		present = e.Count
	}
	next.Expected = max(next.Expected, present)
	return &next
}

// named reports whether a server of this name answered or is missing already.
func named(snap *fleet.Snapshot, missing []fleet.Missing, name string) bool {
	is := func(m fleet.Missing) bool { return m.Name == name }
	return slices.ContainsFunc(snap.Servers, func(sv *fleet.Server) bool { return sv.Info.Name == name }) ||
		slices.ContainsFunc(snap.Missing, is) || slices.ContainsFunc(missing, is)
}

// withNames returns the list without as many unnamed servers as have names now.
func withNames(list []fleet.Missing, n int) []fleet.Missing {
	var out []fleet.Missing
	for _, m := range list {
		if m.Name == "" && m.ID == "" {
			known := min(n, m.Servers())
			if n -= known; known == m.Servers() {
				continue
			}
			m.Count = m.Servers() - known
		}
		out = append(out, m)
	}
	return out
}
