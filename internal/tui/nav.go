package tui

import (
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/page"
	"github.com/natsctl/natsctl/internal/tui/widget"

	tea "github.com/charmbracelet/bubbletea"
)

// maxPast is the maximum length of the page history.
const maxPast = 50

// specOf returns a page's row in the table of pages.
func (m *Model) specOf(kind page.Kind) *page.Spec {
	for _, s := range m.specs {
		if s.Kind == kind {
			return s
		}
	}
	return m.specs[0]
}

// root returns the page of a tab, which keeps its filter and selection.
func (m *Model) root(kind page.Kind) *page.Page {
	if m.roots[kind] == nil {
		m.roots[kind] = page.New(m.specOf(kind), widget.Ref{})
	}
	return m.roots[kind]
}

// saveHistory saves the open pages in the history for [ and -.
func (m *Model) saveHistory() {
	m.past = append(m.past, slices.Clone(m.stack))
	if len(m.past) > maxPast {
		m.past = m.past[1:]
	}
	m.future = nil
}

// goRoot opens the page of a tab. For a user of one account, the page of the
// account replaces the first.
func (m *Model) goRoot(kind page.Kind) {
	switch sp := m.specOf(kind); {
	case !m.OneAccount():
	case kind == page.Topology:
		kind = page.OwnAccount
	case sp.System:
		m.notify(strings.ToLower(sp.Title) + ": only for users of the system account; press 1 for your account")
		return
	}
	if len(m.stack) == 1 && m.cur().Spec.Kind == kind {
		return
	}
	m.saveHistory()
	m.stack = []*page.Page{m.root(kind)}
}

// turn switches between the pages of a fleet and those of one account when the feed
// turns out to be of the other type.
func (m *Model) turn() {
	switch front := m.stack[0].Spec; {
	case m.OneAccount() && front.System:
		m.stack = []*page.Page{m.root(page.OwnAccount)}
	case !m.OneAccount() && front.Own && m.Answered():
		m.stack = []*page.Page{m.root(page.Topology)}
	default:
		return
	}
	m.past, m.future = nil, nil
}

// push opens a page on top of the open one.
func (m *Model) push(t page.Target) *page.Page {
	m.saveHistory()
	p := page.New(m.specOf(t.Kind), t.Scope)
	m.stack = append(slices.Clone(m.stack), p)
	p.GoTo(t)
	return p
}

// pop returns to the page below the open one; false at the root.
func (m *Model) pop() bool {
	if len(m.stack) < 2 {
		return false
	}
	m.saveHistory()
	m.stack = slices.Clone(m.stack[:len(m.stack)-1])
	return true
}

// apply applies the effect of a key on a page.
func (m *Model) apply(e page.Effect) tea.Cmd {
	switch {
	case e.Open != nil:
		m.push(*e.Open)
	case e.Selected:
		title, object := m.cur().SelectedObject(m.Context)
		showObject(m, title, object)
	case e.Json != nil:
		showObject(m, e.Title, e.Json)
	case e.Follow != "":
		m.follow(e.Follow)
	case e.Root != "":
		m.goRoot(e.Root)
	case e.Order != nil:
		m.send(e.Order)
	case e.List != nil:
		m.overlay = &readingBox{e.List}
	case e.Choose != nil:
		m.overlay = &choiceBox{Picker: &widget.Picker{Title: e.Choose.Title, Items: e.Choose.Items, At: e.Choose.At}, take: func(m *Model, i int) tea.Cmd {
			return m.apply(e.Choose.Take(i))
		}}
	}
	if e.Notice != "" {
		m.notify(e.Notice)
	}
	return nil
}

// showObject opens the JSON of an object.
func showObject(m *Model, title string, object any) {
	if object == nil {
		m.notify("nothing is selected")
		return
	}
	m.push(page.Target{Kind: page.Object, Scope: widget.Ref{Title: title}}).ShowObject(object)
}

// follow opens the page of what belongs to the selected object.
func (m *Model) follow(kind page.Kind) {
	switch t, ok := m.cur().Follow(m.Context, kind); {
	case !ok:
		m.notify("nothing there is related to this row")
	case t.Kind != "":
		m.push(t)
	}
}

// quit ends the dashboard. While an action is in progress, which would stop
// halfway, quit must be repeated.
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

// openDiagnosis opens the page of the causes, on top of the open page.
func openDiagnosis(m *Model) {
	if m.cur().Spec.Kind != page.Diagnosis {
		m.push(page.Target{Kind: page.Diagnosis})
	}
}
