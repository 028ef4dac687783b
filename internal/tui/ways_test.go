package tui

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/fleet"
)

// TestGroups adds connections up, opens one group, and comes back.
func TestGroups(t *testing.T) {
	m := modelOf(t, "super", "", 120, 40, ":per-account", "enter")
	sum, l := 0, m.cur().List()
	for row := range l.Sheet.Size() {
		for i, h := range l.Heads {
			if h.Name == "conns" {
				sum += l.Sheet.Cell(row, i).Raw.(int)
			}
		}
	}
	if open := live.Filter(m.State.Conns, func(r *fleet.ConnRow) bool { return r.Info.Stop == nil }); sum != len(open) {
		t.Errorf("%d connections in the groups, %d in all", sum, len(open))
	}
	first, _ := l.Selected()
	want := l.Sheet.Ref(first).Account
	m.Update(keyNamed("enter"))
	m.View()
	rows := m.cur().List().Sheet.(*widget.RowsOf[*fleet.ConnRow]).Rows
	if len(rows) == 0 {
		t.Fatal("the group opens nothing")
	}
	for _, r := range rows {
		if r.Info.Account != want {
			t.Errorf("%s of account %s among those of %s", r.Info.Name, r.Info.Account, want)
		}
	}
	for _, way := range []string{"per-server", "per-client"} {
		if frame := ansi.Strip(pressedOn(m, ":"+way, "enter").View()); !strings.Contains(frame, "▸"+way) || !strings.Contains(frame, "the busiest of") {
			t.Errorf("not the way %s:\n%s", way, frame)
		}
	}
}

// TestWays goes through the ways of a page both ways, and to the last page and
// back.
func TestWays(t *testing.T) {
	m := modelOf(t, "super", "", 120, 40, "3")
	for _, step := range []struct{ key, page, way string }{
		{"tab", "Connections", "slow"},
		{"shift+tab", "Connections", "talkers"},
		{"shift+tab", "Connections", "per-client"},
		{"2", "Servers", "servers"},
		{"-", "Connections", "per-client"},
		{"-", "Servers", "servers"},
	} {
		m.Update(keyNamed(step.key))
		if p := m.cur(); p.Spec.Title != step.page || p.Current().Name != step.way {
			t.Fatalf("%s leads to %s, %s, want %s, %s", step.key, p.Spec.Title, p.Current().Name, step.page, step.way)
		}
	}
}

// TestEventTypes shows the events of one type alone, and says so.
func TestEventTypes(t *testing.T) {
	m := modelOf(t, "degraded", "10:05:13", 120, 40, "6", "T", "down", "enter")
	kind := m.EventKind
	if kind == "" {
		t.Fatal("no type was chosen")
	}
	for _, r := range m.cur().List().Sheet.(*widget.RowsOf[*live.EventRow]).Rows {
		if r.Kind != kind {
			t.Errorf("%s among the events of type %s", r.Kind, kind)
		}
	}
	if frame := m.View(); !strings.Contains(frame, live.KindText(kind)+" only") {
		t.Errorf("not said that others are hidden:\n%s", frame)
	}
	m.EventKind = fleet.EventOCSP
	m.Touch()
	if frame := ansi.Strip(pressedOn(m, "x").View()); !strings.Contains(frame, "none of") {
		t.Errorf("not said why there is nothing:\n%s", frame)
	}
}

// pressedOn presses keys on a screen.
func pressedOn(m *Model, keys ...string) *Model {
	for _, k := range keys {
		m.Update(keyNamed(k))
	}
	return m
}

// TestReverseDNS shows names in the place of addresses, asks each address
// once, and shows the address where there is no name.
func TestReverseDNS(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	snap := fixture.Crowd(1, 40, now, 1)
	for i, c := range snap.Servers[0].Connz.Conns {
		c.IP = fmt.Sprintf("10.0.0.%d", i%20)
	}
	m := pressed(stateOf(snap), 200, 50, "3")
	asked := map[string]int{}
	m.opt.Lookup = func(_ context.Context, ip string) ([]string, error) {
		asked[ip]++
		if len(asked)%2 == 0 {
			return nil, errors.New("no such host")
		}
		return []string{"host-of-" + ip + ".example."}, nil
	}
	m.View()
	_, cmd := m.Update(keyNamed("d"))
	for range 20 {
		for _, msg := range messages(cmd) {
			_, cmd = m.Update(msg)
		}
		m.View()
		_, next := m.Update(stateMsg{m.State})
		cmd = tea.Batch(cmd, next)
	}
	for ip, n := range asked {
		if n != 1 {
			t.Errorf("%s was asked for %d times", ip, n)
		}
	}
	if len(asked) < 2 {
		t.Fatalf("%d addresses were asked for", len(asked))
	}
	if frame := m.View(); !strings.Contains(frame, "host-of-") {
		t.Errorf("no name in\n%s", ansi.Strip(frame))
	}
	m.Update(keyNamed("d"))
	if frame := m.View(); strings.Contains(frame, "host-of-") {
		t.Error("names are still shown")
	}
}

// messages runs a command and those that it is made of.
func messages(cmd tea.Cmd) []tea.Msg {
	if cmd == nil {
		return nil
	}
	msg := cmd()
	batch, ok := msg.(tea.BatchMsg)
	if !ok {
		return []tea.Msg{msg}
	}
	var out []tea.Msg
	for _, c := range batch {
		out = append(out, messages(c)...)
	}
	return out
}

// TestWideMatrix reaches every column of a matrix that is wider than the
// window.
func TestWideMatrix(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	m := pressed(stateOf(fixture.Cluster(now, slices.Repeat([]string{"2.12.6"}, 9)...)), 80, 24, ":matrix", "enter")
	seen := map[string]bool{}
	for range 12 {
		lines := strings.Split(ansi.Strip(m.View()), "\n")
		for i, l := range lines {
			if strings.Contains(l, "ROUTES") {
				for _, name := range strings.Fields(lines[i+1]) {
					seen[name] = true
				}
			}
		}
		m.Update(keyNamed("right"))
	}
	for _, sv := range m.State.Servers {
		if !seen[sv.Name] {
			t.Errorf("the column %s is never on the screen", sv.Name)
		}
	}
}
