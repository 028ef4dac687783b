package tui

import (
	"strings"
	"testing"
	"time"

	tea "github.com/charmbracelet/bubbletea"
	"github.com/nats-io/nats-server/v2/server"

	"github.com/natsctl/natsctl/internal/fleet"
)

// stateOf is the state after some snapshots.
func stateOf(snaps ...*fleet.Snapshot) *State {
	d, st := newDeriver(), &State{Phase: Live, Every: 2 * time.Second, Wanted: 2 * time.Second}
	for _, s := range snaps {
		d.take(st, s)
		st.Now, st.Seq = s.Time, st.Seq+1
	}
	st.Events, st.EventRates = d.book.publish(st.Now)
	return st
}

// screenOf is the frame of a state after some keys.
func screenOf(st *State, keys ...string) string {
	m := NewModel(Options{Feed: &Feed{Name: "test"}}, nil)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.Update(stateMsg{st})
	for _, k := range keys {
		m.Update(keyNamed(k))
	}
	return m.View()
}

// clusterOf is a cluster of servers of these versions.
func clusterOf(now time.Time, versions ...string) *fleet.Snapshot {
	s := &fleet.Snapshot{Schema: fleet.Schema, Time: now, Expected: len(versions), Want: fleet.Want{Kinds: []fleet.Kind{fleet.Routez}}}
	for i, v := range versions {
		name := "n" + string(rune('1'+i))
		info := server.ServerInfo{ID: "N" + name, Name: name, Cluster: "east", Version: v, Time: now}
		s.Servers = append(s.Servers, &fleet.Server{Info: info, Statsz: &server.ServerStats{Start: now.Add(-time.Hour), Cores: 2, Connections: 5, ActiveServers: len(versions)}})
	}
	for _, sv := range s.Servers {
		sv.Routez = &server.Routez{Now: now}
		for _, other := range s.Servers {
			if other != sv {
				sv.Routez.Routes = append(sv.Routez.Routes, &server.RouteInfo{RemoteID: other.Info.ID, RemoteName: other.Info.Name, RTT: "1ms"})
			}
		}
	}
	return s
}

// TestClusterPanel checks that the panel of a cluster names what its mark
// stands for, and says that nothing is wrong only when nothing is.
func TestClusterPanel(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	good := screenOf(stateOf(clusterOf(now, "2.15.2", "2.15.2", "2.15.2")))
	if !strings.Contains(good, "nothing wrong") {
		t.Errorf("a good cluster:\n%s", good)
	}
	mixed := screenOf(stateOf(clusterOf(now, "2.15.2", "2.15.2", "2.14.0")))
	if strings.Contains(mixed, "nothing wrong") || !strings.Contains(mixed, "n3: version 2.14.0, the majority of east has 2.15.2") {
		t.Errorf("a cluster of mixed versions:\n%s", mixed)
	}
	s := clusterOf(now, "2.15.2", "2.15.2")
	s.Expected, s.Missing = 3, []fleet.Missing{{ID: "Nn3", Name: "n3", Cluster: "east", Reason: fleet.Gone}}
	if gone := screenOf(stateOf(s)); strings.Contains(gone, "nothing wrong") || !strings.Contains(gone, "n3: does not answer: gone") {
		t.Errorf("a cluster without a server:\n%s", gone)
	}
}
