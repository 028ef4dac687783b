package live

import (
	"cmp"
	"maps"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// RaftRow is one raft group as one of its members reports it.
type RaftRow struct {
	Server, Account, Group, asset string
	Info                          server.RaftzGroup
}

// RaftColumns is the table of the raft groups.
var RaftColumns = []view.Column[*RaftRow]{
	{Name: "group", Title: "GROUP", Help: "raft group", Value: func(r *RaftRow) any { return r.Group }},
	{Name: "asset", Title: "ASSET", Help: "stream, or stream/consumer, that it replicates", Value: func(r *RaftRow) any { return NotEmpty(r.asset) }},
	{Name: "server", Title: "SERVER", Help: "member that reports it", Value: func(r *RaftRow) any { return r.Server }},
	{Name: "account", Title: "ACCOUNT", Help: "account of the group", Value: func(r *RaftRow) any { return r.Account }},
	{Name: "state", Title: "STATE", Help: "leader, follower, candidate", Value: func(r *RaftRow) any { return r.Info.State }, Level: LevelIf(fleet.Warn, func(r *RaftRow) bool { return r.Info.State == "CANDIDATE" })},
	{Name: "leader", Title: "LEADER", Help: "its leader, by id where no name is known", Value: func(r *RaftRow) any { return NotEmpty(r.leader()) }, Level: LevelIf(fleet.Crit, func(r *RaftRow) bool { return r.Info.Leader == "" })},
	{Name: "size", Title: "SIZE", Help: "members", Unit: view.Count, Value: func(r *RaftRow) any { return r.Info.Size }},
	{Name: "quorum", Title: "QUORUM", Help: "members that must agree", Unit: view.Count, Value: func(r *RaftRow) any { return r.Info.QuorumNeeded }},
	{Name: "term", Title: "TERM", Help: "elections so far", Unit: view.Count, Value: func(r *RaftRow) any { return r.Info.Term }},
	{Name: "committed", Title: "COMMITTED", Help: "last entry that a majority has", Unit: view.Count, Value: func(r *RaftRow) any { return r.Info.Committed }},
	{Name: "applied", Title: "APPLIED", Help: "last entry that it acted on", Unit: view.Count, Value: func(r *RaftRow) any { return r.Info.Applied }},
	{Name: "behind", Title: "BEHIND", Help: "committed and not applied", Unit: view.Count, Value: func(r *RaftRow) any { return r.behind() }, Level: LevelIf(fleet.Warn, func(r *RaftRow) bool { return r.behind() > lagWarn })},
	{Name: "catching_up", Title: "CATCHUP", Help: "is catching up", Value: func(r *RaftRow) any { return r.Info.CatchingUp }, Level: LevelIf(fleet.Warn, func(r *RaftRow) bool { return r.Info.CatchingUp })},
	{Name: "wal_bytes", Title: "WAL", Help: "bytes of its log", Unit: view.Bytes, Value: func(r *RaftRow) any { return r.Info.WAL.Bytes }},
}

func (r *RaftRow) behind() uint64 {
	if r.Info.Applied > r.Info.Committed {
		return 0
	}
	return r.Info.Committed - r.Info.Applied
}

// leader is the leader's name, if the member knows it; the leader does not list
// itself among its peers.
func (r *RaftRow) leader() string {
	if r.Info.State == "LEADER" {
		return r.Server
	}
	if p, ok := r.Info.Peers[r.Info.Leader]; ok && p.Name != "" {
		return p.Name
	}
	return r.Info.Leader
}

// Level is the level of the group as this member reports it.
func (r *RaftRow) Level() fleet.Level {
	switch {
	case r.Info.Leader == "":
		return fleet.Crit
	case r.Info.CatchingUp, r.behind() > lagWarn, r.Info.State == "CANDIDATE":
		return fleet.Warn
	}
	return fleet.OK
}

// newRaftRows lists every raft group of every server that reported them.
func newRaftRows(snap *fleet.Snapshot) []*RaftRow {
	var rows []*RaftRow
	owners := fleet.RaftOwners(snap)
	for _, sv := range snap.Servers {
		if sv.Raftz == nil {
			continue
		}
		for _, account := range slices.Sorted(maps.Keys(*sv.Raftz)) {
			groups := (*sv.Raftz)[account]
			for _, name := range slices.Sorted(maps.Keys(groups)) {
				rows = append(rows, &RaftRow{sv.Info.Name, account, cmp.Or(name, groups[name].ID), owners[name], groups[name]})
			}
		}
	}
	return rows
}
