package tui

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// pane is a titled part of a page without a table. Tab puts the focus on it,
// the arrows then choose a line, Enter opens it, and z gives it the page.
type pane struct {
	title string
	lines []paneLine
	graph func(m *Model, i int, a cell.Area) // draws line i large, when the pane is zoomed; nil: its lines
}

// paneLine is one line and what Enter opens of it; nil: nothing.
type paneLine struct {
	parts []segment
	open  func(m *Model)
}

// paned is the focus of a page with panes.
type paned struct {
	focus  int // of the panes, from 1 on; 0: none
	zoomed bool
	at     int // chosen line of the pane with the focus
}

// turnPane moves the focus; beyond the last pane none has it.
func (m *Model) turnPane(by int) {
	p := m.cur()
	n := len(m.panes(p))
	if n == 0 {
		return
	}
	focus := ((p.paned.focus+by)%(n+1) + n + 1) % (n + 1)
	p.paned = paned{focus: focus, zoomed: p.paned.zoomed && focus > 0}
}

// zoomPane gives the page to the pane with the focus, or most of it to the
// panel under a table, or takes it back.
func (m *Model) zoomPane() {
	p := m.cur()
	switch {
	case p.current().below != nil:
		p.paned.zoomed = !p.paned.zoomed
		return
	case len(m.panes(p)) == 0:
		return
	}
	p.paned.focus = max(p.paned.focus, 1)
	p.paned.zoomed = !p.paned.zoomed
}

// panes are the panes of a page, in the order of Tab; none of one with a
// table.
func (m *Model) panes(p *page) []pane {
	if m.st == nil || m.st.Snap == nil || p.current().panes == nil {
		return nil
	}
	return p.current().panes(m, p)
}

// focused is the pane with the focus; false when none has it.
func (m *Model) focused(p *page) (pane, bool) {
	all := m.panes(p)
	if p.paned.focus < 1 || p.paned.focus > len(all) {
		return pane{}, false
	}
	return all[p.paned.focus-1], true
}

// movePane chooses another line of the pane with the focus; false when none
// has it.
func (m *Model) movePane(n int) bool {
	p := m.cur()
	pn, ok := m.focused(p)
	if ok {
		p.paned.at = max(min(p.paned.at+n, len(pn.lines)-1), 0)
	}
	return ok
}

// openPane opens the chosen line.
func (m *Model) openPane() {
	p := m.cur()
	pn, ok := m.focused(p)
	if !ok {
		m.turnPane(+1)
		return
	}
	if p.paned.at < len(pn.lines) && pn.lines[p.paned.at].open != nil {
		pn.lines[p.paned.at].open(m)
	}
}

// drawPane draws pane i of the page, with its focus.
func (m *Model) drawPane(p *page, i int, pn pane, a cell.Area) {
	if a.H < 1 {
		return
	}
	has := p.paned.focus == i+1
	style, title := cell.Style(cell.Strong), pn.title
	if has {
		style, title = cell.Front, "▸ "+pn.title
	}
	room, top := a.H-1, 0
	if has {
		p.paned.at = max(min(p.paned.at, len(pn.lines)-1), 0)
		top = max(p.paned.at-room+1, 0)
	}
	if hidden := len(pn.lines) - room; hidden > 0 && room > 0 {
		title += fmt.Sprintf("  %d more", hidden)
	}
	a.Rule(0, title, style)
	for y := range min(len(pn.lines)-top, room) {
		row := a.Rows(y+1, 1)
		parts(row, pn.lines[top+y].parts)
		if has && top+y == p.paned.at {
			row.Write(0, 0, "▌", cell.Accent)
			row.Restyle(cell.Selected)
		}
	}
}

// drawZoomed gives the whole area to the pane with the focus.
func (m *Model) drawZoomed(p *page, a cell.Area) bool {
	pn, ok := m.focused(p)
	if !ok || !p.paned.zoomed {
		return false
	}
	if pn.graph != nil && len(pn.lines) > 0 {
		p.paned.at = max(min(p.paned.at, len(pn.lines)-1), 0)
		pn.graph(m, p.paned.at, a)
		return true
	}
	m.drawPane(p, p.paned.focus-1, pn, a)
	return true
}

// parts writes the segments of a line. Where they do not fit, those that may
// shrink do, and of the others the last go or are cut.
func parts(a cell.Area, list []segment) {
	a = a.Cut(0, 0, a.W-1, 1)
	last := 0
	for i, s := range list {
		if s.whole {
			last = i + 1
		}
	}
	over := width(list[:last], true) - 1 - a.W
	x := 1
	for _, s := range list {
		text, n := s.text, cell.Width(s.text)
		if s.least > 0 && over > 0 {
			less := max(min(over, n-s.least), 0)
			text, n, over = cell.Fit(strings.TrimRight(text, " "), n-less, false), n-less, over-less
		}
		if s.whole && x+n > a.W {
			return
		}
		if x = a.Write(x, 0, text, s.style); !s.tied {
			x++
		}
	}
}
