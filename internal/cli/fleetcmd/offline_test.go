package fleetcmd

import (
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/cli"
	"github.com/natsctl/natsctl/internal/fleet"
)

// TestOfflinePeers names the servers that JetStream misses, once, and only where
// the whole fleet was asked.
func TestOfflinePeers(t *testing.T) {
	meta := &server.MetaClusterInfo{Name: "east", Leader: "n1", Size: 4, Replicas: []*server.PeerInfo{
		{Name: "n2", Current: true}, {Name: "n3", Offline: true}, {Name: "n4", Offline: true},
	}}
	sv := func(name string, m *server.MetaClusterInfo) *fleet.Server {
		return &fleet.Server{
			Info: server.ServerInfo{Name: name, Cluster: "east", JetStream: true},
			Varz: &server.Varz{Name: name, JetStream: server.JetStreamVarz{Config: &server.JetStreamConfig{}, Meta: m}},
		}
	}
	s := &fleet.Snapshot{
		Servers: []*fleet.Server{sv("n1", meta), sv("n2", &server.MetaClusterInfo{Name: "east", Leader: "n1", Size: 4})},
		Missing: []fleet.Missing{{Name: "n4"}},
	}
	err := offlinePeers(s, fleet.Scope{})
	if err == nil || !strings.Contains(err.Error(), "JetStream counts n3 as offline") || strings.Contains(err.Error(), "n4") || strings.Contains(err.Error(), "n2 as") {
		t.Errorf("%v", err)
	}
	if code, hint := cli.Explain(Advices(), err); code != cli.ExitPartial || hint == "" {
		t.Errorf("exit code %d, hint %q", code, hint)
	}
	for _, scope := range []fleet.Scope{{Cluster: "east"}, {Name: "n1"}, {Host: "h"}, {Tags: []string{"a"}}} {
		if err := offlinePeers(s, scope); err != nil {
			t.Errorf("%+v: %v", scope, err)
		}
	}
	meta.Size = 3
	s.Servers = append(s.Servers, sv("n5", &server.MetaClusterInfo{Name: "east", Leader: "n1", Size: 3}))
	if err := offlinePeers(s, fleet.Scope{}); err == nil || !strings.Contains(err.Error(), "JetStream does not use n5: it is not in the meta group that n1 leads") {
		t.Errorf("%v", err)
	}
	s.Servers = s.Servers[:2]
	meta.Replicas = meta.Replicas[:1]
	if err := offlinePeers(s, fleet.Scope{}); err != nil {
		t.Errorf("a whole group: %v", err)
	}
}
