package page

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// Sizes of the cluster map.
const (
	boxMin   = 26 // cells of a cluster's box
	boxMax   = 44
	bridgeW  = 18 // between two boxes
	boxRows  = 8  // servers shown in a box
	mapRoomH = 22 // minimum rows of the page for a map above the tree
)

// topoMap draws the clusters as boxes with the gateways between them and returns
// the number of rows used: 0 on a small screen.
func topoMap(ctx *Context, p *Page, a cell.Area) int {
	clusters := ctx.State.Clusters()
	if a.H < mapRoomH || a.W < boxMin*2 || len(clusters) == 0 {
		return 0
	}
	perRow := min(len(clusters), max((a.W-2+bridgeW)/(boxMin+bridgeW), 1))
	boxW := min((a.W-2-bridgeW*(perRow-1))/perRow, boxMax)
	selected := widget.Ref{}
	if r, ok := p.Selected(); ok {
		selected = r
	}
	y := 0
	for i := 0; i < len(clusters); i += perRow {
		row := clusters[i:min(i+perRow, len(clusters))]
		h := 0
		for _, c := range row {
			h = max(h, min(len(boxNodes(ctx, c)), boxRows)+2)
		}
		if y+h > a.H/2 {
			break
		}
		for j, c := range row {
			x := 1 + j*(boxW+bridgeW)
			clusterBox(ctx, a.Cut(x, y, boxW, min(len(boxNodes(ctx, c)), boxRows)+2), c, selected)
			if j > 0 {
				bridge(a.Cut(x-bridgeW, y, bridgeW, h), ctx.State.PairOf(row[j-1].Name, c.Name))
			}
		}
		y += h
	}
	return farLines(ctx, a, y, perRow) + 1
}

// clusterBox draws one cluster with its servers.
func clusterBox(ctx *Context, a cell.Area, c *fleet.Cluster, selected widget.Ref) {
	style := cell.Style(cell.Line)
	if c.Level.Urgent() {
		style = cell.OfLevel(c.Level)
	}
	in := a.Frame("", style)
	x := a.Write(2, 0, " "+view.Text(c.Name)+" ", cell.Strong)
	mark := fmt.Sprintf(" %s %s ", live.Ratio(c.Have, c.Need), view.Glyph(c.Level, false))
	if x+cell.Width(mark) < a.W {
		a.Right(a.W-2, 0, mark, cell.OfGlyph(c.Level))
	}
	if v := strings.Join(c.Versions, " · "); v != "" {
		a.Cut(0, 0, a.W-2, a.H).Right(a.W-3, a.H-1, " "+v+" ", cell.OfLevel(widget.WarnIf(len(c.Versions) > 1)))
	}
	nodes := boxNodes(ctx, c)
	for y, n := range nodes {
		if y == boxRows-1 && len(nodes) > boxRows {
			in.Write(1, y, fmt.Sprintf("… %d more", len(nodes)-y), cell.Muted)
			break
		}
		boxLine(ctx, in.Rows(y, 1), n)
		if selected.Server == n.Name && selected.Cluster == n.Cluster {
			in.Rows(y, 1).Restyle(cell.Selected)
		}
	}
}

// boxNodes returns the servers in a cluster's box: the expected ones, and those
// that left recently.
func boxNodes(ctx *Context, c *fleet.Cluster) []*fleet.Node {
	nodes := live.Filter(c.Nodes, func(n *fleet.Node) bool { return !n.Ghost || !ctx.Marks.Hides(n.Cluster+"/"+n.Name) })
	for _, r := range ctx.State.DepartedFrom(c.Name) {
		if !ctx.Marks.Hides(r.Key()) {
			nodes = append(nodes, r.Node)
		}
	}
	return nodes
}

// sparkW is the width in cells of a server's graph in a box.
const sparkW = 5

// boxLine draws one server in a box: mark, name, connections, CPU, message graph,
// rate. Parts that do not fit are dropped, the name last.
func boxLine(ctx *Context, a cell.Area, n *fleet.Node) {
	r := ctx.State.RowOf(n)
	level := n.Level
	if r != nil {
		level = r.Level
	}
	sign := view.Glyph(level, false)
	if r != nil {
		sign = cmp.Or(r.Sign(), sign)
	}
	x := a.Write(0, 0, sign, cell.OfGlyph(level))
	name := n.Name + live.LeaderMark(n)
	if a.W >= boxMax-6 {
		x++
	}
	if r == nil || r.Answer == nil || r.Answer.Statsz == nil {
		word := "no answer"
		if r != nil {
			word = r.StatusText()
		}
		a.Write(x, 0, cell.Fit(name, max(a.W-x-cell.Width(word)-2, 6), false), cell.Strong)
		a.Right(a.W-1, 0, word, cell.OfLevel(level))
		return
	}
	room := a.W - x - 1 - cell.Width(name)
	end := a.W
	right := func(w int, text string, st cell.Style) {
		if room >= w {
			room -= w
			a.Right(end, 0, text, st)
			end -= w
		}
	}
	if t := r.Traffic(); t.Known() {
		right(8, view.PerSec.Format(t.InMsgs.PerSecond+t.OutMsgs.PerSecond)+"/s", cell.Plain)
	}
	if a.W >= boxMax-6 {
		right(sparkW+1, cell.Fit(Spark(flowCurve(ctx, r, sparkW), sparkW), sparkW, true), cell.Chart)
	}
	right(5, fmt.Sprintf("%.0f%%", r.Answer.Statsz.CPU), cell.OfLevel(widget.WarnIf(r.CPUShare() > live.CPUWarn)))
	right(6, view.PerSec.Format(r.Answer.Statsz.Connections)+"c", cell.Plain)
	a.Write(x, 0, cell.Fit(name, end-x, false), cell.Strong)
}

// bridge draws the gateways between two boxes: count each way, RTT, traffic.
func bridge(a cell.Area, p *live.Pair) {
	if p == nil {
		return
	}
	text, style := pairCounts(p), cell.OfGlyph(p.Level)
	a.Write((a.W-cell.Width(text))/2, 1, text, style)
	bar := "═"
	if p.Level != fleet.OK {
		bar = "─"
	}
	a.Write(1, 2, "◀"+strings.Repeat(bar, a.W-4)+"▶", style)
	traffic := pairTraffic(p)
	a.Write(max((a.W-cell.Width(traffic))/2, 0), 3, traffic, cell.Muted)
}

// pairCounts returns text such as "● 3⇄3  38ms".
func pairCounts(p *live.Pair) string {
	have := func(s *fleet.Span) string {
		switch {
		case s == nil:
			return "0"
		case s.Have < s.Need:
			return live.Ratio(s.Have, s.Need)
		}
		return fmt.Sprint(s.Have)
	}
	text := view.Glyph(p.Level, false) + " " + have(p.AB) + "⇄" + have(p.BA)
	if p.RTT > 0 {
		text += "  " + view.Duration(p.RTT)
	}
	return text
}

func pairTraffic(p *live.Pair) string {
	if !p.Rated {
		return ""
	}
	return view.PerSec.Format(p.Msgs) + "/s " + live.Compact(view.BytesSec.Format(p.Bytes))
}

// fewClusters is the largest number of clusters for which each pair has a line;
// beyond it, only pairs with problems have one.
const fewClusters = 4

// farLines draws the gateways between boxes that are not adjacent, one per line,
// and returns the row after them.
func farLines(ctx *Context, a cell.Area, y, perRow int) int {
	limit := a.H * 3 / 5
	for _, p := range farPairs(ctx.State) {
		if y >= limit {
			break
		}
		if p.J == p.I+1 && p.J%perRow != 0 {
			continue // their boxes are adjacent
		}
		x := a.Write(3, y, pairCounts(p), cell.OfGlyph(p.Level))
		x = a.Write(max(x+2, 20), y, p.A.Name+" ⇄ "+p.B.Name, cell.Strong)
		a.Write(x+2, y, pairTraffic(p), cell.Muted)
		y++
	}
	return y
}

// farPairs returns the pairs of clusters that may have a line.
func farPairs(st *live.State) []*live.Pair {
	clusters := st.Clusters()
	if len(clusters) > fewClusters {
		return st.BadPairs()
	}
	var out []*live.Pair
	for i, c := range clusters {
		for _, d := range clusters[i+1:] {
			if p := st.PairOf(c.Name, d.Name); p != nil {
				out = append(out, p)
			}
		}
	}
	return out
}
