package fleet

import (
	"maps"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

// TestWithRaft takes the groups of a second round: a server that tells them has
// them, and one that no longer answered keeps what it told, and is named.
func TestWithRaft(t *testing.T) {
	known := func(id, group string) *Server {
		return &Server{Info: server.ServerInfo{ID: id, Name: "n" + id}, Raftz: &server.RaftzStatus{"SYS": {group: {}}}}
	}
	first := &Snapshot{Time: time.Unix(9, 0), TookSeconds: 1, Servers: []*Server{known("A", "_meta_"), known("B", "_meta_")}, Problems: []Problem{{ServerID: "A", Kind: Raftz, Reason: Late}}}
	second := &Snapshot{TookSeconds: 2, Want: Want{RaftAccounts: []string{"APP"}}, Servers: []*Server{known("A", "S-R3F")}}
	got := first.WithRaft(second)
	if _, ok := (*got.Servers[0].Raftz)["SYS"]["S-R3F"]; !ok {
		t.Errorf("A: %v", *got.Servers[0].Raftz)
	}
	if _, ok := (*got.Servers[1].Raftz)["SYS"]["_meta_"]; !ok {
		t.Errorf("B: %v", *got.Servers[1].Raftz)
	}
	if len(got.Problems) != 1 || got.Problems[0].Server != "nB" || got.Problems[0].Kind != Raftz || got.Problems[0].Reason != Late {
		t.Errorf("problems %+v", got.Problems)
	}
	if got.TookSeconds != 3 || len(got.Want.RaftAccounts) != 1 || len(first.Problems) != 1 || first.TookSeconds != 1 {
		t.Errorf("took %v, want %+v; the first: %+v", got.TookSeconds, got.Want, first)
	}
}

// TestRaftOwners names the owner of each raft group, wherever it is told, and
// the accounts that have streams.
func TestRaftOwners(t *testing.T) {
	s := &Snapshot{Servers: []*Server{
		{}, // told nothing
		{Jsz: &server.JSInfo{AccountDetails: []*server.AccountDetail{
			{Id: "EMPTY"},
			{Id: "APP", Streams: []server.StreamDetail{
				{Name: "S", RaftGroup: "g1", ConsumerRaftGroups: []*server.RaftGroupDetail{nil, {Name: "c1", RaftGroup: "g2"}}},
				{Name: "T", Cluster: &server.ClusterInfo{RaftGroup: "g3"}, Consumer: []*server.ConsumerInfo{{Name: "c2"}, {Name: "c3", Cluster: &server.ClusterInfo{RaftGroup: "g4"}}}},
			}},
			{Id: "ALSO", Streams: []server.StreamDetail{{Name: "U"}}},
		}}},
	}}
	want := map[string]string{"_meta_": "meta", "g1": "S", "g2": "S/c1", "g3": "T", "g4": "T/c3"}
	if got := RaftOwners(s); !maps.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
	if got := RaftAccounts(s); !slices.Equal(got, []string{"ALSO", "APP"}) {
		t.Errorf("%v", got)
	}
}

// TestWithRaftKeepsOtherProblems keeps the problems of other requests, and
// changes neither snapshot.
func TestWithRaftKeepsOtherProblems(t *testing.T) {
	sv := &Server{Info: server.ServerInfo{ID: "A"}}
	first := &Snapshot{Servers: []*Server{sv}, Problems: []Problem{{Server: "x", Kind: Varz}, {Server: "y", Kind: Raftz}}}
	second := &Snapshot{Servers: []*Server{{Info: sv.Info, Raftz: &server.RaftzStatus{}}}, Problems: []Problem{{Server: "z", Kind: Varz}, {Server: "w", Kind: Raftz}}}
	got := first.WithRaft(second)
	if len(got.Problems) != 2 || got.Problems[0].Server != "x" || got.Problems[1].Server != "w" || got.Servers[0].Raftz == nil {
		t.Errorf("%+v", got.Problems)
	}
	if first.Servers[0] != sv || sv.Raftz != nil || len(first.Problems) != 2 {
		t.Error("the first snapshot was changed")
	}
}
