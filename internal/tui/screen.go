package tui

import (
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/frame"
	"github.com/natsctl/natsctl/internal/tui/live"
)

// render draws the frame of the window into the grid.
func (m *Model) render() {
	m.grid.Reset(m.w, m.h)
	a := m.grid.All()
	if m.w < frame.MinWidth || m.h < frame.MinHeight {
		frame.TooSmall(a)
		return
	}
	top, tabRow, tabs := frame.DrawHead(m.Context, head(m), a)
	m.tabs, m.tabY = tabs, tabRow
	bottom := frame.DrawFoot(m.Context, m.cur(), foot(m), a)
	body := a.Rows(top, a.H-top-bottom)
	m.cur().Draw(m.Context, body)
	if !m.Answered() || m.State.Phase == live.Down || m.State.Phase == live.Limited {
		if m.Answered() {
			body.Restyle(cell.Faded)
		}
		frame.DrawState(m.Context, body)
	}
	if m.overlay != nil {
		m.overlay.Draw(body)
	}
}

// head returns the content of the lines above the page.
func head(m *Model) frame.Head {
	h := frame.Head{
		Name: m.opt.Feed.NameOr("natsctl"), Newest: m.newest, Paused: m.paused, Hidden: m.noHeader,
		Mono: m.look.Profile == cell.NoColor, Front: m.stack[0].Spec.Kind,
	}
	for _, s := range m.specs {
		if s.HasTab(m.Context) {
			h.Tabs = append(h.Tabs, s)
		}
	}
	return h
}

// foot returns the content of the lines below the page.
func foot(m *Model) frame.Foot {
	f := frame.Foot{Notice: m.notice.text, Bad: m.notice.bad, Tasks: taskNames(m)}
	var crumbs []string
	for _, p := range m.stack {
		crumbs = append(crumbs, p.Crumbs())
	}
	f.Crumbs = strings.Join(crumbs, " › ")
	switch {
	case m.overlay != nil:
		f.Hints = m.overlay.Hints()
	case m.prompt != nil:
		f.Hints = m.prompt.Hints()
	default:
		f.Keys, f.Last = hinted(m)
	}
	if m.prompt != nil {
		f.Prompt = m.prompt.Draw
	}
	return f
}

// hinted returns the rows of the key table for the last line, the page's own
// first, and those that are always shown: help and quit.
func hinted(m *Model) (rest, last [][2]string) {
	var own, all [][2]string
	for _, b := range m.binds(m) {
		hint := [2]string{b.Help().Key, b.hint}
		switch {
		case b.hint == "" || !b.works(m):
		case hint[0] == "?" || hint[0] == "q":
			last = append(last, hint)
		case b.local:
			own = append(own, hint)
		default:
			all = append(all, hint)
		}
	}
	return append(own, all...), last
}

// taskNames returns the tasks in progress.
func taskNames(m *Model) []string {
	if m.connecting == "" {
		return m.running
	}
	return append([]string{"connecting to " + m.connecting}, m.running...)
}
