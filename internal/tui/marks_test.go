package tui

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// TestMute keeps a muted alert quiet for the chosen time and no longer, an acknowledged
// one for good, and counts neither.
func TestMute(t *testing.T) {
	for _, c := range []struct {
		key   string
		after time.Duration
		crit  int
	}{
		{"", 0, 1},
		{"m enter", 0, 0},
		{"m enter", time.Hour - time.Second, 0},
		{"m enter", time.Hour, 1},
		{"m up enter", 15 * time.Minute, 1},
		{"m down down enter", 24*time.Hour - time.Second, 0},
		{"m esc", 0, 1},
		{"a", 10 * time.Hour, 0},
		{"A", 0, 0},
		{"m enter m", 0, 1},
		{"a a", 0, 1},
		{"a m enter", 0, 0},
	} {
		take := watching()
		m := pressed(take(fixture.Sick(0, true, true)), 120, 40, "7")
		typeKeys(m, strings.Fields(c.key)...)
		m.Update(stateMsg{take(fixture.Sick(c.after+time.Nanosecond, true, true))})
		m.Update(stateMsg{take(fixture.Sick(c.after, true, true))})
		if crit, warn := m.Marks.Firing(m.State); crit != c.crit || warn != 0 {
			t.Errorf("%q and %s later: %d critical and %d warnings, want %d", c.key, c.after, crit, warn, c.crit)
		}
	}
}

// TestForget checks that a forgotten server and its alert are hidden until it
// answers again.
func TestForget(t *testing.T) {
	begin := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	at := func(d time.Duration) *fleet.Snapshot {
		return fixture.Cluster(begin.Add(d), "2.12.6", "2.12.6", "2.12.6")
	}
	gone := at(0).Servers[1].Info.Name
	st := stateOf(at(0), fixture.Without(at(2*time.Second), gone))
	m := pressed(st, 120, 40, "2", ":forget "+gone, "enter")
	if slices.ContainsFunc(m.Marks.Alerts(m.State), func(a *live.AlertRow) bool { return a.Check == "servers" }) || len(m.cur().List().Order) != 2 {
		t.Errorf("the alert or %d rows after :forget", len(m.cur().List().Order))
	}
	for _, line := range []string{"forget n1", "forget n77"} {
		pressedOn(m, ":"+line, "enter")
		if !m.notice.bad || m.Marks.Hides("east/"+strings.Fields(line)[1]) {
			t.Errorf(":%s is not refused: %q", line, m.notice.text)
		}
	}
	m.Update(stateMsg{stateOf(at(0), at(2*time.Second))})
	if m.Marks.Hides("east/" + gone) {
		t.Error("a server that answers again is still hidden")
	}
}

// TestDepartedOnScreen says of a server that is no longer expected what became
// of it.
func TestDepartedOnScreen(t *testing.T) {
	begin := fixture.Noon
	at := func(d time.Duration) *fleet.Snapshot {
		return fixture.Cluster(begin.Add(d), "2.12.6", "2.12.6", "2.12.6")
	}
	for _, c := range []struct {
		events []fleet.Event
		want   []string
	}{
		{nil, []string{"✗ forgotten 4s", "no longer expect it"}},
		{[]fleet.Event{{Kind: fleet.EventShutdown, Time: begin.Add(3 * time.Second), Server: "n2", Cluster: "east"}}, []string{"○ left 4s"}},
	} {
		d, st := live.NewDeriver(), &live.State{Phase: live.Live}
		d.Apply(st, at(0))
		for _, e := range c.events {
			d.AddEvent(e)
		}
		d.Apply(st, fixture.Without(at(4*time.Second), "n2"))
		st.Now = st.Snap.Time
		d.Publish(st)
		for _, w := range c.want {
			if frame := screenOf(st, "2"); !strings.Contains(frame, w) {
				t.Errorf("not %q on the page of the servers:\n%s", w, frame)
			}
		}
		if frame := screenOf(st, "1"); !strings.Contains(frame, strings.Fields(c.want[0])[0]+" ") {
			t.Errorf("not marked on the topology:\n%s", frame)
		}
	}
}
