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
	if got := examine(t, Input{Snapshot: slow, Before: whole(0), Live: true}, "routes"); got.Level != fleet.Warn || strings.Contains(got.Findings[0].What, "before") {
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
