package widget

import (
	"strings"

	tea "github.com/charmbracelet/bubbletea"

	"github.com/natsctl/natsctl/internal/tui/cell"
	"github.com/natsctl/natsctl/internal/view"
)

// Scroller shows lines that may not all fit its box.
type Scroller struct {
	Title string
	Lines []HelpLine
	top   int
	find  string
}

// HelpLine is one line: a heading, or keys with their description.
type HelpLine struct {
	Keys, Text string
	Head       bool
	room       int // width of the keys: that of the widest in the section
}

// keysMax is the maximum width of the keys of a section of the help.
const keysMax = 26

// Align sets the width of the keys of each section.
func Align(lines []HelpLine) {
	for i := 0; i < len(lines); {
		from, room := i, 0
		for i++; i < len(lines) && !lines[i].Head; i++ {
			room = max(room, cell.Width(lines[i].Keys))
		}
		for at := range lines[from:i] {
			lines[from+at].room = min(max(room, cell.Width(lines[from].Keys)), keysMax)
		}
	}
}

// Key scrolls, searches or closes.
func (s *Scroller) Key(msg tea.KeyMsg) (closed bool) {
	switch msg.String() {
	case "esc":
		closed = s.find == ""
		s.find = ""
	case "up":
		s.top--
	case "down":
		s.top++
	case "pgup":
		s.top -= 10
	case "pgdown":
		s.top += 10
	case "backspace":
		s.find = s.find[:max(len(s.find)-1, 0)]
	case "?", "enter":
		closed = true
	default:
		if msg.Type == tea.KeyRunes || msg.Type == tea.KeySpace {
			s.find += string(msg.Runes)
			s.top = 0
		}
	}
	s.top = max(s.top, 0)
	return closed
}

// shown are the lines that contain the search text.
func (s *Scroller) shown() []HelpLine {
	if s.find == "" {
		return s.Lines
	}
	var out []HelpLine
	for _, l := range s.Lines {
		if !l.Head && strings.Contains(strings.ToLower(l.Keys+" "+l.Text), strings.ToLower(s.find)) {
			out = append(out, l)
		}
	}
	return out
}

// Draw draws the lines in the middle of a page.
func (s *Scroller) Draw(a cell.Area) {
	in := Centered(a, min(a.W-8, 92), a.H-2, s.Title, cell.Accent)
	rows := s.shown()
	s.top = max(min(s.top, len(rows)-in.H+1), 0)
	for y := range in.H - 1 {
		if s.top+y >= len(rows) {
			break
		}
		r := rows[s.top+y]
		if r.Head {
			in.Write(0, y, r.Text, cell.Head)
			continue
		}
		in.Write(1, y, cell.Fit(r.Keys, r.room, false), cell.Accent)
		in.Write(r.room+3, y, r.Text, cell.Plain)
	}
	foot := "type to search   ↑↓ scroll   Esc close"
	if s.find != "" {
		foot = "search: " + s.find + "   Esc clears"
	}
	in.Write(0, in.H-1, view.Text(foot), cell.Muted)
}

// Hints are its key hints.
func (s *Scroller) Hints() [][2]string {
	return [][2]string{{"type", "to search"}, {"↑↓", "scroll"}, {"Esc", "close"}}
}
