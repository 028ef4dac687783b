package tui

import (
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
)

// crowded is a screen of a crowd, with rates.
func crowded(servers, conns int, page page.Kind) (*Model, *live.Deriver, *live.State) {
	d := live.NewDeriver()
	st := &live.State{Phase: live.Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	for round := range int64(2) {
		d.Apply(st, fixture.Crowd(servers, conns, now.Add(time.Duration(round)*2*time.Second), round+1))
	}
	st.Now = now
	m := NewModel(Options{Feed: &live.Feed{Name: "bench"}, Look: cell.Look{Profile: cell.Color16}}, nil)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.goRoot(page)
	m.Update(stateMsg{st})
	return m, d, st
}

// BenchmarkFrame10kConns draws one frame of a page of 10,000 connections.
func BenchmarkFrame10kConns(b *testing.B) {
	m, _, _ := crowded(2, 5000, page.Connections)
	b.ReportAllocs()
	for b.Loop() {
		if m.View() == "" {
			b.Fatal("no frame")
		}
	}
}

// BenchmarkKey10kConns takes a key and draws the frame that answers it.
func BenchmarkKey10kConns(b *testing.B) {
	m, _, _ := crowded(2, 5000, page.Connections)
	down := keyNamed("down")
	for b.Loop() {
		m.Update(down)
		m.View()
	}
}

// BenchmarkState10kConns takes new answers: sorts the rows and finds the
// selection again.
func BenchmarkState10kConns(b *testing.B) {
	m, _, st := crowded(2, 5000, page.Connections)
	for b.Loop() {
		st.Data++
		m.Update(stateMsg{st})
		m.View()
	}
}

// BenchmarkFilter10kConns takes new answers through a filter expression.
func BenchmarkFilter10kConns(b *testing.B) {
	m, _, st := crowded(2, 5000, page.Connections)
	narrow(m, []string{"pending>100B and account=APP"})
	for b.Loop() {
		st.Data++
		m.Update(stateMsg{st})
	}
}

// BenchmarkDerive10kConns derives rows and rates of 10,000 connections, off
// the screen's goroutine.
func BenchmarkDerive10kConns(b *testing.B) {
	_, d, st := crowded(2, 5000, page.Connections)
	now := time.Date(2026, 11, 21, 14, 1, 0, 0, time.UTC)
	snaps := []*fleet.Snapshot{fixture.Crowd(2, 5000, now, 3), fixture.Crowd(2, 5000, now.Add(2*time.Second), 4)}
	i := 0
	for b.Loop() {
		d.Apply(st, snaps[i%2])
		i++
	}
}

// BenchmarkFrame1kServers draws the topology of 1,000 servers.
func BenchmarkFrame1kServers(b *testing.B) {
	m, _, _ := crowded(1000, 0, page.Topology)
	b.ReportAllocs()
	for b.Loop() {
		m.View()
	}
}

// BenchmarkKey1kServers takes a key on 1,000 servers and draws the frame.
func BenchmarkKey1kServers(b *testing.B) {
	m, _, _ := crowded(1000, 0, page.Servers)
	for b.Loop() {
		m.Update(keyNamed("down"))
		m.View()
	}
}

// BenchmarkDerive1kServers derives the state of 1,000 servers.
func BenchmarkDerive1kServers(b *testing.B) {
	_, d, st := crowded(1000, 0, page.Servers)
	now := time.Date(2026, 11, 21, 14, 1, 0, 0, time.UTC)
	snaps := []*fleet.Snapshot{fixture.Crowd(1000, 0, now, 3), fixture.Crowd(1000, 0, now.Add(2*time.Second), 4)}
	i := 0
	for b.Loop() {
		d.Apply(st, snaps[i%2])
		i++
	}
}

// TestFrameCost keeps the promise on frames with room for a machine that is
// busy: what counts is that the rows beyond the window cost nothing.
func TestFrameCost(t *testing.T) {
	small, _, _ := crowded(1, 100, page.Connections)
	large, _, _ := crowded(2, 5000, page.Connections)
	cost := func(m *Model) float64 { return testing.AllocsPerRun(20, func() { m.View() }) }
	if a, b := cost(small), cost(large); b > a*1.2+20 {
		t.Errorf("a frame of 100 connections takes %.0f allocations, one of 10,000 takes %.0f", a, b)
	}
}

// TestDeriveCost has ten times the servers cost about ten times as much, not a
// hundred times.
func TestDeriveCost(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 1, 0, 0, time.UTC)
	cost := func(servers int) float64 {
		_, d, st := crowded(servers, 0, page.Servers)
		snaps := []*fleet.Snapshot{fixture.Crowd(servers, 0, now, 3), fixture.Crowd(servers, 0, now.Add(2*time.Second), 4)}
		i := 0
		return testing.AllocsPerRun(2, func() {
			d.Apply(st, snaps[i%2])
			i++
		})
	}
	if few, many := cost(100), cost(1000); many > 20*few {
		t.Errorf("the state of 100 servers takes %.0f allocations, that of 1,000 takes %.0f", few, many)
	}
}
