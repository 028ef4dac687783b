package fleet

import (
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// Delta is what changed between two snapshots: rates of every counter. Unknown
// rates (no earlier answer, a restart, a counter that went down) are reported
// as unknown, never as zero, a negative number or a jump. It is immutable and
// safe for concurrent use; all rates of the zero value and of nil are unknown.
type Delta struct {
	From, To time.Time // the times of the two snapshots
	Servers  []*ServerDelta
	byID     map[string]*ServerDelta
	streams  map[streamKey]StreamDelta

	consumers map[consumerKey]ConsumerDelta
}

// Change is what happened to a server between two snapshots.
type Change string

// The changes. A server is the same by name; the same name with another id or
// another start time is a restart.
const (
	Same      Change = "same"
	Appeared  Change = "appeared"  // not in the earlier snapshot
	Back      Change = "back"      // missing in the earlier snapshot, answers again
	Restarted Change = "restarted" // another process under the same name
	Vanished  Change = "vanished"  // answered before, not now
)

// ServerDelta is what changed on one server.
type ServerDelta struct {
	ID               string
	Name             string
	Cluster          string
	Change           Change
	ElapsedSeconds   float64 // by the server's clock; 0 without two answers of the same process
	Traffic          Traffic // everything: clients, routes, gateways, leafs
	Clients          Traffic // clients only; unknown for servers that do not report it
	Connections      Rate    // of the number of connections; may be negative
	NewConnections   Rate
	SlowConsumers    Rate
	StaleConnections Rate
	StalledClients   Rate
	APIRequests      Rate // JetStream API
	APIErrors        Rate
	Inserts          Rate // subscriptions added to its list
	Removes          Rate
	Matches          Rate // lookups in its list

	conns    map[uint64]connDelta
	routes   map[string]Traffic // by remote server id
	gateways map[uint64]Traffic // by connection id
	leafs    map[uint64]Traffic
	accounts map[string]Traffic
}

// NewDelta compares two snapshots of one fleet; either may be nil.
func NewDelta(before, after *Snapshot) *Delta {
	d := &Delta{byID: map[string]*ServerDelta{}, streams: map[streamKey]StreamDelta{}, consumers: map[consumerKey]ConsumerDelta{}}
	if after == nil {
		return d
	}
	d.To = after.Time
	if before == nil {
		before = &Snapshot{}
	}
	d.From = before.Time
	pairs := pairServers(before, after)
	for _, sv := range after.Servers {
		old, wall := pairs.before(sv), d.wall()
		if old != nil && clockJumped(before, after, old, sv) {
			wall = 0
		}
		sd := newServerDelta(old, sv, wall)
		if sd.Change == Appeared && lists(before, sv.Info.ID, sv.Info.Name, sv.Info.Cluster) {
			sd.Change = Back
		}
		d.add(sd)
	}
	for _, sv := range before.Servers {
		if pairs.after(sv) == nil {
			d.add(&ServerDelta{ID: sv.Info.ID, Name: sv.Info.Name, Cluster: sv.Info.Cluster, Change: Vanished})
		}
	}
	d.compareStreams(before, after)
	d.compareConsumers(before, after)
	return d
}

func (d *Delta) add(sd *ServerDelta) {
	d.Servers = append(d.Servers, sd)
	if _, ok := d.byID[sd.ID]; !ok {
		d.byID[sd.ID] = sd
	}
}

// wall is the interval by the observer's clock; 0 when there is no earlier
// snapshot.
func (d *Delta) wall() float64 {
	if d.From.IsZero() {
		return 0
	}
	return d.To.Sub(d.From).Seconds()
}

// Server returns the changes of the server with this id; never nil.
func (d *Delta) Server(id string) *ServerDelta {
	if d != nil {
		if sd, ok := d.byID[id]; ok {
			return sd
		}
	}
	return &ServerDelta{ID: id}
}

// Total adds up the traffic of all servers whose rates are known, and returns
// the number of these servers.
func (d *Delta) Total() (total Traffic, servers int) {
	if d == nil {
		return total, 0
	}
	for _, sd := range d.Servers {
		switch {
		case !sd.Traffic.Known():
		case servers == 0:
			total, servers = sd.Traffic, 1
		default:
			total, servers = total.Plus(sd.Traffic), servers+1
		}
	}
	return total, servers
}

// Conn returns the rates of a connection of this server.
func (sd *ServerDelta) Conn(cid uint64) Traffic { return sd.conns[cid].Traffic }

// Pending returns the growth of the pending bytes of a connection of this
// server; negative when they shrank.
func (sd *ServerDelta) Pending(cid uint64) Rate { return sd.conns[cid].pending }

// Route returns the rates of all connections of this server to a route peer, by
// the peer's server id. They are unknown while the pool changes.
func (sd *ServerDelta) Route(remoteID string) Traffic { return sd.routes[remoteID] }

// Gateway returns the rates of a gateway connection of this server.
func (sd *ServerDelta) Gateway(cid uint64) Traffic { return sd.gateways[cid] }

// Leaf returns the rates of a leaf connection of this server.
func (sd *ServerDelta) Leaf(cid uint64) Traffic { return sd.leafs[cid] }

// Account returns the rates of an account on this server.
func (sd *ServerDelta) Account(name string) Traffic { return sd.accounts[name] }

// Account adds up an account's rates over the servers that report it; the sum
// is known only if each of them is.
func (d *Delta) Account(name string) Traffic {
	var total Traffic
	first := true
	if d == nil {
		return total
	}
	for _, sd := range d.Servers {
		t, ok := sd.accounts[name]
		switch {
		case !ok:
		case first:
			total, first = t, false
		default:
			total = total.Plus(t)
		}
	}
	return total
}

// serverIndex indexes the servers of a snapshot by id, and by cluster and name.
type serverIndex struct {
	byID   map[string]*Server
	byName map[string]*Server
}

func indexServers(s *Snapshot) serverIndex {
	x := serverIndex{byID: map[string]*Server{}, byName: map[string]*Server{}}
	for _, sv := range s.Servers {
		x.byID[sv.Info.ID] = sv
		if sv.Info.Name != "" {
			x.byName[nameKey(sv.Info)] = sv
		}
	}
	return x
}

// serverPairs finds each server of one snapshot in another: by its id, or by
// its cluster and name if its id has changed since. A server whose id is in
// both is never matched by name.
type serverPairs struct{ past, present serverIndex }

func pairServers(before, after *Snapshot) serverPairs {
	return serverPairs{indexServers(before), indexServers(after)}
}

func (p serverPairs) before(sv *Server) *Server { return pair(sv, p.past, p.present) }

func (p serverPairs) after(sv *Server) *Server { return pair(sv, p.present, p.past) }

// pair finds a server of one snapshot in the other.
func pair(sv *Server, there, here serverIndex) *Server {
	if same := there.byID[sv.Info.ID]; same != nil {
		return same
	}
	namesake := there.byName[nameKey(sv.Info)]
	if namesake == nil || here.byID[namesake.Info.ID] != nil {
		return nil
	}
	return namesake
}

// nameKey identifies a server by cluster and name, since servers of two
// clusters may share a name.
func nameKey(info server.ServerInfo) string { return info.Cluster + "\x00" + info.Name }

// lists reports whether the snapshot counts a server as missing: the id, or the
// name in this cluster. An empty cluster matches any.
func lists(s *Snapshot, id, name, cluster string) bool {
	return slices.ContainsFunc(s.Missing, func(m Missing) bool {
		return m.ID != "" && m.ID == id || m.Name != "" && m.Name == name && (m.Cluster == "" || cluster == "" || m.Cluster == cluster)
	})
}
