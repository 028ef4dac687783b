package tui

import (
	"io"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/natsctl/natsctl/internal/tui/fixture"
	"github.com/natsctl/natsctl/internal/tui/live"

	tea "github.com/charmbracelet/bubbletea"
)

// TestRecordingWords starts and ends recordings in the wrong order: each says
// what is the matter, and none ends what goes on.
func TestRecordingWords(t *testing.T) {
	orders := 0
	m := NewModel(Options{Feed: &live.Feed{Name: "test"}, NewRecorder: func(io.Writer) live.Recorder { return nil }}, func(live.Order) bool { orders++; return true })
	m.Update(tea.WindowSizeMsg{Width: 120, Height: 40})
	st := stateOf(fixture.Cluster(time.Date(2026, 11, 21, 14, 0, 0, 0, time.UTC), "2.15.2"))
	m.Update(stateMsg{st})
	orders = 0
	runCommand(m, "rec stop")
	if !strings.Contains(m.notice.text, "nothing is being recorded") || orders > 0 {
		t.Errorf("stop without a recording: %q, %d orders", m.notice.text, orders)
	}
	on := *st
	on.Recording = "one.ndjson.gz"
	m.Update(stateMsg{&on})
	runCommand(m, "rec start "+filepath.Join(t.TempDir(), "two.ndjson.gz"))
	if !strings.Contains(m.notice.text, "already recording to one.ndjson.gz") || orders > 0 {
		t.Errorf("a second start: %q, %d orders", m.notice.text, orders)
	}
	runCommand(m, "rec stop")
	if orders != 1 {
		t.Errorf("%d orders to stop", orders)
	}
}

// TestEscapeAndKey takes Esc with a key right behind it, which terminals send
// as one, as two keys.
func TestEscapeAndKey(t *testing.T) {
	m := modelOf(t, "super", "", 120, 40, "3", "/account=APP", "enter")
	m.Update(tea.KeyMsg{Type: tea.KeyRunes, Runes: []rune{':'}, Alt: true})
	if m.prompt == nil || m.cur().List().Filter != "" {
		t.Errorf("prompt %v, filter %q", m.prompt, m.cur().List().Filter)
	}
}
