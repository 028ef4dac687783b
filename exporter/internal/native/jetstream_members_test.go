package native

import (
	"maps"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/exporter/internal/scrape"
	"github.com/natsctl/natsctl/internal/fleet"
)

// TestMembersOfTheMetaGroup checks which servers are in the meta group, and that
// nothing is said while its leader has not answered or does not name all of it.
func TestMembersOfTheMetaGroup(t *testing.T) {
	for _, c := range []struct {
		name   string
		leader string // of the group of three
		peers  []string
		want   map[string]bool
	}{
		{"one outside", "a", []string{"b", "gone"}, map[string]bool{"a": true, "b": true, "c": false}},
		{"all in", "a", []string{"b", "c"}, map[string]bool{"a": true, "b": true, "c": true}},
		{"a peer that the leader does not name", "a", []string{"b"}, map[string]bool{}},
		{"a leader that did not answer", "gone", []string{"b", "c"}, map[string]bool{}},
	} {
		snap := &fleet.Snapshot{}
		for _, name := range []string{"a", "b", "c"} {
			info := server.ServerInfo{ID: "N" + name, Name: name, Domain: "hub"}
			info.SetJetStreamEnabled()
			meta := &server.MetaClusterInfo{Leader: c.leader, Size: 3}
			if name == c.leader {
				for _, p := range c.peers {
					meta.Replicas = append(meta.Replicas, &server.PeerInfo{Name: p, Current: true})
				}
			}
			snap.Servers = append(snap.Servers, &fleet.Server{Info: info, Jsz: &server.JSInfo{Meta: meta}})
		}
		got := map[string]bool{}
		eachMember(&scrape.View{Snapshot: snap}, func(m *metaMember) { got[m.sv.Info.Name] = m.in })
		if !maps.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}
