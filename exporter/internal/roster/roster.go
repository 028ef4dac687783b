// Package roster remembers which servers a fleet has, so that one that dies is
// missed until it is back, announces its end, is replaced, or somebody says that
// it is gone for good.
//
// It owns the memory and its file. It must not know metrics.
package roster

import (
	"cmp"
	"net"
	"slices"
	"strconv"
	"sync"
	"time"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// maxServers limits the memory: answers are untrusted input.
const maxServers = 5000

// maxMembers is how many servers are remembered of a fleet that counted at most so
// many at once: as many again may have been replaced under new names.
func maxMembers(counted int) int { return min(maxServers, 2*counted+16) }

// departMemory is how long a server that was replaced or forgotten is reported
// as departed: as long as the alerts look back.
const departMemory = time.Hour

// The reasons besides announcements why a server is missed no longer.
const (
	Replaced  fleet.EventKind = "replaced"  // another one has its address
	Forgotten fleet.EventKind = "forgotten" // somebody said so
)

// place identifies a server across restarts: clusters may have servers of the
// same name.
type place struct{ name, cluster string }

// member is a server that the fleet had.
type member struct {
	Name    string    `json:"name"`
	Cluster string    `json:"cluster,omitempty"`
	ID      string    `json:"id"`
	Address string    `json:"address,omitempty"` // where it accepts clients; empty if it is not one address
	Seen    time.Time `json:"seen"`              // when it last changed, or was last seen before it was missed
	times   int       // answers; a server is missed after two
}

// Roster is the memory of one fleet. It is safe for concurrent use. The zero
// value remembers nothing beyond the process.
type Roster struct {
	expected Expected
	file     file

	mu       sync.Mutex
	members  map[place]*member
	most     int                 // the most servers that were counted at once
	departed []*scrape.Departure // replaced or forgotten
}

// New returns a roster that is kept in a file; with an empty path it lasts as
// long as the process.
func New(path string, e Expected) *Roster {
	return &Roster{expected: e, file: file{path: path}}
}

// Complete returns the snapshot with every remembered or expected server that it
// lacks among the missing, and the servers that are missed no longer. gone are
// the servers that announced their end. The error is about the file; the result
// is valid anyway.
func (r *Roster) Complete(snap *fleet.Snapshot, gone []*scrape.Departure, now time.Time) (*fleet.Snapshot, []*scrape.Departure, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.members == nil {
		r.members = map[place]*member{}
	}
	err := r.read(now)
	noted, released := r.note(snap, now), r.release(gone)
	missing, replaced := r.absent(snap, now)
	if (noted || released || replaced) && err == nil {
		err = r.file.write(r.members, r.departed)
	}
	return r.expected.complete(snap, missing), r.recent(now), err
}

// note remembers the confirmed servers of a snapshot, and reports whether the file must
// change.
func (r *Roster) note(snap *fleet.Snapshot, now time.Time) (changed bool) {
	servers, counted := confirmed(snap)
	r.most = max(r.most, counted)
	for _, sv := range servers {
		at := place{sv.Info.Name, sv.Info.Cluster}
		m := r.members[at]
		if m == nil {
			if len(r.members) >= maxMembers(r.most) {
				continue
			}
			m = &member{Name: at.name, Cluster: at.cluster}
			r.members[at] = m
		}
		m.times++
		changed = changed || m.times == 2 || m.times > 2 && m.ID != sv.Info.ID
		m.ID, m.Address, m.Seen = sv.Info.ID, address(sv), now
	}
	return changed
}

// address is where a server accepts clients, if that is one address: a server
// that listens everywhere, as in a container, has none of its own.
func address(sv *fleet.Server) string {
	if sv.Varz == nil {
		return ""
	}
	ip := net.ParseIP(sv.Varz.Host)
	if sv.Varz.Host == "" || ip != nil && ip.IsUnspecified() {
		return ""
	}
	return net.JoinHostPort(sv.Varz.Host, strconv.Itoa(sv.Varz.Port))
}

// release drops the servers that announced their end.
func (r *Roster) release(gone []*scrape.Departure) (changed bool) {
	for _, d := range gone {
		at := place{d.Name, d.Cluster}
		if m := r.members[at]; m != nil && m.ID == d.ID {
			delete(r.members, at)
			changed = true
		}
	}
	return changed
}

// absent returns the servers that the snapshot neither has nor misses already,
// and drops those that were replaced.
func (r *Roster) absent(snap *fleet.Snapshot, now time.Time) (out []fleet.Missing, changed bool) {
	alive, holders := map[place]bool{}, map[string]bool{}
	for _, sv := range snap.Servers {
		alive[place{sv.Info.Name, sv.Info.Cluster}] = true
		holders[address(sv)] = true
	}
	for at, m := range r.members {
		switch {
		case alive[at] || m.times < 2 || snapMisses(snap, m):
		case m.Address != "" && holders[m.Address]:
			delete(r.members, at)
			r.depart(m, Replaced, now)
			changed = true
		default:
			out = append(out, fleet.Missing{ID: m.ID, Name: m.Name, Cluster: m.Cluster, Reason: fleet.Gone, LastSeen: m.Seen})
		}
	}
	slices.SortFunc(out, func(a, b fleet.Missing) int {
		return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Cluster, b.Cluster))
	})
	return out, changed
}

// snapMisses reports whether the snapshot misses the server by itself, and so
// knows better why.
func snapMisses(snap *fleet.Snapshot, m *member) bool {
	return slices.ContainsFunc(snap.Missing, func(x fleet.Missing) bool {
		return x.ID != "" && x.ID == m.ID || x.Name == m.Name && (x.Cluster == "" || x.Cluster == m.Cluster)
	})
}

func (r *Roster) depart(m *member, how fleet.EventKind, now time.Time) {
	r.departed = append(r.departed, &scrape.Departure{ID: m.ID, Name: m.Name, Cluster: m.Cluster, How: how, At: now, Received: now})
}

// recent returns the servers that were replaced or forgotten lately.
func (r *Roster) recent(now time.Time) []*scrape.Departure {
	r.departed = slices.DeleteFunc(r.departed, func(d *scrape.Departure) bool { return now.Sub(d.Received) > departMemory })
	return slices.Clone(r.departed)
}
