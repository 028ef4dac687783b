package checks

import (
	"strings"
	"testing"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// TestNextOfMissing says what to do for each reason that knows better than the
// check.
func TestNextOfMissing(t *testing.T) {
	next := func(m fleet.Missing) string {
		in := healthy()
		in.Snapshot.Missing = []fleet.Missing{m}
		return examine(t, in, "servers").Findings[0].Next
	}
	for _, c := range []struct {
		missing fleet.Missing
		begins  string
	}{
		{fleet.Missing{Name: "m", Reason: fleet.Gone}, "Look at the host"},
		{fleet.Missing{Name: "m", Reason: fleet.Draining}, "Wait until its clients have moved"},
		{fleet.Missing{Name: "m", Reason: fleet.Behind, Via: "gw"}, "See to gw first"},
		{fleet.Missing{Name: "m", Reason: fleet.Behind}, "See to the silent server first"},
	} {
		if got := next(c.missing); !strings.HasPrefix(got, c.begins) {
			t.Errorf("%+v: %q", c.missing, got)
		}
	}
	in := healthy()
	in.Snapshot.Problems = []fleet.Problem{{Server: "a", Kind: fleet.Raftz, Reason: fleet.Unsupported}}
	if got := examine(t, in, "answers").Findings[0].Next; got != "Nothing; a newer server reports it." {
		t.Errorf("%q", got)
	}
}

// TestNextOfALink sends the reader to look again while the link may be coming
// back, and to the cause once it was found broken twice.
func TestNextOfALink(t *testing.T) {
	whole := func(sec float64) *fleet.Snapshot {
		return fleettest.Snapshot(sec, fleettest.Member("a", "b"), fleettest.Member("b", "a"))
	}
	broken := func(sec float64) *fleet.Snapshot {
		return fleettest.Snapshot(sec, fleettest.Member("a"), fleettest.Member("b"))
	}
	const again = "Look again in a few seconds, for it may be coming back. "
	for _, c := range []struct {
		name   string
		before *fleet.Snapshot
		again  bool
	}{{"one look", nil, true}, {"was whole", whole(0), true}, {"was broken", broken(0), false}} {
		got := examine(t, Input{Snapshot: broken(2), Before: c.before}, "routes").Findings[0].Next
		if strings.HasPrefix(got, again) != c.again || !strings.Contains(got, "natsctl server report routes") {
			t.Errorf("%s: %q", c.name, got)
		}
	}
	slow := whole(2)
	slow.Servers[0].Routez.Routes[0].Pending = 5 << 20
	if got := examine(t, Input{Snapshot: slow, Before: whole(0), Strained: slowBefore(slow, 2), Live: true}, "routes"); got.Level != fleet.Warn || strings.Contains(got.Findings[0].What, "before") {
		t.Errorf("a slow link is no broken one: %+v", got.Findings)
	}
}

// TestLinksOfAMissingServer tells such a server once, by the check of servers,
// and not by each of its links; its gateways cut off a cluster and are told.
func TestLinksOfAMissingServer(t *testing.T) {
	missing := func(m fleet.Missing, a, b *fleet.Server) Input {
		s := fleettest.Snapshot(0, a, b)
		s.Missing = []fleet.Missing{m}
		return Input{Snapshot: s}
	}
	a, b := fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c")
	gone := fleet.Missing{ID: "ID-c", Name: "c", Cluster: "C", Reason: fleet.Silent}
	if got := examine(t, missing(gone, a, b), "routes"); len(got.Findings) != 0 || got.Objects != 3 {
		t.Errorf("%+v", got)
	}
	other := fleet.Missing{ID: "ID-x", Name: "x", Cluster: "C", Reason: fleet.Silent}
	if got := examine(t, missing(other, a, b), "routes"); len(got.Findings) != 2 {
		t.Errorf("links of a server that nobody announced as missing: %+v", got.Findings)
	}
	a.Gatewayz = fleettest.GatewayServer("x", "C", map[string]string{"D": "ID-d"}, nil).Gatewayz
	d := fleet.Missing{ID: "ID-d", Name: "d", Cluster: "D", Reason: fleet.Silent}
	if got := examine(t, missing(d, a, b), "gateways"); len(got.Findings) == 0 || got.Findings[0].Object != "a - d" || got.Level != fleet.Crit {
		t.Errorf("%+v", got.Findings)
	}
	hub := fleettest.Member("hub")
	hub.Leafz = &server.Leafz{Leafs: []*server.LeafInfo{{ID: 1, Name: "edge", Account: "APP"}}}
	edge := fleet.Missing{ID: "ID-edge", Name: "edge", Cluster: "edge", Reason: fleet.Silent}
	if got := examine(t, missing(edge, hub, b), "leafs"); len(got.Findings) != 0 || got.Objects != 1 {
		t.Errorf("%+v", got)
	}
}

// TestWordsOfALink says of each state why it matters and what to do in words of
// its own: a gateway that is slow cuts nobody off.
func TestWordsOfALink(t *testing.T) {
	routes := func(a, b []string, change func(a, b *fleet.Server)) *fleet.Snapshot {
		x, y := fleettest.Member("a", a...), fleettest.Member("b", b...)
		change(x, y)
		return fleettest.Snapshot(2, x, y)
	}
	seen := map[string]fleet.State{}
	for state, s := range map[fleet.State]*fleet.Snapshot{
		fleet.StateSlow:    routes([]string{"b"}, []string{"a"}, func(a, _ *fleet.Server) { a.Routez.Routes[0].Pending = 5 << 20 }),
		fleet.StateOneWay:  routes([]string{"b"}, nil, func(_, _ *fleet.Server) {}),
		fleet.StateMissing: routes(nil, nil, func(_, _ *fleet.Server) {}),
		fleet.StateGhost:   fleettest.Snapshot(2, fleettest.Member("a", "b")),
		fleet.StateUnknown: routes([]string{"b"}, nil, func(_, b *fleet.Server) { b.Routez, b.Statsz = nil, nil }),
		fleet.StateShort: fleettest.Snapshot(2, fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), func() *fleet.Server {
			c := fleettest.Member("c", "a", "b")
			c.Routez.Routes = c.Routez.Routes[1:]
			return c
		}()),
	} {
		got := examine(t, Input{Snapshot: s, Strained: slowBefore(s, 2)}, "routes")
		if len(got.Findings) != 1 {
			t.Errorf("%s: %+v", state, got.Findings)
			continue
		}
		f := got.Findings[0]
		row, _ := Select("routes")
		if other, twice := seen[f.Why]; twice || (f.Why == row[0].Why) != (state == fleet.StateMissing) {
			t.Errorf("%s says %q, as %s does", state, f.Why, other)
		}
		seen[f.Why] = state
		next := strings.TrimPrefix(f.Next, "Look again in a few seconds, for it may be coming back. ")
		if own := linkWords[state].next; own != "" && next != own || own == "" && next != row[0].Next {
			t.Errorf("%s: %q", state, f.Next)
		}
		if (next != f.Next) != (f.Level == fleet.Crit) {
			t.Errorf("%s, %s: %q", state, f.Level, f.Next)
		}
	}
}

// TestSlowLinkHolds calls a link slow when it was over the floor in two looks
// besides this one, and never by this look alone.
func TestSlowLinkHolds(t *testing.T) {
	cluster := func(rtt string) *fleet.Snapshot {
		servers := []*fleet.Server{fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b")}
		for _, r := range append(servers[0].Routez.Routes, servers[1].Routez.Routes...) {
			if r.RemoteName != "c" {
				r.RTT = rtt
			}
		}
		return fleettest.Snapshot(2, servers...)
	}
	for _, c := range []struct {
		name, rtt string
		looks     int
		slow      bool
	}{
		{"one look", "80ms", 0, false},
		{"two looks", "80ms", 1, false},
		{"three looks", "80ms", 2, true},
		{"three looks below the floor", "24ms", 2, false},
		{"three looks at the floor", "25ms", 2, false},
	} {
		in := Input{Snapshot: cluster(c.rtt)}
		if c.looks > 0 {
			in.Strained = slowBefore(in.Snapshot, c.looks)
		}
		if got := examine(t, in, "routes"); (len(got.Findings) == 1) != c.slow || got.Objects != 3 {
			t.Errorf("%s: %+v", c.name, got.Findings)
		}
	}
}

// A dead server is one finding, not one for each of its links; but a link that
// is cut while its ends live is the cause.
func TestCheckSeparatesCauseFromEffect(t *testing.T) {
	missing := fleet.Missing{ID: "ID-c", Name: "c", Cluster: "C", Reason: fleet.Gone}
	without := func(m fleet.Missing, a *fleet.Server) Input {
		s := fleettest.Snapshot(0, a, fleettest.Member("b", "a", "c"))
		s.Want, s.Missing = WantFor(All()), []fleet.Missing{m}
		return Input{Snapshot: s}
	}
	if got := examine(t, without(missing, fleettest.Member("a", "b", "c")), "routes"); got.Level != fleet.OK {
		t.Errorf("a dead server: %+v", got.Findings)
	}
	missing.SeenBy = []string{"b"}
	got := examine(t, without(missing, fleettest.Member("a", "b")), "routes")
	if len(got.Findings) != 1 || got.Findings[0].Object != "a - c" {
		t.Errorf("a cut link: %+v", got.Findings)
	}
}

// Where more looks follow, one that finds a link broken is a warning, and the
// second makes it critical; a single check is told what it saw.
func TestCheckLooksTwiceAtABrokenLink(t *testing.T) {
	whole := func(sec float64) *fleet.Snapshot {
		return fleettest.Snapshot(sec, fleettest.Member("a", "b", "c"), fleettest.Member("b", "a", "c"), fleettest.Member("c", "a", "b"))
	}
	broken := func(sec float64) *fleet.Snapshot {
		return fleettest.Snapshot(sec, fleettest.Member("a", "c"), fleettest.Member("b", "c"), fleettest.Member("c", "a", "b"))
	}
	starting := func(sec float64) *fleet.Snapshot {
		return fleettest.Snapshot(sec, fleettest.Member("a", "c"), fleettest.Member("c", "a"))
	}
	unknown := func(sec float64) *fleet.Snapshot {
		s := whole(sec)
		for _, sv := range s.Servers[:2] { // neither reported its routes, in either answer
			sv.Routez, sv.Statsz = nil, nil
		}
		return s
	}
	for _, c := range []struct {
		name   string
		live   bool
		before *fleet.Snapshot
		level  fleet.Level
		what   string
	}{
		{"one look", false, nil, fleet.Crit, "; seen in one look"},
		{"first look of a watch", true, nil, fleet.Warn, "; seen in one look"},
		{"was whole", false, whole(0), fleet.Crit, "; it was whole 2s before"},
		{"was whole, live", true, whole(0), fleet.Warn, "; it was whole 2s before"},
		{"was broken", false, broken(0), fleet.Crit, "; it was no better 2s before"},
		{"was broken, live", true, broken(0), fleet.Crit, "neither end lists it"},
		{"no answer before", false, unknown(0), fleet.Crit, "; nobody could say 2s before"},
		{"no answer before, live", true, unknown(0), fleet.Warn, "; nobody could say 2s before"},
		{"a server that starts, live", true, starting(0), fleet.Warn, "; nobody could say 2s before"},
	} {
		t.Run(c.name, func(t *testing.T) {
			got := examine(t, Input{Snapshot: broken(2), Before: c.before, Live: c.live}, "routes")
			if len(got.Findings) != 1 || got.Level != c.level || !strings.HasSuffix(got.Findings[0].What, c.what) {
				t.Errorf("%+v", got)
			}
		})
	}
}

// slowBefore says of every link that it was over a floor in that many looks.
func slowBefore(s *fleet.Snapshot, looks int) map[string]int {
	out := map[string]int{}
	for _, e := range fleet.NewTopology(s, fleet.TopologyOptions{}).Edges {
		out[e.Key()] = looks
	}
	return out
}
