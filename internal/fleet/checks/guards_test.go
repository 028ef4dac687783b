package checks

import (
	"slices"
	"testing"
	"time"

	"github.com/nats-io/jwt/v2"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// TestChecksOfSilence runs every check over servers that told parts of what was
// asked, in every combination of two parts: none of them panics, and none finds
// a fault in what was not told.
func TestChecksOfSilence(t *testing.T) {
	parts := []func(sv, full *fleet.Server){
		func(sv, full *fleet.Server) {},
		func(sv, full *fleet.Server) { sv.Statsz = full.Statsz },
		func(sv, full *fleet.Server) { sv.Varz = full.Varz },
		func(sv, full *fleet.Server) {
			sv.Connz = &server.Connz{Conns: []*server.ConnInfo{{Cid: 1, Pending: 9}}}
		},
		func(sv, full *fleet.Server) { sv.Jsz = &server.JSInfo{} },
		func(sv, full *fleet.Server) { sv.Accountz = &server.Accountz{} },
		func(sv, full *fleet.Server) { sv.Accountz = &server.Accountz{Account: &server.AccountInfo{}} },
		func(sv, full *fleet.Server) {
			sv.Healthz, sv.Ipqueuesz, sv.Raftz = full.Healthz, full.Ipqueuesz, &server.RaftzStatus{}
		},
		func(sv, full *fleet.Server) { sv.Routez, sv.Leafz = &server.Routez{}, &server.Leafz{} },
	}
	for _, one := range parts {
		for _, two := range parts {
			in := healthy()
			for _, s := range []*fleet.Snapshot{in.Before, in.Snapshot} {
				full := s.Servers[0]
				bare := &fleet.Server{Info: server.ServerInfo{ID: full.Info.ID, Name: "a", Cluster: "A"}} // alone in its cluster
				one(bare, full)
				two(bare, full)
				s.Servers = []*fleet.Server{bare}
			}
			for _, got := range Run(Input{Snapshot: in.Snapshot, Before: in.Before}, All()) {
				if got.Level == fleet.Crit || got.Level == fleet.Warn {
					t.Errorf("%s: %+v", got.Name, got.Findings)
				}
			}
		}
	}
	for _, got := range Run(Input{Snapshot: &fleet.Snapshot{Want: WantFor(All())}}, All()) {
		if len(got.Findings) > 0 || got.Objects != 0 {
			t.Errorf("of no server at all: %+v", got)
		}
	}
}

// TestOldServersAreNamed says who does not tell how long its certificates live,
// and calls nobody else.
func TestOldServersAreNamed(t *testing.T) {
	in := healthy()
	first(&in).Info.Version, first(&in).Varz.TLSRequired = "2.11.11", true
	first(&in).Varz.TLSCertNotAfter = fleettest.Epoch
	got := examine(t, in, "certificates")
	if !slices.Equal(got.Unanswered, []string{"a"}) || len(got.Findings) != 0 || got.Objects != 1 {
		t.Errorf("%+v", got)
	}
	first(&in).Varz.TLSRequired = false
	if got := examine(t, in, "certificates"); len(got.Unanswered) != 0 || len(got.Findings) != 0 {
		t.Errorf("without TLS there is no certificate: %+v", got)
	}
}

// TestTwoLeaders sends the reader to look for a cut.
func TestTwoLeaders(t *testing.T) {
	in := healthy()
	in.Snapshot.Servers[1].Jsz.Meta.Leader = "b"
	if got := examine(t, in, "meta").Findings[0].Next; got != "Check again in a minute; if it persists, the fleet is cut in two: check routes and gateways." {
		t.Errorf("%q", got)
	}
}

// TestUserWithoutAName is told by its key, and a JWT that does not expire is not
// told at all.
func TestUserWithoutAName(t *testing.T) {
	in := healthy()
	op := jwt.NewOperatorClaims("OKEY")
	op.Expires = in.Snapshot.Time.Unix()
	first(&in).Varz.TrustedOperatorsClaim = []*jwt.OperatorClaims{op, jwt.NewOperatorClaims("OTHER")}
	got := examine(t, in, "jwts")
	if len(got.Findings) != 1 || got.Findings[0].Object != "OKEY" || got.Findings[0].What != "the JWT of operator OKEY expired 0s ago, at 2026-01-02T03:20:47Z" {
		t.Errorf("%+v", got.Findings)
	}
}

// TestHalfOfAFleetIsYoung blames the young half, for the other half shows that
// the fleet did not start as a whole.
func TestHalfOfAFleetIsYoung(t *testing.T) {
	in := healthy()
	in.Live = true
	in.Snapshot.Servers = in.Snapshot.Servers[:2]
	first(&in).Statsz.Start = in.Snapshot.Time.Add(-5 * time.Second)
	in.Snapshot.Servers[1].Statsz.Start = in.Snapshot.Time.Add(-time.Hour)
	if got := examine(t, in, "uptime"); len(got.Findings) != 1 {
		t.Errorf("%+v", got.Findings)
	}
}

// TestOwnersAreKnown finds a group without an owner only where every owner was
// asked for.
func TestOwnersAreKnown(t *testing.T) {
	found := func(change func(w *fleet.Want)) int {
		in := healthy()
		long := fleettest.Epoch
		setRaft(&in, "lost", server.RaftzGroup{State: "LEADER", Leader: "x", LeaderSince: &long})
		in.Snapshot.Want = WantFor(All())
		change(&in.Snapshot.Want)
		return len(examine(t, in, "raft").Findings)
	}
	if found(func(*fleet.Want) {}) != 1 {
		t.Error("a group without an owner is not found")
	}
	for name, change := range map[string]func(w *fleet.Want){
		"JSZ":          func(w *fleet.Want) { w.Kinds = []fleet.Kind{fleet.Raftz} },
		"raft groups":  func(w *fleet.Want) { w.JS.Raft = false },
		"streams":      func(w *fleet.Want) { w.JS.Streams = false },
		"consumers":    func(w *fleet.Want) { w.JS.Consumers = false },
		"all accounts": func(w *fleet.Want) { w.JS.Account = "APP" },
		"all servers":  func(w *fleet.Want) { w.Scope.Host = "10.0.0.1" },
	} {
		if found(change) != 0 {
			t.Errorf("without %s nobody can tell that a group has no owner", name)
		}
	}
}

// TestCheckThatSawNothing is not ok where nobody told what it looks at, and is
// where every server said that there is nothing of the kind.
func TestCheckThatSawNothing(t *testing.T) {
	silent := func(reason fleet.Reason) Input {
		in := healthy()
		for _, sv := range in.Snapshot.Servers {
			sv.Raftz = nil
			in.Snapshot.Problems = append(in.Snapshot.Problems, fleet.Problem{Server: sv.Info.Name, Kind: fleet.Raftz, Reason: reason})
		}
		return in
	}
	for reason, want := range map[fleet.Reason]string{
		fleet.Unsupported: "the servers are too old to report it", fleet.Late: "no server reported RAFTZ", fleet.Refused: "no server reported RAFTZ",
	} {
		if got := examine(t, silent(reason), "raft"); got.Level != fleet.Unknown || got.Skipped != want || len(got.Unanswered) != 3 {
			t.Errorf("%s: %+v", reason, got)
		}
	}
	in := silent(fleet.Late)
	in.Snapshot.Servers[0].Raftz = &server.RaftzStatus{"SYS": {"_meta_": {State: "LEADER", Leader: "a"}}}
	in.Snapshot.Problems = in.Snapshot.Problems[1:]
	if got := examine(t, in, "raft"); got.Level != fleet.OK || got.Skipped != "" || got.Objects != 1 || len(got.Unanswered) != 2 {
		t.Errorf("one server told: %+v", got)
	}
	if got := examine(t, healthy(), "gateways"); got.Level != fleet.OK || got.Skipped != "" || got.Objects != 0 {
		t.Errorf("a fleet without gateways: %+v", got)
	}
	for _, name := range []string{"gateways", "cpu", "raft", "servers"} {
		if got := examine(t, Input{Snapshot: &fleet.Snapshot{Want: WantFor(All())}}, name); got.Level != fleet.Unknown || got.Skipped != "no server answered" {
			t.Errorf("%s of no server: %+v", name, got)
		}
	}
}

// TestAdviceWithoutAMetaLeader never needs the leader that is not there.
func TestAdviceWithoutAMetaLeader(t *testing.T) {
	in := healthy()
	setMeta(&in, func(m *server.MetaClusterInfo) {
		m.Leader, m.Size = "", 3
		m.Replicas = []*server.PeerInfo{{Name: "y"}, {Name: "x"}, {Name: "b"}}
	})
	if got := examine(t, in, "meta").Findings; len(got) != 1 || got[0].Next != "Bring back x, y. Until it has a leader, no peer can be removed." {
		t.Errorf("%+v", got)
	}
	in = healthy()
	setMeta(&in, func(m *server.MetaClusterInfo) { m.Leader, m.Size, m.Replicas = "", 2, []*server.PeerInfo{{Name: "b"}} })
	if got := examine(t, in, "meta").Findings; len(got) != 1 || got[0].Next != "Check the routes and gateways among its servers; 2 of 2 must see each other. Until it has a leader, no peer can be removed." {
		t.Errorf("%+v", got)
	}
	in = healthy()
	setMeta(&in, func(m *server.MetaClusterInfo) {
		m.Size, m.Replicas = 3, []*server.PeerInfo{{Name: "b", Offline: true}, {Name: "gone", Offline: true}}
	})
	if got := examine(t, in, "meta").Findings; len(got) == 0 || got[0].Next != "Bring back b, gone. Without a quorum no peer can be removed." {
		t.Errorf("%+v", got)
	}
}
