package page

import (
	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// ownHiddenText says that lists of connections leave out those of natsctl itself.
const ownHiddenText = "own connections hidden"

// lists reports whether lists of connections show a connection.
func (ctx *Context) lists(r *fleet.ConnRow) bool { return !ctx.HideOwn || !r.Own() }

// ownKeys is the key that hides the connections of natsctl itself.
func ownKeys() []Key {
	return []Key{{Keys: []string{"N"}, Shown: "N", Help: "hide the connections of natsctl itself, or show them", Do: func(ctx *Context, _ *Page) Effect {
		ctx.HideOwn = !ctx.HideOwn
		ctx.Touch()
		if ctx.HideOwn {
			return notify(ownHiddenText + "; N shows them")
		}
		return notify("own connections shown")
	}}}
}

// connLines shows the modes of the page, and whether own connections are hidden.
func connLines(ctx *Context, p *Page, a cell.Area) int {
	y := modeLine(ctx, p, a)
	if ctx.HideOwn {
		a.Write(widget.Gutter, y, ownHiddenText+"   N shows them", cell.Warning)
		y++
	}
	return y
}
