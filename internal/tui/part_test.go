package tui

import (
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/page"

	tea "github.com/charmbracelet/bubbletea"
)

// TestPartOfTheRates restarts one of three servers: until it has a rate again
// the header says that it adds up two of three, and its cluster, of which a
// part is no sum, has none.
func TestPartOfTheRates(t *testing.T) {
	now := time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC)
	snaps := []time.Duration{0, 2, 4}
	d, st := live.NewDeriver(), &live.State{}
	for i, s := range snaps {
		snap := fixture.Cluster(now.Add(s*time.Second), "2.15.2", "2.15.2", "2.15.2")
		for j, sv := range snap.Servers {
			sv.Info.Time = snap.Time
			sv.Statsz.Start = now.Add(-time.Hour)
			sv.Statsz.Received.Msgs = int64(1000 * (i + 1))
			if j == 0 && i > 0 {
				sv.Info.ID += "-again"
				sv.Statsz.Start = now
			}
		}
		d.Apply(st, snap)
		m := NewModel(Options{Feed: &live.Feed{Name: "test"}}, nil)
		m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
		m.Update(stateMsg{st})
		part := strings.Contains(m.View(), "of 2/3 srv")
		if part != (i == 1) {
			t.Errorf("poll %d: the header says that its rates are a part: %v\n%s", i, part, m.View())
		}
		if cluster := page.NewTree(st, nil)[0]; (cluster.Msgs() != nil) != (i == 2) {
			t.Errorf("poll %d: the cluster has %v messages a second", i, cluster.Msgs())
		}
	}
}
