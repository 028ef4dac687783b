package tui

import (
	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// layout is where things were drawn last, for the mouse.
type layout struct {
	tabs  []tabAt
	tabY  int
	rowsY int // first row of the table
	rows  int
	cols  []colAt
}

type tabAt struct {
	from, to int
	kind     pageKind
}

type colAt struct {
	from, to int
	name     string
}

// mouseAt takes a click or the wheel: the wheel scrolls, a click selects, a
// click on the selected row opens it, on a heading sorts, on a tab goes there.
func (m *Model) mouseAt(msg tea.MouseMsg) tea.Cmd {
	if m.overlay != nil || m.prompt != nil || m.w < minW || m.h < minH || msg.Action != tea.MouseActionPress {
		return nil
	}
	switch msg.Button {
	case tea.MouseButtonWheelUp:
		m.moveBy(-3)
	case tea.MouseButtonWheelDown:
		m.moveBy(3)
	case tea.MouseButtonLeft:
		return m.click(msg.X, msg.Y)
	}
	return nil
}

func (m *Model) click(x, y int) tea.Cmd {
	if y == m.drawn.tabY {
		for _, t := range m.drawn.tabs {
			if x >= t.from && x < t.to {
				m.goRoot(t.kind)
			}
		}
		return nil
	}
	if m.cur().current().sheet == nil {
		return nil
	}
	l := m.cur().list()
	switch at := y - m.drawn.rowsY; {
	case at == -1:
		for _, c := range m.drawn.cols {
			if x >= c.from && x < c.to {
				l.sortBy(c.name)
			}
		}
	case at >= 0 && at < m.drawn.rows:
		if to := l.top + at; to == l.at {
			return m.open()
		}
		l.step(l.top + at - l.at)
	}
	return nil
}

// sortBy sorts by a column; the same again reverses.
func (l *list) sortBy(name string) {
	if l.sort == name {
		l.reverse = !l.reverse
	} else {
		l.sort, l.reverse = name, false
	}
	l.arrange()
}

// within notes where a table was drawn.
func (d *layout) within(a cell.Area, rows int, cols []colAt) {
	_, y := a.Origin()
	d.rowsY, d.rows, d.cols = y+1, rows, cols
}
