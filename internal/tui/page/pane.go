package page

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// pane is a titled part of a page without a table. Tab focuses it, the arrows then
// select a line, Enter opens it, and z zooms the pane to the whole page.
type pane struct {
	title string
	lines []paneLine
	graph func(i int, a cell.Area) // draws line i large when the pane is zoomed; nil: draw the lines
}

// paneLine is one line and what Enter opens; nil: nothing.
type paneLine struct {
	parts []widget.Segment
	open  func() Effect
}

// paned is the focus state of a page with panes.
type paned struct {
	focus  int // the focused pane, counted from 1; 0: none
	zoomed bool
	at     int // selected line of the focused pane
}

// nextPane moves the focus; after the last pane, no pane has it.
func (p *Page) nextPane(ctx *Context, by int) {
	n := len(panes(p, ctx))
	if n == 0 {
		return
	}
	focus := ((p.paned.focus+by)%(n+1) + n + 1) % (n + 1)
	p.paned = paned{focus: focus, zoomed: p.paned.zoomed && focus > 0}
}

// ZoomPane toggles the zoom: of the focused pane to the whole page, or of the panel
// below a table to most of it.
func (p *Page) ZoomPane(ctx *Context) {
	switch {
	case p.Current().below != nil:
		p.paned.zoomed = !p.paned.zoomed
		return
	case len(panes(p, ctx)) == 0:
		return
	}
	p.paned.focus = max(p.paned.focus, 1)
	p.paned.zoomed = !p.paned.zoomed
}

// panes returns the panes of the page in tab order, none if it has a table.
func panes(p *Page, ctx *Context) []pane {
	if !ctx.Answered() || p.Current().panes == nil {
		return nil
	}
	return p.Current().panes(ctx, p)
}

// focused returns the focused pane, or false if there is none.
func focused(p *Page, ctx *Context) (pane, bool) {
	all := panes(p, ctx)
	if p.paned.focus < 1 || p.paned.focus > len(all) {
		return pane{}, false
	}
	return all[p.paned.focus-1], true
}

// MoveBy moves the cursor or the selected line of the focused pane, or scrolls a
// page without rows.
func (p *Page) MoveBy(ctx *Context, n int) {
	switch pn, ok := focused(p, ctx); {
	case ok:
		p.paned.at = max(min(p.paned.at+n, len(pn.lines)-1), 0)
	case !p.HasRows():
		p.Scroll = max(p.Scroll+n, 0)
	default:
		p.List().Step(n)
	}
}

// openPane opens the selected line of the focused pane; without a focused pane it
// moves the focus.
func openPane(p *Page, ctx *Context) Effect {
	pn, ok := focused(p, ctx)
	if !ok {
		p.nextPane(ctx, +1)
		return Effect{}
	}
	if p.paned.at < len(pn.lines) && pn.lines[p.paned.at].open != nil {
		return pn.lines[p.paned.at].open()
	}
	return Effect{}
}

// drawPane draws pane i of the page, highlighted if focused.
func drawPane(p *Page, i int, pn pane, a cell.Area) {
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
		widget.DrawParts(row, pn.lines[top+y].parts)
		if has && top+y == p.paned.at {
			row.Write(0, 0, "▌", cell.Accent)
			row.Restyle(cell.Selected)
		}
	}
}

// drawZoomed draws the focused pane in the whole area.
func drawZoomed(p *Page, ctx *Context, a cell.Area) bool {
	pn, ok := focused(p, ctx)
	if !ok || !p.paned.zoomed {
		return false
	}
	if pn.graph != nil && len(pn.lines) > 0 {
		p.paned.at = max(min(p.paned.at, len(pn.lines)-1), 0)
		pn.graph(p.paned.at, a)
		return true
	}
	drawPane(p, p.paned.focus-1, pn, a)
	return true
}
