package tui

import (
	"strings"
	"testing"

	"github.com/natsctl/natsctl/internal/view"
)

// TestColumnsAreThoseOfTheReports checks that each page has every column of
// the command line's table under the same name, so that --filter, --sort and
// the filter of the screen speak one language.
func TestColumnsAreThoseOfTheReports(t *testing.T) {
	m := modelOf(t, "super", "", 120, 40)
	snap, top := m.State.Snap, m.State.Top
	for _, page := range []struct {
		keys  []string
		table []string
	}{
		{[]string{"2"}, namesOf(view.Servers(snap))},
		{[]string{"3"}, namesOf(view.Connections(true, false))},
		{[]string{":closed", "enter"}, namesOf(view.Connections(false, true))},
		{[]string{"4"}, namesOf(view.Accounts(true))},
		{[]string{":streams", "enter"}, namesOf(view.Streams(true))},
		{[]string{":consumers", "enter"}, namesOf(view.Consumers(true))},
		{[]string{":peers", "enter"}, namesOf(view.MetaPeers(nil))},
		{[]string{"6"}, namesOf(view.Events())},
		{[]string{":links", "enter"}, namesOf(view.Links(top, true))},
		{[]string{":links", "enter"}, namesOf(view.Routes(top, true))},
	} {
		m := modelOf(t, "super", "", 120, 40, page.keys...)
		have := map[string]bool{}
		for _, h := range m.cur().List().Heads {
			if have[h.Name] {
				t.Errorf("%v: two columns are named %s", page.keys, h.Name)
			}
			have[h.Name] = true
		}
		for _, name := range page.table {
			if !have[name] {
				t.Errorf("%v: no column %s", page.keys, name)
			}
		}
	}
}

func namesOf[R any](cols []view.Column[R]) (names []string) {
	for _, c := range cols {
		names = append(names, c.Name)
	}
	return names
}

// TestFilterIsThatOfTheReports checks that a filter keeps the same rows on the
// screen as in a report, and that nicknames and names without units work.
func TestFilterIsThatOfTheReports(t *testing.T) {
	for _, f := range []struct {
		keys []string
		rows int
	}{
		{[]string{"3", `/account == "APP" and in_msgs > 100`, "enter"}, -1},
		{[]string{"3", "/acct=APP", "enter"}, -1},
		{[]string{"2", `/name == "west-3"`, "enter"}, 1}, // its star is no part of its name
		{[]string{"2", "/routes<3 and cluster=west", "enter"}, 3},
		{[]string{"5", "/stream=ORDERS and bytes>1KB", "enter"}, 1},
		{[]string{":peers", "enter", `/role="leader"`, "enter"}, 2},
	} {
		m := modelOf(t, "super", "", 120, 40, f.keys...)
		l := m.cur().List()
		if l.Failed != nil {
			t.Errorf("%v: %v", f.keys, l.Failed)
		}
		if n := len(l.Order); n == 0 || f.rows > 0 && n != f.rows {
			t.Errorf("%v keeps %d rows, want %d", f.keys, n, f.rows)
		}
	}
}

// TestTotalsInPlaceOfRates checks that t shows totals in the place of rates,
// and sorts by what it shows.
func TestTotalsInPlaceOfRates(t *testing.T) {
	m := modelOf(t, "super", "", 200, 50, "3", "t")
	frame := m.View()
	if !strings.Contains(frame, " OUT↓") || strings.Contains(frame, "OUT/s") {
		t.Errorf("not the totals:\n%s", frame)
	}
	m.Update(keyNamed("t"))
	if frame = m.View(); !strings.Contains(frame, "OUT/s↓") {
		t.Errorf("not the rates:\n%s", frame)
	}
}
