package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/live"
)

// stateMsg carries a new state from the collector.
type stateMsg struct{ *live.State }

// doneMsg carries the result of a command that ran in another goroutine.
type doneMsg struct{ then func(*Model) tea.Cmd }

// suspendMsg requests to release the terminal and stop until the shell continues
// the process.
type suspendMsg struct{}

// continuedMsg reports that the process continues after an external stop, during
// which the shell used the terminal.
type continuedMsg struct{}

// suspend is the command of ^Z.
func suspend() tea.Msg { return suspendMsg{} }

// copyMsg is text for the clipboard, which the program writes to the terminal.
type copyMsg string
