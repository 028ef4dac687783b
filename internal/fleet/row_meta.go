package fleet

import (
	"cmp"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

// MetaGroup is the JetStream meta group of one domain: the servers that place
// streams and consumers.
type MetaGroup struct {
	Domain  string      `json:"domain,omitempty"`
	Name    string      `json:"name,omitempty"` // as its leader reports it
	Leader  string      `json:"leader,omitempty"`
	Leaders []string    `json:"leaders,omitempty"` // names of the leaders that servers report, if they disagree
	Size    int         `json:"size"`
	Quorum  int         `json:"quorum"`
	Current int         `json:"current"` // peers that are up to date, including the leader
	Pending int         `json:"pending"` // pending operations of the leader; servers before 2.10.22 do not report it
	Heard   bool        `json:"heard"`   // the leader answered, so the peers are from its answer
	Peers   []*MetaPeer `json:"peers"`
	Outside []string    `json:"outside,omitempty"` // servers of the domain that have JetStream and are not among the leader's peers
}

// Lacking returns, by server, what keeps the group from being whole: peers that the leader counts as offline, and servers
// that it does not have. Nil if no single leader answered.
func (g *MetaGroup) Lacking() map[string]string {
	if !g.Heard || len(g.Leaders) > 1 {
		return nil
	}
	out := map[string]string{}
	for _, p := range g.Peers {
		if p.Known && p.Offline {
			out[p.Name] = "JetStream counts " + p.Name + " as offline: it is in the meta group that " + g.Leader + " leads"
		}
	}
	for _, name := range g.Outside {
		out[name] = "JetStream does not use " + name + ": it is not in the meta group that " + g.Leader + " leads"
	}
	return out
}

// MetaPeer is one member of a meta group, as the leader sees it.
type MetaPeer struct {
	Domain        string         `json:"domain,omitempty"`
	Name          string         `json:"name"`
	Cluster       string         `json:"cluster,omitempty"`
	Leader        bool           `json:"leader"`
	Current       bool           `json:"current"`
	Offline       bool           `json:"offline"`
	ActiveSeconds float64        `json:"active_seconds"` // since its last contact with the leader
	Lag           uint64         `json:"lag"`            // operations behind
	Known         bool           `json:"known"`          // false if no leader answered, so the state is unknown
	Server        *Server        `json:"-"`              // nil when it did not answer
	JS            *server.JSInfo `json:"-"`              // its JSZ; nil if not requested
}

// MetaGroups returns the meta groups of the fleet, by domain. A standalone
// JetStream server is a group of one.
func MetaGroups(s *Snapshot) []*MetaGroup {
	groups, members := map[string]*MetaGroup{}, map[*MetaGroup][]string{}
	var order []string
	for _, sv := range s.Servers {
		if !sv.Info.JetStreamEnabled() || sv.Jsz != nil && sv.Jsz.Disabled {
			continue
		}
		info := meta(sv)
		key := sv.Info.Domain
		if info == nil || info.Size == 0 {
			key += "\x00" + sv.Info.ID // standalone
		}
		g := groups[key]
		if g == nil {
			g = &MetaGroup{Domain: sv.Info.Domain}
			groups[key] = g
			order = append(order, key)
		}
		g.add(sv, info)
		members[g] = append(members[g], sv.Info.Name)
	}
	slices.Sort(order)
	out := make([]*MetaGroup, len(order))
	for i, key := range order {
		out[i] = groups[key]
		out[i].finish(s, members[groups[key]])
	}
	return out
}

// add adds the report of one server about its group; the leader's takes
// precedence.
func (g *MetaGroup) add(sv *Server, info *server.MetaClusterInfo) {
	if info == nil || info.Size == 0 {
		g.Size, g.Quorum, g.Leader, g.Heard = 1, 1, sv.Info.Name, true
		return
	}
	if info.Leader != "" && !slices.Contains(g.Leaders, info.Leader) {
		g.Leaders = append(g.Leaders, info.Leader)
	}
	leads := info.Leader != "" && info.Leader == sv.Info.Name
	if g.Heard && !leads {
		return
	}
	g.Heard = leads
	g.Name, g.Size, g.Pending = info.Name, max(info.Size, 1), info.Pending
	g.Leader = cmp.Or(info.Leader, g.Leader)
	g.Quorum = g.Size/2 + 1
	if info.QuorumNeeded > 0 {
		g.Quorum = info.QuorumNeeded
	}
	g.Peers = nil
	for _, p := range info.Replicas {
		if p != nil && p.Name != g.Leader {
			g.Peers = append(g.Peers, &MetaPeer{
				Name: p.Name, Current: p.Current, Offline: p.Offline, Lag: p.Lag, ActiveSeconds: p.Active.Seconds(), Known: leads,
			})
		}
	}
}

func (g *MetaGroup) finish(s *Snapshot, members []string) {
	if g.Leader != "" {
		g.Peers = append(g.Peers, &MetaPeer{Name: g.Leader, Leader: true, Current: true, Known: true})
	}
	if len(g.Leaders) < 2 {
		g.Leaders = nil
	}
	for _, p := range g.Peers {
		p.Domain = g.Domain
		if sv := inDomain(s, p.Name, g.Domain); sv != nil {
			p.Server, p.JS, p.Cluster = sv, sv.Jsz, sv.Info.Cluster
		} else {
			p.Cluster = clusterOf(s, p.Name)
		}
		if p.Known && p.Current && !p.Offline {
			g.Current++
		}
	}
	slices.SortFunc(g.Peers, func(a, b *MetaPeer) int {
		return cmp.Or(cmp.Compare(a.Cluster, b.Cluster), cmp.Compare(a.Name, b.Name))
	})
	slices.Sort(g.Leaders)
	if !g.Known() {
		return
	}
	for _, name := range members {
		if !slices.ContainsFunc(g.Peers, func(p *MetaPeer) bool { return p.Name == name }) {
			g.Outside = append(g.Outside, name)
		}
	}
}

// Known reports whether all peers are known: the leader answered, and named as many
// as the group has.
func (g *MetaGroup) Known() bool { return g.Heard && len(g.Peers) >= g.Size }

// inDomain returns the server with this name and JetStream in a domain; nil if
// it did not answer. Another domain may have a server of the same name.
func inDomain(s *Snapshot, name, domain string) *Server {
	for _, sv := range s.Servers {
		if sv.Info.Name == name && sv.Info.Domain == domain && sv.Info.JetStreamEnabled() {
			return sv
		}
	}
	return nil
}

// clusterOf returns the cluster of a missing server, if known.
func clusterOf(s *Snapshot, name string) string {
	for _, m := range s.Missing {
		if m.Name == name {
			return m.Cluster
		}
	}
	return ""
}
