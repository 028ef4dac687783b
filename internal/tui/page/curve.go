package page

import (
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/view"
)

// points returns how many points of a curve the time window covers.
func points(ctx *Context) int {
	return max(int(ctx.Span/every(ctx)), 2)
}

// curve returns the part of a curve within the time window, for n columns.
func curve(ctx *Context, c *live.Curves, s live.Series, n int) []float32 {
	if c == nil {
		return nil
	}
	return live.Resample(live.Last(c[s], points(ctx)), n)
}

// columns returns how many points a graph of w cells shows.
func columns(ctx *Context, w int) int {
	if ctx.Dots == cell.Blocks {
		return w
	}
	return w * 2
}

// covered returns how much of a curve's time the window shows.
func covered(ctx *Context, c *live.Curves) time.Duration {
	if c == nil || ctx.State == nil {
		return ctx.Span
	}
	return min(time.Duration(len(c[live.CPU]))*every(ctx), ctx.Span)
}

// every returns the time between two points.
func every(ctx *Context) time.Duration {
	if ctx.State != nil && ctx.State.Every > 0 {
		return ctx.State.Every
	}
	return 2 * time.Second
}

// SparkOf returns a small text graph of the whole fleet.
func SparkOf(ctx *Context, s live.Series) string {
	if ctx.State == nil || ctx.State.History == nil {
		return ""
	}
	return cell.Fit(Spark(curve(ctx, ctx.State.History.Fleet, s, 8), 8), 8, true)
}

// Spark draws points as one line of blocks.
func Spark(points []float32, w int) string {
	steps := []rune("▁▂▃▄▅▆▇") // no full block, so that adjacent lines stay separate
	points = live.Last(points, w)
	top := cell.Top(points, 0)
	out := make([]rune, 0, w)
	for _, v := range points {
		if math.IsNaN(float64(v)) {
			out = append(out, ' ')
			continue
		}
		i := 0
		if top > 0 && v > 0 {
			i = min(int(v/top*7), 6)
		}
		out = append(out, steps[i])
	}
	return string(out)
}

// flowCurve returns the messages in and out of a server, for n columns.
func flowCurve(ctx *Context, r *live.ServerRow, n int) []float32 {
	c := ctx.State.History.Server(r.Key())
	in, out := curve(ctx, c, live.InMsgs, n), curve(ctx, c, live.OutMsgs, n)
	sum := make([]float32, len(in))
	for i := range min(len(in), len(out)) {
		sum[i] = in[i] + out[i]
	}
	return sum
}

// curveGrid draws the six graphs in two rows, each h rows high below its title,
// with one of them marked.
func curveGrid(ctx *Context, r *live.ServerRow, a cell.Area, h, at int) {
	c := ctx.State.History.Server(r.Key())
	const cols = 3
	colW := a.W / cols
	for i, g := range graphsOf(r) {
		area := a.Cut((i%cols)*colW, (i/cols)*(h+2), colW-2, h+1)
		bigGraph(ctx, g, c, area)
		if i == at {
			area.Cut(0, 0, cell.Width(g.title), 1).Restyle(cell.Selected)
		}
	}
}

// bigGraph is a title line and a graph with its scale.
func bigGraph(ctx *Context, g graph, c *live.Curves, a cell.Area) {
	x := a.Write(0, 0, strings.ToUpper(g.title), cell.Head)
	a.Write(x+2, 0, g.value, cell.Strong)
	w := max(a.W-9, 8)
	points := curve(ctx, c, g.ser, columns(ctx, w))
	top := a.Cut(0, 1, w, a.H-1).Graph(points, 0, ctx.Dots, cell.Chart)
	a.Write(w+1, 1, peak(top, g.unit), cell.Muted)
	a.Write(w+1, a.H-1, "0", cell.Muted)
	a.Right(a.W-9, 0, "last "+ShortDuration(covered(ctx, c)), cell.Muted)
}

// graph is one curve with its labels.
type graph struct {
	title string
	ser   live.Series
	value string
	unit  view.Unit
}

// graphs returns the curves of a server with their current values.
func graphsOf(r *live.ServerRow) []graph {
	s := r.Answer.Statsz
	t := r.Traffic()
	return []graph{
		{"cpu %", live.CPU, view.Percent.Format(s.CPU), view.Percent},
		{"mem", live.Memory, live.Compact(view.Bytes.Format(s.Mem)), view.Bytes},
		{"conns", live.Connections, view.Count.Format(s.Connections), view.PerSec},
		{"in msg/s", live.InMsgs, view.PerSec.Format(t.InMsgs.Value()), view.PerSec},
		{"out msg/s", live.OutMsgs, view.PerSec.Format(t.OutMsgs.Value()), view.PerSec},
		{"pending", live.Pending, live.Compact(view.Bytes.Format(r.Pending())), view.Bytes},
	}
}

// miniCurves draws each curve on one line, in two columns, and returns the number
// of lines used.
func miniCurves(ctx *Context, r *live.ServerRow, a cell.Area) int {
	if r.Answer.Statsz == nil {
		return 0
	}
	c := ctx.State.History.Server(r.Key())
	gs := graphsOf(r)
	half := (len(gs) + 1) / 2
	n := min(half, a.H)
	colW := a.W / 2
	for i, g := range gs {
		y := i % half
		if y >= n {
			continue
		}
		curveLine(ctx, g, c, a.Cut((i/half)*colW, y, colW-2, 1))
	}
	return n
}

// curveLine draws title, curve, value and peak on one line.
func curveLine(ctx *Context, g graph, c *live.Curves, a cell.Area) {
	a.Write(0, 0, cell.Fit(g.title, 10, false), cell.Muted)
	w := max(min(a.W-10-9-15, 40), 8)
	points := curve(ctx, c, g.ser, columns(ctx, w))
	top := a.Cut(10, 0, w, 1).Graph(points, 0, ctx.Dots, cell.Chart)
	x := a.Write(10+w+1, 0, cell.Fit(g.value, 8, true), cell.Strong)
	if top > 0 && x+12 <= a.W {
		a.Write(x+2, 0, "max "+peak(top, g.unit), cell.Muted)
	}
}

// peak returns the maximum of a curve in its unit.
func peak(v float32, u view.Unit) string { return live.Compact(u.Format(float64(v))) }

// ShortDuration formats an interval without unnecessary digits.
func ShortDuration(d time.Duration) string {
	switch {
	case d%time.Hour == 0:
		return fmt.Sprintf("%dh", int(d.Hours()))
	case d%time.Minute == 0:
		return fmt.Sprintf("%dm", int(d.Minutes()))
	case d%time.Second == 0 && d < time.Minute:
		return fmt.Sprintf("%ds", int(d.Seconds()))
	}
	return view.Duration(d.Seconds())
}
