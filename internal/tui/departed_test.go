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
	r := st.server(gone.Name)
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
	if r := st.server(gone.Name); r == nil || r.status() != string(left) || r.level != fleet.Info {
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
	if r := st.server(gone.Name); r.status() != string(left) || st.Total.expected != 2 || st.Total.partial {
		t.Errorf("a server that left as it said is missed: %s, %d expected", r.status(), st.Total.expected)
	}

	take(at(6 * time.Second))
	if r := st.server(gone.Name); r.ghost != nil || len(st.Servers) != 3 {
		t.Errorf("a server that is back stands there twice: %d rows", len(st.Servers))
	}
	take(without(at(8*time.Second), gone.Name))
	take(without(at(leftFor+20*time.Second), gone.Name))
	if st.server(gone.Name) != nil {
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
	if r := st.server("n2"); r.statusText() != "restarted 4s" || r.level != fleet.Warn {
		t.Errorf("four seconds after a restart: %s, %v", r.statusText(), r.level)
	}
	st = stateOf(at(0, "OLD"), at(2*time.Second, "NEW"), at(2*time.Minute, "NEW"))
	if r := st.server("n2"); r.statusText() != "ok" {
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
		if !m.notice.bad || m.hidden[strings.Fields(line)[1]] {
			t.Errorf(":%s is not refused: %q", line, m.notice.text)
		}
	}
	m.Update(stateMsg{stateOf(at(0), at(2*time.Second))})
	if m.hidden[gone] {
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
