package fleet

import (
	"cmp"
	"fmt"
	"slices"
)

// DeriveEvents returns the events between two snapshots that no server
// announced: servers that left, joined or restarted, links that broke or
// recovered, versions and configurations that changed. The links of a server
// that left are not listed one by one. The order of the events is fixed; if
// either snapshot is nil, there are none.
func DeriveEvents(before, after *Snapshot) []Event {
	if before == nil || after == nil {
		return nil
	}
	return DeriveEventsIn(before, after, NewTopology(before, TopologyOptions{}), NewTopology(after, TopologyOptions{}))
}

// DeriveEventsIn is [DeriveEvents] for a caller that has the topologies of both
// snapshots, neither of which may be nil.
func DeriveEventsIn(before, after *Snapshot, past, now *Topology) []Event {
	d := deriver{before: before, after: after}
	pairs := pairServers(before, after)
	for _, sv := range after.Servers {
		d.server(pairs.before(sv), sv)
	}
	for _, sv := range before.Servers {
		if pairs.after(sv) == nil {
			d.gone(sv)
		}
	}
	d.links(past, now)
	slices.SortStableFunc(d.events, func(a, b Event) int {
		return cmp.Or(b.Level.Compare(a.Level), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Server, b.Server), cmp.Compare(a.Who, b.Who))
	})
	return d.events
}

type deriver struct {
	before, after *Snapshot
	events        []Event
}

func (d *deriver) add(kind EventKind, level Level, sv *Server, who, why string) {
	d.events = append(d.events, Event{
		Time: d.after.Time, Kind: kind, Level: level, Server: sv.Info.Name, Cluster: sv.Info.Cluster,
		Who: who, Where: sv.Info.Host, Why: why, Derived: true,
	})
}

// server derives the events of a server that answers now.
func (d *deriver) server(before, after *Server) {
	if before == nil {
		why := "not seen before"
		if lists(d.before, after.Info.ID, after.Info.Name, after.Info.Cluster) {
			why = "answers again"
		}
		d.add(EventServerUp, Info, after, after.Info.Name, why)
		return
	}
	restarted := before.Info.ID != after.Info.ID || startedAnew(before, after)
	if restarted {
		why := "another process under the same name"
		if after.Statsz != nil && !after.Statsz.Start.IsZero() {
			why = "started at " + after.Statsz.Start.UTC().Format("2006-01-02T15:04:05Z")
		}
		d.add(EventServerRestart, Warn, after, after.Info.Name, why)
	}
	if before.Info.Version != after.Info.Version {
		d.add(EventVersionChange, Info, after, after.Info.Name, fmt.Sprintf("from %s to %s", before.Info.Version, after.Info.Version))
	}
	if a, b := before.Varz, after.Varz; a != nil && b != nil {
		switch {
		case a.ConfigDigest != "" && b.ConfigDigest != "" && a.ConfigDigest != b.ConfigDigest:
			d.add(EventConfigChange, Info, after, after.Info.Name, "the configuration changed")
		case !restarted && !a.ConfigLoadTime.Equal(b.ConfigLoadTime):
			d.add(EventConfigChange, Info, after, after.Info.Name, "the configuration was reloaded")
		}
	}
}

func (d *deriver) gone(sv *Server) {
	why := "no longer answers, and no server expects it"
	level := Warn
	for _, m := range d.after.Missing {
		if m.ID == sv.Info.ID || m.ID == "" && m.Name == sv.Info.Name && (m.Cluster == "" || m.Cluster == sv.Info.Cluster) {
			why, level = m.Note(), Crit
		}
	}
	d.add(EventServerDown, level, sv, sv.Info.Name, why)
}

// links compares the edges of both topologies, if the servers that report them
// answered both times.
func (d *deriver) links(past, now *Topology) {
	was := past.EdgesByKey()
	seen := map[string]bool{}
	for _, e := range now.Edges {
		seen[e.Key()] = true
		old := was[e.Key()]
		sv := bothAnswered(past, now, e)
		if sv == nil {
			continue
		}
		switch {
		case e.Connected() && (old == nil || !old.Connected()):
			d.add(EventLinkUp, Info, sv, e.label(), "")
		case !e.Connected() && old != nil && old.Connected():
			d.add(EventLinkDown, Warn, sv, e.label(), e.Why)
		}
	}
	for _, e := range past.Edges {
		if e.Kind == Leaf && e.Connected() && !seen[e.Key()] {
			if sv := bothAnswered(past, now, e); sv != nil {
				d.add(EventLinkDown, Warn, sv, e.label(), "neither end lists it any more")
			}
		}
	}
}

// Connected reports whether the link works in both directions, according to its
// ends.
func (e *Edge) Connected() bool {
	switch e.State {
	case StateOK, StateSlow, StateShort, StateOutside:
		return true
	}
	return false
}

// label is the display name of the edge.
func (e *Edge) label() string {
	return fmt.Sprintf("%s %s - %s", e.Kind, e.FromName, cmp.Or(e.ToCluster, e.ToName))
}

// bothAnswered returns the server that an edge starts from, if all servers that
// could report the edge answered in both snapshots; else nil.
func bothAnswered(past, now *Topology, e *Edge) *Server {
	for _, t := range []*Topology{past, now} {
		from := t.Node(e.From)
		if from == nil || from.Server == nil {
			return nil
		}
		if e.Kind == Gateway {
			continue
		}
		// A leaf node that cannot be asked exists only while its hub lists it.
		if to := t.Node(e.To); to == nil && !outside(past, now, e.To) || to != nil && to.Ghost {
			return nil
		}
	}
	return now.Node(e.From).Server
}

// outside reports whether the node is a leaf node outside the system account,
// in the topology that has it.
func outside(past, now *Topology, key string) bool {
	n := now.Node(key)
	if n == nil {
		n = past.Node(key)
	}
	return n != nil && n.Outside
}
