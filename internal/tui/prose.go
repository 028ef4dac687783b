package tui

import (
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// prose is the lines of a panel: words that are broken at its edge while there
// are rows for them, and cut with an ellipsis where there are not.
type prose struct{ lines []statement }

// statement is a label, a word that judges, and what is said.
type statement struct {
	label  string
	faint  bool // the label is secondary
	indent int  // of what is said
	lead   string
	judged cell.Style // of the lead
	units  []string   // what is kept on one row
	gap    string     // between units
	style  cell.Style
}

// labelW is the room of the labels of a panel.
const labelW = 10

// say adds a sentence with a label before it; none where there is no text.
func (t *prose) say(label, text string, st cell.Style) {
	if text != "" {
		t.lines = append(t.lines, statement{label: label, faint: true, indent: labelW, units: strings.Fields(view.Text(text)), gap: " ", style: st})
	}
}

// facts adds short facts side by side, each of which stays whole.
func (t *prose) facts(list []string, st cell.Style) {
	if len(list) > 0 {
		t.lines = append(t.lines, statement{units: list, gap: "   ", style: st})
	}
}

// broken are the rows of what is said, none wider than w.
func (s statement) broken(w int) []string {
	var out []string
	now, used := "", cell.Width(s.lead)
	if used > 0 {
		used += 2
	}
	for _, u := range s.units {
		n := cell.Width(u)
		switch {
		case now == "":
			now, used = u, used+n
		case used+len(s.gap)+n <= w:
			now, used = now+s.gap+u, used+len(s.gap)+n
		default:
			out = append(out, now)
			now, used = u, n
		}
	}
	return append(out, now)
}

// draw writes what was added and returns the rows it took. Every statement
// gets a row before one gets a second.
func (t *prose) draw(a cell.Area) int {
	spare := a.H - len(t.lines)
	y := 0
	for _, s := range t.lines {
		if y >= a.H {
			break
		}
		rows := s.broken(a.W - s.indent)
		n := 1 + max(min(len(rows)-1, spare), 0)
		spare -= n - 1
		s.draw(a.Rows(y, n), rows)
		y += n
	}
	return y
}

// draw writes the rows of a statement, all that is left into the last one.
func (s statement) draw(a cell.Area, rows []string) {
	style := cell.Style(cell.Strong)
	if s.faint {
		style = cell.Muted
	}
	a.Write(0, 0, s.label, style)
	x := s.indent
	if s.lead != "" {
		x = a.Write(x, 0, s.lead, s.judged) + 2
	}
	for y := range min(len(rows), a.H) {
		text := rows[y]
		if y == a.H-1 {
			text = strings.Join(rows[y:], s.gap)
		}
		a.Write(x, y, text, s.style)
		x = s.indent
	}
}
