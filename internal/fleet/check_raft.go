package fleet

import (
	"fmt"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

const (
	discardNew = server.DiscardNew
	metaRaft   = "_meta_" // the meta group's name
)

func findRaft(c *checkup) {
	owners, whole := RaftOwners(c.Snapshot), raftOwnersKnown(c.Snapshot)
	for _, sv := range c.Snapshot.Servers {
		if sv.Raftz == nil {
			continue
		}
		for _, account := range sortedKeys(*sv.Raftz) {
			groups := (*sv.Raftz)[account]
			for _, name := range sortedKeys(groups) {
				c.saw()
				findRaftGroup(c, sv, name, owners[name], groups[name])
				if whole && owners[name] == "" && ledFor(groups[name], c.Snapshot.Time) > orphanAge {
					c.found(Finding{
						Level: Warn, Object: name, Where: sv.Info.Name,
						What: fmt.Sprintf("raft group %s on %s belongs to no stream or consumer that has a leader", name, sv.Info.Name),
					})
				}
			}
		}
	}
}

// orphanAge is how long a group without an owner must have been led: streams
// come and go between the question about them and the one about their groups.
const orphanAge = time.Minute

// ledFor is for how long a group has been led, as its leader tells; 0 where it
// is not told.
func ledFor(g server.RaftzGroup, now time.Time) time.Duration {
	if g.LeaderSince == nil {
		return 0
	}
	return now.Sub(*g.LeaderSince)
}

func findRaftGroup(c *checkup, sv *Server, name, owner string, g server.RaftzGroup) {
	f := Finding{Object: name, Where: sv.Info.Name, Level: Crit}
	if owner != "" {
		name += " (" + owner + ")"
	}
	switch {
	case g.Leader == "" && g.State != "LEADER" && !g.Observer:
		f.What = fmt.Sprintf("raft group %s on %s has no leader", name, sv.Info.Name)
		c.found(f)
	case g.Overrun:
		f.What = fmt.Sprintf("raft group %s on %s is overrun: it cannot keep up", name, sv.Info.Name)
		c.found(f)
	case g.Paused && g.State == "LEADER":
		f.Level = Warn
		f.What = fmt.Sprintf("raft group %s on %s is paused while it leads", name, sv.Info.Name)
		c.found(f)
	}
	if g.Committed > g.Applied {
		behind := g.Committed - g.Applied
		c.measure("raft_behind", float64(behind), Finding{
			Object: f.Object, Where: sv.Info.Name, What: fmt.Sprintf("raft group %s on %s has %d entries to apply", name, sv.Info.Name, behind),
		})
	}
}

// RaftOwners tells by the name of each raft group which stream it replicates, or
// which consumer, as "stream/consumer". It knows those of servers that told JSZ
// with raft groups.
func RaftOwners(s *Snapshot) map[string]string {
	owners := map[string]string{metaRaft: "meta"}
	for _, sv := range s.Servers {
		if sv.Jsz == nil {
			continue
		}
		for _, acc := range sv.Jsz.AccountDetails {
			for i := range acc.Streams {
				raftOwnersOf(&acc.Streams[i], owners)
			}
		}
	}
	delete(owners, "")
	return owners
}

func raftOwnersOf(st *server.StreamDetail, owners map[string]string) {
	owners[st.RaftGroup] = st.Name
	if st.Cluster != nil {
		owners[st.Cluster.RaftGroup] = st.Name
	}
	for _, g := range st.ConsumerRaftGroups {
		if g != nil {
			owners[g.RaftGroup] = st.Name + "/" + g.Name
		}
	}
	for _, con := range st.Consumer {
		if con.Cluster != nil {
			owners[con.Cluster.RaftGroup] = st.Name + "/" + con.Name
		}
	}
}

// raftOwnersKnown tells whether every owner was heard: JSZ was asked for them
// and every server with JetStream answered.
func raftOwnersKnown(s *Snapshot) bool {
	w := s.Want
	if !w.Has(Jsz) || !w.JS.Raft || !w.JS.Streams || !w.JS.Consumers || w.JS.Account != "" || !w.Scope.IsZero() || !s.Complete() {
		return false
	}
	return !slices.ContainsFunc(s.Servers, func(sv *Server) bool { return sv.Jsz == nil && sv.Info.JetStreamEnabled() })
}

// RaftAccounts are the accounts that have streams, sorted: those whose raft
// groups RAFTZ can tell. They are known of servers that told their streams.
func RaftAccounts(s *Snapshot) []string {
	names := map[string]bool{}
	for _, sv := range s.Servers {
		if sv.Jsz == nil {
			continue
		}
		for _, acc := range sv.Jsz.AccountDetails {
			if len(acc.Streams) > 0 {
				names[acc.Id] = true
			}
		}
	}
	return sortedKeys(names)
}

// WithRaft is s with the raft groups that the same servers told in another
// snapshot, taken right after it, and with what was wrong with those answers. A
// server that did not answer any more is a problem.
func (s *Snapshot) WithRaft(o *Snapshot) *Snapshot {
	later := make(map[string]*Server, len(o.Servers))
	for _, sv := range o.Servers {
		later[sv.Info.ID] = sv
	}
	out := *s
	out.Want.RaftAccounts = o.Want.RaftAccounts
	out.TookSeconds += o.TookSeconds
	out.Problems = slices.DeleteFunc(slices.Clone(s.Problems), func(p Problem) bool { return p.Kind == Raftz })
	for _, p := range o.Problems {
		if p.Kind == Raftz {
			out.Problems = append(out.Problems, p)
		}
	}
	out.Servers = make([]*Server, len(s.Servers))
	for i, sv := range s.Servers {
		c := *sv
		switch l := later[sv.Info.ID]; {
		case l == nil:
			out.Problems = append(out.Problems, Problem{ServerID: sv.Info.ID, Server: sv.Info.Name, Kind: Raftz, Reason: Late})
		case l.Raftz != nil:
			c.Raftz = l.Raftz
		}
		out.Servers[i] = &c
	}
	return &out
}
