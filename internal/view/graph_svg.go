package view

import (
	"encoding/xml"
	"fmt"
	"io"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/fleet"
)

// The dimensions of the drawing, in pixels, for a font 12 high and 7.3 wide.
const (
	svgFont   = 7.3
	svgLine   = 20.0
	svgPad    = 14.0
	svgGap    = 130.0
	svgMargin = 24.0
	svgArc    = 36.0 // height of an arc for each cluster that it passes
)

// svgBox is the box of a cluster.
type svgBox struct {
	c          *fleet.Cluster
	x, y, w, h float64
	rows       map[string]float64 // the middle of each server's row, by key
}

// GraphSVG draws a topology: clusters that have gateways or routes in one row,
// leaf clusters below, gateways summed by pair of clusters, every faulty link
// drawn and listed. It needs no font, script or network.
func GraphSVG(w io.Writer, t *fleet.Topology) error {
	boxes, width, height := layout(t)
	var b strings.Builder
	faults := t.Faults()
	for _, e := range faults {
		width = max(width, svgFont*float64(ansi.StringWidth(Text(edgeText(e)))+8)+2*svgMargin)
	}
	total := height + svgLine*float64(len(faults)+2)
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%.0f" height="%.0f" viewBox="0 0 %.0f %.0f" font-family="monospace" font-size="12">`+"\n", width, total, width, total)
	fmt.Fprintf(&b, `<title>%s</title>`+"\n", svgText("NATS topology at "+t.Time.UTC().Format("2006-01-02T15:04:05Z")))
	fmt.Fprintf(&b, `<rect width="%.0f" height="%.0f" fill="#ffffff"/>`+"\n", width, total)
	drawSpans(&b, t, boxes)
	drawLeafs(&b, t, boxes)
	for _, box := range boxes {
		box.draw(&b)
	}
	for i, e := range faults {
		fmt.Fprintf(&b, `<text x="%.0f" y="%.1f" fill="%s">%s</text>`+"\n",
			svgMargin, height+svgLine*float64(i+1), hue(e.Level), svgText(e.Level.String()+"  "+edgeText(e)))
	}
	b.WriteString("</svg>\n")
	_, err := io.WriteString(w, b.String())
	return err
}

// svgText escapes a text for terminals and XML.
func svgText(s string) string {
	var b strings.Builder
	_ = xml.EscapeText(&b, []byte(Text(s))) // a Builder never fails
	return b.String()
}

// layout places the boxes and returns the size of the drawing.
func layout(t *fleet.Topology) (boxes []*svgBox, width, height float64) {
	x := [2]float64{svgMargin, svgMargin}
	var tall float64
	upper := 0
	for _, c := range t.Clusters {
		if !below(c) {
			tall = max(tall, boxHeight(c))
			upper++
		}
	}
	top := svgMargin
	if len(t.Spans) > 0 && upper > 2 {
		top += svgArc * (float64(upper-2) + 1)
	}
	for _, c := range t.Clusters {
		row, y := 0, top
		if below(c) {
			row, y = 1, top+tall+svgGap/2
		}
		box := &svgBox{c: c, x: x[row], y: y, w: boxWidth(c), h: boxHeight(c), rows: map[string]float64{}}
		for i, n := range c.Nodes {
			box.rows[n.Key] = y + svgLine*(float64(i)+1.7)
		}
		x[row] += box.w + svgGap
		width, height = max(width, x[row]-svgGap+svgMargin), max(height, y+box.h+svgMargin)
		boxes = append(boxes, box)
	}
	return boxes, width, height
}

// below reports whether a cluster is in the second row, as leaf nodes and
// servers outside any cluster are.
func below(c *fleet.Cluster) bool { return c.Leafs || c.Name == "" }

func boxHeight(c *fleet.Cluster) float64 { return svgLine*(float64(max(len(c.Nodes), 1))+1) + svgPad }

func boxWidth(c *fleet.Cluster) float64 {
	widest := ansi.StringWidth(clusterLabel(c))
	for _, n := range c.Nodes {
		widest = max(widest, ansi.StringWidth(rowText(n)))
	}
	return float64(widest)*svgFont + 2*svgPad
}

// rowText formats a server in one line.
func rowText(n *fleet.Node) string {
	text := Glyph(n.Level, true) + " " + strings.Join(nodeLabel(n), "  ")
	if n.RoutesNeed > 0 && !n.Ghost && !n.Outside {
		text += "  " + have("routes", n.RoutesHave, n.RoutesNeed)
	}
	return text
}

func (x *svgBox) draw(b *strings.Builder) {
	fmt.Fprintf(b, `<rect x="%.1f" y="%.1f" width="%.1f" height="%.1f" rx="6" fill="#f7f9fa" stroke="%s"/>`+"\n", x.x, x.y, x.w, x.h, hue(x.c.Level))
	fmt.Fprintf(b, `<text x="%.1f" y="%.1f" font-weight="bold">%s</text>`+"\n", x.x+svgPad, x.y+svgLine*0.9, svgText(clusterLabel(x.c)))
	for _, n := range x.c.Nodes {
		fmt.Fprintf(b, `<text x="%.1f" y="%.1f" fill="%s" xml:space="preserve">%s</text>`+"\n", x.x+svgPad, x.rows[n.Key]+4, hue(n.Level), svgText(rowText(n)))
	}
}

func boxOf(boxes []*svgBox, name string) *svgBox {
	for _, x := range boxes {
		if x.c.Name == name {
			return x
		}
	}
	return nil
}

// drawSpans draws the gateways: a line for each direction between neighbors, an
// arc over other clusters.
func drawSpans(b *strings.Builder, t *fleet.Topology, boxes []*svgBox) {
	var labels strings.Builder // drawn over all lines
	for _, s := range t.Spans {
		from, to := boxOf(boxes, s.From), boxOf(boxes, s.To)
		if from == nil || to == nil {
			continue
		}
		label := fmt.Sprintf("%d/%d", s.Have, s.Need)
		if s.RTTSeconds > 0 {
			label += " " + Duration(s.RTTSeconds)
		}
		dash := ""
		if s.Have < s.Need {
			dash = ` stroke-dasharray="6 4"`
		}
		back := from.x > to.x
		style := fmt.Sprintf(`fill="none" stroke="%s" stroke-width="2"%s`, hue(s.Level), dash)
		x, y := spanLine(b, boxes, from, to, style)
		fmt.Fprintf(&labels, `<text x="%.1f" y="%.1f" text-anchor="middle" fill="%s" stroke="#ffffff" stroke-width="4" paint-order="stroke">%s</text>`+"\n",
			x, y-4, hue(s.Level), svgText(arrowed(label, back)))
	}
	b.WriteString(labels.String())
}

// spanLine draws the line or arc of one direction and returns the position of
// its label.
func spanLine(b *strings.Builder, boxes []*svgBox, from, to *svgBox, style string) (x, y float64) {
	left, right, back := from, to, false
	if from.x > to.x {
		left, right, back = to, from, true
	}
	passed := 0
	for _, box := range boxes {
		if box.y == left.y && box.x > left.x && box.x < right.x {
			passed++
		}
	}
	if passed == 0 {
		y = left.y + svgLine
		if back {
			y += svgLine * 1.2
		}
		x1, x2 := left.x+left.w, right.x
		fmt.Fprintf(b, `<path d="M %.1f %.1f L %.1f %.1f" %s/>`+"\n", x1, y, x2, y, style)
		return (x1 + x2) / 2, y
	}
	// The two directions start from different thirds of the boxes.
	third := 1.0 / 3
	if back {
		third = 2.0 / 3
	}
	x1, x2 := left.x+left.w*third, right.x+right.w*(1-third)
	rise := svgArc * (float64(passed) + 0.5*map[bool]float64{true: 1}[back])
	fmt.Fprintf(b, `<path d="M %.1f %.1f C %.1f %.1f %.1f %.1f %.1f %.1f" %s/>`+"\n",
		x1, left.y, x1, left.y-rise*4/3, x2, right.y-rise*4/3, x2, right.y, style)
	return (x1 + x2) / 2, left.y - rise
}

func arrowed(label string, back bool) string {
	if back {
		return "< " + label
	}
	return label + " >"
}

// drawLeafs draws a line from each hub to each of its spokes.
func drawLeafs(b *strings.Builder, t *fleet.Topology, boxes []*svgBox) {
	at := map[string][2]float64{}
	tops := map[string][2]float64{}
	for _, x := range boxes {
		for key := range x.rows {
			at[key] = [2]float64{x.x + x.w/2, x.y + x.h}
			tops[key] = [2]float64{x.x + x.w/2, x.y}
		}
	}
	for _, e := range t.Edges {
		from, okFrom := at[e.From]
		to, okTo := tops[e.To]
		if e.Kind != fleet.Leaf || !okFrom || !okTo {
			continue
		}
		fmt.Fprintf(b, `<line x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke="%s" stroke-dasharray="2 3"><title>%s</title></line>`+"\n",
			from[0], from[1], to[0], to[1], hue(e.Level), svgText(edgeText(e)))
	}
}
