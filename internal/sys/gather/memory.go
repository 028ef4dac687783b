package gather

import (
	"maps"
	"sync"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// Known is a server seen earlier, so that it can be named when it is missing.
type Known struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Cluster string    `json:"cluster,omitempty"`
	Seen    time.Time `json:"seen"`
	Left    time.Time `json:"left,omitzero"` // when it last announced that it leaves; zero: it did not
}

// Memory is what outlives a round: which servers were seen, which announced that
// they leave, and which timed out. It is safe for concurrent use.
type Memory struct {
	mu         sync.Mutex
	roster     map[string]Known // by server id
	departures fleet.Departures
	absences   absences
}

// NewMemory returns an empty memory.
func NewMemory() *Memory {
	return &Memory{roster: map[string]Known{}, departures: fleet.Departures{}}
}

// Learn adds servers that were seen in an earlier run.
func (m *Memory) Learn(known []Known) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, k := range known {
		m.roster[k.ID] = k
		if !k.Left.IsZero() {
			m.departures.Drain(k.ID, k.Left, k.Left)
		}
	}
}

// Roster returns the servers seen by this client or an earlier one, in no order.
// Those that are no longer part of a complete fleet are forgotten.
func (m *Memory) Roster() []Known {
	m.mu.Lock()
	defer m.mu.Unlock()
	out := make([]Known, 0, len(m.roster))
	for id, k := range m.roster {
		k.Left = m.departures[id].Received
		out = append(out, k)
	}
	return out
}

// Remember adds the servers of a snapshot.
func (m *Memory) Remember(s *fleet.Snapshot) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for _, sv := range s.Servers {
		i := sv.Info
		m.roster[i.ID] = Known{ID: i.ID, Name: i.Name, Cluster: i.Cluster, Seen: s.Time}
		m.departures.Answered(i.ID, i.Time)
	}
	m.departures.ForgetOld(time.Now())
	if s.Want.Scope.IsZero() && s.Counted == len(s.Servers) && len(s.Missing) == 0 && s.Forgotten == 0 {
		m.forgetOthers(s)
	}
	m.absences = m.absences.after(s)
}

// forgetOthers drops the servers that are not in a snapshot of all servers: they
// have ended and are no longer counted.
// The lock is held.
func (m *Memory) forgetOthers(s *fleet.Snapshot) {
	here := make(map[string]bool, len(s.Servers))
	for _, sv := range s.Servers {
		here[sv.Info.ID] = true
	}
	maps.DeleteFunc(m.roster, func(id string, _ Known) bool { return !here[id] })
	maps.DeleteFunc(m.departures, func(id string, _ fleet.Departure) bool { return !here[id] })
}

// known returns a server seen earlier.
func (m *Memory) known(id string) (Known, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	k, ok := m.roster[id]
	return k, ok
}

// named returns the server of a scope that is one server's name or id, if it was seen
// earlier and did not announce that it leaves: it exists, although no server counts
// it any more.
func (m *Memory) named(sc fleet.Scope) (missing []fleet.Missing) {
	if sc.Name == "" {
		return nil
	}
	for _, k := range m.Roster() {
		of := k.Name == sc.Name || k.ID == sc.Name
		if of && k.Left.IsZero() && (sc.Cluster == "" || sc.Cluster == k.Cluster) {
			missing = append(missing, fleet.Missing{ID: k.ID, Name: k.Name, Cluster: k.Cluster, LastSeen: k.Seen, Reason: fleet.Gone})
		}
	}
	return missing
}

// Draining records that a server announced lame duck mode, at a time by its own
// clock.
func (m *Memory) Draining(id string, at time.Time) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.departures.Drain(id, at, time.Now())
}

// Ended records that a server announced its end.
func (m *Memory) Ended(id string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.departures.End(id, time.Now())
}

// departure returns what a server announced before it left.
func (m *Memory) departure(id string) (fleet.Departure, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	g, ok := m.departures[id]
	return g, ok
}

// timedOut reports whether an answer timed out recently; an empty kind means the
// whole server.
func (m *Memory) timedOut(id string, kind fleet.Kind) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	at, ok := m.absences[absence{id, kind}]
	return ok && time.Since(at) < forgiveAfter
}
