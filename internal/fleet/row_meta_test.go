package fleet_test

import (
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// Two domains joined by leafnodes of the system account are two meta groups,
// each with its own leader, and a server alone with its streams is one of one.
func TestMetaGroupOfEachDomain(t *testing.T) {
	member := func(name, domain, leader string, size int) *fleet.Server {
		sv := &fleet.Server{Info: server.ServerInfo{ID: name, Name: name, Domain: domain, Version: "2.15.2"}}
		sv.Info.SetJetStreamEnabled()
		sv.Jsz = &server.JSInfo{}
		if size > 1 {
			sv.Jsz.Meta = &server.MetaClusterInfo{Name: "group", Leader: leader, Size: size}
		}
		return sv
	}
	s := fleettest.Snapshot(
		0, member("hub-1", "hub", "hub-2", 2), member("hub-2", "hub", "hub-2", 2),
		member("edge-1", "edge", "edge-1", 2), member("edge-2", "edge", "edge-1", 2), member("alone", "alone", "", 1),
	)
	leaders := map[string]string{}
	for _, g := range fleet.MetaGroups(s) {
		if leaders[g.Domain] != "" {
			t.Errorf("domain %s has two groups", g.Domain)
		}
		leaders[g.Domain] = g.Leader
	}
	for domain, leader := range map[string]string{"hub": "hub-2", "edge": "edge-1", "alone": "alone"} {
		if leaders[domain] != leader {
			t.Errorf("%s is led by %q, not by %s", domain, leaders[domain], leader)
		}
	}
	if len(leaders) != 3 {
		t.Errorf("groups %v", leaders)
	}
}
