package own

import (
	"slices"
	"strings"
	"sync"

	"github.com/natsctl/natsctl/internal/fleet"
)

// roster remembers which servers answered an account. An ordinary user cannot
// learn how many servers there are, so a round waits for those of the previous
// one. It is safe for concurrent use.
type roster struct {
	mu   sync.Mutex
	seen map[string]*source
}

// source is a server and the number of rounds since it answered.
type source struct {
	name   string
	missed int
}

// rosterKeeps is for how many rounds a server that does not answer is still
// reported.
const rosterKeeps = 30

func newRoster() *roster { return &roster{seen: map[string]*source{}} }

// incomplete reports whether a server of the previous round has not answered yet.
func (r *roster) incomplete(answered map[string]bool) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	for id, m := range r.seen {
		if m.missed == 0 && !answered[id] {
			return true
		}
	}
	return false
}

// learn ends a round and returns the servers that answered before but not now,
// except those that came back under a new id.
func (r *roster) learn(servers []*fleet.Server) []fleet.Problem {
	r.mu.Lock()
	defer r.mu.Unlock()
	names, ids := map[string]bool{}, map[string]bool{}
	for _, sv := range servers {
		names[sv.Info.Name], ids[sv.Info.ID] = true, true
		r.seen[sv.Info.ID] = &source{name: sv.Info.Name}
	}
	var out []fleet.Problem
	for id, m := range r.seen {
		if ids[id] {
			continue
		}
		m.missed++
		if names[m.name] || m.missed > rosterKeeps {
			delete(r.seen, id)
			continue
		}
		out = append(out, fleet.Problem{Server: m.name, Kind: fleet.AccountStatz, Reason: fleet.Silent, Detail: "answered before, and does not now"})
	}
	slices.SortFunc(out, func(a, b fleet.Problem) int { return strings.Compare(a.Server, b.Server) })
	return out
}
