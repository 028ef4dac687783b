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

// screenOf is the frame of a state after some keys.
func screenOf(st *live.State, keys ...string) string {
	m := NewModel(Options{Feed: &live.Feed{Name: "test"}}, nil)
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	m.Update(stateMsg{st})
	for _, k := range keys {
		m.Update(keyNamed(k))
	}
	return m.View()
}

// TestClusterPanel checks that the panel of a cluster names what its mark
// stands for, and says that nothing is wrong only when nothing is.
func TestClusterPanel(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	good := screenOf(stateOf(fixture.Cluster(now, "2.15.2", "2.15.2", "2.15.2")))
	if !strings.Contains(good, "nothing wrong") {
		t.Errorf("a good cluster:\n%s", good)
	}
	mixed := screenOf(stateOf(fixture.Cluster(now, "2.15.2", "2.15.2", "2.14.0")))
	if strings.Contains(mixed, "nothing wrong") || !strings.Contains(mixed, "n3: version 2.14.0, the majority of east has 2.15.2") {
		t.Errorf("a cluster of mixed versions:\n%s", mixed)
	}
	s := fixture.Cluster(now, "2.15.2", "2.15.2")
	s.Expected, s.Missing = 3, []fleet.Missing{{ID: "Nn3", Name: "n3", Cluster: "east", Reason: fleet.Gone}}
	if gone := screenOf(stateOf(s)); strings.Contains(gone, "nothing wrong") || !strings.Contains(gone, "n3: does not answer: gone") {
		t.Errorf("a cluster without a server:\n%s", gone)
	}
}
