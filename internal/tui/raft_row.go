package tui

import (
	"cmp"
	"maps"
	"slices"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// raftRow is one raft group as one of its members sees it.
type raftRow struct {
	server, account, group, asset string
	g                             server.RaftzGroup
}

type rft = *raftRow

// raftColumns is the table of the raft groups.
var raftColumns = []view.Column[rft]{
	{Name: "group", Title: "GROUP", Help: "raft group", Value: func(r rft) any { return r.group }},
	{Name: "asset", Title: "ASSET", Help: "stream, or stream/consumer, that it replicates", Value: func(r rft) any { return blank(r.asset) }},
	{Name: "server", Title: "SERVER", Help: "member that tells it", Value: func(r rft) any { return r.server }},
	{Name: "account", Title: "ACCOUNT", Help: "account of the group", Value: func(r rft) any { return r.account }},
	{Name: "state", Title: "STATE", Help: "leader, follower, candidate", Value: func(r rft) any { return r.g.State }, Level: judged(fleet.Warn, func(r rft) bool { return r.g.State == "CANDIDATE" })},
	{Name: "leader", Title: "LEADER", Help: "its leader, by id where no name is known", Value: func(r rft) any { return blank(r.leader()) }, Level: judged(fleet.Crit, func(r rft) bool { return r.g.Leader == "" })},
	{Name: "size", Title: "SIZE", Help: "members", Unit: view.Count, Value: func(r rft) any { return r.g.Size }},
	{Name: "quorum", Title: "QUORUM", Help: "members that must agree", Unit: view.Count, Value: func(r rft) any { return r.g.QuorumNeeded }},
	{Name: "term", Title: "TERM", Help: "elections so far", Unit: view.Count, Value: func(r rft) any { return r.g.Term }},
	{Name: "committed", Title: "COMMITTED", Help: "last entry that a majority has", Unit: view.Count, Value: func(r rft) any { return r.g.Committed }},
	{Name: "applied", Title: "APPLIED", Help: "last entry that it acted on", Unit: view.Count, Value: func(r rft) any { return r.g.Applied }},
	{Name: "behind", Title: "BEHIND", Help: "committed and not applied", Unit: view.Count, Value: func(r rft) any { return r.behind() }, Level: judged(fleet.Warn, func(r rft) bool { return r.behind() > lagWarn })},
	{Name: "catching_up", Title: "CATCHUP", Help: "is catching up", Value: func(r rft) any { return r.g.CatchingUp }, Level: judged(fleet.Warn, func(r rft) bool { return r.g.CatchingUp })},
	{Name: "wal_bytes", Title: "WAL", Help: "bytes of its log", Unit: view.Bytes, Value: func(r rft) any { return r.g.WAL.Bytes }},
}

func (r *raftRow) behind() uint64 {
	if r.g.Applied > r.g.Committed {
		return 0
	}
	return r.g.Committed - r.g.Applied
}

// leader is the leader's name, where the member knows it; the leader does not
// list itself among its peers.
func (r *raftRow) leader() string {
	if r.g.State == "LEADER" {
		return r.server
	}
	if p, ok := r.g.Peers[r.g.Leader]; ok && p.Name != "" {
		return p.Name
	}
	return r.g.Leader
}

func (r *raftRow) level() fleet.Level {
	switch {
	case r.g.Leader == "":
		return fleet.Crit
	case r.g.CatchingUp, r.behind() > lagWarn, r.g.State == "CANDIDATE":
		return fleet.Warn
	}
	return fleet.OK
}

// newRaftRows lists every raft group of every server that told them.
func newRaftRows(snap *fleet.Snapshot) []*raftRow {
	var rows []*raftRow
	owners := fleet.RaftOwners(snap)
	for _, sv := range snap.Servers {
		if sv.Raftz == nil {
			continue
		}
		for _, account := range slices.Sorted(maps.Keys(*sv.Raftz)) {
			groups := (*sv.Raftz)[account]
			for _, name := range slices.Sorted(maps.Keys(groups)) {
				rows = append(rows, &raftRow{sv.Info.Name, account, cmp.Or(name, groups[name].ID), owners[name], groups[name]})
			}
		}
	}
	return rows
}
