package checks

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

func findRaft(c *checkup) {
	owners, whole := fleet.RaftOwners(c.Snapshot), raftOwnersKnown(c.Snapshot)
	for _, sv := range c.Snapshot.Servers {
		if sv.Raftz == nil {
			continue
		}
		for _, account := range slices.Sorted(maps.Keys(*sv.Raftz)) {
			groups := (*sv.Raftz)[account]
			for _, name := range slices.Sorted(maps.Keys(groups)) {
				c.countObject()
				findRaftGroup(c, sv, name, owners[name], groups[name])
				if whole && owners[name] == "" && ledFor(groups[name], c.Snapshot.Time) > orphanAge {
					c.add(Finding{
						Level: fleet.Warn, Object: name, Where: sv.Info.Name,
						What: fmt.Sprintf("raft group %s on %s belongs to no stream or consumer that has a leader", name, sv.Info.Name), About: on(sv),
					})
				}
			}
		}
	}
}

// orphanAge is how long a group without an owner must have been led: streams
// may be created or deleted between the two requests.
const orphanAge = time.Minute

// ledFor returns how long a group has had its leader, as the leader reports it;
// 0 if not reported.
func ledFor(g server.RaftzGroup, now time.Time) time.Duration {
	if g.LeaderSince == nil {
		return 0
	}
	return now.Sub(*g.LeaderSince)
}

func findRaftGroup(c *checkup, sv *fleet.Server, name, owner string, g server.RaftzGroup) {
	f := Finding{Object: name, Where: sv.Info.Name, Level: fleet.Crit, About: on(sv)}
	if owner != "" {
		name += " (" + owner + ")"
	}
	switch {
	case g.Leader == "" && g.State != "LEADER" && !g.Observer:
		f.What = fmt.Sprintf("raft group %s on %s has no leader", name, sv.Info.Name)
		c.add(f)
	case g.Overrun:
		f.What = fmt.Sprintf("raft group %s on %s is overrun: it cannot keep up", name, sv.Info.Name)
		c.add(f)
	case g.Paused && g.State == "LEADER":
		f.Level = fleet.Warn
		f.What = fmt.Sprintf("raft group %s on %s is paused while it leads", name, sv.Info.Name)
		c.add(f)
	}
	if g.Committed > g.Applied {
		behind := g.Committed - g.Applied
		c.measure("raft_behind", float64(behind), Finding{
			Object: f.Object, Where: sv.Info.Name, What: fmt.Sprintf("raft group %s on %s has %d entries to apply", name, sv.Info.Name, behind), About: on(sv),
		})
	}
}

// raftOwnersKnown reports whether all owners are known: JSZ was requested with
// them and every server with JetStream answered.
func raftOwnersKnown(s *fleet.Snapshot) bool {
	w := s.Want
	if !w.Has(fleet.Jsz) || !w.JS.Raft || !w.JS.Streams || !w.JS.Consumers || w.JS.Account != "" || !w.Scope.IsZero() || !s.Complete() {
		return false
	}
	return !slices.ContainsFunc(s.Servers, func(sv *fleet.Server) bool { return sv.Jsz == nil && sv.Info.JetStreamEnabled() })
}
