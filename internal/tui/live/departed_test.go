package live

import (
	"slices"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// TestDeparted checks that a server that left as it said, one that was killed
// so long ago that nobody counts it, and one that came back look different,
// and that none of them counts in a total.
func TestDeparted(t *testing.T) {
	begin := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	at := func(d time.Duration) *fleet.Snapshot {
		return fixture.Cluster(begin.Add(d), "2.12.6", "2.12.6", "2.12.6")
	}
	whole := at(0)
	gone := whole.Servers[1].Info
	conns := stateAfter(at(0), at(2*time.Second)).Total.Conns

	d, st := NewDeriver(), &State{}
	take := func(s *fleet.Snapshot) {
		d.Apply(st, s)
		st.Now = s.Time
		d.Publish(st)
	}
	take(at(0))
	take(fixture.Without(at(2*time.Second), gone.Name))
	r := st.Server("", "", gone.Name)
	if r == nil || r.Status() != string(forgotten) || r.Level != fleet.Crit {
		t.Fatalf("a server that went without notice: %+v", r)
	}
	if st.Total.Answered != 2 || st.Total.Conns >= conns {
		t.Errorf("a server that is gone counts: %d answered, %d connections of %d", st.Total.Answered, st.Total.Conns, conns)
	}
	of := func(state AlertState) bool {
		return slices.ContainsFunc(st.Alerts, func(a *AlertRow) bool { return a.Check == "servers" && a.Object == gone.Name && a.State == state })
	}
	if !of(Firing) {
		t.Error("no alert of the server that is gone")
	}

	d.AddEvent(fleet.Event{Kind: fleet.EventShutdown, Time: begin.Add(3 * time.Second), Server: gone.Name, Cluster: gone.Cluster})
	take(fixture.Without(at(4*time.Second), gone.Name))
	if r := st.Server("", "", gone.Name); r == nil || r.Status() != string(left) || r.Level != fleet.Info {
		t.Fatalf("a server that left: %+v", r)
	}
	if !of(Resolved) {
		t.Error("an alert of a server that left as it said")
	}

	late := fixture.Without(at(5*time.Second), gone.Name)
	late.Missing, late.Expected = []fleet.Missing{{Name: gone.Name, Cluster: gone.Cluster, Reason: fleet.Gone}}, 3
	take(late)
	if r := st.Server("", "", gone.Name); r.Status() != string(left) || st.Total.Expected != 2 || st.Total.Partial {
		t.Errorf("a server that left as it said is missed: %s, %d expected", r.Status(), st.Total.Expected)
	}

	take(at(6 * time.Second))
	if r := st.Server("", "", gone.Name); r.Missing != nil || len(st.Servers) != 3 {
		t.Errorf("a server that is back stands there twice: %d rows", len(st.Servers))
	}
	take(fixture.Without(at(8*time.Second), gone.Name))
	take(fixture.Without(at(leftFor+20*time.Second), gone.Name))
	if st.Server("", "", gone.Name) != nil {
		t.Errorf("a server that left is shown for good")
	}
}

// TestRestartedStays checks that a restart is seen for a while, not for one
// answer alone.
func TestRestartedStays(t *testing.T) {
	begin := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	at := func(d time.Duration, id string) *fleet.Snapshot {
		s := fixture.Cluster(begin.Add(d), "2.12.6", "2.12.6")
		s.Servers[1].Info.ID, s.Servers[1].Statsz.Start = id, begin
		return s
	}
	st := stateAfter(at(0, "OLD"), at(2*time.Second, "NEW"), at(6*time.Second, "NEW"))
	if r := st.Server("", "", "n2"); r.StatusText() != "restarted 4s" || r.Level != fleet.Warn {
		t.Errorf("four seconds after a restart: %s, %v", r.StatusText(), r.Level)
	}
	st = stateAfter(at(0, "OLD"), at(2*time.Second, "NEW"), at(2*time.Minute, "NEW"))
	if r := st.Server("", "", "n2"); r.StatusText() != "ok" {
		t.Errorf("two minutes after a restart: %s", r.StatusText())
	}
}

// TestMissingByNameAlone misses a server of which the others know the name
// alone, as a hub does of a leafnode: it is one row, and not forgotten too.
func TestMissingByNameAlone(t *testing.T) {
	begin := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	d, st := NewDeriver(), &State{}
	first := fixture.Cluster(begin, "2.15.2", "2.15.2", "2.15.2")
	name := first.Servers[1].Info.Name
	d.Apply(st, first)
	after := fixture.Without(fixture.Cluster(begin.Add(2*time.Second), "2.15.2", "2.15.2", "2.15.2"), name)
	after.Missing, after.Expected = []fleet.Missing{{Name: name, Reason: fleet.Silent}}, 3
	d.Apply(st, after)
	var rows []string
	for _, r := range st.Servers {
		if r.Name == name {
			rows = append(rows, r.Status())
		}
	}
	if len(rows) != 1 || rows[0] != string(fleet.Silent) {
		t.Errorf("%s stands in the rows %v", name, rows)
	}
}

// TestDepartureCounts has an announcement excuse the process that made it and no other:
// neither the next process of the same name, nor a server of that name in
// another cluster, nor one that is silent.
func TestDepartureCounts(t *testing.T) {
	type step func(r *sightings)
	answer := func(id string, start, now time.Duration) step {
		return func(r *sightings) {
			sv := fixture.Cluster(fixture.Noon.Add(now), "2.15.2").Servers[0]
			sv.Info.ID = id
			if sv.Statsz.Start = fixture.Noon.Add(start); start < 0 {
				sv.Statsz = nil
			}
			r.addAnswer(sv, fixture.Noon.Add(now))
		}
	}
	said := func(kind fleet.EventKind, cluster string, at time.Duration) step {
		return func(r *sightings) {
			r.addEvent(fleet.Event{Kind: kind, Server: "n1", Cluster: cluster, Time: fixture.Noon.Add(at)})
		}
	}
	by := func(id string, at time.Duration) step {
		return func(r *sightings) {
			r.addEvent(fleet.Event{Kind: fleet.EventShutdown, Server: "n1", Cluster: "east", Time: fixture.Noon.Add(at), Subject: "$SYS.SERVER." + id + ".SHUTDOWN"})
		}
	}
	const m = time.Minute
	for _, c := range []struct {
		name    string
		steps   []step
		reason  fleet.Reason
		excused bool
	}{
		{"no announcement", []step{answer("A", 0, m)}, fleet.Gone, false},
		{"an announcement", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m)}, fleet.Gone, true},
		{"an announcement, and it is silent", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m)}, fleet.Silent, false},
		{"lame duck mode alone", []step{answer("A", 0, m), said(fleet.EventLameDuck, "east", 2*m)}, fleet.Gone, false},
		{"an announcement of another cluster's", []step{answer("A", 0, m), said(fleet.EventShutdown, "west", 2*m)}, fleet.Gone, false},
		{"an announcement of nobody known", []step{said(fleet.EventShutdown, "east", 2*m)}, fleet.Gone, false},
		{"an announcement before it started again", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m), answer("B", 3*m, 4*m)}, fleet.Gone, false},
		{"the same, its start not told", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m), answer("B", -1, 4*m)}, fleet.Gone, false},
		{"an announcement that comes late, of the process before", []step{answer("A", 0, m), answer("B", 3*m, 4*m), said(fleet.EventShutdown, "east", 2*m)}, fleet.Gone, false},
		{"an announcement, the start of the process not told", []step{answer("A", -1, m), said(fleet.EventShutdown, "east", 2*m)}, fleet.Gone, false},
		{"the second's own announcement", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m), answer("B", 3*m, 4*m), said(fleet.EventShutdown, "east", 5*m)}, fleet.Gone, true},
		{"its own, by id", []step{answer("A", 0, m), by("A", 2*m)}, fleet.Gone, true},
		{"another's of the same name, by id", []step{answer("A", 0, m), by("B", 2*m)}, fleet.Gone, false},
		{"the one's before it, by id, with a clock that is ahead", []step{answer("A", 0, m), answer("B", 3*m, 4*m), by("A", 9*m)}, fleet.Gone, false},
		{"its own, by id, with a clock that is behind", []step{answer("A", 3*m, 4*m), by("A", m)}, fleet.Gone, true},
		{"told before its last answer came", []step{answer("A", 0, m), said(fleet.EventShutdown, "east", 2*m), answer("A", 0, 3*m)}, fleet.Gone, true},
	} {
		r := newSightings()
		for _, s := range c.steps {
			s(r)
		}
		snap := &fleet.Snapshot{Expected: 3, Forgotten: 7, Missing: []fleet.Missing{{Name: "n1", Cluster: "east", Reason: c.reason}, {Name: "n2", Cluster: "east", Reason: fleet.Gone}}}
		got := r.dropAnnounced(snap)
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
		announced bool
		after     time.Duration
		status    string
	}{
		{true, leftFor, "left 10m0s"},
		{true, leftFor + time.Second, ""},
		{false, leftFor + time.Second, "forgotten 10m1s"},
		{false, forgottenFor, "forgotten 1h0m"},
		{false, forgottenFor + time.Second, ""},
	} {
		d, st := NewDeriver(), &State{}
		d.Apply(st, fixture.Cluster(fixture.Noon, "2.15.2", "2.15.2"))
		if c.announced {
			d.AddEvent(fleet.Event{Kind: fleet.EventShutdown, Time: fixture.Noon, Server: "n2", Cluster: "east"})
		}
		d.Apply(st, fixture.Without(fixture.Cluster(fixture.Noon.Add(c.after), "2.15.2", "2.15.2"), "n2"))
		got := ""
		if r := st.Server("", "", "n2"); r != nil {
			got = r.StatusText()
		}
		if got != c.status {
			t.Errorf("announced %t, %s later: %q, want %q", c.announced, c.after, got, c.status)
		}
	}
}
