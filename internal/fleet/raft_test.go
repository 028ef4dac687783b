package fleet

import (
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
