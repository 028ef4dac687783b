package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
)

// without is a snapshot without one of its servers, which nobody misses.
func without(s *fleet.Snapshot, name string) *fleet.Snapshot {
	out := *s
	out.Servers = kept(s.Servers, func(sv *fleet.Server) bool { return sv.Info.Name != name })
	out.Expected = len(out.Servers)
	return &out
}

// TestDeparted checks that a server that left as it said, one that was killed
// so long ago that nobody counts it, and one that came back look different,
// and that none of them counts in a total.
func TestDeparted(t *testing.T) {
	begin := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	at := func(d time.Duration) *fleet.Snapshot { return clusterOf(begin.Add(d), "2.12.6", "2.12.6", "2.12.6") }
	whole := at(0)
	gone := whole.Servers[1].Info
	conns := stateOf(at(0), at(2*time.Second)).Total.conns

	d, st := newDeriver(), &State{}
	take := func(s *fleet.Snapshot) {
		d.take(st, s)
		st.Now = s.Time
		st.Events, st.EventRates = d.book.publish(s.Time)
	}
	alone := func() string { return screenOf(st, "2") }

	take(at(0))
	take(without(at(2*time.Second), gone.Name))
	r := st.server("", "", gone.Name)
	if r == nil || r.status() != string(forgotten) || r.level != fleet.Crit {
		t.Fatalf("a server that went without a word: %+v", r)
	}
	if frame := alone(); !strings.Contains(frame, "✗ forgotten 2s") || !strings.Contains(frame, "no longer count it") {
		t.Errorf("not said of a server that went without a word:\n%s", frame)
	}
	if st.Total.answered != 2 || st.Total.conns >= conns {
		t.Errorf("a server that is gone counts: %d answered, %d connections of %d", st.Total.answered, st.Total.conns, conns)
	}
	of := func(state alertState) bool {
		return slices.ContainsFunc(st.Alerts, func(a alr) bool { return a.rule == "servers" && a.about == gone.Name && a.state == state })
	}
	if !of(firing) {
		t.Error("no alert of the server that is gone")
	}

	d.hear(fleet.Event{Kind: fleet.EventShutdown, Time: begin.Add(3 * time.Second), Server: gone.Name, Cluster: gone.Cluster})
	take(without(at(4*time.Second), gone.Name))
	if r := st.server("", "", gone.Name); r == nil || r.status() != string(left) || r.level != fleet.Info {
		t.Fatalf("a server that left: %+v", r)
	}
	for _, page := range []string{"1", "2"} {
		if frame := screenOf(st, page); !strings.Contains(frame, "○ ") || !strings.Contains(frame, "left 4s") && page == "2" {
			t.Errorf("page %s does not say that the server left:\n%s", page, frame)
		}
	}
	if !of(resolved) {
		t.Error("an alert of a server that left as it said")
	}

	late := without(at(5*time.Second), gone.Name)
	late.Missing, late.Expected = []fleet.Missing{{Name: gone.Name, Cluster: gone.Cluster, Reason: fleet.Gone}}, 3
	take(late)
	if r := st.server("", "", gone.Name); r.status() != string(left) || st.Total.expected != 2 || st.Total.partial {
		t.Errorf("a server that left as it said is missed: %s, %d expected", r.status(), st.Total.expected)
	}

	take(at(6 * time.Second))
	if r := st.server("", "", gone.Name); r.ghost != nil || len(st.Servers) != 3 {
		t.Errorf("a server that is back stands there twice: %d rows", len(st.Servers))
	}
	take(without(at(8*time.Second), gone.Name))
	take(without(at(leftFor+20*time.Second), gone.Name))
	if st.server("", "", gone.Name) != nil {
		t.Errorf("a server that left is shown for good")
	}
}

// TestRestartedStays checks that a restart is seen for a while, not for one
// answer alone.
func TestRestartedStays(t *testing.T) {
	begin := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	at := func(d time.Duration, id string) *fleet.Snapshot {
		s := clusterOf(begin.Add(d), "2.12.6", "2.12.6")
		s.Servers[1].Info.ID, s.Servers[1].Statsz.Start = id, begin
		return s
	}
	st := stateOf(at(0, "OLD"), at(2*time.Second, "NEW"), at(6*time.Second, "NEW"))
	if r := st.server("", "", "n2"); r.statusText() != "restarted 4s" || r.level != fleet.Warn {
		t.Errorf("four seconds after a restart: %s, %v", r.statusText(), r.level)
	}
	st = stateOf(at(0, "OLD"), at(2*time.Second, "NEW"), at(2*time.Minute, "NEW"))
	if r := st.server("", "", "n2"); r.statusText() != "ok" {
		t.Errorf("two minutes after a restart: %s", r.statusText())
	}
}

// TestForget checks that a forgotten server and its alert are hidden until it
// answers again.
func TestForget(t *testing.T) {
	begin := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	at := func(d time.Duration) *fleet.Snapshot { return clusterOf(begin.Add(d), "2.12.6", "2.12.6", "2.12.6") }
	gone := at(0).Servers[1].Info.Name
	st := stateOf(at(0), without(at(2*time.Second), gone))
	m := pressed(st, 120, 40, "2", ":forget "+gone, "enter")
	if slices.ContainsFunc(m.alerts(), func(a alr) bool { return a.rule == "servers" }) || len(m.cur().list().order) != 2 {
		t.Errorf("the alert or %d rows after :forget", len(m.cur().list().order))
	}
	for _, line := range []string{"forget n1", "forget n77"} {
		pressedOn(m, ":"+line, "enter")
		if !m.notice.bad || m.hidden["east/"+strings.Fields(line)[1]] {
			t.Errorf(":%s is not refused: %q", line, m.notice.text)
		}
	}
	m.Update(stateMsg{stateOf(at(0), at(2*time.Second))})
	if m.hidden["east/"+gone] {
		t.Error("a server that answers again is still hidden")
	}
}

// TestMissingByNameAlone misses a server of which the others know the name
// alone, as a hub does of a leafnode: it is one row, and not forgotten too.
func TestMissingByNameAlone(t *testing.T) {
	begin := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	d, st := newDeriver(), &State{}
	first := clusterOf(begin, "2.15.2", "2.15.2", "2.15.2")
	name := first.Servers[1].Info.Name
	d.take(st, first)
	after := without(clusterOf(begin.Add(2*time.Second), "2.15.2", "2.15.2", "2.15.2"), name)
	after.Missing, after.Expected = []fleet.Missing{{Name: name, Reason: fleet.Silent}}, 3
	d.take(st, after)
	var rows []string
	for _, r := range st.Servers {
		if r.name == name {
			rows = append(rows, r.status())
		}
	}
	if len(rows) != 1 || rows[0] != string(fleet.Silent) {
		t.Errorf("%s stands in the rows %v", name, rows)
	}
}

// TestGoodbyeCounts has a goodbye excuse the process that said it and no other:
// neither the next process of the same name, nor a server of that name in
// another cluster, nor one that is silent.
func TestGoodbyeCounts(t *testing.T) {
	type step func(r roll)
	answer := func(id string, start, now time.Duration) step {
		return func(r roll) {
			sv := clusterOf(noon.Add(now), "2.15.2").Servers[0]
			sv.Info.ID = id
			if sv.Statsz.Start = noon.Add(start); start < 0 {
				sv.Statsz = nil
			}
			r.answered(sv, noon.Add(now))
		}
	}
	said := func(kind fleet.EventKind, cluster string, at time.Duration) step {
		return func(r roll) { r.said(fleet.Event{Kind: kind, Server: "n1", Cluster: cluster, Time: noon.Add(at)}) }
	}
	const m = time.Minute
	for _, c := range []struct {
		name    string
		steps   []step
		reason  fleet.Reason
		excused bool
	}{
		{"no goodbye", []step{answer("A", 0, m)}, fleet.Gone, false},
		{"a goodbye", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m)}, fleet.Gone, true},
		{"a goodbye, and it is silent", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m)}, fleet.Silent, false},
		{"lame duck mode alone", []step{answer("A", 0, m), said(fleet.EventLameDuck, "east", 2*m)}, fleet.Gone, false},
		{"a goodbye of another cluster's", []step{answer("A", 0, m), said(fleet.EventShutdown, "west", 2*m)}, fleet.Gone, false},
		{"a goodbye of nobody known", []step{said(fleet.EventShutdown, "east", 2*m)}, fleet.Gone, false},
		{"a goodbye before it started again", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m), answer("B", 3*m, 4*m)}, fleet.Gone, false},
		{"the same, its start not told", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m), answer("B", -1, 4*m)}, fleet.Gone, false},
		{"a goodbye that comes late, of the process before", []step{answer("A", 0, m), answer("B", 3*m, 4*m), said(fleet.EventShutdown, "east", 2*m)}, fleet.Gone, false},
		{"the second's own goodbye", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m), answer("B", 3*m, 4*m), said(fleet.EventShutdown, "east", 5*m)}, fleet.Gone, true},
		{"told before its last answer came", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m), answer("A", 0, 3*m)}, fleet.Gone, true},
	} {
		r := roll{}
		for _, s := range c.steps {
			s(r)
		}
		snap := &fleet.Snapshot{Expected: 3, Forgotten: 7, Missing: []fleet.Missing{{Name: "n1", Cluster: "east", Reason: c.reason}, {Name: "n2", Cluster: "east", Reason: fleet.Gone}}}
		got := r.excuse(snap)
		if missed := len(got.Missing) == 2; missed == c.excused || len(snap.Missing) != 2 {
			t.Errorf("%s: missing are %v", c.name, got.Missing)
		}
		want := [2]int{3, 7}
		if c.excused {
			want = [2]int{2, 8}
		}
		if have := [2]int{got.Expected, got.Forgotten}; have != want {
			t.Errorf("%s: %v expected and no longer counted, want %v", c.name, have, want)
		}
	}
}

// TestDepartedFade shows a server that left for ten minutes, one that went
// without notice for an hour, and no longer.
func TestDepartedFade(t *testing.T) {
	for _, c := range []struct {
		goodbye bool
		after   time.Duration
		status  string
	}{
		{true, leftFor, "left 10m0s"},
		{true, leftFor + time.Second, ""},
		{false, leftFor + time.Second, "forgotten 10m1s"},
		{false, forgottenFor, "forgotten 1h0m"},
		{false, forgottenFor + time.Second, ""},
	} {
		d, st := newDeriver(), &State{}
		d.take(st, clusterOf(noon, "2.15.2", "2.15.2"))
		if c.goodbye {
			d.hear(fleet.Event{Kind: fleet.EventShutdown, Time: noon, Server: "n2", Cluster: "east"})
		}
		d.take(st, without(clusterOf(noon.Add(c.after), "2.15.2", "2.15.2"), "n2"))
		got := ""
		if r := st.server("", "", "n2"); r != nil {
			got = r.statusText()
		}
		if got != c.status {
			t.Errorf("goodbye %t, %s later: %q, want %q", c.goodbye, c.after, got, c.status)
		}
	}
}
