package live

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// TestLinkIsSlowAtTheThirdLook calls a link slow when three answers in a row
// were over the floor. An answer that is shown again is not counted twice.
func TestLinkIsSlowAtTheThirdLook(t *testing.T) {
	const routes, other = fleet.Routez, fleet.Varz
	for _, c := range []struct {
		name  string
		looks []look
	}{
		{"three", []look{{0, routes, "80ms", false}, {2, routes, "80ms", false}, {4, routes, "80ms", true}, {6, routes, "80ms", true}, {8, routes, "7ms", false}, {10, routes, "80ms", false}}},
		{"a peak", []look{{0, routes, "80ms", false}, {2, routes, "7ms", false}, {4, routes, "80ms", false}, {6, routes, "80ms", false}}},
		{"answers shown again", []look{{0, routes, "80ms", false}, {2, other, "80ms", false}, {4, other, "80ms", false}, {6, routes, "80ms", false}, {8, other, "80ms", false}, {10, routes, "80ms", true}, {12, other, "80ms", true}}},
		{"a key asks at once", []look{{0, routes, "80ms", false}, {0.1, routes, "80ms", false}, {0.2, routes, "80ms", false}, {2, routes, "80ms", false}, {4, routes, "80ms", true}}},
	} {
		d, st := NewDeriver(), &State{}
		for i, l := range c.looks {
			d.Apply(st, l.snapshot())
			slow := st.Top.EdgesByKey()["route|C/a|C/b"].State == fleet.StateSlow
			if slow != l.slow {
				t.Errorf("%s, look %d: slow is %v", c.name, i, slow)
			}
		}
	}
}

// look is an answer about the kind of question, and whether the route between a
// and b is slow then.
type look struct {
	sec  float64
	kind fleet.Kind
	rtt  string
	slow bool
}

// snapshot has three servers whose other route is quick.
func (l look) snapshot() *fleet.Snapshot {
	servers := []*fleet.Server{fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b")}
	for _, sv := range servers {
		for _, r := range sv.Routez.Routes {
			if r.RTT = "1ms"; sv.Info.Name != "c" && r.RemoteName != "c" {
				r.RTT = l.rtt
			}
		}
		if l.kind != fleet.Routez {
			sv.Routez = nil
		}
	}
	s := fleettest.Snapshot(l.sec, servers...)
	s.Want = fleet.Want{Kinds: []fleet.Kind{l.kind}}
	s.Time = s.Time.Truncate(time.Millisecond)
	return s
}
