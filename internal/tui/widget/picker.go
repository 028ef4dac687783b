package widget

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
)

// Centered draws an empty box in the middle of a and returns its interior.
func Centered(a cell.Area, w, h int, title string, st cell.Style) cell.Area {
	w, h = min(w+4, a.W), min(h+2, a.H)
	box := a.Cut((a.W-w)/2, (a.H-h)/2, w, h)
	box.Blank()
	inside := box.Frame(title, st)
	return inside.Cut(1, 0, inside.W-2, inside.H)
}

// Picker selects one of a few items.
type Picker struct {
	Title string
	Items []Item
	At    int
}

// Item is one line of a picker and the letter that selects it.
type Item struct{ Text, Note string }

// Key treats a letter as a jump if an item begins with it: typing k for
// kick-clients must not move the selection up.
func (p *Picker) Key(msg tea.KeyMsg) (closed, taken bool) {
	if p.jump(msg.String()) {
		return false, false
	}
	switch msg.String() {
	case "esc", "q":
		return true, false
	case "up", "k", "left":
		p.At = (p.At + len(p.Items) - 1) % len(p.Items)
	case "down", "j", "right", "tab":
		p.At = (p.At + 1) % len(p.Items)
	case "enter":
		return true, true
	}
	return false, false
}

// jump moves to the next item that begins with the typed text; false if there
// is none.
func (p *Picker) jump(letter string) bool {
	if len(letter) != 1 {
		return false
	}
	for i := range p.Items {
		at := (p.At + 1 + i) % len(p.Items)
		if strings.HasPrefix(strings.ToLower(p.Items[at].Text), strings.ToLower(letter)) {
			p.At = at
			return true
		}
	}
	return false
}

// Draw draws the lines in the middle of a page.
func (p *Picker) Draw(a cell.Area) {
	textW, noteW := 0, 0
	for _, it := range p.Items {
		textW, noteW = max(textW, cell.Width(it.Text)), max(noteW, cell.Width(it.Note))
	}
	in := Centered(a, max(min(textW+noteW+4, a.W-8), cell.Width(p.Title)+4), min(len(p.Items), a.H-4), p.Title, cell.Accent)
	top := max(min(p.At-in.H/2, len(p.Items)-in.H), 0)
	for y := range in.H {
		i := top + y
		if i >= len(p.Items) {
			break
		}
		x := in.Write(0, y, " "+cell.Fit(p.Items[i].Text, textW, false), cell.Strong)
		in.Write(x+2, y, p.Items[i].Note, cell.Muted)
		if i == p.At {
			in.Rows(y, 1).Restyle(cell.Selected)
		}
	}
}

// Hints are its key hints.
func (p *Picker) Hints() [][2]string {
	return [][2]string{{"↑↓", "choose"}, {"letter", "jump"}, {"Enter", "take"}, {"Esc", "cancel"}}
}
