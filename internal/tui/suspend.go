package tui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"
)

// stopped handles the messages about stops. It runs in the program's own loop, so
// nothing else writes to the terminal meanwhile.
func (s *shell) stopped(msg tea.Msg) (tea.Cmd, bool) {
	switch msg.(type) {
	case suspendMsg:
		if err := s.run.program.ReleaseTerminal(); err != nil {
			s.lost(err)
			return nil, true
		}
		if !stopProcess(s.run.stops) {
			s.notify("cannot suspend: no shell to return to")
		}
	case continuedMsg:
		if err := s.run.program.ReleaseTerminal(); err != nil {
			s.lost(err)
			return nil, true
		}
	default:
		return nil, false
	}
	if err := s.run.program.RestoreTerminal(); err != nil {
		s.lost(err)
		return nil, true
	}
	if s.Model.mouse {
		return tea.EnableMouseCellMotion, true
	}
	return nil, true
}

// lost ends the dashboard because its terminal is no longer usable.
func (s *shell) lost(err error) { s.run.fatal(fmt.Errorf("dashboard: %w", err)) }

// The default size of a terminal that does not report one.
const (
	plainW = 80
	plainH = 24
)

// sized returns the size of the window: a terminal without a size (a serial line, a
// container's) gets the default size.
func sized(msg tea.WindowSizeMsg) tea.WindowSizeMsg {
	if msg.Width <= 0 || msg.Height <= 0 {
		return tea.WindowSizeMsg{Width: plainW, Height: plainH}
	}
	return msg
}
