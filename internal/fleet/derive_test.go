package fleet

import (
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"
)

func TestDeriveEvents(t *testing.T) {
	before := snap(0, member("a", "b", "c"), member("b", "a", "c"), member("c", "a", "b"))
	for _, c := range []struct {
		name  string
		after *Snapshot
		want  []EventKind
	}{
		{"nothing", snap(1, member("a", "b", "c"), member("b", "a", "c"), member("c", "a", "b")), nil},
		{"one goes", snap(1, member("a", "b"), member("b", "a")), []EventKind{EventServerDown}},
		{
			"one comes", snap(1, member("a", "b", "c", "d"), member("b", "a", "c", "d"), member("c", "a", "b", "d"), member("d", "a", "b", "c")),
			[]EventKind{EventLinkUp, EventLinkUp, EventLinkUp, EventServerUp}[3:],
		},
		{"a route breaks", snap(1, member("a", "c"), member("b", "c"), member("c", "a", "b")), []EventKind{EventLinkDown}},
		{"half a route breaks", snap(1, member("a", "c"), member("b", "a", "c"), member("c", "a", "b")), []EventKind{EventLinkDown}},
	} {
		t.Run(c.name, func(t *testing.T) {
			var got []EventKind
			for _, e := range DeriveEvents(before, c.after) {
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
	if DeriveEvents(nil, before) != nil || DeriveEvents(before, nil) != nil {
		t.Error("events out of nothing")
	}
}

func TestDeriveRestartAndChange(t *testing.T) {
	with := func(id, version, digest string, load time.Time) *Snapshot {
		sv := answer(id, "a", 0, 1)
		sv.Info.Version = version
		sv.Varz = &server.Varz{ConfigDigest: digest, ConfigLoadTime: load}
		return snap(1, sv)
	}
	before := with("A", "2.14.9", "x", epoch)
	for name, c := range map[string]struct {
		after *Snapshot
		want  []EventKind
	}{
		"restart": {with("B", "2.14.9", "x", epoch.Add(1)), []EventKind{EventServerRestart}},
		"upgrade": {with("B", "2.15.2", "x", epoch.Add(1)), []EventKind{EventServerRestart, EventVersionChange}},
		"reload":  {with("A", "2.14.9", "x", epoch.Add(1)), []EventKind{EventConfigChange}},
		"change":  {with("A", "2.14.9", "y", epoch.Add(1)), []EventKind{EventConfigChange}},
	} {
		var got []EventKind
		for _, e := range DeriveEvents(before, c.after) {
			got = append(got, e.Kind)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%s: got %v, want %v", name, got, c.want)
		}
	}
}
