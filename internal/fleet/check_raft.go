package fleet

import (
	"fmt"

	"github.com/nats-io/nats-server/v2/server"
)

const (
	discardNew = server.DiscardNew
	metaRaft   = "_meta_" // the meta group's name
)

func findRaft(c *checkup) {
	owned, whole := raftOwners(c.Snapshot)
	for _, sv := range c.Snapshot.Servers {
		if sv.Raftz == nil {
			continue
		}
		for _, account := range sortedKeys(*sv.Raftz) {
			groups := (*sv.Raftz)[account]
			for _, name := range sortedKeys(groups) {
				c.saw()
				findRaftGroup(c, sv, name, groups[name])
				if whole && name != metaRaft && !owned[name] {
					c.found(Finding{
						Level: Warn, Object: name, Where: sv.Info.Name,
						What: fmt.Sprintf("raft group %s on %s belongs to no stream or consumer that has a leader", name, sv.Info.Name),
					})
				}
			}
		}
	}
}

func findRaftGroup(c *checkup, sv *Server, name string, g server.RaftzGroup) {
	f := Finding{Object: name, Where: sv.Info.Name, Level: Crit}
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
			Object: name, Where: sv.Info.Name, What: fmt.Sprintf("raft group %s on %s has %d entries to apply", name, sv.Info.Name, behind),
		})
	}
}

// raftOwners returns the names of the raft groups of all streams and consumers.
// It is whole only when JSZ was asked for them and every server answered, for
// otherwise an owner may just not have been heard.
func raftOwners(s *Snapshot) (owned map[string]bool, whole bool) {
	w := s.Want
	whole = w.Has(Jsz) && w.JS.Raft && w.JS.Streams && w.JS.Consumers && w.JS.Account == "" && w.Scope.IsZero() && s.Complete()
	owned = map[string]bool{}
	for _, sv := range s.Servers {
		if sv.Jsz == nil {
			whole = whole && !sv.Info.JetStreamEnabled()
			continue
		}
		for _, acc := range sv.Jsz.AccountDetails {
			for i := range acc.Streams {
				st := &acc.Streams[i]
				owned[st.RaftGroup] = true
				if st.Cluster != nil {
					owned[st.Cluster.RaftGroup] = true
				}
				for _, g := range st.ConsumerRaftGroups {
					if g != nil {
						owned[g.RaftGroup] = true
					}
				}
				for _, con := range st.Consumer {
					if con.Cluster != nil {
						owned[con.Cluster.RaftGroup] = true
					}
				}
			}
		}
	}
	return owned, whole
}
