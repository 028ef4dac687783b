package view

import (
	"fmt"
	"io"
	"strconv"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
)

// hue is the color of a level in drawings; a word always repeats it.
func hue(l Level) string {
	switch l {
	case fleet.Warn:
		return "#b8860b"
	case fleet.Crit:
		return "#c0392b"
	case fleet.Unknown:
		return "#888888"
	}
	return "#2e7d32"
}

// ids numbers the nodes of a topology, for languages that restrict the
// characters of names.
func ids(t *fleet.Topology) map[string]string {
	out := map[string]string{}
	for i, n := range t.Nodes {
		out[n.Key] = "n" + strconv.Itoa(i)
	}
	return out
}

// target returns the node that an edge is drawn to: for an unconnected gateway,
// the first server of the cluster, if any.
func target(t *fleet.Topology, e *fleet.Edge) string {
	if e.To != "" {
		return e.To
	}
	for _, n := range t.Nodes {
		if n.Cluster == e.ToCluster {
			return n.Key
		}
	}
	return ""
}

// nodeLabel is the text in the box of a server.
func nodeLabel(n *fleet.Node) []string {
	label := []string{Text(n.Name)}
	if n.Version != "" {
		label = append(label, Text(n.Version))
	}
	switch {
	case n.Ghost:
		label = append(label, "does not answer")
	case n.Outside:
		label = append(label, "not asked")
	case n.MetaLeader:
		label = append(label, "meta leader")
	}
	return label
}

// GraphDOT writes a topology in the language of Graphviz.
func GraphDOT(w io.Writer, t *fleet.Topology) error {
	var b strings.Builder
	id := ids(t)
	b.WriteString("digraph nats {\n  graph [compound=true, fontname=\"sans-serif\"]\n")
	b.WriteString("  node [shape=box, style=rounded, fontname=\"sans-serif\"]\n  edge [fontname=\"sans-serif\", fontsize=10]\n")
	for i, c := range t.Clusters {
		fmt.Fprintf(&b, "  subgraph cluster_%d {\n    label=%s; color=%q\n", i, dotText(clusterLabel(c)), hue(c.Level))
		for _, n := range c.Nodes {
			style := ""
			if n.Ghost || n.Outside {
				style = ", style=\"rounded,dashed\""
			}
			fmt.Fprintf(&b, "    %s [label=%s, color=%q%s]\n", id[n.Key], dotText(nodeLabel(n)...), hue(n.Level), style)
		}
		b.WriteString("  }\n")
	}
	for _, e := range t.Edges {
		to := target(t, e)
		if to == "" {
			continue
		}
		style := map[fleet.EdgeKind]string{fleet.Route: "dir=none", fleet.Gateway: "style=bold", fleet.Leaf: "style=dashed"}[e.Kind]
		if e.State == fleet.StateMissing {
			style = "style=dotted"
		}
		fmt.Fprintf(&b, "  %s -> %s [label=%s, color=%q, %s]\n", id[e.From], id[to], dotText(edgeLabel(e)), hue(e.Level), style)
	}
	b.WriteString("}\n")
	_, err := io.WriteString(w, b.String())
	return err
}

func clusterLabel(c *fleet.Cluster) string {
	name := Text(c.Name)
	if name == "" {
		name = "no cluster"
	}
	return fmt.Sprintf("%s %d/%d", name, c.Have, c.Need)
}

// dotText quotes lines of text for Graphviz.
func dotText(lines ...string) string {
	for i, line := range lines {
		lines[i] = strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(line)
	}
	return `"` + strings.Join(lines, `\n`) + `"`
}

// GraphMermaid writes a topology in the language of Mermaid.
func GraphMermaid(w io.Writer, t *fleet.Topology) error {
	var b strings.Builder
	id := ids(t)
	b.WriteString("flowchart LR\n")
	for i, c := range t.Clusters {
		fmt.Fprintf(&b, "  subgraph c%d[%s]\n", i, mermaidText(clusterLabel(c)))
		for _, n := range c.Nodes {
			fmt.Fprintf(&b, "    %s[%s]\n", id[n.Key], mermaidText(nodeLabel(n)...))
		}
		b.WriteString("  end\n")
	}
	var colors []string
	lines := 0
	for _, e := range t.Edges {
		to := target(t, e)
		if to == "" {
			continue
		}
		arrow := map[fleet.EdgeKind]string{fleet.Route: "---", fleet.Gateway: "==>", fleet.Leaf: "-.->"}[e.Kind]
		if label := edgeLabel(e); label != "" {
			arrow += "|" + mermaidText(label) + "|"
		}
		fmt.Fprintf(&b, "  %s %s %s\n", id[e.From], arrow, id[to])
		if e.Level != fleet.OK {
			colors = append(colors, fmt.Sprintf("  linkStyle %d stroke:%s\n", lines, hue(e.Level)))
		}
		lines++
	}
	for _, n := range t.Nodes {
		if n.Level != fleet.OK {
			colors = append(colors, fmt.Sprintf("  style %s stroke:%s\n", id[n.Key], hue(n.Level)))
		}
	}
	b.WriteString(strings.Join(colors, ""))
	_, err := io.WriteString(w, b.String())
	return err
}

// mermaidText quotes lines of text for Mermaid: markup characters become
// entities.
func mermaidText(lines ...string) string {
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteString("<br>")
		}
		for _, r := range line {
			if strings.ContainsRune("\"#&<>|[]{}()`\\", r) {
				fmt.Fprintf(&b, "#%d;", r)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return `"` + b.String() + `"`
}
