package tui

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
)

// alertOf is the alert of a check about an object, or nil.
func alertOf(st *State, check, about string) *alertRow {
	at := slices.IndexFunc(st.Alerts, func(a *alertRow) bool { return a.rule == check && a.about == about })
	if at < 0 {
		return nil
	}
	return st.Alerts[at]
}

// watching takes snapshots one after the other and returns the state after
// each.
func watching() func(*fleet.Snapshot) *State {
	d, st := newDeriver(), &State{Phase: Live}
	return func(s *fleet.Snapshot) *State {
		d.take(st, s)
		out := *st
		out.Now = s.Time
		return &out
	}
}

// noon is when the snapshots of the tests begin.
var noon = time.Date(2026, 11, 21, 12, 0, 0, 0, time.UTC)

// sick is a cluster of which n2 says of itself that it is unhealthy, or, when it
// was not asked, nothing.
func sick(at time.Duration, asked, unhealthy bool) *fleet.Snapshot {
	s := clusterOf(noon.Add(at), "2.15.2", "2.15.2")
	if !asked {
		return s
	}
	s.Want.Kinds = append(s.Want.Kinds, fleet.Healthz)
	for _, sv := range s.Servers {
		sv.Healthz = &server.HealthStatus{Status: "ok", StatusCode: 200}
	}
	if unhealthy {
		s.Servers[1].Healthz = &server.HealthStatus{Status: "unavailable", StatusCode: 503, Error: "JetStream is not current"}
	}
	return s
}

// TestAlertOutlivesSilence has an alert go on while its check cannot look, and
// end when it looks and finds nothing.
func TestAlertOutlivesSilence(t *testing.T) {
	b := newAlertBook()
	look := func(s *fleet.Snapshot) *State {
		st := &State{}
		st.Alerts, st.Skipped = b.take(answers{now: s}, fleet.NewDelta(nil, s), fleet.NewTopology(s, fleet.TopologyOptions{}))
		return st
	}
	first := alertOf(look(sick(0, true, true)), "health", "n2")
	if first == nil || first.state != firing || first.level != fleet.Crit || !first.since.Equal(noon) {
		t.Fatalf("an unhealthy server: %+v", first)
	}
	blind := look(sick(10*time.Second, false, false))
	a := alertOf(blind, "health", "n2")
	if a == nil || a.state != firing || a.polls != 1 || a.lasted() != 10*time.Second {
		t.Errorf("while the check could not look: %+v", a)
	}
	if !slices.Contains(blind.Skipped, "health: the snapshot does not hold HEALTHZ") {
		t.Errorf("skipped: %q", blind.Skipped)
	}
	a = alertOf(look(sick(20*time.Second, true, false)), "health", "n2")
	if a == nil || a.state != resolved || !a.until.Equal(noon.Add(20*time.Second)) || a.flaps != 0 {
		t.Errorf("after the check looked and found nothing: %+v", a)
	}
	a = alertOf(look(sick(35*time.Second, true, true)), "health", "n2")
	if a == nil || a.state != firing || a.flaps != 1 || a.polls != 2 || a.lasted() != 0 || !a.since.Equal(noon.Add(35*time.Second)) {
		t.Errorf("an alert that is back: %+v", a)
	}
	a = alertOf(look(sick(65*time.Second, false, false)), "health", "n2")
	if a == nil || a.lasted() != 30*time.Second {
		t.Errorf("thirty seconds later: %+v", a)
	}
}

// TestResolvedAlertsAreBounded forgets the alerts that were resolved first, and
// none that fires.
func TestResolvedAlertsAreBounded(t *testing.T) {
	b := newAlertBook()
	for i := range keepResolved + 30 {
		row := b.fire(checks.Finding{Check: "cpu", Object: fmt.Sprintf("n%03d", i), Level: fleet.Warn}, noon)
		if i >= 10 {
			row.state, row.until = resolved, noon.Add(time.Duration(i)*time.Second)
		}
	}
	b.forget()
	if len(b.rows) != keepResolved+10 {
		t.Errorf("%d alerts are kept, want %d resolved and 10 that fire", len(b.rows), keepResolved)
	}
	for key, want := range map[string]bool{"n000": true, "n009": true, "n010": false, "n029": false, "n030": true, "n229": true} {
		if _, have := b.rows["cpu||"+key]; have != want {
			t.Errorf("%s is kept: %t, want %t", key, have, want)
		}
	}
}

// TestAlertOrder lists what fires first, then the worst, then what began last.
func TestAlertOrder(t *testing.T) {
	b := newAlertBook()
	for i, f := range []struct {
		object string
		level  fleet.Level
		after  time.Duration
		gone   bool
	}{
		{"resolved-crit", fleet.Crit, 0, true},
		{"warn", fleet.Warn, 0, false},
		{"unknown", fleet.Unknown, 0, false},
		{"crit-late", fleet.Crit, time.Second, false},
		{"crit-early", fleet.Crit, 0, false},
	} {
		row := b.fire(checks.Finding{Check: fmt.Sprint("c", i), Object: f.object, Level: f.level}, noon.Add(f.after))
		if f.gone {
			row.state = resolved
		}
	}
	var got []string
	for _, a := range b.list(noon.Add(time.Minute)) {
		got = append(got, a.about)
	}
	if want := []string{"crit-late", "crit-early", "unknown", "warn", "resolved-crit"}; !slices.Equal(got, want) {
		t.Errorf("in the order %q, want %q", got, want)
	}
}

// TestFindingInWords tells one object in two places apart, and renders value and
// limit by their unit.
func TestFindingInWords(t *testing.T) {
	for _, c := range []struct {
		finding              checks.Finding
		object, value, limit string
	}{
		{checks.Finding{Object: "n1", Where: "east"}, "n1 on east", "", ""},
		{checks.Finding{Object: "n1"}, "n1", "", ""},
		{checks.Finding{Object: "east", Where: "east"}, "east", "", ""},
		{checks.Finding{Object: "n1 file store", Where: "n1"}, "n1 file store", "", ""},
		{checks.Finding{Object: "a", Unit: "bytes", Value: 2 << 20, Limit: 3 << 20}, "a", "2.00MiB", "3.00MiB"},
		{checks.Finding{Object: "a", Unit: "percent", Value: 81.5, Limit: 95}, "a", "81.5", "95.0"},
		{checks.Finding{Object: "a", Unit: "furlongs", Value: 7, Limit: 8}, "a", "", ""},
	} {
		row := newAlertBook().fire(c.finding, noon)
		if row.object != c.object || row.value != c.value || row.limit != c.limit {
			t.Errorf("%+v: object %q, value %q, limit %q", c.finding, row.object, row.value, row.limit)
		}
	}
}

// TestMute keeps a muted alert quiet for its hour and no longer, an acknowledged
// one for good, and counts neither.
func TestMute(t *testing.T) {
	for _, c := range []struct {
		key   string
		after time.Duration
		crit  int
	}{
		{"", 0, 1},
		{"m", 0, 0},
		{"m", muteFor, 0},
		{"m", muteFor + time.Second, 1},
		{"a", 10 * muteFor, 0},
		{"A", 0, 0},
		{"m m", 0, 1},
		{"a a", 0, 1},
		{"a m", 0, 0},
	} {
		take := watching()
		m := pressed(take(sick(0, true, true)), 120, 40, "7")
		for _, k := range c.key {
			if k != ' ' {
				m.Update(keyNamed(string(k)))
			}
		}
		m.Update(stateMsg{take(sick(c.after+time.Nanosecond, true, true))})
		m.Update(stateMsg{take(sick(c.after, true, true))})
		if crit, warn := m.firing(); crit != c.crit || warn != 0 {
			t.Errorf("%q and %s later: %d critical and %d warnings, want %d", c.key, c.after, crit, warn, c.crit)
		}
	}
}
