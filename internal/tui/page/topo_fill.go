package page

import (
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
)

// fillWide is the minimum width to fill the unused rows in two columns.
const fillWide = 100

// topoFill fills the rows below the tree: the matrices on the left; the links and
// alerts that need attention and the latest events on the right.
func topoFill(ctx *Context, a cell.Area) {
	right := []widget.Block{linkBlock(ctx), alertBlock(ctx), eventBlock(ctx)}
	if a.W < fillWide {
		widget.Stack(a, right)
		return
	}
	half := a.W * 2 / 5
	left := fitting(ctx.State, half-1, a.H)
	if len(left) == 0 {
		widget.Stack(a, right)
		return
	}
	y := 0
	for _, mx := range left {
		y = mx.draw(a.Cut(0, 0, half-1, a.H), y) + 1
	}
	widget.Stack(a.Cut(half+1, 0, a.W-half-1, a.H), right)
}

// fitting returns the matrices that fit, those with problems first.
func fitting(st *live.State, w, h int) []matrix {
	all := matrices(st)
	slices.SortStableFunc(all, func(a, b matrix) int { return b.worst.Compare(a.worst) })
	var out []matrix
	for _, mx := range all {
		mx.title, _, _ = strings.Cut(mx.title, ": ")
		if need := mx.height(); need <= h && mx.width() <= w {
			out = append(out, mx)
			h -= need + 1
		}
	}
	return out
}
