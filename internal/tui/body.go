package tui

import (
	"slices"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// fillMin is how many rows must be left over for more to be shown there.
const fillMin = 4

// body draws the open page: lines above, the table or the drawing, and the
// panel of the selected row.
func (m *Model) body(a cell.Area) {
	p := m.cur()
	mo := p.current()
	if m.st == nil || m.st.Snap == nil {
		return
	}
	if mo.above != nil {
		a = a.Rows(mo.above(m, p, a), a.H)
	}
	if mo.sheet == nil {
		mo.draw(m, p, a)
		return
	}
	l := p.list()
	l.refresh(m, p)
	row, chosen := l.selected()
	tableH, panelH := a.H, 0
	if mo.below != nil && chosen {
		panelH = m.panelRows(p, row, a)
		tableH = a.H - panelH
		if p.paned.zoomed {
			tableH = max(a.H/4, 4)
			panelH = a.H - tableH
		}
	}
	top := a.Rows(0, tableH)
	if len(l.order) == 0 {
		top.Write(gutter, min(1, top.H-1), m.emptyLine(p, l), cell.Muted)
		if free := top.H - 3; mo.fill != nil && free >= fillMin {
			mo.fill(m, top.Rows(3, free))
		}
		return
	}
	t := table{l: l, first: m.shown(mo.first, l), wide: m.wide, now: m.now(), raw: m.raw, still: m.noDeltas}
	if names := m.chosenColumns(p, l); len(names) > 0 {
		t.first, t.only = names, true
	}
	rows, cols := t.draw(top)
	m.drawn.within(top, rows, cols)
	if free := top.H - rows - 2; mo.fill != nil && free >= fillMin {
		mo.fill(m, top.Rows(rows+2, free))
	}
	if panelH > 1 {
		panel := a.Rows(tableH, panelH)
		panel.Rule(0, l.sheet.ref(row).String(), cell.Strong)
		mo.below(m, p, row, panel.Cut(1, 1, panel.W-2, panel.H-1))
	}
}

// shown are the full names of the columns to show, with rates or totals.
func (m *Model) shown(names []string, l *list) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = flow(named(name, l.heads), m.totals)
	}
	return out
}

// chosenColumns are the columns that the configuration chooses: those of the
// way in which the page is shown, or else those of the page, where it has them.
func (m *Model) chosenColumns(p *page, l *list) []string {
	if names := m.opt.Columns[p.current().name]; len(names) > 0 {
		return m.shown(names, l)
	}
	names := m.shown(m.opt.Columns[p.spec.name()], l)
	for _, n := range names {
		if !slices.ContainsFunc(l.heads, func(h view.Head) bool { return h.Name == n }) {
			return nil
		}
	}
	return names
}

// panelRows is the height of the panel of a row: what it fills of the rows that
// the table leaves over, or of two fifths of the page where that is more.
func (m *Model) panelRows(p *page, row int, a cell.Area) int {
	if a.H < 8 {
		return 0
	}
	room := max(a.H-len(p.list().order)-2, a.H*2/5, 5)
	want := m.measure(p, row, a.W, room-1)
	if want == 0 {
		return 0
	}
	return min(want+1, room)
}

// measure draws the panel of a row aside, in at most h rows, and returns how
// many it fills.
func (m *Model) measure(p *page, row, w, h int) int {
	mo := p.current()
	m.aside.Reset(w-2, min(mo.panel, h))
	mo.below(m, p, row, m.aside.All())
	return m.aside.Used()
}
