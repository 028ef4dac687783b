package tui

import (
	"slices"
	"strings"

	tea "github.com/charmbracelet/bubbletea"
)

// maxPast bounds the history of pages.
const maxPast = 50

// leave remembers the open pages for [ and -.
func (m *Model) leave() {
	m.past = append(m.past, slices.Clone(m.stack))
	if len(m.past) > maxPast {
		m.past = m.past[1:]
	}
	m.future = nil
}

// goRoot opens the page behind a tab.
func (m *Model) goRoot(kind pageKind) {
	switch {
	case !m.ownAccount():
	case kind == topoPage:
		kind = ownPage
	case forSystem.has(kind):
		m.say("only a user of the system account sees " + strings.ToLower(tabNames[kind]) + "; 1 shows the account that you see")
		return
	}
	if len(m.stack) == 1 && m.cur().spec.kind == kind {
		return
	}
	m.leave()
	m.stack = []*page{m.root(kind)}
}

// push opens a page over the open one.
func (m *Model) push(kind pageKind, scope ref) *page {
	m.leave()
	p := newPage(m.specOf(kind), scope)
	m.stack = append(slices.Clone(m.stack), p)
	return p
}

// pop goes back to the page under the open one; false at the root.
func (m *Model) pop() bool {
	if len(m.stack) < 2 {
		return false
	}
	m.leave()
	m.stack = slices.Clone(m.stack[:len(m.stack)-1])
	return true
}

// travel goes through the history of pages, -1 back and +1 forward.
func (m *Model) travel(by int) {
	from, to := &m.past, &m.future
	if by > 0 {
		from, to = to, from
	}
	if len(*from) == 0 {
		m.say("no other page in the history")
		return
	}
	*to = append(*to, slices.Clone(m.stack))
	m.stack = (*from)[len(*from)-1]
	*from = (*from)[:len(*from)-1]
}

// lastPage changes places with the page before.
func (m *Model) lastPage() {
	n := len(m.past)
	if n == 0 {
		m.say("no other page in the history")
		return
	}
	m.past[n-1], m.stack = slices.Clone(m.stack), m.past[n-1]
}

// escape undoes one thing: the focus of a pane, the filter, then faults only,
// then the page.
func (m *Model) escape() tea.Cmd {
	p := m.cur()
	l := p.list()
	switch {
	case p.search != "":
		p.search = ""
	case p.paned.focus > 0:
		p.paned = paned{}
	case l.filter != "":
		l.setFilter("")
		l.arrange()
	case l.faults:
		l.faults = false
		l.arrange()
	default:
		m.pop()
	}
	return nil
}

// back closes the page; at the root it ends the dashboard.
func (m *Model) backOrQuit() tea.Cmd {
	if m.pop() {
		return nil
	}
	return m.quit()
}

// quit ends the dashboard. An action that is under way would stop halfway: then
// it takes a second time.
func (m *Model) quit() tea.Cmd {
	if len(m.running) > 0 && !m.warned {
		m.warned = true
		m.overlay, m.prompt = nil, nil
		m.fail(strings.Join(m.running, ", ") + " still runs; quit again to leave it unfinished")
		return nil
	}
	m.quitting = true
	return tea.Quit
}

// open follows the selected row.
func (m *Model) open() tea.Cmd {
	p := m.cur()
	if p.spec.open == nil {
		return nil
	}
	if r, ok := m.selected(); ok {
		p.spec.open(m, p, r)
	}
	return nil
}

// selected names the object under the cursor, or the object of the page where
// it has no rows.
func (m *Model) selected() (ref, bool) {
	p := m.cur()
	if p.current().sheet == nil {
		return p.scope, p.scope != (ref{})
	}
	l := p.list()
	row, ok := l.selected()
	if !ok {
		return ref{}, false
	}
	return l.sheet.ref(row), true
}
