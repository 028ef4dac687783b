package page

import (
	"fmt"
	"slices"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// fillMin is the minimum number of unused rows that are filled with more content.
const fillMin = 4

// Draw draws the page: the lines above, the table or drawing, and the panel of
// the selected row.
func (p *Page) Draw(ctx *Context, a cell.Area) {
	mo := p.Current()
	if !ctx.Answered() {
		return
	}
	p.Drawn = widget.Layout{}
	if mo.above != nil {
		a = a.Rows(mo.above(ctx, p, a), a.H)
	}
	if mo.sheet == nil {
		mo.draw(ctx, p, a)
		return
	}
	l := p.List()
	p.Refresh(ctx)
	row, chosen := l.Selected()
	tableH, panelH := a.H, 0
	if mo.below != nil && chosen {
		panelH = panelRows(p, ctx, row, a)
		tableH = a.H - panelH
		if p.paned.zoomed {
			tableH = max(a.H/4, 4)
			panelH = a.H - tableH
		}
	}
	top := a.Rows(0, tableH)
	if len(l.Order) == 0 {
		top.Write(widget.Gutter, min(1, top.H-1), emptyLine(p, ctx), cell.Muted)
		if free := top.H - 3; mo.fill != nil && free >= fillMin {
			mo.fill(ctx, top.Rows(3, free))
		}
		return
	}
	t := widget.Table{List: l, First: ctx.shown(mo.first, l), Wide: ctx.Wide, Now: ctx.Now(), FullBytes: ctx.FullBytes, HideDeltas: ctx.HideDeltas}
	if names := chosenColumns(p, ctx); len(names) > 0 {
		t.First, t.Only = names, true
	}
	rows, cols := t.Draw(top)
	p.Drawn.Within(top, rows, cols)
	if free := top.H - rows - 2; mo.fill != nil && free >= fillMin {
		mo.fill(ctx, top.Rows(rows+2, free))
	}
	if panelH > 1 {
		panel := a.Rows(tableH, panelH)
		panel.Rule(0, l.Sheet.Ref(row).String(), cell.Strong)
		mo.below(ctx, p, row, panel.Cut(1, 1, panel.W-2, panel.H-1))
	}
}

// shown returns the full names of the columns to show, with rates or totals.
func (ctx *Context) shown(names []string, l *widget.List) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = widget.TrafficColumn(widget.ColumnNamed(name, l.Heads), ctx.Totals)
	}
	return out
}

// chosenColumns returns the configured columns: those of the current mode, or
// else those of the page, if it has them.
func chosenColumns(p *Page, ctx *Context) []string {
	l := p.List()
	if names := ctx.Columns[p.Current().Name]; len(names) > 0 {
		return ctx.shown(names, l)
	}
	names := ctx.shown(ctx.Columns[string(p.Spec.Kind)], l)
	for _, n := range names {
		if !slices.ContainsFunc(l.Heads, func(h view.Head) bool { return h.Name == n }) {
			return nil
		}
	}
	return names
}

// panelRows returns the height of a row's panel: as many rows as it fills, at
// most those the table leaves free or two fifths of the page, whichever is more.
func panelRows(p *Page, ctx *Context, row int, a cell.Area) int {
	if a.H < 8 {
		return 0
	}
	room := max(a.H-len(p.List().Order)-2, a.H*2/5, 5)
	want := measure(p, ctx, row, a.W, room-1)
	if want == 0 {
		return 0
	}
	return min(want+1, room)
}

// measure draws the panel of a row off screen, in at most h rows, and returns how
// many it fills.
func measure(p *Page, ctx *Context, row, w, h int) int {
	if p.aside == nil {
		p.aside = cell.New(0, 0)
	}
	mo := p.Current()
	p.aside.Reset(w-2, min(mo.panel, h))
	mo.below(ctx, p, row, p.aside.All())
	return p.aside.Used()
}

// emptyLine explains why a table has no rows, and what would change that.
func emptyLine(p *Page, ctx *Context) string {
	switch l := p.List(); {
	case l.Sheet.Size() == 0 && p.Current().empty != nil:
		return p.Current().empty(ctx, p)
	case l.Sheet.Size() == 0:
		return "nothing to show here"
	case l.Filter != "":
		return fmt.Sprintf("0 of %s match  /%s   Esc clears", view.Count.Format(l.Sheet.Size()), l.Filter)
	case l.Faults:
		return fmt.Sprintf("none of %s is faulty   f shows all", view.Count.Format(l.Sheet.Size()))
	}
	return ""
}
