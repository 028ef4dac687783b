package tui

import (
	"testing"

	tea "github.com/charmbracelet/bubbletea"
)

// TestSized takes a terminal of no size for a plain one, and any other as it
// is.
func TestSized(t *testing.T) {
	for in, want := range map[[2]int][2]int{{0, 0}: {80, 24}, {120, 0}: {80, 24}, {50, 10}: {50, 10}, {500, 200}: {500, 200}} {
		if got := sized(tea.WindowSizeMsg{Width: in[0], Height: in[1]}); got.Width != want[0] || got.Height != want[1] {
			t.Errorf("a window of %v is taken for %v", in, got)
		}
	}
}
