package cause

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

// ref names a server of cluster C.
func ref(name string) checks.ServerRef { return checks.ServerRef{Name: name, Cluster: "C"} }

// about is a finding of a check about servers.
func about(check string, level fleet.Level, servers ...string) checks.Finding {
	f := checks.Finding{Check: check, Level: level, Object: strings.Join(servers, " - "), Where: "C", What: check + " " + strings.Join(servers, " - ")}
	for _, name := range servers {
		f.About.Servers = append(f.About.Servers, ref(name))
	}
	if check == "streams" {
		f.About.Stream = f.Object
	}
	return f
}

// blaming is the same where the last server is blamed.
func blaming(check string, level fleet.Level, servers ...string) checks.Finding {
	f := about(check, level, servers...)
	f.About.Suspects = f.About.Servers[len(servers)-1:]
	return f
}

// linked is a finding about a link between two servers.
func linked(check string, kind fleet.EdgeKind, state fleet.State, from, to string) checks.Finding {
	f := about(check, state.Level(), from, to)
	f.About.Edge = &fleet.Edge{Kind: kind, From: from, To: to, FromName: from, ToName: to, State: state, Level: state.Level()}
	return f
}

// fold is the diagnosis of a cluster of four servers, some of which are missing.
func fold(missing []fleet.Missing, found ...checks.Finding) []Cause {
	s := fleettest.Snapshot(0, fleettest.Member("a", "b", "c", "d"), fleettest.Member("b", "a", "c", "d"), fleettest.Member("c", "a", "b", "d"), fleettest.Member("d", "a", "b", "c"))
	s.Servers = slices.DeleteFunc(s.Servers, func(sv *fleet.Server) bool {
		return slices.ContainsFunc(missing, func(m fleet.Missing) bool { return m.Name == sv.Info.Name })
	})
	s.Missing, s.Expected, s.AskedBy = missing, 4, "a"
	return Fold(checks.Input{Snapshot: s}, found)
}

// TestFolding checks what is named, in which order, and what follows from it.
func TestFolding(t *testing.T) {
	silent := []fleet.Missing{{Name: "d", Cluster: "C", Reason: fleet.Silent}}
	down := about("servers", fleet.Crit, "d")
	for _, c := range []struct {
		name    string
		missing []fleet.Missing
		found   []checks.Finding
		want    string // rule object: what follows; in order
	}{
		{"nothing", nil, nil, ""},
		{"a silent server explains its link, its replica and its peer", silent, []checks.Finding{
			linked("routes", fleet.Route, fleet.StateGhost, "a", "d"), blaming("streams", fleet.Warn, "a", "b", "d"), blaming("meta", fleet.Warn, "d"), down,
		}, "server d: 1 route, 1 stream, 1 meta peer"},
		{"and not the link or the replica of another", silent, []checks.Finding{
			down, linked("routes", fleet.Route, fleet.StateMissing, "a", "b"), blaming("streams", fleet.Warn, "a", "c"),
		}, "server d: | cut a - b: | stream a - c:"},
		{"nor a consumer that nobody reads", silent, []checks.Finding{down, about("unread", fleet.Warn, "a", "d")}, "server d: | consumer a - d:"},
		{"a namesake in another cluster is not it", []fleet.Missing{{Name: "d", Cluster: "X", Reason: fleet.Silent}}, []checks.Finding{
			{Check: "servers", Level: fleet.Crit, Object: "d", Where: "X", What: "d", About: checks.Subject{Servers: []checks.ServerRef{{Name: "d", Cluster: "X"}}}},
			linked("routes", fleet.Route, fleet.StateMissing, "c", "d"),
		}, "server d: | cut c - d:"},
		{"two missing servers are two causes", []fleet.Missing{{Name: "c", Cluster: "C", Reason: fleet.Gone}, silent[0]}, []checks.Finding{down, about("servers", fleet.Crit, "c")}, "server c: | server d:"},
		{"a draining server is a warning and comes after a critical one", []fleet.Missing{{Name: "c", Cluster: "C", Reason: fleet.Draining}, silent[0]}, []checks.Finding{about("servers", fleet.Warn, "c"), down}, "server d: | server c:"},
		{"one behind another is no cause of its own", []fleet.Missing{{Name: "c", Cluster: "C", Reason: fleet.Behind, Via: "d"}, silent[0]}, []checks.Finding{about("servers", fleet.Crit, "c"), down}, "server d: 1 other server"},
		{"servers of which nothing is known come last", []fleet.Missing{{Reason: fleet.Gone}, silent[0]}, []checks.Finding{
			{Check: "servers", Level: fleet.Crit, Object: "unnamed", About: checks.Subject{Servers: []checks.ServerRef{{}}}}, about("cpu", fleet.Warn, "a"), down,
		}, "server d: | resource a: | server unnamed:"},
		{"all routes of a server", nil, []checks.Finding{
			linked("routes", fleet.Route, fleet.StateMissing, "a", "d"), linked("routes", fleet.Route, fleet.StateMissing, "b", "d"), blaming("streams", fleet.Warn, "a", "d"),
		}, "cut d: 1 stream"},
		{"a replica that lags behind a third server does not follow from a cut", nil, []checks.Finding{linked("routes", fleet.Route, fleet.StateMissing, "a", "b"), blaming("streams", fleet.Warn, "c", "b")}, "cut a - b: | stream c - b:"},
		{"two links that share no server", nil, []checks.Finding{linked("routes", fleet.Route, fleet.StateMissing, "a", "b"), linked("routes", fleet.Route, fleet.StateOneWay, "c", "d")}, "cut a - b: | cut c - d:"},
		{"a restart explains what catches up", nil, []checks.Finding{
			about("uptime", fleet.Warn, "b"), blaming("streams", fleet.Warn, "a", "b"), linked("routes", fleet.Route, fleet.StateShort, "a", "b"), linked("routes", fleet.Route, fleet.StateMissing, "b", "c"),
		}, "cut b - c: | restart b: 1 stream, 1 route"},
		{"a slow client explains who was dropped and who was held back on its server alone", nil, []checks.Finding{
			about("slow-consumers", fleet.Warn, "b"), about("stalled", fleet.Warn, "b"), about("stalled", fleet.Warn, "c"), waiting("pending", "b", 7), waiting("pending-rising", "b", 7), waiting("pending", "b", 8),
		}, "client cid 7: 1 dropped slow consumer, 1 server that stalls publishers | client cid 8: | single c:"},
		{"replicas that lag on one server", nil, []checks.Finding{blaming("streams", fleet.Warn, "a", "d"), blaming("consumers", fleet.Warn, "b", "d"), blaming("streams", fleet.Warn, "a", "c")}, "resource d: | stream a - c:"},
		{"a full disk explains what lags on it", nil, []checks.Finding{about("storage", fleet.Crit, "d"), blaming("streams", fleet.Warn, "a", "d")}, "resource d: 1 stream"},
		{"no meta leader explains replicas that cannot be placed", nil, []checks.Finding{{Check: "meta", Level: fleet.Crit, Object: "the meta group", What: "no leader", About: checks.Subject{Meta: true}}, about("replicas", fleet.Warn, "a")}, "meta the meta group: 1 missing replica"},
		{"many of one kind are one cause", nil, []checks.Finding{about("versions", fleet.Warn, "a"), about("versions", fleet.Warn, "b"), about("versions", fleet.Warn, "c"), about("versions", fleet.Warn, "d"), about("clock", fleet.Warn, "a")}, "several versions: | single a:"},
		{"critical before warning", nil, []checks.Finding{about("clock", fleet.Warn, "a"), about("certificates", fleet.Crit, "b")}, "single b: | single a:"},
	} {
		var got []string
		for _, x := range fold(c.missing, c.found...) {
			got = append(got, strings.TrimSuffix(fmt.Sprintf("%s %s: %s", x.Rule, x.Object, x.Explains()), " "))
		}
		if text := strings.Join(got, " | "); text != c.want {
			t.Errorf("%s:\n%s, want\n%s", c.name, text, c.want)
		}
	}
}

// waiting is a finding about a client on a server for which data waits.
func waiting(check, server string, cid uint64) checks.Finding {
	f := about(check, fleet.Warn, server)
	f.Object, f.Where, f.About.Conn = fmt.Sprint("cid ", cid), server, cid
	return f
}

// TestClientsOfTwoServers names both clients: an id is unique on one server only.
func TestClientsOfTwoServers(t *testing.T) {
	causes := fold(nil, waiting("pending", "a", 7), waiting("pending", "b", 7))
	for _, c := range causes {
		if want := "client cid 7 on " + c.Where + " reads too slowly"; c.Brief != want {
			t.Errorf("%q, want %q", c.Brief, want)
		}
	}
	if len(causes) != 2 || causes[0].Where == causes[1].Where {
		t.Errorf("%+v", causes)
	}
}

// TestSeat suspects the connected server when it alone answers, and not when
// another does, when only one is missing, or when others were not asked.
func TestSeat(t *testing.T) {
	gone := func(names ...string) (out []fleet.Missing) {
		for _, n := range names {
			out = append(out, fleet.Missing{Name: n, Cluster: "C", Reason: fleet.Gone})
		}
		return out
	}
	alone := func() *fleet.Snapshot {
		s := fleettest.Snapshot(0, fleettest.Member("a"))
		s.Missing, s.Expected, s.AskedBy = gone("b", "c"), 3, "a"
		return s
	}
	for _, c := range []struct {
		name   string
		change func(*fleet.Snapshot)
		want   bool
	}{
		{"alone", func(*fleet.Snapshot) {}, true},
		{"another answers", func(s *fleet.Snapshot) { s.Servers = append(s.Servers, fleettest.Member("d")) }, false},
		{"one other server in all", func(s *fleet.Snapshot) { s.Missing = gone("b") }, false},
		{"several that cannot be named", func(s *fleet.Snapshot) { s.Missing = []fleet.Missing{{Reason: fleet.Gone, Count: 2}} }, true},
		{"it did not answer itself", func(s *fleet.Snapshot) { s.Servers = nil }, false},
		{"not known who was asked", func(s *fleet.Snapshot) { s.AskedBy = "" }, false},
		{"one cluster was asked", func(s *fleet.Snapshot) { s.Want.Scope.Cluster = "C" }, false},
		{"a user of one account", func(s *fleet.Snapshot) { s.Own = &fleet.Own{} }, false},
	} {
		s := alone()
		c.change(s)
		name, got := ConnectedServer(s, fleet.NewTopology(s, fleet.TopologyOptions{}))
		if got != c.want || name != s.AskedBy {
			t.Errorf("%s: %s, %t", c.name, name, got)
		}
	}
	s := alone()
	causes := Fold(checks.Input{Snapshot: s}, []checks.Finding{about("cpu", fleet.Crit, "a"), about("servers", fleet.Crit, "b"), about("servers", fleet.Crit, "c"), linked("routes", fleet.Route, fleet.StateGhost, "a", "b")})
	if len(causes) != 2 || causes[0].Rule != "seat" || causes[0].Explains() != "1 route" || !strings.Contains(causes[0].What, "it may be the one that is cut off, not the 2 other servers") || causes[1].Object != "a" {
		t.Errorf("%+v", causes)
	}
}

// TestEachFindingOnce folds any findings: each is in one cause, what shows a
// cause comes before what follows, and no cause is milder than what it holds.
func TestEachFindingOnce(t *testing.T) {
	servers := []string{"a", "b", "c", "d"}
	rapid.Check(t, func(t *rapid.T) {
		var missing []fleet.Missing
		for _, name := range servers[1:] {
			if rapid.IntRange(0, 2).Draw(t, "missing") == 0 {
				missing = append(missing, fleet.Missing{Name: name, Cluster: "C", Reason: rapid.SampledFrom([]fleet.Reason{fleet.Gone, fleet.Silent, fleet.Draining, fleet.Behind}).Draw(t, "reason"), Via: rapid.SampledFrom(servers).Draw(t, "via")})
			}
		}
		var found []checks.Finding
		for i := range rapid.IntRange(0, 12).Draw(t, "findings") {
			one, two := rapid.SampledFrom(servers).Draw(t, "server"), rapid.SampledFrom(servers).Draw(t, "other")
			level := rapid.SampledFrom([]fleet.Level{fleet.Info, fleet.Warn, fleet.Crit}).Draw(t, "level")
			f := rapid.SampledFrom([]checks.Finding{
				about("servers", level, one), about("uptime", level, one), about("cpu", level, one), blaming("streams", level, one, two), blaming("meta", level, two), about("replicas", level, one, two),
				waiting("pending", one, 7), about("stalled", level, one), linked("routes", fleet.Route, fleet.StateMissing, one, two), linked("gateways", fleet.Gateway, fleet.StateSlow, one, two), about("versions", level, one),
			}).Draw(t, "finding")
			f.Value = float64(i)
			found = append(found, f)
		}
		seen := map[float64]bool{}
		for _, c := range fold(missing, found...) {
			if c.Own < 1 || c.Own > len(c.Findings) || c.What == "" || c.Object == "" {
				t.Fatalf("%+v", c)
			}
			for _, f := range c.Findings {
				if seen[f.Value] {
					t.Fatalf("finding %v is in two causes", f.Value)
				}
				if seen[f.Value] = true; c.Level.Compare(f.Level) < 0 || f.Cause != c.Object {
					t.Fatalf("%s holds %+v", c.Object, f)
				}
			}
		}
		if len(seen) != len(found) {
			t.Fatalf("%d of %d findings are in a cause", len(seen), len(found))
		}
	})
}
