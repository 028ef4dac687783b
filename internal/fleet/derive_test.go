package fleet_test

import (
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func TestDeriveEvents(t *testing.T) {
	before := fleettest.Snapshot(0, fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b"))
	for _, c := range []struct {
		name  string
		after *fleet.Snapshot
		want  []fleet.EventKind
	}{
		{"nothing", fleettest.Snapshot(1, fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b")), nil},
		{"one goes", fleettest.Snapshot(1, fleettest.Member("a", "b"), fleettest.Member("b", "a")), []fleet.EventKind{fleet.EventServerDown}},
		{
			"one comes", fleettest.Snapshot(1, fleettest.Member("a", "b", "c", "d"), fleettest.Member("b", "a", "c", "d"), fleettest.Member("c", "a", "b", "d"), fleettest.Member("d", "a", "b", "c")),
			[]fleet.EventKind{fleet.EventLinkUp, fleet.EventLinkUp, fleet.EventLinkUp, fleet.EventServerUp}[3:],
		},
		{"a route breaks", fleettest.Snapshot(1, fleettest.Member("a", "c"), fleettest.Member("b", "c"), fleettest.Member("c", "a", "b")), []fleet.EventKind{fleet.EventLinkDown}},
		{"half a route breaks", fleettest.Snapshot(1, fleettest.Member("a", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b")), []fleet.EventKind{fleet.EventLinkDown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []fleet.EventKind
			for _, e := range fleet.DeriveEvents(before, c.after) {
				if !e.Derived || !e.Time.Equal(c.after.Time) || e.Who == "" {
					t.Errorf("%+v", e)
				}
				got = append(got, e.Kind)
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v, want %v", got, c.want)
			}
		})
	}
	if fleet.DeriveEvents(nil, before) != nil || fleet.DeriveEvents(before, nil) != nil {
		t.Error("events out of nothing")
	}
}

func TestDeriveRestartAndChange(t *testing.T) {
	with := func(id, version, digest string, load time.Time) *fleet.Snapshot {
		sv := fleettest.Answer(id, "a", 0, 1)
		sv.Info.Version = version
		sv.Varz = &server.Varz{ConfigDigest: digest, ConfigLoadTime: load}
		return fleettest.Snapshot(1, sv)
	}
	before := with("A", "2.14.9", "x", fleettest.Epoch)
	for name, c := range map[string]struct {
		after *fleet.Snapshot
		want  []fleet.EventKind
	}{
		"restart": {with("B", "2.14.9", "x", fleettest.Epoch.Add(1)), []fleet.EventKind{fleet.EventServerRestart}},
		"upgrade": {with("B", "2.15.2", "x", fleettest.Epoch.Add(1)), []fleet.EventKind{fleet.EventServerRestart, fleet.EventVersionChange}},
		"reload":  {with("A", "2.14.9", "x", fleettest.Epoch.Add(1)), []fleet.EventKind{fleet.EventConfigChange}},
		"change":  {with("A", "2.14.9", "y", fleettest.Epoch.Add(1)), []fleet.EventKind{fleet.EventConfigChange}},
	} {
		var got []fleet.EventKind
		for _, e := range fleet.DeriveEvents(before, c.after) {
			got = append(got, e.Kind)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
