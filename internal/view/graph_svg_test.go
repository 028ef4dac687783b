package view_test

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/charmbracelet/x/ansi"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/view"
)

// shape is an element of a drawing: its name, attributes as numbers and as
// words, and its text.
type shape struct {
	name string
	num  map[string]float64
	attr map[string]string
	text string
}

// shapes reads the elements of a drawing.
func shapes(t *testing.T, doc string) (out []shape) {
	t.Helper()
	dec := xml.NewDecoder(strings.NewReader(doc))
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		switch x := token.(type) {
		case xml.StartElement:
			s := shape{name: x.Name.Local, num: map[string]float64{}, attr: map[string]string{}}
			for _, a := range x.Attr {
				s.attr[a.Name.Local] = a.Value
				if f, err := strconv.ParseFloat(a.Value, 64); err == nil {
					s.num[a.Name.Local] = f
				}
			}
			out = append(out, s)
		case xml.CharData:
			if text := strings.TrimSpace(string(x)); text != "" {
				out[len(out)-1].text += text
			}
		}
	}
}

func only(list []shape, name string) (out []shape) {
	for _, s := range list {
		if s.name == name {
			out = append(out, s)
		}
	}
	return out
}

// TestSVGFitsTogether draws a fleet and reads the drawing: everything lies
// inside of it, no two boxes overlap, each box holds the lines of its servers,
// and each fault has a line below.
func TestSVGFitsTogether(t *testing.T) {
	for _, top := range []*fleet.Topology{threeClusters(), manyClusters(5)} {
		all := shapes(t, drawn(t, top, view.GraphSVG))
		width, height := all[0].num["width"], all[0].num["height"]
		if all[0].attr["viewBox"] != fmt.Sprintf("0 0 %.0f %.0f", width, height) {
			t.Errorf("view box %q of %v x %v", all[0].attr["viewBox"], width, height)
		}
		rects := only(all, "rect")
		if rects[0].num["width"] != width || rects[0].num["height"] != height {
			t.Errorf("the ground is %v x %v", rects[0].num["width"], rects[0].num["height"])
		}
		boxes := rects[1:]
		if len(boxes) != len(top.Clusters) {
			t.Fatalf("%d boxes for %d clusters", len(boxes), len(top.Clusters))
		}
		for i, a := range boxes {
			if a.num["x"] < 0 || a.num["y"] < 0 || a.num["x"]+a.num["width"] > width || a.num["y"]+a.num["height"] > height {
				t.Errorf("box %d lies outside: %v", i, a.num)
			}
			for _, b := range boxes[i+1:] {
				if overlap(a, b) {
					t.Errorf("boxes overlap: %v %v", a.num, b.num)
				}
			}
			lines := inside(only(all, "text"), a)
			if want := 1 + len(top.Clusters[i].Nodes); len(lines) != want {
				t.Errorf("box of %s holds %d lines, want %d", top.Clusters[i].Name, len(lines), want)
			}
			if !slices.IsSortedFunc(lines, func(x, y shape) int { return cmpFloat(x.num["y"], y.num["y"]) }) {
				t.Errorf("lines of %s are not in order", top.Clusters[i].Name)
			}
		}
		faults := top.Faults()
		texts := only(all, "text")
		for i, line := range texts[len(texts)-len(faults):] {
			if line.num["y"] > height || line.num["x"]+7.3*float64(ansi.StringWidth(line.text)) > width || !strings.HasPrefix(line.text, faults[i].Level.String()+"  ") {
				t.Errorf("fault %d: %q at %v, %v of %v x %v", i, line.text, line.num["x"], line.num["y"], width, height)
			}
			for _, box := range boxes {
				if line.num["y"] < box.num["y"]+box.num["height"] {
					t.Errorf("fault %d stands at %v, beside a box", i, line.num["y"])
				}
			}
		}
	}
}

func cmpFloat(a, b float64) int { return int(math.Copysign(1, a-b)) }

func overlap(a, b shape) bool {
	return a.num["x"] < b.num["x"]+b.num["width"] && b.num["x"] < a.num["x"]+a.num["width"] &&
		a.num["y"] < b.num["y"]+b.num["height"] && b.num["y"] < a.num["y"]+a.num["height"]
}

// inside are the texts that lie in a box with their whole width.
func inside(texts []shape, box shape) (out []shape) {
	for _, s := range texts {
		if s.num["x"] > box.num["x"] && s.num["x"]+7.3*float64(ansi.StringWidth(s.text)) <= box.num["x"]+box.num["width"] &&
			s.num["y"] > box.num["y"] && s.num["y"] < box.num["y"]+box.num["height"] && s.attr["text-anchor"] == "" {
			out = append(out, s)
		}
	}
	return out
}

// manyClusters is clusters in a row, each with a gateway to each other one, and
// one server outside any cluster.
func manyClusters(n int) *fleet.Topology {
	top := &fleet.Topology{}
	for i := range n {
		name := fmt.Sprint("c", i)
		node := &fleet.Node{Key: name + "/s", Name: name + "-server", Cluster: name, Version: "2.15.2", RoutesHave: i, RoutesNeed: 9}
		top.Nodes = append(top.Nodes, node)
		top.Clusters = append(top.Clusters, &fleet.Cluster{Name: name, Have: 1, Need: 1, Nodes: []*fleet.Node{node}})
		for j := range n {
			if i != j {
				top.Spans = append(top.Spans, &fleet.Span{From: name, To: fmt.Sprint("c", j), Have: i, Need: 4, RTTSeconds: float64(j)})
			}
		}
	}
	alone := &fleet.Node{Key: "/alone", Name: "alone", Ghost: true, Level: fleet.Crit, RoutesNeed: 9}
	top.Nodes = append(top.Nodes, alone)
	top.Clusters = append(top.Clusters, &fleet.Cluster{Nodes: []*fleet.Node{alone}, Need: 1, Level: fleet.Crit})
	top.Edges = []*fleet.Edge{
		{Kind: fleet.Leaf, From: "c1/s", To: "/alone", FromName: "c1-server", ToName: "alone", State: fleet.StateGhost, Level: fleet.Crit, Why: "silent"},
		{Kind: fleet.Leaf, From: "c1/s", To: "/unknown", State: fleet.StateOK},
		{Kind: fleet.Route, From: "c1/s", To: "/alone", State: fleet.StateOK},
	}
	return top
}

// TestSVGLines draws a gateway of each direction between the right boxes: a line
// between neighbours, an arc over others that rises over every box it passes,
// with its label on it.
func TestSVGLines(t *testing.T) {
	const n = 5
	all := shapes(t, drawn(t, manyClusters(n), view.GraphSVG))
	boxes := only(all, "rect")[1:]
	paths, labels := only(all, "path"), []shape{}
	for _, s := range only(all, "text") {
		if s.attr["text-anchor"] == "middle" {
			labels = append(labels, s)
		}
	}
	if len(paths) != n*(n-1) || len(labels) != len(paths) {
		t.Fatalf("%d lines and %d labels for %d gateways", len(paths), len(labels), n*(n-1))
	}
	seen := map[string]bool{}
	k := 0
	for i := range n {
		for j := range n {
			if i == j {
				continue
			}
			path, label := paths[k], labels[k]
			k++
			left, right := boxes[min(i, j)], boxes[max(i, j)]
			p := numbers(path.attr["d"])
			from, to := [2]float64{p[0], p[1]}, [2]float64{p[len(p)-2], p[len(p)-1]}
			if !touches(from, left) || !touches(to, right) {
				t.Errorf("c%d to c%d runs from %v to %v", i, j, from, to)
			}
			if seen[path.attr["d"]] {
				t.Errorf("two lines are one: %s", path.attr["d"])
			}
			seen[path.attr["d"]] = true
			if arc := strings.Contains(path.attr["d"], "C"); arc != (max(i, j)-min(i, j) > 1) || arc && (label.num["y"] >= left.num["y"] || p[3] < 0) {
				t.Errorf("c%d to c%d: arc %v, label at %v, boxes at %v", i, j, arc, label.num["y"], left.num["y"])
			}
			want := fmt.Sprintf("%d/4", i)
			if j > 0 {
				want += fmt.Sprintf(" %ds", j)
			}
			if want += " >"; i > j {
				want = "< " + strings.TrimSuffix(want, " >")
			}
			if label.text != want || label.num["x"] <= from[0] || label.num["x"] >= to[0] {
				t.Errorf("c%d to c%d is labelled %q at %v, want %q", i, j, label.text, label.num["x"], want)
			}
			if dashed := path.attr["stroke-dasharray"] != ""; dashed != (i < 4) {
				t.Errorf("c%d to c%d, %d of 4: dashed %v", i, j, i, dashed)
			}
		}
	}
	lines := only(all, "line")
	if len(lines) != 1 {
		t.Fatalf("%d lines of leafnodes", len(lines))
	}
	hub, alone := boxes[1], boxes[n]
	if l := lines[0].num; !touches([2]float64{l["x1"], l["y1"]}, hub) || !touches([2]float64{l["x2"], l["y2"]}, alone) || l["y1"] != hub.num["y"]+hub.num["height"] || l["y2"] != alone.num["y"] {
		t.Errorf("leafnode %v between %v and %v", l, hub.num, alone.num)
	}
	if alone.num["y"] <= hub.num["y"]+hub.num["height"] {
		t.Error("a server outside any cluster does not stand below")
	}
	text := drawn(t, manyClusters(n), view.GraphSVG)
	for _, want := range []string{"* c1-server  2.15.2  routes 1/9<", "x alone  does not answer<", ">c1 1/1<", ">no cluster 0/1<", "crit  leaf c1-server - alone  ghost: silent<", `stroke="#c0392b"`, `stroke="#2e7d32"`} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in the drawing", want)
		}
	}
}

// numbers are the coordinates of a path.
func numbers(d string) (out []float64) {
	for _, word := range strings.Fields(d) {
		if f, err := strconv.ParseFloat(word, 64); err == nil {
			out = append(out, f)
		}
	}
	return out
}

// touches tells whether a point lies on the border of a box, or in it.
func touches(p [2]float64, box shape) bool {
	const near = 0.11 // coordinates have one decimal
	return p[0] >= box.num["x"]-near && p[0] <= box.num["x"]+box.num["width"]+near && p[1] >= box.num["y"]-near && p[1] <= box.num["y"]+box.num["height"]+near
}

// TestSVGHostileText shows text of strangers as it is written, and as no markup.
func TestSVGHostileText(t *testing.T) {
	top := manyClusters(1)
	top.Nodes[0].Name = "<script>\x1b[2J&\"'"
	text := drawn(t, top, view.GraphSVG)
	if strings.Contains(text, "<script>") || strings.Contains(text, "\x1b") || !strings.Contains(text, `&lt;script&gt;\x1b[2J&amp;`) {
		t.Errorf("%s", text)
	}
	for name, draw := range map[string]func(io.Writer, *fleet.Topology) error{"dot": view.GraphDOT, "mermaid": view.GraphMermaid} {
		text := drawn(t, top, draw)
		if strings.Contains(text, "\x1b") || strings.Contains(text, `[2J&"`) {
			t.Errorf("%s: %s", name, text)
		}
	}
}
