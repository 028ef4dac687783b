package page

import (
	"fmt"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// matrix is a table of connectivity from each row's end to each column's. Cells
// are computed when they are drawn.
type matrix struct {
	title string
	names []string
	at    func(row, col int) (matrixCell, bool)
	worst fleet.Level
	from  int // the first column shown, if not all fit
}

type matrixCell struct {
	text  string
	level fleet.Level
}

// drawMatrices draws the gateways between clusters and the routes in each cluster,
// those with problems first, starting at the scroll position.
func drawMatrices(ctx *Context, p *Page, a cell.Area) {
	all := matrices(ctx.State)
	if len(all) == 0 {
		a.Write(widget.Gutter, 1, noLinks(ctx, p), cell.Muted)
		return
	}
	y := -p.Scroll
	for _, mx := range all {
		mx.from = p.across
		if y+mx.height() < 0 || y >= a.H { // above or below the window
			y += mx.height() + 1
			continue
		}
		y = mx.draw(a, y) + 1
	}
	if y+p.Scroll > a.H {
		p.Scroll = min(p.Scroll, y+p.Scroll-a.H)
	} else {
		p.Scroll = 0
		if free := a.H - y; free >= fillMin {
			widget.Stack(a.Rows(y, free), []widget.Block{linkBlock(ctx), alertBlock(ctx), eventBlock(ctx)})
		}
	}
}

// matrices returns the gateway matrix and one route matrix for each cluster.
func matrices(st *live.State) []matrix {
	var out []matrix
	if g := gatewayMatrix(st); len(g.names) > 1 {
		out = append(out, g)
	}
	for _, c := range st.Top.Clusters {
		if c.Name == "" || len(c.Nodes) < 2 {
			continue
		}
		out = append(out, routeMatrix(st, c))
	}
	return out
}

func gatewayMatrix(st *live.State) matrix {
	names := st.GatewayNames()
	at := func(row, col int) (matrixCell, bool) {
		s := st.Span(names[row], names[col])
		if s == nil {
			return matrixCell{}, false
		}
		text := live.Ratio(s.Have, s.Need)
		if s.RTTSeconds > 0 {
			text += " " + view.Duration(s.RTTSeconds)
		}
		return matrixCell{text, s.Level}, true
	}
	return matrix{title: "GATEWAYS  from row to column: servers with an outbound connection, worst RTT", names: names, at: at, worst: st.WorstSpan()}
}

func routeMatrix(st *live.State, c *fleet.Cluster) matrix {
	cells := map[[2]int]matrixCell{}
	mx := matrix{title: "ROUTES  cluster " + c.Name + ": does the row list the column, RTT"}
	index := map[string]int{}
	for i, n := range c.Nodes {
		mx.names = append(mx.names, n.Name)
		index[n.Key] = i
	}
	for _, e := range st.RoutesOf(c.Name) {
		from, ok := index[e.From]
		to, too := index[e.To]
		if !ok || !too {
			continue
		}
		cells[[2]int{from, to}], cells[[2]int{to, from}] = routeCell(e.A, e), routeCell(e.B, e)
	}
	for _, v := range cells {
		mx.worst = mx.worst.Worse(v.level)
	}
	mx.at = func(row, col int) (matrixCell, bool) {
		v, ok := cells[[2]int{row, col}]
		return v, ok
	}
	return mx
}

// routeCell returns the state of a route as one end reports it.
func routeCell(end fleet.End, e *fleet.Edge) matrixCell {
	switch {
	case !end.Heard:
		return matrixCell{"no answer", fleet.Unknown}
	case !end.Listed:
		return matrixCell{"none", fleet.Crit}
	case e.State == fleet.StateOneWay:
		return matrixCell{"one-way", fleet.Warn}
	case end.RTTSeconds > 0:
		return matrixCell{view.Duration(end.RTTSeconds), widget.WarnIf(e.Level != fleet.OK)}
	}
	return matrixCell{live.PoolText(end), widget.WarnIf(e.Level != fleet.OK)}
}

// measured is the number of rows and columns of a matrix that determine its
// widths.
const measured = 60

// widths returns the widths of the names on the left and of a cell.
func (mx matrix) widths() (nameW, colW int) {
	nameW, colW = 4, 5
	for _, n := range mx.names {
		nameW = max(nameW, min(cell.Width(n), 20))
	}
	colW = max(colW, min(nameW, 14))
	n := min(len(mx.names), measured)
	for row := range n {
		for col := range n {
			if v, ok := mx.at(row, col); ok {
				colW = max(colW, cell.Width(v.text)+2)
			}
		}
	}
	return nameW, colW
}

// width returns the width of the whole matrix.
func (mx matrix) width() int {
	nameW, colW := mx.widths()
	return nameW + 5 + len(mx.names)*(colW+2)
}

// height returns the number of rows of the matrix.
func (mx matrix) height() int { return 2 + len(mx.names) }

// draw draws the matrix starting at row y, with as many columns as fit, and
// returns the row after it.
func (mx matrix) draw(a cell.Area, y int) int {
	put := func(x, y int, s string, st cell.Style) {
		if y >= 0 {
			a.Write(x, y, s, st)
		}
	}
	if y >= 0 {
		a.Rule(y, mx.title, cell.Strong)
	}
	nameW, colW := mx.widths()
	cols := max(min(len(mx.names), (a.W-nameW-5)/(colW+2)), 1)
	from := min(mx.from, len(mx.names)-cols)
	for i, n := range mx.names[from : from+cols] {
		put(nameW+5+i*(colW+2), y+1, cell.Fit(n, colW, false), cell.Head)
	}
	if more := len(mx.names) - cols; more > 0 && y >= 0 {
		a.Right(a.W-1, y, fmt.Sprintf("columns %d to %d of %d   ← →", from+1, from+cols, len(mx.names)), cell.Muted)
	}
	for r := max(-2-y, 0); r < len(mx.names) && y+2+r < a.H; r++ {
		n := mx.names[r]
		put(3, y+2+r, cell.Fit(n, nameW, false), cell.Head)
		for i := range cols {
			x, c := nameW+5+i*(colW+2), from+i
			v, ok := mx.at(r, c)
			switch {
			case r == c:
				put(x, y+2+r, "·", cell.Muted)
			case !ok:
				put(x, y+2+r, "-", cell.Muted)
			default:
				put(x, y+2+r, view.Glyph(v.level, false)+" ", cell.OfGlyph(v.level))
				put(x+2, y+2+r, cell.Fit(v.text, colW-2, false), cell.OfLevel(v.level))
			}
		}
	}
	return y + mx.height()
}
