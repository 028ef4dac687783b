package tui

import (
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// footer draws the lines under the page and returns how many it took.
func (m *Model) footer(a cell.Area) int {
	n := 2
	if a.H >= roomyH {
		n = 3
		a.Rule(a.H-3, "", cell.Line)
	}
	m.crumbLine(a, a.H-2)
	m.keyLine(a, a.H-1)
	return n
}

// crumbLine says where we are and how the rows are narrowed, or what was just
// done, or takes what is typed.
func (m *Model) crumbLine(a cell.Area, y int) {
	switch {
	case m.prompt != nil:
		m.prompt.draw(m, a.Rows(y, 1))
		return
	case m.notice.text != "":
		style := cell.Style(cell.Notice)
		if m.notice.bad {
			style = cell.Danger
		}
		a.Write(1, y, m.notice.text, style)
		return
	}
	if err := m.filterFailed(); err != nil {
		a.Cut(0, 0, a.W-1, a.H).Write(1, y, "✗ "+err.Error(), cell.Danger)
		return
	}
	var parts []string
	for _, p := range m.stack {
		parts = append(parts, p.crumbs())
	}
	left := []segment{{text: strings.Join(parts, " › "), style: cell.Strong}}
	line(a, y, left, append(m.taskSegments(), m.listSegments()...))
}

// filterFailed is why the filter of the page cannot be; nil: there is none, or
// it can.
func (m *Model) filterFailed() error {
	if m.cur().current().sheet == nil || m.st == nil {
		return nil
	}
	return m.cur().list().failed
}

// listSegments say how many rows are shown, by which filter, in which order.
func (m *Model) listSegments() []segment {
	p := m.cur()
	if p.current().sheet == nil || m.st == nil {
		return nil
	}
	l := p.list()
	var out []segment
	if l.sheet != nil {
		out = append(out, segment{text: fmt.Sprintf("%s of %s", view.Count.Format(len(l.order)), view.Count.Format(l.sheet.size())), style: cell.Muted, rank: 3})
	}
	if l.filter != "" {
		out = append(out, segment{text: "/" + l.filter, style: cell.Warning})
	}
	if p.spec.kind == eventsPage && m.kind != "" {
		out = append(out, segment{text: live.KindText(m.kind) + " only", style: cell.Warning})
	}
	if p.spec.kind == eventsPage && m.severity > 0 {
		out = append(out, segment{text: severities[m.severity], style: cell.Warning})
	}
	if l.faults {
		out = append(out, segment{text: "faults only", style: cell.Warning})
	}
	if m.totals {
		out = append(out, segment{text: "totals", style: cell.Muted, rank: 4})
	}
	return out
}

// keyLine shows the keys that work now, as many as fit.
func (m *Model) keyLine(a cell.Area, y int) {
	x := 1
	seen := map[string]bool{}
	write := func(keys, hint string) {
		need := cell.Width(keys) + 1 + cell.Width(hint)
		if hint == "" || seen[keys] || x+need > a.W-1 {
			return
		}
		seen[keys] = true
		x = a.Write(x, y, keys, cell.Accent)
		x = a.Write(x+1, y, hint, cell.Muted) + 2
	}
	switch {
	case m.overlay != nil:
		for _, h := range m.overlay.hints() {
			write(h[0], h[1])
		}
		return
	case m.prompt != nil:
		for _, h := range m.prompt.hints() {
			write(h[0], h[1])
		}
		return
	}
	rest, last := m.hinted()
	end := a.W
	for _, b := range last {
		end -= cell.Width(b.Help().Key) + cell.Width(b.hint) + 3
	}
	full := a
	a = a.Cut(0, 0, end, a.H)
	for _, b := range rest {
		write(b.Help().Key, b.hint)
	}
	a = full
	for _, b := range last {
		write(b.Help().Key, b.hint)
	}
}

// hinted are the rows of the key table for the last line, those of the page
// first; and those that are always there: help and quit.
func (m *Model) hinted() (rest, last []bind) {
	var own, all []bind
	for _, b := range m.binds() {
		switch {
		case b.hint == "" || !b.works(m):
		case b.Help().Key == "?" || b.Help().Key == "q":
			last = append(last, b)
		case b.in != 0:
			own = append(own, b)
		default:
			all = append(all, b)
		}
	}
	return append(own, all...), last
}
