package fleet_test

import (
	"testing"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func TestTopologyOfARealSuperCluster(t *testing.T) {
	r := fleettest.Replay(t, "super")
	a, b := fleettest.Frame(t, r, 0), fleettest.Frame(t, r, 1)
	top := fleet.NewTopology(b, fleet.TopologyOptions{Delta: fleet.NewDelta(a, b)})
	if faults := top.Faults(); len(faults) != 0 {
		t.Errorf("faults: %+v", faults[0])
	}
	count := map[fleet.EdgeKind]int{}
	for _, e := range top.Edges {
		count[e.Kind]++
		if !e.A.Traffic.Known() || e.Kind != fleet.Gateway && !e.B.Traffic.Known() {
			t.Errorf("%s %s to %s has no rates", e.Kind, e.FromName, e.ToName)
		}
		if rtt, ok := e.RTTSeconds(); !ok || rtt <= 0 {
			t.Errorf("%s %s to %s has no RTT", e.Kind, e.FromName, e.ToName)
		}
	}
	if count[fleet.Route] != 6 || count[fleet.Gateway] != 6 || count[fleet.Leaf] == 0 {
		t.Errorf("%v", count)
	}
	if len(top.Nodes) != 7 || len(top.Spans) != 2 || top.Spans[0].Have != 3 {
		t.Errorf("%d nodes, spans %+v", len(top.Nodes), top.Spans)
	}
}

func TestTopologyOfADegradedSuperCluster(t *testing.T) {
	r := fleettest.Replay(t, "degraded")
	top := fleet.NewTopology(fleettest.Frame(t, r, 3), fleet.TopologyOptions{})
	got := map[string]fleet.State{}
	for _, e := range top.Faults() {
		if e.Kind == fleet.Route {
			got[e.FromName+" "+e.ToName] = e.State
		}
	}
	want := map[string]fleet.State{
		"east-2 east-3": fleet.StateOneWay, "west-1 west-3": fleet.StateGhost, "west-2 west-3": fleet.StateGhost,
	}
	for k, v := range want {
		if got[k] != v {
			t.Errorf("%s is %q, want %q", k, got[k], v)
		}
	}
	if len(got) != len(want) {
		t.Errorf("%v", got)
	}
	if n := top.Node("west/west-3"); n == nil || !n.Ghost || n.Reason != fleet.Silent {
		t.Errorf("ghost %+v", n)
	}
}

func TestOldServersReportLess(t *testing.T) {
	r := fleettest.Replay(t, "old")
	a, b := fleettest.Frame(t, r, 0), fleettest.Frame(t, r, 1)
	d := fleet.NewDelta(a, b)
	for _, sv := range b.Servers {
		sd := d.Server(sv.Info.ID)
		if !sd.Traffic.Known() {
			t.Errorf("%s: traffic is not known", sv.Info.Name)
		}
		if sd.Clients.Known() || sd.StalledClients.Known || sd.StaleConnections.Known {
			t.Errorf("%s: a zero that was never reported counts", sv.Info.Name)
		}
	}
	if faults := fleet.NewTopology(b, fleet.TopologyOptions{Delta: d}).Faults(); len(faults) != 0 {
		t.Errorf("faults: %+v", faults[0])
	}
	if !d.Stream("", "APP", "OLD").Msgs.Known {
		t.Error("the stream has no rate")
	}
}
