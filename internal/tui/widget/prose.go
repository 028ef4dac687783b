package widget

import (
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// Prose is the lines of a panel: words that are broken at its edge while there
// are rows for them, and cut with an ellipsis where there are not.
type Prose struct{ Lines []Statement }

// Statement is a label, a word that judges, and what is said.
type Statement struct {
	Label  string
	Faint  bool // the label is secondary
	Indent int  // of what is said
	Lead   string
	Judged cell.Style // of the lead
	Units  []string   // what is kept on one row
	Gap    string     // between units
	Style  cell.Style
}

// LabelW is the room of the labels of a panel.
const LabelW = 10

// Say adds a sentence with a label before it; none where there is no text.
func (t *Prose) Say(label, text string, st cell.Style) {
	if text != "" {
		t.Lines = append(t.Lines, Statement{Label: label, Faint: true, Indent: LabelW, Units: strings.Fields(view.Text(text)), Gap: " ", Style: st})
	}
}

// Facts adds short facts side by side, each of which stays whole.
func (t *Prose) Facts(list []string, st cell.Style) {
	if len(list) > 0 {
		t.Lines = append(t.Lines, Statement{Units: list, Gap: "   ", Style: st})
	}
}

// broken are the rows of what is said, none wider than w.
func (s Statement) broken(w int) []string {
	var out []string
	now, used := "", cell.Width(s.Lead)
	if used > 0 {
		used += 2
	}
	for _, u := range s.Units {
		n := cell.Width(u)
		switch {
		case now == "":
			now, used = u, used+n
		case used+len(s.Gap)+n <= w:
			now, used = now+s.Gap+u, used+len(s.Gap)+n
		default:
			out = append(out, now)
			now, used = u, n
		}
	}
	return append(out, now)
}

// Draw writes what was added and returns the rows it took. Every statement
// gets a row before one gets a second.
func (t *Prose) Draw(a cell.Area) int {
	spare := a.H - len(t.Lines)
	y := 0
	for _, s := range t.Lines {
		if y >= a.H {
			break
		}
		rows := s.broken(a.W - s.Indent)
		n := 1 + max(min(len(rows)-1, spare), 0)
		spare -= n - 1
		s.draw(a.Rows(y, n), rows)
		y += n
	}
	return y
}

// draw writes the rows of a statement, all that is left into the last one.
func (s Statement) draw(a cell.Area, rows []string) {
	style := cell.Style(cell.Strong)
	if s.Faint {
		style = cell.Muted
	}
	a.Write(0, 0, s.Label, style)
	x := s.Indent
	if s.Lead != "" {
		x = a.Write(x, 0, s.Lead, s.Judged) + 2
	}
	for y := range min(len(rows), a.H) {
		text := rows[y]
		if y == a.H-1 {
			text = strings.Join(rows[y:], s.Gap)
		}
		a.Write(x, y, text, s.Style)
		x = s.Indent
	}
}
