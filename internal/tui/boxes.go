package tui

import (
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"
)

// choiceBox is a picker on top of the page.
type choiceBox struct {
	*widget.Picker
	take func(m *Model, i int) tea.Cmd
}

func (b *choiceBox) press(msg tea.KeyMsg) (closed bool, then func(*Model) tea.Cmd) {
	closed, taken := b.Key(msg)
	if !taken {
		return closed, nil
	}
	return true, func(m *Model) tea.Cmd { return b.take(m, b.At) }
}

// readingBox is scrollable text on top of the page.
type readingBox struct{ *widget.Scroller }

func (b *readingBox) press(msg tea.KeyMsg) (closed bool, then func(*Model) tea.Cmd) {
	return b.Key(msg), nil
}

// messageBox is a message that any key closes.
type messageBox struct{ *widget.Message }

func (*messageBox) press(tea.KeyMsg) (closed bool, then func(*Model) tea.Cmd) { return true, nil }
