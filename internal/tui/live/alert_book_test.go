package live

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/fleet/checks"
	"github.com/natsctl/natsctl/internal/tui/fixture"
)

// alertOf is the alert of a check about an object, or nil.
func alertOf(st *State, check, about string) *AlertRow {
	at := slices.IndexFunc(st.Alerts, func(a *AlertRow) bool { return a.Check == check && a.Object == about })
	if at < 0 {
		return nil
	}
	return st.Alerts[at]
}

// TestAlertOutlivesSilence has an alert go on while its check cannot look, and
// end when it looks and finds nothing.
func TestAlertOutlivesSilence(t *testing.T) {
	b := newAlertStore()
	look := func(s *fleet.Snapshot) *State {
		st := &State{}
		found, skipped := b.update(answers{now: s}, fleet.NewDelta(nil, s), fleet.NewTopology(s, fleet.TopologyOptions{}))
		st.Alerts, st.Causes, st.Skipped = found.rows, found.causes, skipped
		return st
	}
	first := alertOf(look(fixture.Sick(0, true, true)), "health", "n2")
	if first == nil || first.State != Firing || first.Level != fleet.Crit || !first.Since.Equal(fixture.Noon) {
		t.Fatalf("an unhealthy server: %+v", first)
	}
	blind := look(fixture.Sick(10*time.Second, false, false))
	a := alertOf(blind, "health", "n2")
	if a == nil || a.State != Firing || a.Polls != 1 || a.Duration() != 10*time.Second {
		t.Errorf("while the check could not look: %+v", a)
	}
	if !slices.Contains(blind.Skipped, "health: the snapshot does not hold HEALTHZ") {
		t.Errorf("skipped: %q", blind.Skipped)
	}
	a = alertOf(look(fixture.Sick(20*time.Second, true, false)), "health", "n2")
	if a == nil || a.State != Resolved || !a.until.Equal(fixture.Noon.Add(20*time.Second)) || a.Flaps != 0 {
		t.Errorf("after the check looked and found nothing: %+v", a)
	}
	a = alertOf(look(fixture.Sick(35*time.Second, true, true)), "health", "n2")
	if a == nil || a.State != Firing || a.Flaps != 1 || a.Polls != 2 || a.Duration() != 0 || !a.Since.Equal(fixture.Noon.Add(35*time.Second)) {
		t.Errorf("an alert that is back: %+v", a)
	}
	a = alertOf(look(fixture.Sick(65*time.Second, false, false)), "health", "n2")
	if a == nil || a.Duration() != 30*time.Second {
		t.Errorf("thirty seconds later: %+v", a)
	}
}

// TestResolvedAlertsAreBounded forgets the alerts that were resolved first, and
// none that fires.
func TestResolvedAlertsAreBounded(t *testing.T) {
	b := newAlertStore()
	for i := range keepResolved + 30 {
		row := b.fire(checks.Finding{Check: "cpu", Object: fmt.Sprintf("n%03d", i), Level: fleet.Warn}, fixture.Noon)
		if i >= 10 {
			row.State, row.until = Resolved, fixture.Noon.Add(time.Duration(i)*time.Second)
		}
	}
	b.dropOldest()
	if len(b.rows) != keepResolved+10 {
		t.Errorf("%d alerts are kept, want %d resolved and 10 that fire", len(b.rows), keepResolved)
	}
	for key, want := range map[string]bool{"n000": true, "n009": true, "n010": false, "n029": false, "n030": true, "n229": true} {
		if _, have := b.rows["cpu||"+key]; have != want {
			t.Errorf("%s is kept: %t, want %t", key, have, want)
		}
	}
}

// TestAlertOrder lists what fires first, in the order of the causes.
func TestAlertOrder(t *testing.T) {
	b := newAlertStore()
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
		row := b.fire(checks.Finding{Check: fmt.Sprint("c", i), Object: f.object, Level: f.level}, fixture.Noon.Add(f.after))
		if f.gone {
			row.State = Resolved
		}
	}
	var got []string
	for _, a := range b.list(fixture.Noon.Add(time.Minute), checks.Input{Snapshot: fixture.Cluster(fixture.Noon, "2.15.2")}).rows {
		got = append(got, a.Object)
	}
	if want := []string{"crit-early", "crit-late", "unknown", "warn", "resolved-crit"}; !slices.Equal(got, want) {
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
		row := newAlertStore().fire(c.finding, fixture.Noon)
		if row.Title != c.object || row.value != c.value || row.limit != c.limit {
			t.Errorf("%+v: object %q, value %q, limit %q", c.finding, row.Title, row.value, row.limit)
		}
	}
}
