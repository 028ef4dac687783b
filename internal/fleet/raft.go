package fleet

import (
	"maps"
	"slices"

	"github.com/nats-io/nats-server/v2/server"
)

const metaRaft = "_meta_" // the meta group's name

// RaftOwners maps the name of each raft group to the stream or the consumer, as
// "stream/consumer", that it replicates. It covers the servers whose JSZ answer
// has raft groups.
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

// RaftAccounts are the accounts that have streams, sorted: those whose raft
// groups RAFTZ can report. It covers the servers that reported their streams.
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
	return slices.Sorted(maps.Keys(names))
}

// WithRaft returns s with the raft groups that the same servers reported in
// another snapshot, taken right after it, and with the problems of those
// answers. A server that no longer answered is a problem.
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
