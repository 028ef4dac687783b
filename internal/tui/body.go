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
		tableH, panelH = divide(a.H, len(l.order), m.measure(p, row, a.W))
		if p.paned.zoomed {
			tableH = max(a.H/4, 4)
			panelH = a.H - tableH
		}
	}
	top := a.Rows(0, tableH)
	if len(l.order) == 0 {
		top.Write(gutter, min(1, top.H-1), m.emptyLine(p, l), cell.Muted)
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

// measure draws the panel of a row aside and returns how many lines it fills.
func (m *Model) measure(p *page, row, w int) int {
	mo := p.current()
	m.aside.Reset(w-2, mo.panel)
	mo.below(m, p, row, m.aside.All())
	return m.aside.Used()
}

// divide splits the height between the table and the panel below it: the panel
// gets what it wants where the table keeps most of it.
func divide(h, rows, want int) (table, panel int) {
	if want == 0 || h < 8 {
		return h, 0
	}
	panel = min(want+1, max(h*2/5, 5))
	if free := h - (rows + 1); free > panel {
		panel = min(want+1, free)
	}
	return h - panel, panel
}
