package tui

import (
	"fmt"
	"slices"
	"strings"

	"github.com/natsctl/natsctl/internal/fleet"
	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// topoPanel is what is wrong with the cluster or the server under the cursor.
func topoPanel(m *Model, p *page, row int, a cell.Area) {
	rows, ok := p.list().sheet.(*rowsOf[tre])
	if !ok {
		return
	}
	r := rows.rows[row]
	if r.srv != nil && r.srv.ghost != nil {
		ghostLines(r.srv, a)
		return
	}
	y := 0
	if r.srv != nil && a.H > 4 {
		y = serverFacts(r.srv).draw(a.Rows(0, max(min(2, a.H-5), 1)))
	}
	found := r.findings(m.st.Links)
	for i, f := range found {
		if y >= a.H {
			break
		}
		if y == a.H-1 && i < len(found)-1 {
			a.Write(2, y, fmt.Sprintf("… %d more", len(found)-i), cell.Muted)
			return
		}
		a.Write(0, y, view.Glyph(f.level, false)+" "+cell.Fit(f.text, min(a.W-2, cell.Width(f.text)), false), cell.OfLevel(f.level))
		y++
	}
	if len(found) == 0 {
		a.Write(0, y, "● nothing wrong", cell.Good)
		y++
	}
	if r.srv != nil && y+3 <= a.H {
		m.miniCurves(r.srv, a.Rows(y, 3))
	}
}

// findings are what is wrong with the line of the tree, the worst first: its
// links, and what its servers note of themselves.
func (r *treeRow) findings(links []*linkRow) []finding {
	var out []finding
	owned := r.owned()
	linked := map[string]bool{} // how the notes about these links begin
	for _, l := range links {
		if l.e.Level != fleet.OK && (owned[l.e.From] || owned[l.e.To] || r.isGroup() && l.e.Kind == fleet.Leaf) {
			out = append(out, finding{l.e.Level, fmt.Sprintf("%s %s  %s  %s", l.e.Kind, l.title(), l.e.State, l.e.Why)})
			linked[string(l.e.Kind)+" "+l.e.FromName] = true
		}
	}
	isLink := func(text string) bool {
		begin, _, found := strings.Cut(text, " to ")
		return found && linked[begin]
	}
	switch {
	case r.isGroup():
	case r.srv != nil:
		out = append(out, kept(r.srv.findings(), func(f finding) bool { return !isLink(f.text) })...)
	case r.node != nil:
		out = append(out, kept(notesOf(r.node, ""), func(f finding) bool { return !isLink(f.text) })...)
	default:
		for _, n := range r.cluster.Nodes {
			out = append(out, kept(notesOf(n, n.Name+": "), func(f finding) bool { return !isLink(strings.TrimPrefix(f.text, n.Name+": ")) })...)
		}
	}
	slices.SortStableFunc(out, func(a, b finding) int { return urgency(b.level) - urgency(a.level) })
	return out
}

// notesOf are the notes of a server with words in front; of one that does not
// answer, that.
func notesOf(n *fleet.Node, prefix string) []finding {
	if n.Ghost {
		return []finding{{n.Level, prefix + "does not answer: " + string(n.Reason)}}
	}
	var out []finding
	for _, text := range n.Notes {
		out = append(out, finding{n.Level, prefix + text})
	}
	return out
}

// owned are the keys of the servers that the line of the tree stands for.
func (r *treeRow) owned() map[string]bool {
	keys := map[string]bool{}
	switch {
	case r.isGroup():
	case r.node != nil:
		keys[r.node.Key] = true
	default:
		for _, n := range r.cluster.Nodes {
			keys[n.Key] = true
		}
	}
	return keys
}
