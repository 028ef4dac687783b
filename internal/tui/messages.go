package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/live"
)

// stateMsg brings a new state from the collector.
type stateMsg struct{ *live.State }

// doneMsg brings back what a command did off the screen's goroutine.
type doneMsg struct{ then func(*Model) tea.Cmd }

// suspendMsg asks to give the terminal back and to stop until the shell
// continues the process.
type suspendMsg struct{}

// continuedMsg says that the process was stopped from outside and goes on:
// meanwhile the shell had the terminal.
type continuedMsg struct{}

// suspend is what ^Z does.
func suspend() tea.Msg { return suspendMsg{} }

// copyMsg is written to the terminal by the program: text for the clipboard.
type copyMsg string
