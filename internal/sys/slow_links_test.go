package sys_test

import (
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/sys"
)

// TestSlowLinks has servers whose links tell how far they are: they are waited for,
// along the whole way, and one that hangs there is named nevertheless.
func TestSlowLinks(t *testing.T) {
	const ms = time.Millisecond
	slow := func(d time.Duration) string { return d.String() }
	for _, tc := range []struct {
		name    string
		fleet   []string
		opts    []sys.Option
		links   func(*world)
		missing []string
		atMost  time.Duration
	}{
		{
			name: "a leaf", fleet: []string{"e/n1", "leaf/l1"}, atMost: 650 * ms,
			links: func(w *world) { w.far("leaf/l1", 600*ms); w.nodes["e/n1"].leafz.Leafs[0].RTT = slow(602 * ms) },
		},
		{
			name: "a leaf that hangs", fleet: []string{"e/n1", "leaf/l1"}, atMost: 2 * time.Second, missing: []string{"?/l1 silent"},
			links: func(w *world) { w.mute("leaf/l1"); w.nodes["e/n1"].leafz.Leafs[0].RTT = slow(602 * ms) },
		},
		{
			name: "a route", fleet: []string{"e/n1", "e/n2", "e/n3"}, atMost: 550 * ms,
			links: func(w *world) {
				w.far("e/n3", 500*ms)
				w.nodes["e/n1"].routez.Routes[1].RTT = slow(500 * ms)
				w.nodes["e/n2"].routez.Routes[1].RTT = slow(505 * ms)
			},
		},
		{
			name: "a route and one beside it that hangs", fleet: []string{"e/n1", "e/n2", "e/n3"}, atMost: 2200 * ms, missing: []string{"e/n2 silent"},
			links: func(w *world) {
				w.far("e/n3", 500*ms)
				w.mute("e/n2")
				w.nodes["e/n1"].routez.Routes[1].RTT = slow(500 * ms)
			},
		},
		{
			name: "a gateway, and a route behind it", fleet: []string{"e/n1", "w/w1", "w/w2"}, atMost: 1000 * ms,
			links: func(w *world) {
				w.far("w/w1", 400*ms)
				w.far("w/w2", 900*ms)
				w.nodes["e/n1"].gatewayz.OutboundGateways["w"].Connection.RTT = slow(400 * ms)
				w.nodes["w/w1"].routez.Routes[0].RTT = slow(500 * ms)
			},
		},
		{
			name: "farther than the caller has time for", fleet: []string{"e/n1", "leaf/l1"}, opts: []sys.Option{sys.WithTimeout(time.Second)}, atMost: time.Second,
			missing: []string{"?/l1 late"},
			links: func(w *world) {
				w.far("leaf/l1", 3*time.Second)
				w.nodes["e/n1"].leafz.Leafs[0].RTT = slow(3 * time.Second)
			},
		},
		{
			name: "a round trip that cannot be", fleet: []string{"e/n1", "leaf/l1"}, atMost: 301 * ms, missing: []string{"?/l1 silent"},
			links: func(w *world) { w.mute("leaf/l1"); w.nodes["e/n1"].leafz.Leafs[0].RTT = "-9999h" },
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, tc.fleet...)
				tc.links(w)
				s := snapshot(t, w.client(tc.opts...), fleet.Want{Kinds: []fleet.Kind{fleet.Varz}})
				if got := absent(s); !slices.Equal(got, tc.missing) || len(s.Problems) > 0 || seconds(s) > tc.atMost {
					t.Errorf("missing %v, want %v; problems %v; took %v", got, tc.missing, faults(s), seconds(s))
				}
			})
		})
	}
}

// far puts a server far away.
func (w *world) far(label string, rtt time.Duration) { w.nodes[label].Delay = rtt }

// TestBehindASlowServer has a leaf whose only link leads to a server that is far away
// and answers after the search for missing servers has begun: what that server says
// of its own links counts too, even if it has just started.
func TestBehindASlowServer(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		name    string
		change  func(*world)
		missing []string
		atMost  time.Duration
	}{
		{name: "all answer", change: func(*world) {}, atMost: 1150 * ms},
		{name: "the leaf hangs", change: func(w *world) { w.mute("leaf/l1") }, missing: []string{"?/l1 silent"}, atMost: 4 * time.Second},
	} {
		t.Run(tc.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t, "e/n1", "e/n2", "leaf/l1")
				w.nodes["e/n1"].leafz.Leafs, w.nodes["e/n2"].leafz.Leafs = nil, w.nodes["e/n1"].leafz.Leafs
				w.nodes["e/n2"].leafz.Leafs[0].RTT = "602ms"
				w.nodes["e/n1"].routez.Routes[0].RTT = "500ms"
				w.nodes["e/n2"].stats.Start = time.Now()
				w.far("e/n2", 500*ms)
				w.far("leaf/l1", 1100*ms)
				tc.change(w)
				s := snapshot(t, w.client(), fleet.Want{})
				if !slices.Equal(absent(s), tc.missing) || seconds(s) > tc.atMost {
					t.Errorf("missing %v, want %v; problems %v; took %v", absent(s), tc.missing, faults(s), seconds(s))
				}
			})
		})
	}
}
