package view

import (
	"cmp"
	"fmt"
	"io"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// GraphTree writes a topology for people: clusters with their servers, then the
// gateways and leaf nodes, then the problems. With ascii, it uses only ASCII
// marks.
func (s Style) GraphTree(w io.Writer, t *fleet.Topology, ascii bool) error {
	g := &tree{Style: s, ascii: ascii}
	for _, c := range t.Clusters {
		g.cluster(c)
	}
	g.links("gateways", spanLines(g, t))
	g.links("leafnodes", leafLines(g, t))
	var faults []string
	for _, e := range t.Faults() {
		faults = append(faults, g.mark(e.Level)+" "+Text(edgeText(e)))
	}
	g.links("links at fault", faults)
	_, err := io.WriteString(w, g.out.String())
	return err
}

type tree struct {
	out strings.Builder
	Style
	ascii bool
}

func (g *tree) mark(l Level) string { return g.Paint(Glyph(l, g.ascii), l) }

// branch is the tree drawing in front of a list item.
func (g *tree) branch(last bool) string {
	switch {
	case g.ascii && last:
		return "`-- "
	case g.ascii:
		return "|-- "
	case last:
		return "└── "
	}
	return "├── "
}

func (g *tree) cluster(c *fleet.Cluster) {
	if len(c.Nodes) == 0 && !c.Ghost {
		return
	}
	name := cmp.Or(c.Name, "(no cluster)")
	fmt.Fprintf(&g.out, "%s %s  %d/%d servers", g.mark(c.Level), Text(name), c.Have, c.Need)
	if c.Version != "" {
		fmt.Fprintf(&g.out, "  %s", Text(strings.Join(c.Versions, ", ")))
	}
	if c.RoutesNeed > 0 {
		fmt.Fprintf(&g.out, "  routes %d/%d", c.RoutesHave, c.RoutesNeed)
	}
	if c.Domain != "" {
		fmt.Fprintf(&g.out, "  domain %s", Text(c.Domain))
	}
	if c.Ghost {
		g.out.WriteString("  no server of it answers")
	}
	g.out.WriteByte('\n')
	for i, n := range c.Nodes {
		g.node(n, i == len(c.Nodes)-1)
	}
}

// conns is a number of connections in words.
func conns(n int) string {
	if n == 1 {
		return "1 conn"
	}
	return Count.Format(n) + " conns"
}

func (g *tree) node(n *fleet.Node, last bool) {
	words := []string{Text(n.Name)}
	if n.MetaLeader {
		words = append(words, "meta leader")
	}
	if n.VersionSkew {
		words = append(words, g.Paint(Text(n.Version), fleet.Warn))
	}
	if st := n.Server; st != nil && st.Statsz != nil {
		words = append(words, conns(st.Statsz.Connections))
	}
	if n.RoutesNeed > 0 {
		words = append(words, have("routes", n.RoutesHave, n.RoutesNeed))
	}
	if n.GatewaysNeed > 0 {
		words = append(words, have("gateways", n.GatewaysHave, n.GatewaysNeed))
	}
	if len(n.LeafOf) > 0 {
		words = append(words, "leaf of "+Text(strings.Join(n.LeafOf, ", ")))
	}
	switch {
	case n.Ghost && len(n.Notes) > 0:
		words = append(words, Text(n.Notes[0]))
	case n.Outside:
		words = append(words, "not asked")
	}
	fmt.Fprintf(&g.out, "%s%s %s\n", g.branch(last), g.mark(n.Level), strings.Join(words, "  "))
}

func have(what string, have, need int) string { return fmt.Sprintf("%s %d/%d", what, have, need) }

func (g *tree) links(title string, lines []string) {
	if len(lines) == 0 {
		return
	}
	fmt.Fprintf(&g.out, "\n%s\n", title)
	for i, line := range lines {
		fmt.Fprintf(&g.out, "%s%s\n", g.branch(i == len(lines)-1), line)
	}
}

func spanLines(g *tree, t *fleet.Topology) []string {
	var lines []string
	for _, s := range t.Spans {
		line := fmt.Sprintf("%s %s -> %s  %d/%d", g.mark(s.Level), Text(s.From), Text(s.To), s.Have, s.Need)
		if s.RTTSeconds > 0 {
			line += "  " + Duration(s.RTTSeconds)
		}
		lines = append(lines, line+trafficText(s.Traffic))
	}
	return lines
}

func leafLines(g *tree, t *fleet.Topology) []string {
	var lines []string
	for _, e := range t.Edges {
		if e.Kind != fleet.Leaf {
			continue
		}
		line := fmt.Sprintf("%s %s -> %s  %s", g.mark(e.Level), Text(e.FromName), Text(e.ToName), Text(strings.Join(e.Accounts, ",")))
		if rtt, ok := e.RTTSeconds(); ok {
			line += "  " + Duration(rtt)
		}
		lines = append(lines, line+trafficText(end(e).Traffic))
	}
	return lines
}

func trafficText(t fleet.Traffic) string {
	if !t.Known() {
		return ""
	}
	return fmt.Sprintf("  in %s/s  out %s/s", PerSec.Format(t.InMsgs.PerSecond), PerSec.Format(t.OutMsgs.PerSecond))
}

// edgeText formats an edge in one line: its ends, and what is wrong.
func edgeText(e *fleet.Edge) string {
	text := fmt.Sprintf("%s %s - %s  %s", e.Kind, e.FromName, cmp.Or(e.ToName, e.ToCluster), e.State)
	if e.Why != "" {
		text += ": " + e.Why
	}
	return text
}

// edgeLabel is the round trip time and the state of an edge, for a drawing.
func edgeLabel(e *fleet.Edge) string {
	var words []string
	if rtt, ok := e.RTTSeconds(); ok {
		words = append(words, Duration(rtt))
	}
	if e.State != fleet.StateOK {
		words = append(words, string(e.State))
	}
	return strings.Join(words, " ")
}
