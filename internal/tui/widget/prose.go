package widget

import (
	"strings"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// Prose is the text of a panel: wrapped at its edge while there are rows, and
// otherwise cut with an ellipsis.
type Prose struct{ Lines []Statement }

// Statement is a label, a colored word, and text.
type Statement struct {
	Label  string
	Faint  bool // the label is secondary
	Indent int  // of the text
	Lead   string
	Judged cell.Style // style of the lead
	Units  []string   // parts that are not broken across rows
	Gap    string     // between units
	Style  cell.Style
}

// LabelW is the width of the labels of a panel.
const LabelW = 10

// Add adds a sentence with a label; empty text adds nothing.
func (t *Prose) Add(label, text string, st cell.Style) {
	if text != "" {
		t.Lines = append(t.Lines, Statement{Label: label, Faint: true, Indent: LabelW, Units: strings.Fields(view.Text(text)), Gap: " ", Style: st})
	}
}

// Facts adds short facts next to each other, none of which is broken.
func (t *Prose) Facts(list []string, st cell.Style) {
	if len(list) > 0 {
		t.Lines = append(t.Lines, Statement{Units: list, Gap: "   ", Style: st})
	}
}

// broken returns the wrapped rows of the text, none wider than w.
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

// Draw writes the statements and returns the number of rows used. Every
// statement gets one row before any gets a second.
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

// draw writes the rows of a statement, with all remaining text in the last one.
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
