package tui

import (
	"github.com/natsctl/natsctl/internal/tui/frame"

	tea "github.com/charmbracelet/bubbletea"
)

// mouseAt handles the mouse: the wheel scrolls, a click selects a row, opens the
// selected row, sorts by a heading or opens a tab.
func mouseAt(m *Model, msg tea.MouseMsg) tea.Cmd {
	if m.overlay != nil || m.prompt != nil || m.w < frame.MinWidth || m.h < frame.MinHeight || msg.Action != tea.MouseActionPress {
		return nil
	}
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		m.cur().MoveBy(m.Context, -3)
	case tea.MouseButtonWheelDown:
		m.cur().MoveBy(m.Context, 3)
	case tea.MouseButtonLeft:
		return click(m, msg.X, msg.Y)
	}
	return nil
}

func click(m *Model, x, y int) tea.Cmd {
	if y == m.tabY {
		for _, t := range m.tabs {
			if x >= t.From && x < t.To {
				m.goRoot(t.Kind)
			}
		}
		return nil
	}
	if m.cur().Click(x, y) {
		return m.apply(m.cur().Enter(m.Context))
	}
	return nil
}
