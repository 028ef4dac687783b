package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestOwnAccount checks the dashboard of a user outside the system account: it
// shows the account with its limits, says what cannot be seen, and never
// judges or counts what is not there.
func TestOwnAccount(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	st := stateOf(fixture.OneAccount(now, 1000), fixture.OneAccount(now.Add(2*time.Second), 1200))
	if len(st.Alerts) > 0 || st.Total.Conns != 6 {
		t.Errorf("%d alerts, %d connections", len(st.Alerts), st.Total.Conns)
	}
	if r := st.Total.Traffic.InMsgs; !r.Known || r.PerSecond < 199 || r.PerSecond > 201 {
		t.Errorf("the rate of the account: %+v, want 200 a second", r)
	}
	for keys, words := range map[string][]string{
		"":  {"account APP", "you are app", "2 servers answered", "93.0%", "no limit", "limit not reported", "not visible", "n1", "n2"},
		"2": {"servers: only for users of the system account"},
		"4": {"accounts: only for users of the system account"},
		"5": {"streams", "peers"},
	} {
		s := screenOf(st, strings.Fields(keys)...)
		for _, w := range words {
			if !strings.Contains(s, w) {
				t.Errorf("after %q: %q is not on the screen:\n%s", keys, w, s)
			}
		}
	}
	for _, size := range sizes {
		m := NewModel(Options{Feed: &live.Feed{Name: "test"}}, nil)
		m.Update(tea.WindowSizeMsg{Width: size[0], Height: size[1]})
		m.Update(stateMsg{st})
		for _, k := range []string{"1", "w", "t", "3", "5", "v", "v", "v", "6", "7", "1", "y"} {
			m.Update(keyNamed(k))
			exact(t, m.View(), size[0], size[1])
		}
	}
}

// TestAwayLooks checks that a server that is gone, silent or draining and one
// that was restarted each look different, and that none doubles a total.
func TestAwayLooks(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	all := fixture.Cluster(now, "2.15.2", "2.15.2", "2.15.2")
	looks := map[string]bool{}
	for _, reason := range []fleet.Reason{fleet.Gone, fleet.Silent, fleet.Draining} {
		next := fixture.Cluster(now.Add(2*time.Second), "2.15.2", "2.15.2", "2.15.2")
		next.Servers, next.Missing = next.Servers[:2], []fleet.Missing{{ID: "Nn3", Name: "n3", Cluster: "east", Reason: reason}}
		st := stateOf(all, next)
		s := screenOf(st, "2")
		if !strings.Contains(s, string(reason)) || !strings.Contains(s, "2/3 servers") || st.Total.Conns != 10 || len(st.Servers) != 3 {
			t.Errorf("%s: %d connections of %d servers:\n%s", reason, st.Total.Conns, len(st.Servers), s)
		}
		looks[live.ReasonWords[reason]] = true
	}
	next := fixture.Cluster(now.Add(2*time.Second), "2.15.2", "2.15.2", "2.15.2")
	next.Servers[2].Info.ID, next.Servers[2].Statsz.Start = "Nother", now
	st := stateOf(all, next)
	if len(st.Servers) != 3 || st.Total.Conns != 15 || !strings.Contains(screenOf(st, "2"), "3/3 servers") {
		t.Errorf("restarted: %d connections of %d servers:\n%s", st.Total.Conns, len(st.Servers), screenOf(st, "2"))
	}
	if len(looks) != 3 {
		t.Errorf("looks: %v", looks)
	}
}
