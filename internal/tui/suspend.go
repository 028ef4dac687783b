package tui

import (
	"fmt"

	tea "github.com/charmbracelet/bubbletea"
)

// stopped takes the messages about stops. It runs in the program's own loop:
// nothing else writes to the terminal meanwhile.
func (s *shell) stopped(msg tea.Msg) (tea.Cmd, bool) {
	switch msg.(type) {
	case suspendMsg:
		if err := s.run.program.ReleaseTerminal(); err != nil {
			s.lost(err)
			return nil, true
		}
		if !stopProcess(s.run.stops) {
			s.say("cannot suspend: no shell to return to")
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

// lost ends the dashboard: its terminal cannot be used any more.
func (s *shell) lost(err error) { s.run.fatal(fmt.Errorf("dashboard: %w", err)) }

// The size of a terminal that does not tell its own: what terminals had before
// they could.
const (
	plainW = 80
	plainH = 24
)

// sized is the size of the window: a terminal of no size (a serial line, a
// container's) is taken for a plain one.
func sized(msg tea.WindowSizeMsg) tea.WindowSizeMsg {
	if msg.Width <= 0 || msg.Height <= 0 {
		return tea.WindowSizeMsg{Width: plainW, Height: plainH}
	}
	return msg
}
