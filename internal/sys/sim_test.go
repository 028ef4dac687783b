package sys_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
	"github.com/natsctl/natsctl/internal/testcluster/simfleet"
)

// simulate starts an invented fleet and a client of it.
func simulate(t testing.TB, spec simfleet.Spec, opts ...sys.Option) (*simfleet.Fleet, *sys.Client) {
	t.Helper()
	f, err := simfleet.Start(spec)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(f.Close)
	nc, err := f.Connect()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(nc.Close)
	return f, sys.New(nc, opts...)
}

func snapshot(t testing.TB, c *sys.Client, want fleet.Want) *fleet.Snapshot {
	t.Helper()
	s, err := c.Snapshot(t.Context(), want)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// overview is what the dashboard and the exporter ask for.
func overview() fleet.Want {
	return fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.Routez, fleet.Gatewayz, fleet.Leafz, fleet.Jsz, fleet.Healthz}}
}

func TestSimulatedFaults(t *testing.T) {
	slow(t)
	const victim = 7
	for _, tc := range []struct {
		name    string
		fault   simfleet.Fault
		missing fleet.Reason // of the victim; "" for none
		problem fleet.Reason // of the victim's answers
		kinds   []fleet.Kind // that the problem is about; nil for all asked
	}{
		{name: "healthy"},
		{name: "gone", fault: simfleet.Fault{Gone: true}, missing: fleet.Gone},
		{name: "mute", fault: simfleet.Fault{Mute: true}, missing: fleet.Silent},
		{name: "slow", fault: simfleet.Fault{Slow: 100 * time.Millisecond}},
		{name: "duplicate", fault: simfleet.Fault{Duplicate: true}},
		{name: "garbage", fault: simfleet.Fault{Garbage: true, Kinds: []string{"VARZ"}}, problem: fleet.Malformed, kinds: []fleet.Kind{fleet.Varz}},
		{name: "counts too many", fault: simfleet.Fault{ActiveServers: 5000}, problem: fleet.Malformed, kinds: []fleet.Kind{fleet.Statsz}},
		{name: "counts too few", fault: simfleet.Fault{ActiveServers: 1}},
		{name: "loses an answer once", fault: simfleet.Fault{LoseNext: 1, Kinds: []string{"HEALTHZ", "VARZ"}}},
		{name: "loses a large answer once", fault: simfleet.Fault{LoseNext: 1, Kinds: []string{"JSZ"}}},
		{name: "loses every answer once", fault: simfleet.Fault{LoseNext: 1}},
		{name: "loses an answer always", fault: simfleet.Fault{LoseEvery: 1, Kinds: []string{"HEALTHZ"}}, problem: fleet.Late, kinds: []fleet.Kind{fleet.Healthz}},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Parallel()
			const timeout = time.Minute // no machine is so busy that a round is cut off
			f, client := simulate(t, simfleet.Spec{Servers: 30, Streams: 20, Consumers: 20}, sys.WithTimeout(timeout))
			name := f.Names()[victim]
			snapshot(t, client, fleet.Want{}) // now the client knows them all
			if err := f.SetFault(name, tc.fault); err != nil {
				t.Fatal(err)
			}
			s := snapshot(t, client, overview())
			if tc.missing == "" {
				if len(s.Servers) != 30 || len(s.Missing) != 0 {
					t.Fatalf("%d servers, missing %+v, problems %+v", len(s.Servers), s.Missing, s.Problems)
				}
			} else if len(s.Servers) != 29 || len(s.Missing) != 1 || s.Missing[0].Name != name || s.Missing[0].Reason != tc.missing {
				t.Fatalf("%d servers, missing %+v", len(s.Servers), s.Missing)
			}
			var got []fleet.Kind
			for _, p := range s.Problems {
				if p.Server == name && p.Reason == tc.problem {
					got = append(got, p.Kind)
				} else if p.ServerID != "" {
					t.Errorf("unexpected problem %+v", p)
				}
			}
			if !slices.Equal(got, tc.kinds) {
				t.Errorf("problems with %v, want %v: %+v", got, tc.kinds, s.Problems)
			}
			if s.TookSeconds > timeout.Seconds()/2 {
				t.Errorf("took %.3fs: the round waited for its timeout", s.TookSeconds)
			}
		})
	}
}

// TestCutOffBeforeAnythingIsKnown ends rounds long before silence means anything:
// who has not answered by then is not called gone.
func TestCutOffBeforeAnythingIsKnown(t *testing.T) {
	f, whole := simulate(t, simfleet.Spec{Servers: 9})
	for i, fault := range []simfleet.Fault{{Mute: true}, {Gone: true}, {Slow: time.Second}} {
		if err := f.SetFault(f.Names()[i], fault); err != nil {
			t.Fatal(err)
		}
	}
	known := whole.Roster()
	snapshot(t, whole, fleet.Want{}) // waits for what a fresh connection needs
	for _, opts := range [][]sys.Option{{}, {sys.WithRoster(known)}} {
		hasty := sys.New(whole.Conn(), append(opts, sys.WithTimeout(40*time.Millisecond))...)
		s, err := hasty.Snapshot(t.Context(), fleet.Want{})
		if errors.Is(err, sys.ErrSilent) {
			continue // not even one answered
		}
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range s.Missing {
			if m.Reason != fleet.Late {
				t.Errorf("%+v after %.3fs", m, s.TookSeconds)
			}
		}
		if len(s.Missing) == 0 {
			t.Errorf("%d servers and nobody is missing", len(s.Servers))
		}
	}
}

func TestSimulatedOldVersion(t *testing.T) {
	f, client := simulate(t, simfleet.Spec{Servers: 5})
	old := f.Names()[2]
	if err := f.SetFault(old, simfleet.Fault{Version: "2.9.25"}); err != nil {
		t.Fatal(err)
	}
	s := snapshot(t, client, fleet.Want{Kinds: []fleet.Kind{fleet.Varz, fleet.Raftz, fleet.Ipqueuesz}})
	if len(s.Servers) != 5 || len(s.Missing) != 0 || len(s.Problems) != 2 {
		t.Fatalf("%d servers, missing %v, problems %+v", len(s.Servers), s.Missing, s.Problems)
	}
	for _, p := range s.Problems {
		if p.Server != old || p.Reason != fleet.Unsupported {
			t.Errorf("%+v", p)
		}
	}
	if s.TookSeconds > 0.2 {
		t.Logf("an unsupported request was waited for: %.3fs", s.TookSeconds)
	}
}

func TestSimulatedFrozenGateway(t *testing.T) {
	f, client := simulate(t, simfleet.Spec{Servers: 15})
	before := snapshot(t, client, fleet.Want{})
	cluster := before.Clusters()[1]
	holder, err := f.FreezeGateway(cluster)
	if err != nil {
		t.Fatal(err)
	}
	s := snapshot(t, client, fleet.Want{})
	if len(s.Missing) == 0 {
		t.Fatal("nobody is missing")
	}
	for _, m := range s.Missing {
		want, via := fleet.Behind, holder
		if m.Name == holder {
			want, via = fleet.Silent, ""
		}
		if m.Cluster != cluster || m.Reason != want || m.Via != via {
			t.Errorf("%+v, want %s via %q", m, want, via)
		}
	}
}
