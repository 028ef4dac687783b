package tui

import (
	"slices"

	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
)

func togglePause(m *Model) {
	m.paused = !m.paused
	if !m.paused && m.newest != nil {
		m.State = m.newest
	}
}

func toggleTotals(m *Model) {
	m.Totals = !m.Totals
	l := m.cur().List()
	l.Sort, l.Cells = widget.TrafficColumn(l.Sort, m.Totals), nil
	m.Touch()
}

func toggleMouse(m *Model) tea.Cmd {
	m.mouse = !m.mouse
	if m.mouse {
		m.notify("mouse on: the wheel scrolls, a click selects, a second click opens; M turns it off")
		return tea.EnableMouseCellMotion
	}
	m.notify("mouse off: the terminal selects text again")
	return tea.DisableMouse
}

// zoomTime changes the time window of the graphs.
func zoomTime(m *Model, by int) {
	at := slices.Index(spans[:], m.Span)
	m.Span = spans[max(min(at+by, len(spans)-1), 0)]
	m.notify("graphs show the last " + page.ShortDuration(m.Span))
}

// travel moves through the page history, -1 back and +1 forward.
func travel(m *Model, by int) {
	from, to := &m.past, &m.future
	if by > 0 {
		from, to = to, from
	}
	if len(*from) == 0 {
		m.notify("no more pages in the history")
		return
	}
	*to = append(*to, slices.Clone(m.stack))
	m.stack = (*from)[len(*from)-1]
	*from = (*from)[:len(*from)-1]
}

// lastPage switches to the previous page.
func lastPage(m *Model) {
	n := len(m.past)
	if n == 0 {
		m.notify("no more pages in the history")
		return
	}
	m.past[n-1], m.stack = slices.Clone(m.stack), m.past[n-1]
}

// escape undoes one step: the search or the pane focus, the filter, then faults
// only, then the page.
func escape(m *Model) {
	if !m.cur().Undo() {
		m.pop()
	}
}

// backOrQuit closes the page, or quits at the root.
func backOrQuit(m *Model) tea.Cmd {
	if m.pop() {
		return nil
	}
	return m.quit()
}

// configure applies a reloaded configuration.
func configure(m *Model, c Config) {
	if c.Theme != "" {
		m.look.Theme = c.Theme
	}
	m.look.ASCII = m.look.ASCII || c.ASCII
	m.palette = cell.NewPalette(m.look)
	m.opt.Filters, m.Columns = c.Filters, c.Columns
	if every, err := c.every(); err == nil && every > 0 {
		m.send(live.SetInterval(every))
	}
}
