package tui

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The tests of this file keep defects of other tools for NATS away that an
// operator meets. Others of them stand where they belong: rates divided by the
// interval in TestRates, a lost fleet in TestDown, restarted servers in
// TestResetAndRestart, keys typed fast, q in a prompt, the missing terminal,
// signals in the end-to-end test.

// crowdState is the state of a crowd.
func crowdState(servers, conns int) *live.State {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	return stateOf(fixture.Crowd(servers, conns, now, 1), fixture.Crowd(servers, conns, now.Add(2*time.Second), 2))
}

// pressed is the screen of a state in a window of this size after some keys.
func pressed(st *live.State, w, h int, keys ...string) *Model {
	m := NewModel(Options{Feed: &live.Feed{Name: "test"}}, nil)
	m.Update(tea.WindowSizeMsg{Width: w, Height: h})
	m.Update(stateMsg{st})
	for _, k := range keys {
		m.Update(keyNamed(k))
	}
	return m
}

// TestEveryColumnIsReached checks that a narrow window hides no column for
// good: the arrows reach each of them.
func TestEveryColumnIsReached(t *testing.T) {
	m := pressed(crowdState(1, 5), 80, 24, "3", "w")
	seen := map[string]bool{}
	for range 60 {
		m.View()
		for _, c := range m.cur().Drawn.Cols {
			seen[c.Name] = true
		}
		m.Update(keyNamed("right"))
	}
	for _, h := range m.cur().List().Heads {
		if !seen[h.Name] {
			t.Errorf("the column %s is never on a screen of 80 cells", h.Name)
		}
	}
}

// TestEveryRowIsReached checks that all of many connections are counted on the
// screen, whatever fits on it, and that the last one is reached.
func TestEveryRowIsReached(t *testing.T) {
	m := pressed(crowdState(1, 5000), 120, 40, "3", "/name=client-", "enter", "esc")
	if s := m.View(); !strings.Contains(s, "5,000 of 5,000") {
		t.Errorf("the number of connections is not told:\n%s", s)
	}
	m.Update(keyNamed("G"))
	m.View()
	l := m.cur().List()
	if row, ok := l.Selected(); !ok || row != l.Order[4999] {
		t.Error("the last row is not reached")
	}
}

// TestSortsByWhatIsShown checks that the page of the talkers begins with the
// one that talks most a second, not with the one that has talked most so far,
// nor with those that talk least.
func TestSortsByWhatIsShown(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	at := func(now time.Time, old, busy int64) *fleet.Snapshot {
		s := fixture.Crowd(1, 2, now, 1)
		s.Servers[0].Connz.Conns = []*server.ConnInfo{
			{Cid: 1, Kind: "Client", Name: "was-busy", Start: fixture.CrowdStart, OutMsgs: old},
			{Cid: 2, Kind: "Client", Name: "is-busy", Start: fixture.CrowdStart, OutMsgs: busy},
			{Cid: 3, Kind: "Client", Name: "silent", Start: fixture.CrowdStart},
		}
		return s
	}
	st := stateOf(at(now, 1e9, 0), at(now.Add(2*time.Second), 1e9, 4000))
	m := pressed(st, 120, 40, "3")
	row, _ := m.cur().List().Selected()
	rows, ok := m.cur().List().Sheet.(*widget.RowsOf[*fleet.ConnRow])
	if !ok || rows.Rows[row].Info.Name != "is-busy" {
		t.Errorf("first is %v:\n%s", rows.Rows[row].Info.Name, m.View())
	}
	if s := m.View(); !strings.Contains(s, "2.00K") && !strings.Contains(s, "2,000") {
		t.Errorf("its rate is not 2,000 a second:\n%s", s)
	}
}

// TestSubscriptionsStayInTheFrame checks that long lists of subscriptions
// neither wrap nor break the table.
func TestSubscriptionsStayInTheFrame(t *testing.T) {
	st := crowdState(1, 3)
	for _, c := range st.Conns {
		for i := range 200 {
			c.Info.Subs = append(c.Info.Subs, fmt.Sprintf("orders.%d.%s", i, strings.Repeat("x", i)))
		}
	}
	for _, size := range sizes {
		m := pressed(st, size[0], size[1], "3", "o")
		exact(t, m.View(), size[0], size[1])
		if !strings.Contains(m.View(), "client-") {
			t.Errorf("the table is gone at %v:\n%s", size, m.View())
		}
	}
}

// TestNoFalseHistory checks that a curve begins where watching began, not with
// zeros that nobody saw.
func TestNoFalseHistory(t *testing.T) {
	st := crowdState(2, 5)
	curves := st.History.Server("c00/n0001")
	if curves == nil || len(curves[live.Connections]) != 2 || curves[live.Connections][0] != 5 || curves[live.Connections][1] != 5 {
		t.Errorf("the connections of a server seen twice: %v", curves)
	}
}

// TestRoutesByPeer checks that a route of several connections is one line, and
// that a server counts the peers it has of those it needs.
func TestRoutesByPeer(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	s := fixture.Cluster(now, "2.15.2", "2.15.2", "2.15.2")
	for _, sv := range s.Servers {
		sv.Routez.Routes = append(sv.Routez.Routes, sv.Routez.Routes...)
		sv.Routez.Routes = append(sv.Routez.Routes, sv.Routez.Routes...)
	}
	st := stateOf(s)
	if len(st.Links) != 3 {
		t.Errorf("%d links between three servers", len(st.Links))
	}
	if f := screenOf(st, ":tree", "enter"); strings.Count(f, " 2/2 ") != 3 {
		t.Errorf("not 2 of 2 peers for each server:\n%s", f)
	}
}
