package fleet_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/nats-io/nats-server/v2/server"
	"pgregory.net/rapid"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/fleettest"
)

func TestScopeMatches(t *testing.T) {
	info := server.ServerInfo{ID: "ID", Name: "n", Cluster: "C", Host: "h", Tags: []string{"az:1", "ssd"}}
	for scope, want := range map[*fleet.Scope]bool{
		{}: true, {Cluster: "C"}: true, {Cluster: "c"}: false, {Name: "n"}: true, {Name: "ID"}: true, {Name: "C"}: false, {Host: "h"}: true, {Host: "n"}: false,
		{Tags: []string{"SSD"}}: true, {Tags: []string{"ssd", "az:2"}}: false, {Tags: []string{"ssd", "AZ:1"}}: true, {Cluster: "C", Name: "x"}: false, {Cluster: "C", Host: "h", Name: "ID"}: true,
	} {
		if got := scope.Matches(info); got != want {
			t.Errorf("%+v: %v", *scope, got)
		}
		if got := scope.IsZero(); got != (scope.Cluster+scope.Name+scope.Host == "" && len(scope.Tags) == 0) {
			t.Errorf("%+v is zero: %v", *scope, got)
		}
	}
}

func TestSnapshotInAScope(t *testing.T) {
	a, b := fleettest.Answer("A", "a", 0, 1), fleettest.Answer("B", "b", 0, 1)
	b.Info.Cluster = "D"
	s := fleettest.Snapshot(0, a, b)
	s.Missing = []fleet.Missing{{Name: "m1", Cluster: "C"}, {ID: "M2", Cluster: "D"}, {Name: "m3"}}
	s.Problems = []fleet.Problem{{ServerID: "A", Kind: fleet.Varz}, {ServerID: "B", Kind: fleet.Varz}}
	s.Expected = 5
	names := func(s *fleet.Snapshot) string {
		var out []string
		for _, sv := range s.Servers {
			out = append(out, sv.Info.Name)
		}
		for _, m := range s.Missing {
			out = append(out, m.Label())
		}
		for _, p := range s.Problems {
			out = append(out, "problem of "+p.ServerID)
		}
		return strings.Join(out, " ")
	}
	for scope, want := range map[*fleet.Scope]string{
		{Cluster: "C"}: "a m1 m3 problem of A", {Name: "b"}: "b problem of B", {Name: "M2"}: "M2", {Name: "m1", Cluster: "C"}: "m1", {Cluster: "D"}: "b M2 m3 problem of B",
	} {
		got := s.In(*scope)
		if names(got) != want || got.Expected != len(got.Servers)+len(got.Missing) || !cmp.Equal(got.Want.Scope, *scope) {
			t.Errorf("%+v: %q, want %q; %d expected", *scope, names(got), want, got.Expected)
		}
	}
	if s.In(fleet.Scope{}) != s || len(s.Servers) != 2 || len(s.Missing) != 3 {
		t.Error("the whole fleet is not itself")
	}
	if got := s.Clusters(); !slices.Equal(got, []string{"C", "D"}) {
		t.Errorf("%v", got)
	}
	if s.Server("A") != a || s.Server("b") != b || s.Server("x") != nil {
		t.Error("a server is another one")
	}
	twin := fleettest.Answer("X", "A", 0, 1)
	s.Servers = append([]*fleet.Server{twin}, s.Servers...)
	if s.Server("A") != a {
		t.Error("a name goes before an id")
	}
	for _, c := range []struct {
		s    *fleet.Snapshot
		want bool
	}{{&fleet.Snapshot{}, true}, {&fleet.Snapshot{Missing: s.Missing}, false}, {&fleet.Snapshot{Problems: s.Problems}, false}} {
		if c.s.Complete() != c.want {
			t.Errorf("%+v is complete: %v", c.s, !c.want)
		}
	}
}

// TestFinishOfAnything puts servers and missing ones in order, whatever the
// order that they answered in.
func TestFinishOfAnything(t *testing.T) {
	name := rapid.SampledFrom([]string{"", "a", "b"})
	rapid.Check(t, func(t *rapid.T) {
		s := &fleet.Snapshot{}
		for range rapid.IntRange(0, 8).Draw(t, "servers") {
			info := server.ServerInfo{Cluster: name.Draw(t, "cluster"), Name: name.Draw(t, "name"), ID: name.Draw(t, "id")}
			s.Servers = append(s.Servers, &fleet.Server{Info: info})
			s.Missing = append(s.Missing, fleet.Missing{Cluster: info.Cluster, Name: info.Name, ID: info.ID})
		}
		s.Finish()
		key := func(parts ...string) string { return strings.Join(parts, "/") }
		if !slices.IsSortedFunc(s.Servers, func(a, b *fleet.Server) int {
			return strings.Compare(key(a.Info.Cluster, a.Info.Name, a.Info.ID), key(b.Info.Cluster, b.Info.Name, b.Info.ID))
		}) || !slices.IsSortedFunc(s.Missing, func(a, b fleet.Missing) int {
			return strings.Compare(key(a.Cluster, a.Name, a.ID), key(b.Cluster, b.Name, b.ID))
		}) {
			t.Fatal("not in order")
		}
	})
}

func TestWantUnion(t *testing.T) {
	a := fleet.Want{Kinds: []fleet.Kind{fleet.Varz}, Account: "A", Scope: fleet.Scope{Name: "s"}}
	b := fleet.Want{
		Kinds: []fleet.Kind{fleet.Connz, fleet.Varz}, Account: "B", Scope: fleet.Scope{Name: "t"}, RaftAccounts: []string{"R"}, Conns: fleet.ConnWant{Limit: 3}, JS: fleet.JSWant{Streams: true},
	}
	want := fleet.Want{
		Kinds: []fleet.Kind{fleet.Varz, fleet.Connz}, Account: "A", Scope: fleet.Scope{Name: "s"}, RaftAccounts: []string{"R"}, Conns: fleet.ConnWant{Limit: 3}, JS: fleet.JSWant{Streams: true},
	}
	if diff := cmp.Diff(want, a.Union(b)); diff != "" {
		t.Error(diff)
	}
	if len(a.Kinds) != 1 {
		t.Error("the union changed its part")
	}
	own := fleet.Want{Account: "A", RaftAccounts: []string{"Q"}, Conns: fleet.ConnWant{Limit: 9}, JS: fleet.JSWant{Raft: true}}
	if got := own.Union(b); got.RaftAccounts[0] != "Q" || got.Conns.Limit != 9 || !got.JS.Raft || got.JS.Streams {
		t.Errorf("%+v", got)
	}
	if got := (fleet.Want{}).Union(b); got.Account != "B" || got.Scope.Name != "" {
		t.Errorf("%+v", got)
	}
	if w := (fleet.Want{}); !w.Has(fleet.Statsz) || w.Has(fleet.Varz) || !a.Has(fleet.Varz) {
		t.Error("has what was not asked for")
	}
}

func TestWordsOfMissing(t *testing.T) {
	for _, c := range []struct {
		m    fleet.Missing
		want string
	}{
		{fleet.Missing{Reason: fleet.Gone}, "does not answer: dead or cut off"},
		{fleet.Missing{Reason: fleet.Late}, "does not answer"},
		{fleet.Missing{Reason: fleet.Behind, Via: "x"}, "is cut off from here: the way to it, or back from it, leads through x, which does not answer"},
		{fleet.Missing{Reason: fleet.Behind}, "is cut off from here: the way to it, or back from it, leads through a silent server, which does not answer"},
	} {
		if got := c.m.Note(); got != c.want {
			t.Errorf("%+v: %q", c.m, got)
		}
	}
	for _, c := range []struct{ name, id, want string }{{"n", "i", "n"}, {"", "i", "i"}, {"", "", "unnamed"}} {
		if got := (fleet.Missing{Name: c.name, ID: c.id}).Label(); got != c.want {
			t.Errorf("%+v: %q", c, got)
		}
	}
}

func TestWords(t *testing.T) {
	for seconds, want := range map[float64]string{
		0: "0s", 0.0012345: "1.23ms", 0.999: "999ms", 9.87654: "9.88s", 59.94: "59.9s", 61.4: "1m1s", 3599: "59m59s", 3600: "1h0m", 5400: "1h30m", 172799: "48h0m", 172800: "2 days", 900000: "10 days", 90e-9: "90ns",
	} {
		if got := fleet.Lasting(seconds); got != want {
			t.Errorf("%v lasts %q, want %q", seconds, got, want)
		}
	}
	for n, want := range map[int64]string{
		0: "0 bytes", 999: "999 bytes", 1000: "1.0 KiB", 1024: "1.0 KiB", 1 << 20: "1.0 MiB", 5 << 30: "5.0 GiB", 1 << 40: "1.0 TiB", 1 << 52: "4096.0 TiB",
	} {
		if got := fleet.InBytes(n); got != want {
			t.Errorf("%d is %q, want %q", n, got, want)
		}
	}
}

// TestReportsOfEachField keeps the first version of each line that reports a
// field, and the last one that does not.
func TestReportsOfEachField(t *testing.T) {
	for field, lines := range map[fleet.Field][2][]string{
		fleet.FieldClientTraffic: {{"2.12.9", "2.13.0"}, {"2.12.8", "2.11.99"}}, fleet.FieldStaleConnections: {{"2.12.0"}, {"2.11.99"}}, fleet.FieldStalledClients: {{"2.12.0"}, {"2.11.99"}},
		fleet.FieldMemLimit: {{"2.12.0", "2.11.2", "2.10.28"}, {"2.11.1", "2.10.27", "2.9.99"}}, fleet.FieldConfigDigest: {{"2.11.0"}, {"2.10.99"}},
		fleet.FieldCertNotAfter: {{"2.12.4", "2.11.12"}, {"2.12.3", "2.11.11", "2.10.99"}}, fleet.FieldStreamsLeader: {{"2.12.1", "2.11.11"}, {"2.12.0", "2.11.10"}},
		fleet.FieldLeafID: {{"2.12.0", "2.11.7"}, {"2.11.6", "2.10.99"}}, fleet.FieldRoutePool: {{"2.10.0"}, {"2.9.99"}}, fleet.FieldMetaPending: {{"2.10.22"}, {"2.10.21"}},
		fleet.FieldMetaQuorum: {{"2.15.0"}, {"2.14.99"}}, fleet.FieldLeaderSince: {{"2.12.0", "2.11.9"}, {"2.11.8"}}, fleet.FieldLeafName: {{"2.9.15"}, {"2.9.14"}},
		fleet.FieldAccountSubs: {{"2.10.0"}, {"2.9.99"}}, fleet.FieldLinkTraffic: {{"2.12.0", "2.11.10"}, {"2.11.9"}}, fleet.FieldHealthCode: {{"2.10.0"}, {"2.9.99"}},
		fleet.FieldAPILevel: {{"2.11.0"}, {"2.10.99"}}, fleet.FieldRaftOverruns: {{"2.14.0"}, {"2.13.99"}}, fleet.FieldMetaQueues: {{"2.14.0"}, {"2.13.99"}},
	} {
		for i, versions := range lines {
			for _, v := range versions {
				if got := fleet.Reports(v, field); got != (i == 0) {
					t.Errorf("%s reports field %d: %v", v, field, got)
				}
			}
		}
		if !fleet.Reports("3.0.0", field) || !fleet.Reports("custom", field) {
			t.Errorf("a newer server, or one of its own build, does not report field %d", field)
		}
	}
	for text, want := range map[string]bool{"2.15.2": true, "v2.1.0": true, "2.1": false, "2.1.x": false, "2.1.-1": false, "": false, "2.1.0+build": true, "1.2.3.4": false} {
		if _, ok := fleet.ParseVersion(text); ok != want {
			t.Errorf("%q is a version: %v", text, ok)
		}
	}
	version := rapid.Custom(func(t *rapid.T) fleet.Version {
		return fleet.Version{rapid.IntRange(0, 3).Draw(t, "major"), rapid.IntRange(0, 3).Draw(t, "minor"), rapid.IntRange(0, 3).Draw(t, "patch")}
	})
	rapid.Check(t, func(t *rapid.T) {
		a, b := version.Draw(t, "a"), version.Draw(t, "b")
		want := slices.Compare(a[:], b[:])
		if got := a.Compare(b); (got < 0) != (want < 0) || (got > 0) != (want > 0) {
			t.Fatalf("%v to %v: %d", a, b, got)
		}
	})
}

func TestDecodeDropsNull(t *testing.T) {
	s, err := fleet.DecodeSnapshot([]byte(`{"servers":[null,{"server":{"name":"a"},"connz":{"connections":[null,{"cid":1}]},"routez":{"routes":[null]},"leafz":{"leafs":[null]},
		"account_statz":{"account_statz":[null]},"statsz":{"routes":[null],"gateways":[null]},"jsz":{"account_details":[null,{"stream_detail":[{"name":"S","consumer_detail":[null,{"name":"w"}]}]}]}}]}`))
	if err != nil || len(s.Servers) != 1 {
		t.Fatalf("%v %+v", err, s)
	}
	sv := s.Servers[0]
	if len(sv.Connz.Conns) != 1 || len(sv.Routez.Routes)+len(sv.Leafz.Leafs)+len(sv.AccountStatz.Accounts)+len(sv.Statsz.Routes)+len(sv.Statsz.Gateways) != 0 ||
		len(sv.Jsz.AccountDetails) != 1 || len(sv.Jsz.AccountDetails[0].Streams[0].Consumer) != 1 {
		t.Errorf("%+v", sv)
	}
	if _, err := fleet.DecodeSnapshot([]byte("{")); err == nil {
		t.Error("half a line is a snapshot")
	}
}

// TestClocksSet names the servers whose clock was set between two looks.
func TestClocksSet(t *testing.T) {
	before := fleettest.Snapshot(0, fleettest.Answer("A", "a", 0, 1), fleettest.Answer("B", "b", 0, 1), fleettest.Answer("C", "c", 0, 1), fleettest.Answer("D", "d", 0, 1))
	after := fleettest.Snapshot(10, fleettest.Answer("A", "a", 10.19, 1), fleettest.Answer("B", "b", 10.21, 1), fleettest.Answer("C", "c", 9.79, 1), fleettest.Answer("E", "e", 99, 1))
	if got := fleet.ClocksSet(before, after); !cmp.Equal(got, map[string]bool{"B": true, "C": true}) {
		t.Errorf("%v", got)
	}
	after.TookSeconds, before.TookSeconds = 0.05, 0.05
	if got := fleet.ClocksSet(before, after); len(got) != 0 {
		t.Errorf("within the length of the rounds: %v", got)
	}
	if got := fleet.ClocksSet(nil, after); len(got) != 0 {
		t.Errorf("%v", got)
	}
	after.Servers[0].Info.Time = time.Time{}
	if got := fleet.ClocksSet(before, after); len(got) != 0 {
		t.Errorf("without a clock: %v", got)
	}
}
