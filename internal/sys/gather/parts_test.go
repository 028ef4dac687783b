package gather

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/testcluster/stub"
)

func wantNothing() fleet.Want { return fleet.Want{} }

func info(id, name, cluster string) server.ServerInfo {
	return server.ServerInfo{ID: id, Name: name, Cluster: cluster, Version: "2.12.0"}
}

// TestAbsences counts what timed out since the first time, until it is back or
// enough time has passed.
func TestAbsences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		m := NewMemory()
		round := func(missing ...string) {
			s := &fleet.Snapshot{Time: time.Now(), Problems: []fleet.Problem{{ServerID: "B", Kind: fleet.Varz, Reason: fleet.Late}, {ServerID: "B", Kind: fleet.Jsz, Reason: fleet.Refused}}}
			for _, id := range missing {
				s.Missing = append(s.Missing, fleet.Missing{ID: id})
			}
			m.Remember(s)
		}
		round("A")
		if !m.timedOut("A", "") || !m.timedOut("B", fleet.Varz) || m.timedOut("B", fleet.Jsz) || m.timedOut("B", "") || m.timedOut("A", fleet.Varz) {
			t.Error("after one round")
		}
		stub.Elapse(4 * time.Minute)
		round("A")
		if !m.timedOut("A", "") {
			t.Error("after four minutes")
		}
		stub.Elapse(time.Minute)
		if m.timedOut("A", "") {
			t.Error("it counts from the last time, not from the first")
		}
		round()
		round("A")
		if !m.timedOut("A", "") {
			t.Error("away again")
		}
	})
}

// TestMemory remembers who was seen, and forgets who is not part of a complete
// fleet any more, but not after a partial answer.
func TestMemory(t *testing.T) {
	at := time.Unix(5000, 0)
	snap := func(counted int, ids ...string) *fleet.Snapshot {
		s := &fleet.Snapshot{Time: at, Counted: counted}
		for _, id := range ids {
			s.Servers = append(s.Servers, &fleet.Server{Info: info(id, "n"+id, "c"+id)})
		}
		return s
	}
	names := func(m *Memory) (out []string) {
		for _, k := range m.Roster() {
			out = append(out, k.ID+k.Name+k.Cluster)
		}
		slices.Sort(out)
		return out
	}
	all := []string{"AnAcA", "BnBcB"}
	for name, tc := range map[string]struct {
		next *fleet.Snapshot
		want []string
	}{
		"complete":     {snap(1, "A"), all[:1]},
		"more counted": {snap(2, "A"), all},
		"missing":      {&fleet.Snapshot{Time: at, Counted: 1, Servers: snap(1, "A").Servers, Missing: []fleet.Missing{{ID: "X"}}}, all},
		"forgotten":    {&fleet.Snapshot{Time: at, Counted: 1, Servers: snap(1, "A").Servers, Forgotten: 1}, all},
		"in a scope":   {&fleet.Snapshot{Time: at, Counted: 1, Servers: snap(1, "A").Servers, Want: fleet.Want{Scope: fleet.Scope{Name: "nA"}}}, all},
	} {
		m := NewMemory()
		m.Remember(snap(2, "A", "B"))
		m.Ended("B")
		if got := names(m); !slices.Equal(got, all) {
			t.Fatalf("%v", got)
		}
		m.Remember(tc.next)
		if got := names(m); !slices.Equal(got, tc.want) {
			t.Errorf("%s: %v, want %v", name, got, tc.want)
		}
		if _, ok := m.departure("B"); ok != (len(tc.want) == 2) {
			t.Errorf("%s: the announcement of B is kept: %v", name, ok)
		}
	}
	if k, ok := NewMemory().known("A"); ok || k.ID != "" {
		t.Error("a stranger is known")
	}
}

// TestDepartureMemory: an announcement counts for four minutes and is kept for an
// hour; one of an end is not taken back by an answer.
func TestDepartureMemory(t *testing.T) {
	now := time.Unix(9000, 0)
	for ago, fresh := range map[time.Duration]bool{0: true, 4*time.Minute - 1: true, 4 * time.Minute: false} {
		if got := isFresh(fleet.Departure{Received: now.Add(-ago)}, now); got != fresh {
			t.Errorf("after %v: %v", ago, got)
		}
	}
	g := fleet.Departures{"old": {Received: now.Add(-time.Hour - 1)}, "hour": {Received: now.Add(-time.Hour)}, "new": {Received: now}}
	if g.ForgetOld(now); len(g) != 2 || g["old"].Received.Unix() > 0 {
		t.Errorf("%v", slices.Collect(maps.Keys(g)))
	}
	g = fleet.Departures{"ended": {Ended: true, Drains: true, At: now}, "drains": {Drains: true, At: now}}
	for _, id := range []string{"ended", "drains", "nobody"} {
		g.Answered(id, now)
	}
	if len(g) != 2 {
		t.Error("an answer of the same moment takes it back")
	}
	for _, id := range []string{"ended", "drains"} {
		g.Answered(id, now.Add(1))
	}
	if _, ok := g["drains"]; ok || len(g) != 1 {
		t.Errorf("%v", g)
	}
}

// TestPeers counts those who are listed and have not answered, in whatever order.
func TestPeers(t *testing.T) {
	lists := func(names ...string) *server.ServerStats {
		st := &server.ServerStats{Gateways: []*server.GatewayStat{nil, {Name: "west"}, {}}}
		for _, n := range names {
			st.Routes = append(st.Routes, &server.RouteStat{Name: n}, &server.RouteStat{Name: n}, nil, &server.RouteStat{})
		}
		return st
	}
	p := newPeers()
	step := func(want int, open ...string) {
		t.Helper()
		var got []string
		for name, by := range p.unanswered() {
			got = append(got, fmt.Sprint(name, by))
		}
		slices.Sort(got)
		if p.open != want || !slices.Equal(got, open) {
			t.Errorf("%d open: %v, want %v", p.open, got, open)
		}
	}
	a := info("A", "n1", "east")
	p.addAnswered(a)
	step(0)
	p.addListed(a, lists("n2", "n3"))
	step(3, "{east n2} [n1]", "{east n3} [n1]", "{west } [n1]")
	p.addListed(a, lists("n2"))
	step(3, "{east n2} [n1]", "{east n3} [n1]", "{west } [n1]")
	p.addAnswered(info("X", "n2", "west")) // the same name in another cluster
	step(2, "{east n2} [n1]", "{east n3} [n1]")
	p.addAnswered(info("B", "n2", "east"))
	p.addAnswered(info("B", "n2", "east"))
	step(1, "{east n3} [n1]")
	p.addListed(info("B", "n2", "east"), lists("n3", "n1"))
	step(1, "{east n3} [n1 n2]")
	p.addListed(a, nil)
	step(1, "{east n3} [n1 n2]")
	for i := range maxPeers + 5 {
		p.addListed(a, lists(fmt.Sprint("x", i)))
	}
	if len(p.listed) > maxPeers {
		t.Errorf("%d names are listed", len(p.listed))
	}
}

// TestReplaced: a server that has started lately stands for one that is still
// counted, unless it counts some that are missing.
func TestReplaced(t *testing.T) {
	now := time.Unix(10_000, 0)
	for name, tc := range map[string]struct {
		ages   []time.Duration // since the start of each member
		counts []int
		want   int
	}{
		"nobody":                 {nil, nil, 0},
		"all are old":            {[]time.Duration{time.Hour, 5 * time.Minute}, []int{3, 3}, 0},
		"one is young":           {[]time.Duration{time.Hour, time.Minute}, []int{3, 2}, 1},
		"exactly lately":         {[]time.Duration{time.Hour, 4 * time.Minute}, []int{3, 2}, 1},
		"just not lately":        {[]time.Duration{time.Hour, 4*time.Minute + 1}, []int{3, 2}, 0},
		"two are young":          {[]time.Duration{time.Second, time.Minute}, []int{2, 2}, 2},
		"it counts the missing":  {[]time.Duration{time.Hour, time.Minute}, []int{3, 3}, 0},
		"one of two counts them": {[]time.Duration{time.Second, time.Minute}, []int{3, 2}, 2},
	} {
		r := newMembers(wantNothing())
		for i, age := range tc.ages {
			id := fmt.Sprint("N", i)
			m, _ := r.admit(info(id, id, "e"))
			m.sv.Info.Time = now
			m.sv.Statsz = &server.ServerStats{Start: now.Add(-age), ActiveServers: tc.counts[i]}
		}
		if got := r.replaced(); got != tc.want {
			t.Errorf("%s: %d, want %d", name, got, tc.want)
		}
	}
}

// TestPair joins what is known by id alone with what is known by name alone, when
// together they are too many.
func TestPair(t *testing.T) {
	byID := func(id, cluster string) *suspect { return &suspect{id: id, cluster: cluster, seenBy: []string{"a"}} }
	byName := func(name, cluster string) *suspect {
		return &suspect{name: name, cluster: cluster, seenBy: []string{"b"}}
	}
	text := func(l suspects) string {
		var out []string
		for _, s := range l {
			out = append(out, s.id+"/"+s.name+"/"+s.cluster+fmt.Sprint(s.seenBy))
		}
		slices.Sort(out)
		return fmt.Sprint(out)
	}
	for name, tc := range map[string]struct {
		list  suspects
		short int
		want  string
	}{
		"one and one":             {suspects{byID("A", "e"), byName("n", "e")}, 1, "[A/n/e[a b]]"},
		"there are two":           {suspects{byID("A", "e"), byName("n", "e")}, 2, "[/n/e[b] A//e[a]]"},
		"nobody is short":         {suspects{byID("A", "e"), byName("n", "e")}, -3, "[A/n/e[a b]]"},
		"in two clusters":         {suspects{byID("A", "e"), byName("n", "w")}, 1, "[/n/w[b] A//e[a]]"},
		"more names than ids":     {suspects{byID("A", "e"), byName("n", "e"), byName("m", "e")}, 1, "[/m/e[b] /n/e[b] A//e[a]]"},
		"more ids than names":     {suspects{byID("A", "e"), byID("B", "e"), byName("n", "e")}, 2, "[A//e[a] B//e[a]]"},
		"known by both is nobody": {suspects{{id: "A", name: "n", cluster: "e"}, byID("B", "e")}, 1, "[A/n/e[] B//e[a]]"},
	} {
		if got := text(tc.list.pair(tc.short)); got != tc.want {
			t.Errorf("%s: %s, want %s", name, got, tc.want)
		}
	}
}

// TestOneSuspectForEachServer finds a server by name alone, then by id alone, then by
// both, in each order: it is one suspect.
func TestOneSuspectForEachServer(t *testing.T) {
	id := func(letter string) string { return "N" + strings.Repeat(letter, 55) }
	ends := map[string]*fleet.Server{
		"leafnode": {Info: info(id("L"), "leaf", ""), Leafz: &server.Leafz{Leafs: []*server.LeafInfo{{Name: "west-3", Account: "$SYS"}, {Name: "west-4", Account: "$SYS"}}}},
		"gateway": {Info: info(id("G"), "east-1", ""), Gatewayz: &server.Gatewayz{OutboundGateways: map[string]*server.RemoteGatewayz{
			"west": {Connection: &server.ConnInfo{Name: id("A")}},
		}}},
		"route": {Info: info(id("R"), "west-1", "west"), Routez: &server.Routez{Routes: []*server.RouteInfo{{RemoteID: id("A"), RemoteName: "west-3"}}}},
	}
	for _, order := range [][]string{
		{"leafnode", "gateway", "route"},
		{"leafnode", "route", "gateway"},
		{"gateway", "leafnode", "route"},
		{"gateway", "route", "leafnode"},
		{"route", "leafnode", "gateway"},
		{"route", "gateway", "leafnode"},
	} {
		f := finder{members: newMembers(wantNothing()), links: links{}, memory: NewMemory(), account: "$SYS"}
		for i, what := range order {
			sv := *ends[what]
			sv.Info.Cluster = "west" // reporters come in the order of their clusters
			if route := slices.Index(order, "route"); i != route {
				sv.Info.Cluster = fmt.Sprint(map[bool]string{true: "east", false: "xray"}[i < route], i)
			}
			f.links[sv.Info.ID] = &sv
		}
		var got []string
		for _, s := range f.suspects() {
			got = append(got, fmt.Sprint(s.name, " ", s.id != "", " ", s.leaf, " ", len(s.seenBy)))
		}
		slices.Sort(got)
		if want := []string{"west-3 true true 3", "west-4 false true 1"}; !slices.Equal(got, want) {
			t.Errorf("%v: %q, want %q", order, got, want)
		}
	}
}

// TestEvidence puts suspects in the order in which they are likely to be missing.
func TestEvidence(t *testing.T) {
	early, late := time.Unix(1, 0), time.Unix(2, 0)
	list := suspects{
		{name: "announced", weak: true, announced: true, lastSeen: late},
		{name: "gone", weak: true, state: suspectGone, lastSeen: late},
		{name: "early", weak: true, lastSeen: early},
		{name: "late", weak: true, lastSeen: late},
		{name: "linked and gone", state: suspectGone},
		{name: "linked"},
	}
	var got []string
	for _, s := range list.byEvidence() {
		got = append(got, s.name)
	}
	if want := []string{"linked", "linked and gone", "late", "early", "gone", "announced"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// TestDistances adds round trips along the shortest way, in both directions of a
// link, and takes the longest of parallel connections.
func TestDistances(t *testing.T) {
	route := func(id, rtt string) *server.RouteInfo { return &server.RouteInfo{RemoteID: id, RTT: rtt} }
	l := links{
		"A": {Info: info("A", "a", "e"), Routez: &server.Routez{Routes: []*server.RouteInfo{route("B", "10ms"), route("B", "12ms"), nil, route("C", "200ms"), route("D", ""), route("E", "x"), route("F", "-1s")}}},
		"B": {
			Info: info("B", "b", "e"), Routez: &server.Routez{Routes: []*server.RouteInfo{route("C", "20ms")}},
			Leafz: &server.Leafz{Leafs: []*server.LeafInfo{{Name: "leaf", RTT: "300ms"}, nil}},
		},
		"C": {Info: info("C", "c", "e"), Gatewayz: &server.Gatewayz{
			OutboundGateways: map[string]*server.RemoteGatewayz{"w": {Connection: &server.ConnInfo{Name: "G", RTT: "70ms"}}, "x": nil, "y": {}},
			InboundGateways:  map[string][]*server.RemoteGatewayz{"w": {{Connection: &server.ConnInfo{Name: "H", RTT: "90ms"}}, nil}},
		}},
	}
	got := l.distances("A")
	want := distances{"A": 0, "B": 12 * time.Millisecond, "C": 32 * time.Millisecond, "D": 0, "leaf": 312 * time.Millisecond, "G": 102 * time.Millisecond, "H": 122 * time.Millisecond}
	if !maps.Equal(got, want) {
		t.Errorf("%v\nwant %v", got, want)
	}
	if d := l.distances("G")["A"]; d != 102*time.Millisecond {
		t.Errorf("the way back is %v", d)
	}
	list := suspects{{id: "G"}, {name: "leaf"}, {id: "H", state: suspectAnswered}, {id: "unknown"}}
	if d := got.farthest(list); d != 312*time.Millisecond {
		t.Errorf("the farthest is %v", d)
	}
	list[1].state = suspectGone
	if d := got.farthest(list); d != 102*time.Millisecond {
		t.Errorf("the farthest that may answer is %v", d)
	}
	chain := links{}
	for i := range 20 {
		chain[fmt.Sprint(i)] = &fleet.Server{Routez: &server.Routez{Routes: []*server.RouteInfo{route(fmt.Sprint(i+1), "1ms")}}}
	}
	if d := chain.distances("0"); len(d) != maxHops+1 || d["8"] != 8*time.Millisecond {
		t.Errorf("%d servers along a chain: %v", len(d), d)
	}
}

// TestPace derives each gap from what was measured.
func TestPace(t *testing.T) {
	const ms = time.Millisecond
	for _, tc := range []struct {
		slowest, distance, patient           time.Duration
		gap, search, retry, owed, patientGap time.Duration
	}{
		{0, 0, 0, 250 * ms, 50 * ms, 250 * ms, 1000 * ms, 1000 * ms},
		{80 * ms, 0, 0, 250 * ms, 50 * ms, 250 * ms, 1000 * ms, 1000 * ms},
		{100 * ms, 0, 0, 300 * ms, 60 * ms, 250 * ms, 1000 * ms, 1000 * ms},
		{400 * ms, 0, 0, 1200 * ms, 240 * ms, 300 * ms, 1200 * ms, 1200 * ms},
		{100 * ms, 600 * ms, 0, 1800 * ms, 360 * ms, 250 * ms, 1800 * ms, 1800 * ms},
		{0, 0, 3000 * ms, 250 * ms, 50 * ms, 250 * ms, 1000 * ms, 3000 * ms},
	} {
		p := pace{quiet: 250 * ms, patience: tc.patient, slowest: tc.slowest, timeout: 9000 * ms}
		p.setDistance(tc.distance)
		if p.gap() != tc.gap || p.searchGap() != tc.search || p.retryGap() != tc.retry || p.answerGap() != tc.owed || p.slowGap() != tc.patientGap {
			t.Errorf("%v, %v: %v %v %v %v %v", tc.slowest, tc.distance, p.gap(), p.searchGap(), p.retryGap(), p.answerGap(), p.slowGap())
		}
	}
	p := pace{timeout: 3 * time.Second}
	if p.setDistance(time.Hour); p.distance != time.Second {
		t.Errorf("a distance beyond the timeout: %v", p.distance)
	}
	if p.setDistance(10 * ms); p.distance != 10*ms {
		t.Errorf("a distance that has become shorter: %v", p.distance)
	}
}

// TestOutside: a suspect is outside a scope only if that is known.
func TestOutside(t *testing.T) {
	const id = "NABCDEFGHIJKLMNOPQRSTUVWXYZ234567ABCDEFGHIJKLMNOPQRSTUVW"
	for _, tc := range []struct {
		s     suspect
		scope fleet.Scope
		want  bool
	}{
		{suspect{name: "n", cluster: "e"}, fleet.Scope{}, false},
		{suspect{name: "n", cluster: "e"}, fleet.Scope{Cluster: "e"}, false},
		{suspect{name: "n", cluster: "e"}, fleet.Scope{Cluster: "w"}, true},
		{suspect{name: "n"}, fleet.Scope{Cluster: "w"}, false},
		{suspect{name: "n", cluster: "e"}, fleet.Scope{Name: "n", Cluster: "w"}, true},
		{suspect{name: "n"}, fleet.Scope{Name: "m"}, true},
		{suspect{name: "n"}, fleet.Scope{Name: "n"}, false},
		{suspect{id: "X"}, fleet.Scope{Name: "m"}, false},
		{suspect{id: "X", name: "m"}, fleet.Scope{Name: id}, true},
		{suspect{id: id}, fleet.Scope{Name: id}, false},
		{suspect{name: "m"}, fleet.Scope{Name: id}, false},
	} {
		if got := outside(&tc.s, tc.scope); got != tc.want {
			t.Errorf("%+v, %+v: %v", tc.s, tc.scope, got)
		}
	}
}
