package page

import (
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/tui/live"
	"github.com/natsctl/natsctl/internal/tui/widget"
	"github.com/natsctl/natsctl/internal/view"
)

// topoPanel shows what is wrong with the selected cluster or server.
func topoPanel(ctx *Context, p *Page, row int, a cell.Area) {
	rows, ok := p.List().Sheet.(*widget.RowsOf[*treeRow])
	if !ok {
		return
	}
	r := rows.Rows[row]
	if r.srv != nil && r.srv.Missing != nil {
		missingLines(r.srv, a)
		return
	}
	y := 0
	if r.srv != nil && a.H > 4 {
		y = serverFacts(r.srv).Draw(a.Rows(0, max(min(2, a.H-5), 1)))
	}
	found := r.findings(ctx.State)
	for i, f := range found {
		if y >= a.H {
			break
		}
		if y == a.H-1 && i < len(found)-1 {
			a.Write(2, y, fmt.Sprintf("… %d more", len(found)-i), cell.Muted)
			return
		}
		a.Write(0, y, view.Glyph(f.Level, false)+" "+cell.Fit(f.Text, min(a.W-2, cell.Width(f.Text)), false), cell.OfLevel(f.Level))
		y++
	}
	if len(found) == 0 {
		a.Write(0, y, "● nothing wrong", cell.Good)
		y++
	}
	if r.srv != nil && y+3 <= a.H {
		miniCurves(ctx, r.srv, a.Rows(y, 3))
	}
}

// findings returns what is wrong with a line of the tree, worst first: its links,
// and the notes of its servers.
func (r *treeRow) findings(st *live.State) []live.Finding {
	var out []live.Finding
	linked := map[string]bool{} // how the notes about these links begin
	for _, l := range r.badLinks(st) {
		out = append(out, live.Finding{Level: l.Edge.Level, Text: fmt.Sprintf("%s %s  %s  %s", l.Edge.Kind, l.Title(), l.Edge.State, l.Edge.Why)})
		linked[string(l.Edge.Kind)+" "+l.Edge.FromName] = true
	}
	isLink := func(text string) bool {
		begin, _, found := strings.Cut(text, " to ")
		return found && linked[begin]
	}
	switch {
	case r.IsGroup():
	case r.srv != nil:
		out = append(out, live.Filter(r.srv.Findings(), func(f live.Finding) bool { return !isLink(f.Text) })...)
	case r.node != nil:
		out = append(out, live.Filter(notesOf(r.node, ""), func(f live.Finding) bool { return !isLink(f.Text) })...)
	default:
		for _, n := range r.cluster.Nodes {
			out = append(out, live.Filter(notesOf(n, n.Name+": "), func(f live.Finding) bool { return !isLink(strings.TrimPrefix(f.Text, n.Name+": ")) })...)
		}
	}
	slices.SortStableFunc(out, func(a, b live.Finding) int { return b.Level.Compare(a.Level) })
	return out
}

// notesOf returns the notes of a server with a prefix, or that the server does not
// answer.
func notesOf(n *fleet.Node, prefix string) []live.Finding {
	if n.Ghost {
		return []live.Finding{{Level: n.Level, Text: prefix + "does not answer: " + string(n.Reason)}}
	}
	var out []live.Finding
	for _, text := range n.Notes {
		out = append(out, live.Finding{Level: n.Level, Text: prefix + text})
	}
	return out
}

// badLinks returns the faulty links of a line: those of its servers, or all leaf
// connections for the heading of the leaf nodes.
func (r *treeRow) badLinks(st *live.State) []*live.LinkRow {
	switch {
	case r.IsGroup():
		return live.Filter(st.BadLinks(), func(l *live.LinkRow) bool { return l.Edge.Kind == fleet.Leaf })
	case r.node != nil:
		return st.BadLinksOf(r.node.Key)
	}
	keys := make([]string, len(r.cluster.Nodes))
	for i, n := range r.cluster.Nodes {
		keys[i] = n.Key
	}
	return st.BadLinksOf(keys...)
}
