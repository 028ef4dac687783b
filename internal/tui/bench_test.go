package tui

import (
	"fmt"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
)

// crowdStart is when the servers and connections of a crowd started.
var crowdStart = time.Date(2026, 11, 21, 13, 0, 0, 0, time.UTC)

// crowd is a snapshot of servers with connections each.
func crowd(servers, conns int, now time.Time, round int64) *fleet.Snapshot {
	s := &fleet.Snapshot{Schema: fleet.Schema, Time: now, Expected: servers, Want: fleet.Want{Kinds: []fleet.Kind{fleet.Connz}}}
	for i := range servers {
		sv := &fleet.Server{Info: server.ServerInfo{ID: fmt.Sprintf("ID%05d", i), Name: fmt.Sprintf("n%04d", i), Cluster: fmt.Sprintf("c%02d", i/100), Version: "2.15.2", Time: now}}
		data := server.DataStats{MsgBytes: server.MsgBytes{Msgs: round * int64(i+1) * 100, Bytes: round * 9999}}
		sv.Statsz = &server.ServerStats{Start: crowdStart, Cores: 4, CPU: float64(i % 90), Mem: 1 << 28, Connections: conns, Sent: data, Received: data}
		sv.Connz = &server.Connz{Now: now}
		for j := range conns {
			n := int64(j%977) * round
			sv.Connz.Conns = append(sv.Connz.Conns, &server.ConnInfo{
				Cid: uint64(j + 1), Kind: "Client", IP: "10.1.2.3", Port: 4000 + j%50000, Name: fmt.Sprintf("client-%d", j), Account: "APP", RTT: "1.2ms", Start: crowdStart,
				LastActivity: now, InMsgs: n, OutMsgs: n * 2, InBytes: n * 100, OutBytes: n * 200, Pending: j % 1000, NumSubs: uint32(j % 7), Lang: "go", Version: "1.55.0",
			})
		}
		s.Servers = append(s.Servers, sv)
	}
	return s
}

// crowded is a screen of a crowd, with rates.
func crowded(servers, conns int, page pageKind) (*Model, *deriver, *State) {
	d := newDeriver()
	st := &State{Phase: Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	for round := range int64(2) {
		d.take(st, crowd(servers, conns, now.Add(time.Duration(round)*2*time.Second), round+1))
	}
	st.Now = now
	m := NewModel(Options{Feed: &Feed{Name: "bench"}, Look: cell.Look{Profile: cell.Color16}}, nil)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.goRoot(page)
	m.Update(stateMsg{st})
	return m, d, st
}

// BenchmarkFrame10kConns draws one frame of a page of 10,000 connections.
func BenchmarkFrame10kConns(b *testing.B) {
	m, _, _ := crowded(2, 5000, connsPage)
	b.ReportAllocs()
	for b.Loop() {
		if m.View() == "" {
			b.Fatal("no frame")
		}
	}
}

// BenchmarkKey10kConns takes a key and draws the frame that answers it.
func BenchmarkKey10kConns(b *testing.B) {
	m, _, _ := crowded(2, 5000, connsPage)
	down := keyNamed("down")
	for b.Loop() {
		m.Update(down)
		m.View()
	}
}

// BenchmarkState10kConns takes new answers: sorts the rows and finds the
// selection again.
func BenchmarkState10kConns(b *testing.B) {
	m, _, st := crowded(2, 5000, connsPage)
	for b.Loop() {
		st.Data++
		m.Update(stateMsg{st})
		m.View()
	}
}

// BenchmarkFilter10kConns takes new answers through a filter expression.
func BenchmarkFilter10kConns(b *testing.B) {
	m, _, st := crowded(2, 5000, connsPage)
	m.narrow([]string{"pending>100B and account=APP"})
	for b.Loop() {
		st.Data++
		m.Update(stateMsg{st})
	}
}

// BenchmarkDerive10kConns derives rows and rates of 10,000 connections, off
// the screen's goroutine.
func BenchmarkDerive10kConns(b *testing.B) {
	_, d, st := crowded(2, 5000, connsPage)
	now := time.Date(2026, 11, 21, 14, 1, 0, 0, time.UTC)
	snaps := []*fleet.Snapshot{crowd(2, 5000, now, 3), crowd(2, 5000, now.Add(2*time.Second), 4)}
	i := 0
	for b.Loop() {
		d.take(st, snaps[i%2])
		i++
	}
}

// BenchmarkFrame1kServers draws the topology of 1,000 servers.
func BenchmarkFrame1kServers(b *testing.B) {
	m, _, _ := crowded(1000, 0, topoPage)
	b.ReportAllocs()
	for b.Loop() {
		m.View()
	}
}

// BenchmarkKey1kServers takes a key on 1,000 servers and draws the frame.
func BenchmarkKey1kServers(b *testing.B) {
	m, _, _ := crowded(1000, 0, serversPage)
	for b.Loop() {
		m.Update(keyNamed("down"))
		m.View()
	}
}

// BenchmarkDerive1kServers derives the state of 1,000 servers.
func BenchmarkDerive1kServers(b *testing.B) {
	_, d, st := crowded(1000, 0, serversPage)
	now := time.Date(2026, 11, 21, 14, 1, 0, 0, time.UTC)
	snaps := []*fleet.Snapshot{crowd(1000, 0, now, 3), crowd(1000, 0, now.Add(2*time.Second), 4)}
	i := 0
	for b.Loop() {
		d.take(st, snaps[i%2])
		i++
	}
}

// TestFrameCost keeps the promise on frames with room for a machine that is
// busy: what counts is that the rows beyond the window cost nothing.
func TestFrameCost(t *testing.T) {
	small, _, _ := crowded(1, 100, connsPage)
	large, _, _ := crowded(2, 5000, connsPage)
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
		_, d, st := crowded(servers, 0, serversPage)
		snaps := []*fleet.Snapshot{crowd(servers, 0, now, 3), crowd(servers, 0, now.Add(2*time.Second), 4)}
		i := 0
		return testing.AllocsPerRun(2, func() {
			d.take(st, snaps[i%2])
			i++
		})
	}
	if few, many := cost(100), cost(1000); many > 20*few {
		t.Errorf("the state of 100 servers takes %.0f allocations, that of 1,000 takes %.0f", few, many)
	}
}
