package live

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// TestIndexFindsWhatASearchFinds compares the index with a search of the whole
// state, on a fleet with lost gateways and a server that left.
func TestIndexFindsWhatASearchFinds(t *testing.T) {
	st := stateAfter(fixture.Mesh(7, fixture.Noon))
	for _, n := range st.Top.Nodes {
		var want *ServerRow
		for _, r := range st.Servers {
			if r.Node == n {
				want = r
			}
		}
		if got := st.RowOf(n); got != want {
			t.Errorf("the row of %s: %v, want %v", n.Key, got, want)
		}
		var bad []*LinkRow
		for _, l := range st.Links {
			if l.Edge.Level != fleet.OK && (l.Edge.From == n.Key || l.Edge.To == n.Key) {
				bad = append(bad, l)
			}
		}
		slices.SortStableFunc(bad, func(a, b *LinkRow) int { return b.Edge.Level.Compare(a.Edge.Level) })
		if got := st.BadLinksOf(n.Key); !slices.Equal(got, bad) {
			t.Errorf("the bad links of %s: %d, want %d", n.Key, len(got), len(bad))
		}
	}
	for i, a := range st.Clusters() {
		for _, b := range st.Clusters()[i+1:] {
			p := st.PairOf(a.Name, b.Name)
			if p == nil || p.A != a || p.B != b || p.AB != st.Span(a.Name, b.Name) || p.BA != st.Span(b.Name, a.Name) {
				t.Fatalf("the gateways between %s and %s: %+v", a.Name, b.Name, p)
			}
			level := p.AB.Level.Worse(p.BA.Level)
			if p.Level != level || slices.Contains(st.BadPairs(), p) != (level != fleet.OK) {
				t.Errorf("%s and %s: level %v, want %v", a.Name, b.Name, p.Level, level)
			}
		}
	}
	if st.PairOf("c001", "c000") != nil || st.PairOf("c000", "nowhere") != nil || st.Span("c000", "c000") != nil {
		t.Error("gateways that are not there are found")
	}
	for _, c := range st.Clusters() {
		if n := len(st.RoutesOf(c.Name)); n != 3 {
			t.Errorf("%s has %d routes, want 3", c.Name, n)
		}
	}
	bad := st.BadLinks()
	if len(bad) == 0 || !slices.IsSortedFunc(bad, func(a, b *LinkRow) int { return b.Edge.Level.Compare(a.Edge.Level) }) {
		t.Errorf("%d bad links, not the worst first", len(bad))
	}
}

// TestIndexOfNothing finds nothing in a state without answers.
func TestIndexOfNothing(t *testing.T) {
	st := &State{}
	if st.RowOf(&fleet.Node{}) != nil || st.PairOf("a", "b") != nil || len(st.BadLinksOf("a")) > 0 || len(st.Clusters()) > 0 || st.WorstSpan() != fleet.OK {
		t.Error("something is found where nothing is")
	}
}

// TestDepartedByCluster lists a server that left under its own cluster alone.
func TestDepartedByCluster(t *testing.T) {
	after := fixture.Namesakes(2 * time.Second)
	after.Servers, after.Expected = after.Servers[:3], 3
	st := stateAfter(fixture.Namesakes(0), after)
	if got := st.DepartedFrom("west"); len(got) != 1 || got[0].Key() != "west/n2" {
		t.Errorf("gone from west: %v", got)
	}
	if got := st.DepartedFrom("east"); len(got) != 0 {
		t.Errorf("gone from east: %v", got)
	}
}

// TestNewestEvents shows the newest events as folding all of them does.
func TestNewestEvents(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 200 {
		var rows []*EventRow
		for i := range r.IntN(40) {
			e := fleet.Event{Kind: fleet.EventConnect, Server: fmt.Sprint("n", r.IntN(2)), Level: fleet.Level(r.IntN(2))}
			rows = append(rows, &EventRow{Event: e, Seq: i + 1, Times: 1 + r.IntN(3)})
		}
		all := FoldEvents(rows)
		slices.Reverse(all)
		n := r.IntN(15)
		got := NewestEvents(rows, n)
		want := all[:min(n, len(all))]
		if len(got) != len(want) {
			t.Fatalf("%d of %d events, want %d", len(got), len(rows), len(want))
		}
		for i := range got {
			if got[i].Seq != want[i].Seq || got[i].Times != want[i].Times || got[i].Server != want[i].Server {
				t.Fatalf("event %d: %+v, want %+v", i, got[i], want[i])
			}
		}
	}
}

// TestDue asks each kind when it is as old as it may be, not before, and with
// what the page wants of it.
func TestDue(t *testing.T) {
	now := fixture.Noon
	d := Demand{
		Needs: []Need{{Kind: fleet.Connz}, {Kind: fleet.Jsz, Every: 8 * time.Second}, {Kind: fleet.Routez}},
		Conns: fleet.ConnWant{Account: "APP"}, JS: fleet.JSWant{Streams: true}, Account: "KEY",
	}
	for _, c := range []struct {
		name string
		kind fleet.Kind
		ago  time.Duration
		due  bool
	}{
		{"never asked", fleet.Jsz, -1, true},
		{"just asked", fleet.Jsz, time.Second, false},
		{"a moment before seven eighths", fleet.Jsz, 7*time.Second - 1, false},
		{"seven eighths", fleet.Jsz, 7 * time.Second, true},
		{"at every interval", fleet.Connz, time.Nanosecond, true},
		{"always, but not yet", fleet.Varz, 13 * time.Second, false},
		{"always", fleet.Varz, 14 * time.Second, true},
		{"more often than always", fleet.Routez, time.Second, true},
		{"not shown", fleet.Raftz, -1, false},
	} {
		asked := map[fleet.Kind]time.Time{}
		for _, k := range []fleet.Kind{fleet.Connz, fleet.Jsz, fleet.Routez, fleet.Gatewayz, fleet.Leafz, fleet.Varz, fleet.Healthz} {
			asked[k] = now
		}
		asked[c.kind] = now.Add(-c.ago)
		if c.ago < 0 {
			delete(asked, c.kind)
		}
		if got := d.due(asked, now).Has(c.kind); got != c.due {
			t.Errorf("%s: %s is due: %t", c.name, c.kind, got)
		}
	}
	w := d.due(map[fleet.Kind]time.Time{}, now)
	if w.Conns != d.Conns || w.JS != d.JS || w.Account != "" {
		t.Errorf("asked: %+v", w)
	}
	d.Needs = []Need{{Kind: fleet.Accountz}}
	if w = d.due(map[fleet.Kind]time.Time{}, now); w.Account != "KEY" || w.Conns != (fleet.ConnWant{}) || w.JS != (fleet.JSWant{}) {
		t.Errorf("asked of an account: %+v", w)
	}
	for i := 1; i < len(w.Kinds); i++ {
		if slices.Contains(w.Kinds[:i], w.Kinds[i]) {
			t.Errorf("%s is asked twice", w.Kinds[i])
		}
	}
}

// TestLimits judges the part of a limit at its boundaries, and nothing where
// there is no limit.
func TestLimits(t *testing.T) {
	for _, c := range []struct {
		used, most float64
		share      float64
		level      fleet.Level
	}{
		{79, 100, 0.79, fleet.OK},
		{80, 100, 0.80, fleet.Warn},
		{94, 100, 0.94, fleet.Warn},
		{95, 100, 0.95, fleet.Crit},
		{300, 100, 3, fleet.Crit},
		{95, -1, 0, fleet.OK},
		{95, 0, 0, fleet.OK},
		{0, 100, 0, fleet.OK},
	} {
		l := Limit{Used: c.used, Max: c.most}
		if l.Share() != c.share || l.Level() != c.level || l.HasMax() != (c.most > 0) {
			t.Errorf("%+v: share %v, level %v", l, l.Share(), l.Level())
		}
	}
	u := usage{conns: 1, leafs: 2, subs: 3, streams: 4, consumers: 5, store: 6, memory: 7, maxStore: 60, maxMemory: 70, maxStreams: 40, maxConsumers: 50, maxConns: 10, maxLeafs: 20}
	want := map[string][2]float64{"connections": {1, 10}, "leafs": {2, 20}, "subscriptions": {3, 0}, "store": {6, 60}, "memory": {7, 70}, "streams": {4, 40}, "consumers": {5, 50}}
	for _, l := range u.limits() {
		if got := [2]float64{l.Used, l.Max}; got != want[l.Name] {
			t.Errorf("%s: %v, want %v", l.Name, got, want[l.Name])
		}
		delete(want, l.Name)
	}
	if len(want) > 0 {
		t.Errorf("not listed: %v", want)
	}
}
